"""Programs as users write them. mypy reads it; nobody runs it."""

from typing import assert_type

import numpy
import numpy.typing
import palmette


def thumbnails(photo: bytes, images: palmette.Client) -> None:
    options: palmette.TransformOptions = {"width": 300, "fit": "cover", "trim": {"border": {"tolerance": 5}}}
    mark = palmette.open("mark.png").resize(100).transform(**options)
    drawn = (
        palmette.open(photo).resize(800, 600, gravity={"x": 0.5, "mode": "box-center"}).draw(mark, right=10, repeat="x")
    )
    assert_type(drawn.encode("webp", quality="high"), bytes)
    assert_type(drawn.to_numpy(), numpy.typing.NDArray[numpy.uint8])
    assert_type(drawn.output("image/avif").timings["run"], float)
    assert_type(palmette.info(photo).width, int | None)
    assert_type(images.open(photo).resize(10).draw(photo, left=5).encode("png"), bytes)
    palmette.from_array(numpy.zeros((2, 2), numpy.uint8)).save("a.png")
    palmette.text("Hello", "Inter.woff2", size=20, align="center", max_width=300, axes={"wght": 500})
    with open("photo.jpg", "rb") as file:
        palmette.Pipeline(engine="auto", cores=4, models=True).open(file)
    renditions: list[palmette.Rendition] = [{"format": "webp", "quality": 70, "transforms": [{"width": 320}]}]
    assert_type(drawn.outputs(renditions), list[palmette.Answer | palmette.Error])
    assert_type(images.open(photo).outputs([{"format": "avif"}]), list[palmette.Answer | palmette.Error])
    try:
        drawn.encode("jpeg")
    except palmette.Error as error:
        assert_type(error.code, int | None)


def mistakes(photo: palmette.Transformer) -> None:
    photo.resize("800")  # type: ignore[arg-type]
    photo.transform(widht=5)  # type: ignore[call-arg]
    photo.transform(fit="covers")  # type: ignore[arg-type]
    photo.draw(photo, top="5px")  # type: ignore[arg-type]
    photo.encode("tiff")  # type: ignore[arg-type]
    photo.encode("png", quality="best")  # type: ignore[arg-type]
    photo.outputs([{"quality": 5}])  # type: ignore[typeddict-item]
    photo.outputs([{"format": "png", "transforms": [{"widht": 5}]}])  # type: ignore[typeddict-unknown-key]
    palmette.open(5)  # type: ignore[arg-type]
    palmette.text("Hello", "Inter.woff2", maxWidth=300)  # type: ignore[call-arg]
    photo.size = (1, 2)  # type: ignore[misc]
