"""The native half of the package."""

import os
from collections.abc import Iterable
from typing import Any, Final, Literal, Self, Unpack, final

import numpy
import numpy.typing

from ._error import Error
from ._options import DrawOptions, Format, OutputOptions, TextOptions, TransformOptions
from ._types import Answer, Array, Info, Rendition, Source

__all__ = [
    "PROFILE",
    "VERSION",
    "Pipeline",
    "Transformer",
    "Tree",
    "format_of",
    "from_array",
    "info",
    "info_form",
    "open",
    "text",
]

PROFILE: Final[str]
"""The set of pixel rules that this version implements. A rule that changes pixels makes a new one."""

VERSION: Final[str]

def open(source: Source, /) -> Transformer:
    """Opens a picture: the bytes of a file, a path, or a file that is open for reading bytes. Only its header is read.

    It uses a pipeline on one core of the CPU, with the default limits. For others, open it with a :class:`Pipeline`.

    Raises:
        Error: it is no picture, damaged in its header, over a limit (9413), or of a format that is not supported.
        OSError: the file cannot be read.
    """

def from_array(array: Array, /) -> Transformer:
    """Begins with pixels: an array of ``uint8`` whose shape is (height, width) or (height, width, channels).

    Channels are grey; red, green and blue; or red, green, blue and alpha, which is straight. All are sRGB. The array is copied, whatever
    its strides, so that it may change afterwards.

    Raises:
        TypeError: it is not an array of ``uint8``.
        ValueError: it has another shape.
        Error: it is over a limit (9413).
    """

def text(text: str, /, font: Source, **options: Unpack[TextOptions]) -> Transformer:
    """Sets a text, which is then a picture like any other.

    The font is a file (its bytes, a path, or an open file); ``font:NAME`` for one of the pipeline's fonts; or a ``data:`` URL.

    >>> mark = palmette.text("© Palmette", "Inter.woff2", size=48, color="white", weight=600)

    Raises:
        Error: an option is not allowed (9401), or the font cannot be used (9410).
        OSError: the font cannot be read.
    """

def info(source: Source, /) -> Info:
    """Describes a picture by its header: its format, and its size as displayed. No limit applies.

    Raises:
        Error: it is no picture (9412), damaged in its header, or of a format that is not supported.
        OSError: the file cannot be read.
    """

@final
class Pipeline:
    """How pictures are opened and made. It may be shared by threads.

    Args:
        engine: ``cpu``; ``auto`` looks for a GPU, which takes a second, and uses it where it is faster; ``gpu`` insists on one.
            Pixels are the same with every engine.
        cores: The cores that this pipeline may use at a time. A picture takes one, and long work borrows those that are left.
        max_side_px: Pixels along a side of any picture, sources and results alike; default 12,000.
        max_area_px: Pixels of any picture; default 100,000,000.
        max_animation_area_px: Pixels of all frames of an animation together; default 50,000,000.
        max_pixel_bytes: Bytes that making one picture may take, by an estimate that is made before a pixel is decoded; default none.
        on_damage: ``refuse`` damaged files, or ``show`` what could be decoded of them.
        models: The folder of the models that some options need, or ``True`` for the one of ``palmette models install``.
        fonts: The folder of the fonts that texts can name as ``font:NAME``, and that they fall back on.
    """

    def __new__(
        cls,
        *,
        engine: Literal["auto", "cpu", "gpu"] = "cpu",
        cores: int = 1,
        max_side_px: int | None = None,
        max_area_px: int | None = None,
        max_animation_area_px: int | None = None,
        max_pixel_bytes: int | None = None,
        on_damage: Literal["refuse", "show"] = "refuse",
        models: str | os.PathLike[str] | bool | None = None,
        fonts: str | os.PathLike[str] | None = None,
    ) -> Self: ...
    def open(self, source: Source, /) -> Transformer:
        """As :func:`palmette.open`."""

    def from_array(self, array: Array, /) -> Transformer:
        """As :func:`palmette.from_array`."""

    def text(self, text: str, /, font: Source, **options: Unpack[TextOptions]) -> Transformer:
        """As :func:`palmette.text`."""

    def info(self, source: Source, /) -> Info:
        """As :func:`palmette.info`."""

@final
class Transformer:
    """A picture and the steps on it.

    Nothing is decoded before :meth:`encode`, :meth:`to_numpy`, :meth:`save` or :meth:`output`, which run everything at once, with the
    interpreter released. A step changes nothing: it returns a new description, and all of one source share its bytes.
    """

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as displayed, before any step."""

    @property
    def frame_count(self) -> int:
        """The frames, before any step; 1 unless the picture is animated."""

    def resize(
        self, width: float | None = None, height: float | None = None, /, **options: Unpack[TransformOptions]
    ) -> Transformer:
        """Makes the picture fit into a box, without enlarging it unless ``fit`` says so. A side that is not given follows.

        It is :meth:`transform` with two of its options by position.
        """

    def transform(self, **options: Unpack[TransformOptions]) -> Transformer:
        """Adds a transform. The options of one call apply in the order of :class:`TransformOptions`; for another, call it twice.

        Raises:
            Error: an option is unknown or not allowed (9401).
        """

    def draw(self, overlay: Transformer | Source, /, **options: Unpack[DrawOptions]) -> Transformer:
        """Draws a picture on this one, which keeps its size: one with steps of its own, or whatever :func:`open` takes.

        Raises:
            Error: an option is unknown or not allowed (9401), or the overlay cannot be opened.
        """

    def engine(self, choice: Literal["auto", "cpu", "gpu"], /) -> Transformer:
        """Chooses the engine, among those of the pipeline. Of an overlay the choice does not count."""

    def timeout(self, seconds: float, /) -> Transformer:
        """Bounds the time that making the picture may take (9529). Of an overlay it does not count."""

    def encode(self, format: Format, /, **options: Unpack[OutputOptions]) -> bytes:
        """Makes the picture and returns the bytes of its file.

        Raises:
            Error: a source is damaged (9516), a result is over a limit (9413), an option needs a model (9401), or the time is over.
        """

    def output(self, format: Format, /, **options: Unpack[OutputOptions]) -> Answer:
        """As :meth:`encode`, with what is known about the result."""

    def outputs(self, renditions: Iterable[Rendition], /) -> list[Answer | Error]:
        """Makes several results of the picture, 1 to 32, each with a format and transforms of its own.

        What they have in common is done once, so this takes much less time than as many calls of :meth:`output`; the files are the same. One that
        cannot be made is its :class:`Error`, in its place, and the others are made all the same.

        >>> widths = [{"format": "webp", "transforms": [{"width": width}]} for width in (320, 640, 1280)]
        >>> small, medium, large = palmette.open("photo.jpg").outputs(widths)

        Raises:
            Error: an option is unknown or not allowed (9401), or something is wrong with all results, as in :meth:`encode`.
        """

    def save(
        self, path: str | os.PathLike[str], /, format: Format | None = None, **options: Unpack[OutputOptions]
    ) -> None:
        """Makes the picture and writes it to a file, by default in the format that its name ends with.

        Raises:
            Error: that of :meth:`encode`, or the name tells no format.
            OSError: the file cannot be written.
        """

    def to_numpy(
        self, channels: Literal[3, 4] = 4, *, background: str | None = None
    ) -> numpy.typing.NDArray[numpy.uint8]:
        """Makes the picture and returns its pixels: (height, width, 4) with straight alpha, or (height, width, 3), in sRGB.

        Nothing is copied, and the array may be written to. Needs NumPy.
        """

    def explain(self, format: Format, /, **options: Unpack[OutputOptions]) -> dict[str, Any]:
        """Explains how the picture would be made, step by step, instead of making it."""

@final
class Tree:
    @staticmethod
    def image(source: object, /) -> Tree: ...
    @staticmethod
    def text(text: str, font_url: str, /, **options: Unpack[TextOptions]) -> Tree: ...
    def resize(
        self, width: float | None = None, height: float | None = None, /, **options: Unpack[TransformOptions]
    ) -> Tree: ...
    def transform(self, **options: Unpack[TransformOptions]) -> Tree: ...
    def draw(self, overlay: Tree, /, **options: Unpack[DrawOptions]) -> Tree: ...
    def form(
        self,
        random: int,
        /,
        format: str,
        *,
        quality: float | str | None = None,
        background: str | None = None,
        anim: bool | None = None,
        engine: str | None = None,
        explain: bool = False,
    ) -> tuple[str, list[Any]]: ...
    def form_of_renditions(
        self, random: int, /, renditions: Iterable[Rendition], *, engine: str | None = None
    ) -> tuple[str, list[Any]]: ...

def info_form(random: int, source: object, /) -> tuple[str, list[Any]]: ...
def format_of(path: str | os.PathLike[str], /) -> Format: ...
