"""What is made: the same pixels as by the program and by a server, in every way to ask for them."""

import io
import json
import subprocess
from pathlib import Path

import numpy
import palmette
import pytest
from PIL import Image

STEPS = [
    {"width": 40, "height": 40, "fit": "cover", "gravity": {"x": 0.25, "y": 1}},
    {"rotate": 90, "flip": "h", "saturation": 0.5},
    {"trim": {"top": 4, "left": 0.25}, "border": {"color": "gold", "width": 3}, "blur": 2},
]


def test_pixels_survive(pixels: numpy.ndarray, png: bytes) -> None:
    assert numpy.array_equal(palmette.open(png).to_numpy(), pixels)
    written = palmette.from_array(pixels).encode("png")
    assert numpy.array_equal(numpy.asarray(Image.open(io.BytesIO(written))), pixels)


def test_pixels_are_those_of_the_program(binary: str, png: bytes, pixels: numpy.ndarray, tmp_path: Path) -> None:
    (tmp_path / "in.png").write_bytes(png)
    draw = f"{tmp_path}/in.png:opacity=0.5,right=3,bottom=2"
    flags = ["--width", "40", "--height", "40", "--fit", "cover", "--blur", "2", "--draw", draw]
    subprocess.run([binary, "transform", tmp_path / "in.png", "-o", tmp_path / "out.png", *flags], check=True)
    made = (tmp_path / "out.png").read_bytes()
    for photo in (palmette.open(png), palmette.from_array(pixels)):
        drawn = photo.resize(40, 40, fit="cover", blur=2).draw(photo, opacity=0.5, right=3, bottom=2)
        assert drawn.encode("png") == made
        assert numpy.array_equal(drawn.to_numpy(), numpy.asarray(Image.open(io.BytesIO(made)).convert("RGBA")))


@pytest.mark.parametrize("options", STEPS, ids=json.dumps)
@pytest.mark.parametrize("format", ["jpeg", "png", "gif", "webp", "avif", "rgb", "rgba"])
def test_files_are_those_of_the_server(server: str, png: bytes, options: dict, format: str) -> None:
    def describe(opened):
        return opened.transform(**options).draw(mark(opened), composite="atop", left=1)

    def mark(opened):
        return opened.resize(8, 8, fit="squeeze")

    output = {"quality": 60, "background": "#123456"} if format != "png" else {}
    local = describe(palmette.open(png)).encode(format, **output)
    assert local == describe(palmette.Client(server).open(png)).encode(format, **output)


def test_a_description_is_not_changed_by_its_steps(png: bytes) -> None:
    photo = palmette.open(png)
    small, large = photo.resize(10), photo.resize(30)
    assert [made.output("png").size for made in (photo, small, large)] == [(64, 48), (10, 8), (30, 23)]
    assert photo.encode("png") == photo.encode("png")


def test_resize_is_a_transform(png: bytes) -> None:
    photo = palmette.open(png)
    expected = photo.transform(width=20, height=20, fit="pad").encode("png")
    for resized in (
        photo.resize(20, 20, fit="pad"),
        photo.resize(width=20, height=20, fit="pad"),
        photo.resize(20, height=20, fit="pad"),
    ):
        assert resized.encode("png") == expected
    assert photo.resize(None, 24).output("png").size == (32, 24)
    with pytest.raises(TypeError, match="width twice"):
        photo.resize(20, width=20)


def test_sources_are_bytes_paths_and_files(png: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png)
    with path.open("rb") as file:
        sources = [
            png,
            bytearray(png),
            memoryview(png),
            numpy.frombuffer(png, numpy.uint8),
            path,
            str(path),
            file,
            io.BytesIO(png),
        ]
        for source in sources:
            assert palmette.open(source).size == (64, 48)
    assert palmette.info(path) == palmette.Info("image/png", len(png), 64, 48)
    assert palmette.info(b"<svg xmlns='http://www.w3.org/2000/svg'/>") == palmette.Info("image/svg+xml")


def test_bytes_that_change_later_do_not_count(png: bytes) -> None:
    changing = bytearray(png)
    photo = palmette.open(changing)
    changing[:] = bytes(len(changing))
    assert photo.encode("png")


def test_answers_say_how_they_came_about(png: bytes) -> None:
    answer = palmette.open(png).resize(32).output("webp", quality="low")
    assert palmette.info(answer.data) == palmette.Info("image/webp", len(answer.data), 32, 24)
    assert (answer.content_type, answer.size, answer.frame_count, answer.engine) == ("image/webp", (32, 24), 1, "cpu")
    assert set(answer.timings) == {"probe", "lower", "decode", "run", "encode"}
    assert repr(answer).startswith("Answer(content_type=")


def test_files_are_saved_by_their_names(png: bytes, tmp_path: Path) -> None:
    photo = palmette.open(png)
    for name, mime in [("a.JPG", "image/jpeg"), ("a.avif", "image/avif")]:
        photo.save(tmp_path / name, quality=50)
        assert palmette.info(tmp_path / name).format == mime
    photo.save(str(tmp_path / "a"), "gif")
    assert palmette.info(tmp_path / "a").format == "image/gif"


def test_animations_move_unless_told_not_to(pixels: numpy.ndarray) -> None:
    file = io.BytesIO()
    frames = [Image.fromarray(pixels[..., :3]), Image.fromarray(255 - pixels[..., :3])]
    frames[0].save(file, "gif", save_all=True, append_images=frames[1:], duration=50)
    moving = palmette.open(file.getvalue())
    assert moving.frame_count == 2
    assert moving.resize(20).output("webp").frame_count == 2
    assert moving.resize(20).output("webp", anim=False).frame_count == 1
    assert moving.to_numpy().shape == (48, 64, 4)


def test_explanations_name_the_steps(png: bytes) -> None:
    explained = palmette.open(png).resize(32).explain("webp")
    assert explained["profile"] == palmette.PROFILE
    assert any("resize" in json.dumps(step) for step in explained["steps"])


def test_texts_are_drawn(png: bytes) -> None:
    font = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
    text = palmette.text("Palme", font, size=20, color="red", letter_spacing=2)
    same = palmette.text("Palme", Path(font).read_bytes(), size=20, color="red", letter_spacing=2)
    by_name = palmette.Pipeline(fonts="/usr/share/fonts/truetype/dejavu").text(
        "Palme", "font:DejaVu Sans", size=20, color="red", letter_spacing=2
    )
    assert text.size == same.size == by_name.size
    drawn = text.to_numpy()
    assert drawn[..., 3].max() == 255 and (drawn[drawn[..., 3] == 255][:, :3] == [255, 0, 0]).all()
    assert numpy.array_equal(drawn, same.to_numpy()) and numpy.array_equal(drawn, by_name.to_numpy())
    assert palmette.text("Palme", font, size=20).size[0] < text.size[0]
    assert not numpy.array_equal(palmette.open(png).draw(text, top=0, left=0).to_numpy(), palmette.open(png).to_numpy())
