"""Options as types.

Made of the tables that the server reads requests by: change `crates/protocol`, then run `cargo xtask generate`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping

Color: TypeAlias = str
"""A CSS colour: a name, `#rgb`, `#rgba`, `#rrggbb`, `#rrggbbaa`, `rgb()`, `rgba()`, `hsl()` or `hsla()`."""

Format: TypeAlias = Literal[
    "jpeg",
    "png",
    "gif",
    "webp",
    "avif",
    "rgb",
    "rgba",
    "jpg",
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/avif",
]
"""The form in which a result is wanted."""


class TrimBorder(TypedDict, total=False):
    """Cut as far as all pixels have one colour."""

    color: Color | None
    """The colour of the border."""

    tolerance: float | None
    """0 to 255: how far a channel may be from the colour."""

    keep: float | None
    """A number of at least 0: pixels of border that stay."""


class Trim(TypedDict, total=False):
    """Cuts edges off, before anything else."""

    top: float | None
    """A number of at least 0 (below 1: a fraction of the picture): cut from the top."""

    right: float | None
    """A number of at least 0 (below 1: a fraction of the picture): cut from the right."""

    bottom: float | None
    """A number of at least 0 (below 1: a fraction of the picture): cut from the bottom."""

    left: float | None
    """A number of at least 0 (below 1: a fraction of the picture): cut from the left."""

    width: float | None
    """A number above 0 (below 1: a fraction of the picture): kept from the left cut on."""

    height: float | None
    """A number above 0 (below 1: a fraction of the picture): kept from the top cut on."""

    border: bool | TrimBorder | None
    """Cut as far as all pixels have one colour."""


class Gravity(TypedDict, total=False):
    """Which part of the picture a crop keeps; default center."""

    x: float | None
    """0 to 1: from the left (0) to the right (1)."""

    y: float | None
    """0 to 1: from the top (0) to the bottom (1)."""

    mode: Literal["remainder", "box-center"] | None
    """Whether the point divides the rest (remainder, the default) or is the middle of the crop (box-center)."""


class Border(TypedDict, total=False):
    """Adds a frame around the picture."""

    color: Color | None
    """The colour of the frame."""

    width: float | None
    """A number of at least 0: pixels at every side, rounded."""

    top: float | None
    """A number of at least 0: pixels at the top, rounded."""

    right: float | None
    """A number of at least 0: pixels at the right, rounded."""

    bottom: float | None
    """A number of at least 0: pixels at the bottom, rounded."""

    left: float | None
    """A number of at least 0: pixels at the left, rounded."""


class TransformOptions(TypedDict, total=False):
    """The options of a transform, in the order in which they are applied, whatever their order in the call."""

    trim: Literal["border"] | Trim | None
    """Cuts edges off, before anything else."""

    flip: Literal["h", "v", "hv"] | None
    """Mirrors from left to right (h), from top to bottom (v) or both."""

    rotate: Literal[0, 90, 180, 270] | None
    """Turns clockwise by this many degrees."""

    width: float | None
    """A number of at least 0.5: the width in pixels, after rotation; rounded."""

    height: float | None
    """A number of at least 0.5: the height in pixels, after rotation; rounded."""

    fit: Literal[
        "scale-down",
        "contain",
        "cover",
        "crop",
        "aspect-crop",
        "pad",
        "squeeze",
        "scale-up",
        "outside",
    ] | None
    """How the picture fits into width and height; default scale-down."""

    gravity: Literal["left", "right", "top", "bottom", "center", "auto", "entropy", "face"] | Gravity | None
    """Which part of the picture a crop keeps; default center."""

    zoom: float | None
    """0 to 1: how close a crop by gravity face goes: 1 keeps only the faces; needs a model."""

    upscale: Literal["interpolate", "generate"] | None
    """How a picture is enlarged; default interpolate; generate needs a model."""

    segment: Literal["foreground"] | None
    """Keeps the subject and makes the rest transparent; needs a model."""

    brightness: float | None
    """0 to 255: multiplies every channel; 0 and 1 do nothing."""

    contrast: float | None
    """0 to 255: multiplies the distance from mid grey; 0 and 1 do nothing."""

    gamma: float | None
    """0 to 255: brightens the middle tones above 1, darkens them below; 0 and 1 do nothing."""

    saturation: float | None
    """0 to 255: multiplies the distance from grey; 0 gives grey, 1 does nothing."""

    blur: float | None
    """0 to 250: blurs by this radius in pixels, rounded; below 1 does nothing."""

    sharpen: float | None
    """0 to 10: sharpens by this strength; 0 does nothing."""

    background: Color | None
    """Drawn under the picture, and around it if fit is pad."""

    border: Border | None
    """Adds a frame around the picture."""


class DrawOptions(TypedDict, total=False):
    """How a picture is drawn on another; where neither side of an axis is given, it is in the middle."""

    opacity: float | None
    """0 to 1: multiplies the alpha of the overlay."""

    repeat: bool | Literal["x", "y"] | None
    """Tiles the overlay along both axes or along one."""

    composite: Literal["over", "in", "atop", "out", "xor", "lighter"] | None
    """How the overlay combines with what is there; default over."""

    top: float | None
    """Pixels between the upper edges, rounded; may be negative."""

    left: float | None
    """Pixels between the left edges, rounded; may be negative."""

    bottom: float | None
    """Pixels between the lower edges, rounded; may be negative."""

    right: float | None
    """Pixels between the right edges, rounded; may be negative."""


class TextOptions(TypedDict, total=False):
    """How a text is set."""

    size: float | None
    """A number above 0, at most 4096: the size of the font in pixels per em; default 12."""

    color: Color | None
    """The colour of the glyphs; default black."""

    max_width: float | None
    """A number above 0: pixels that a line may take, longer ones break; default none."""

    align: Literal["left", "center", "right"] | None
    """On which side lines meet; default where the text begins."""

    line_height: float | None
    """0.1 to 10: from one baseline to the next, times the size; default as the font says."""

    letter_spacing: float | None
    """-1000 to 1000: pixels added after each letter; default 0."""

    weight: float | None
    """1 to 1000: the weight of a variable font (wght), 400 for regular, 700 for bold."""

    width: float | None
    """A number above 0, at most 1000: the width of the glyphs of a variable font (wdth) in percent."""

    slant: float | None
    """-90 to 90: the slant of a variable font (slnt) in degrees, below 0 to the right."""

    italic: float | None
    """0 to 1: how italic a variable font is (ital)."""

    optical_size: float | None
    """A number above 0, at most 4096: the size that a variable font is designed for (opsz)."""

    axes: Mapping[str, float] | None
    """Any other axes of a variable font, by their tags."""


class OutputOptions(TypedDict, total=False):
    """How a result is written."""

    quality: float | Literal["high", "medium-high", "medium-low", "low"] | None
    """1 to 100, high, medium-high, medium-low or low: how good a lossy picture is; default 85."""

    background: Color | None
    """What the result is flattened on, in every format."""

    anim: bool | None
    """Whether animations stay animated."""
