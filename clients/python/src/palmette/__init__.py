"""Resizes pictures, draws them on each other and writes them as JPEG, PNG, WebP, AVIF or GIF.

>>> import palmette
>>> mark = palmette.open("watermark.png").resize(100)
>>> webp = palmette.open("photo.jpg").resize(800, 600).draw(mark, right=10, bottom=10).encode("webp")

Nothing is decoded before :meth:`~Transformer.encode` or one of its relatives; then everything runs at once, with the interpreter
released. :class:`Client` has the same calls for a Palmette server.
"""

from ._client import Client, RemoteTransformer
from ._error import Error
from ._options import (
    Border,
    Color,
    DrawOptions,
    Gravity,
    OutputOptions,
    TextOptions,
    TransformOptions,
    Trim,
    TrimBorder,
)
from ._palmette import PROFILE, Pipeline, Transformer, from_array, info, open, text
from ._palmette import VERSION as __version__
from ._types import Answer, Info, Rendition

__all__ = [
    "PROFILE",
    "Answer",
    "Border",
    "Client",
    "Color",
    "DrawOptions",
    "Error",
    "Gravity",
    "Info",
    "OutputOptions",
    "Pipeline",
    "RemoteTransformer",
    "Rendition",
    "TextOptions",
    "TransformOptions",
    "Transformer",
    "Trim",
    "TrimBorder",
    "__version__",
    "from_array",
    "info",
    "open",
    "text",
]
