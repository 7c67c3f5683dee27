"""Every option of the server's table, by its name in Python, with every kind of value that the table allows."""

import io
import json
import re
import typing
import urllib.request

import palmette
import pytest


@pytest.fixture(scope="session")
def table(server: str) -> dict:
    """The table that requests are read by, as the server shows it."""
    with urllib.request.urlopen(f"{server}/options") as answer:
        return json.load(answer)


def snake(name: str) -> str:
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name.removeprefix("output_"))


def font_fields(table: dict) -> list[dict]:
    return next(field for field in table["text"] if field["name"] == "font")["values"]["fields"]


def values(kind: dict) -> list:
    """Values that the table allows."""
    match kind["kind"]:
        case "number":
            low, high = kind.get("min", -5.5), kind.get("max", 20)
            return [low, (low + high) / 2, high]
        case "positive":
            return [1, 2.5]
        case "numbers":
            return kind["numbers"]
        case "words":
            return kind["words"]
        case "switch":
            return [True, False]
        case "color":
            return ["gold", "#12345678"]
        case "axes":
            return [{"wght": 700}]
        case "object":
            return [{field["name"]: value} for field in kind["fields"] for value in values(field["values"])] + [{}]
        case "any":
            return [value for one in kind["of"] for value in values(one)]
        case other:
            raise AssertionError(other)


def test_types_have_every_option(table: dict) -> None:
    beside_text = [field for field in font_fields(table) if field["name"] != "url"]
    texts = [field for field in table["text"] if field["name"] not in ("text", "font")] + beside_text
    outputs = [field for field in table["output"] if field["name"] != "output_format"]
    for types, fields in [
        (palmette.TransformOptions, table["transform"]),
        (palmette.DrawOptions, table["draw"]),
        (palmette.TextOptions, texts),
        (palmette.OutputOptions, outputs),
    ]:
        assert list(types.__annotations__) == [snake(field["name"]) for field in fields]
    for types, name in [(palmette.Trim, "trim"), (palmette.Gravity, "gravity"), (palmette.Border, "border")]:
        (fields,) = (field["values"] for field in table["transform"] if field["name"] == name)
        (fields,) = (kind for kind in fields.get("of", [fields]) if kind["kind"] == "object")
        assert list(typing.get_type_hints(types)) == [field["name"] for field in fields["fields"]]


def test_every_option_is_taken(table: dict, png: bytes) -> None:
    photo = palmette.open(png)
    count = 0
    for field in table["transform"]:
        for value in values(field["values"]):
            photo.transform(**{snake(field["name"]): value})
            count += 1
    for field in table["draw"]:
        for value in values(field["values"]):
            photo.draw(photo, **{snake(field["name"]): value})
            count += 1
    assert count > 100


def plan(described) -> list[dict]:
    """The steps, without the options that they come from: here they are what was understood, at the server what was sent."""
    return [{**step, "options": None} for step in described.explain("png")["steps"]]


def test_every_option_reaches_the_picture(table: dict, server: str, png: bytes) -> None:
    """One value of each that needs no model: the plan says what it does, or that it does nothing."""
    needs = {need["option"] for need in table["needs"]}
    images = palmette.Client(server)
    for field in table["transform"]:
        if field["name"] in needs and field["name"] != "gravity":
            continue
        value = values(field["values"])[-2 if field["name"] == "gravity" else 0]
        options = {field["name"]: value}
        local, remote = palmette.open(png).transform(**options), images.open(png).transform(**options)
        assert plan(local) == plan(remote), options
        assert local.encode("png") == remote.encode("png"), options


def test_text_options_are_taken(table: dict) -> None:
    font = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
    for field in [field for field in table["text"] if field["name"] not in ("text", "font")] + font_fields(table):
        if field["name"] == "url":
            continue
        for value in values(field["values"]):
            if value == 0 and field["name"] == "size":
                continue
            assert palmette.text("Aa", font, **{snake(field["name"]): value}).size[1] > 0


def test_values_may_be_numpys_and_none(png: bytes) -> None:
    numpy = pytest.importorskip("numpy")
    photo = palmette.open(png)
    expected = photo.resize(20, 10, fit="squeeze").encode("png")
    assert photo.resize(numpy.int64(20), numpy.float32(10), fit="squeeze", blur=None).encode("png") == expected
    assert photo.transform(trim={"top": numpy.uint8(4), "left": None}).encode("png") == photo.transform(
        trim={"top": 4}
    ).encode("png")


@pytest.mark.parametrize(
    ("call", "code", "message"),
    [
        (lambda photo: photo.transform(blur=251), 9401, "blur must be 0 to 250, got 251"),
        (
            lambda photo: photo.transform(widht=5),
            9401,
            'unknown option "widht"; known options are .*; did you mean width?',
        ),
        (
            lambda photo: photo.transform(gravity={"z": 1}),
            9401,
            'unknown option "gravity.z"; known options are x, y, mode',
        ),
        (lambda photo: photo.transform(width="20"), 9401, "write 20 without quotes"),
        (lambda photo: photo.transform(width=float("nan")), 9401, "width must be a finite number, got nan"),
        (lambda photo: photo.transform(trim={"top": float("inf")}), 9401, "trim.top must be a finite number, got inf"),
        (lambda photo: photo.draw(photo, opacity=2), 9401, "opacity must be 0 to 1, got 2"),
        (lambda photo: photo.draw(photo, left=1, right=1), 9401, "left and right cannot be used together"),
        (lambda photo: photo.encode("webpp"), 9432, 'format must be one of jpeg, png, .*, got "webpp"'),
        (lambda photo: photo.encode("webp", quality=0), 9401, 'quality must be 1 to 100, .*, got "0"'),
        (lambda photo: photo.encode("webp", background="red-ish"), 9401, "background must be a CSS colour"),
        (lambda photo: photo.engine("cuda"), 9401, "engine must be auto, cpu or gpu"),
        (lambda photo: photo.engine("gpu").encode("png"), 9401, "engine must be auto or cpu"),
        (lambda photo: photo.save("picture.txt"), 9401, "cannot tell the format of picture.txt"),
        (lambda photo: photo.transform(segment="foreground").encode("png"), 9401, "palmette models install"),
        (lambda photo: photo.resize(20_000, 20_000, fit="squeeze").encode("png"), 9413, "transform 1 of the canvas: "),
        (lambda photo: photo.timeout(0).encode("avif"), 9529, "time limit"),
        (lambda photo: palmette.open(b"no picture"), 9412, "not an image"),
        (lambda photo: palmette.open(b""), 9412, "the file is empty"),
        (lambda photo: palmette.text("a", b"no font"), 9410, "not a font"),
        (lambda photo: palmette.text("a", "https://example.com/font.ttf"), 9410, "does not fetch fonts"),
        (
            lambda photo: palmette.text("a", b"", max_widht=5),
            9401,
            'unknown option "max_widht"; known options are size, color, max_width, .*; did you mean max_width?',
        ),
        (lambda photo: palmette.text("a", b"", max_width=0), 9401, "max_width must be a number above 0, got 0"),
        (
            lambda photo: palmette.text("a", b"", weight=5, axes={"wght": 5}),
            9401,
            "weight and axes cannot be used together",
        ),
        (lambda photo: palmette.Pipeline(max_side_px=10).open(photo.encode("png")), 9413, "outside the limits"),
        (
            lambda photo: palmette.Pipeline(max_pixel_bytes=10).open(photo.encode("png")).encode("png"),
            9413,
            "bytes of memory",
        ),
    ],
)
def test_failures_have_a_code_and_say_what_is_allowed(png: bytes, call, code: int, message: str) -> None:
    with pytest.raises(palmette.Error, match=message.replace("?", r"\?")) as caught:
        call(palmette.open(png))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda photo: photo.transform(width=[1]), "width must be a number, a string, a bool or a dict, got list"),
        (lambda photo: photo.transform(trim={1: 2}), "str"),
        (lambda photo: photo.draw(5), "a picture must be bytes, a path or a file"),
        (
            lambda photo: palmette.open(None),
            "a picture must be bytes, a path or a file that is open for reading bytes, got NoneType",
        ),
        (lambda photo: palmette.open(io.StringIO("text")), "opened for reading bytes"),
        (lambda photo: photo.encode(), "format"),
        (lambda photo: palmette.Pipeline(models=5), "models must be a path or a bool"),
        (lambda photo: palmette.Transformer(), "No constructor|cannot create"),
    ],
)
def test_arguments_of_wrong_types_are_type_errors(png: bytes, call, error: str) -> None:
    with pytest.raises(TypeError, match=error):
        call(palmette.open(png))


def test_values_of_other_arguments_are_checked(png: bytes) -> None:
    for call in [
        lambda: palmette.Pipeline(on_damage="ignore"),
        lambda: palmette.open(png).timeout(-1),
        lambda: palmette.open(png).timeout(float("nan")),
    ]:
        with pytest.raises(ValueError):
            call()
    for call in [lambda: palmette.Pipeline(max_side_px=-1), lambda: palmette.open(png).transform(width=10**400)]:
        with pytest.raises(OverflowError):
            call()


def test_damaged_files_are_refused_or_shown(png: bytes) -> None:
    cut = png[: len(png) // 2]
    with pytest.raises(palmette.Error) as caught:
        palmette.open(cut).encode("png")
    assert caught.value.code == 9516
    assert palmette.Pipeline(on_damage="show").open(cut).encode("png")


def test_depth_has_an_end(png: bytes) -> None:
    base = palmette.open(png).resize(2, 2)
    tree = base
    with pytest.raises(palmette.Error, match="levels deep") as caught:
        for _ in range(300):
            tree = base.draw(tree)
    assert caught.value.code == 9401
    # The deepest that is allowed is made, and dropped.
    assert tree.encode("png")


def test_files_that_cannot_be_read_are_os_errors(png: bytes, tmp_path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        palmette.open(tmp_path / "none.png")
    assert caught.value.filename == str(tmp_path / "none.png")
    with pytest.raises(IsADirectoryError):
        palmette.info(tmp_path)
    with pytest.raises(FileNotFoundError):
        palmette.open(png).save(tmp_path / "none" / "a.png")


def test_errors_travel_between_processes() -> None:
    import pickle

    with pytest.raises(palmette.Error) as caught:
        palmette.open(b"x")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (type(copy), copy.code, str(copy)) == (palmette.Error, 9412, str(caught.value))
