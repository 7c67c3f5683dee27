"""What comes back beside pixels and bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, Required, runtime_checkable

from ._options import OutputOptions

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping
    from typing import TypeAlias

    import numpy
    import numpy.typing
    from typing_extensions import Buffer

    from ._options import Format, TransformOptions


@runtime_checkable
class Readable(Protocol):
    """A file that is open for reading bytes."""

    def read(self, size: int = ..., /) -> bytes:
        """Returns the next bytes."""
        ...


if TYPE_CHECKING:
    Source: TypeAlias = Buffer | str | os.PathLike[str] | Readable
    # By its types, NumPy lends memory from Python 3.12 on.
    Array: TypeAlias = Buffer | numpy.typing.NDArray[numpy.uint8]


@dataclass(frozen=True, slots=True)
class Info:
    """A picture by its header."""

    format: str
    """The media type, such as ``image/png``. Of ``image/svg+xml`` nothing else is known."""
    file_size: int | None = None
    """The bytes of the file."""
    width: int | None = None
    """Pixels, as displayed."""
    height: int | None = None
    """Pixels, as displayed."""


class Rendition(OutputOptions, total=False):
    """One of several results: how it is written, and what is done with it before."""

    format: Required[Format]
    """The format of the file, or ``rgb`` and ``rgba`` for bare pixels."""
    transforms: Iterable[TransformOptions] | None
    """Transforms of this result alone, in order, behind all steps of the picture."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A picture that was made."""

    data: bytes = field(repr=False)
    """The file, or the bare pixels of ``rgb`` and ``rgba``."""
    content_type: str
    """The media type; ``application/octet-stream`` for bare pixels."""
    size: tuple[int, int] | None
    """Width and height in pixels. A server does not tell that of bare pixels."""
    frame_count: int | None
    """The frames; 1 unless it is animated. A server does not tell."""
    engine: str | None
    """The engine that computed the pixels, ``cpu`` or ``gpu``. A server may not tell."""
    timings: Mapping[str, float]
    """The seconds that each stage took."""
