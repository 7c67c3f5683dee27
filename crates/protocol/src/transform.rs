//! The options of a `transform`, resolved: every range is checked, every alternative is a type.
//!
//! The fields stand in the order in which they are applied inside one object (trim, flip, rotate, resize, colour, blur,
//! sharpen, background, border).

use std::num::NonZeroU32;

use crate::{Color, Error, Options};

/// Everything that one `transform` object asks for; an absent option does nothing.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Transform {
    /// Cuts edges off.
    pub trim: Option<Trim>,
    /// Mirrors.
    pub flip: Option<Flip>,
    /// Turns clockwise.
    pub rotate: Option<Rotate>,
    /// Requested width in pixels, after rotation; a fraction is rounded, never below 1.
    pub width: Option<NonZeroU32>,
    /// Requested height in pixels, after rotation; a fraction is rounded, never below 1.
    pub height: Option<NonZeroU32>,
    /// How width and height are met; default `scale-down`.
    pub fit: Option<Fit>,
    /// Which part survives a crop; default centre.
    pub gravity: Option<Gravity>,
    /// How close a crop by `gravity: face` goes, 0 (much around) to 1 (tight).
    pub zoom: Option<f64>,
    /// How a picture is enlarged; default `interpolate`.
    pub upscale: Option<Upscale>,
    /// Keeps a part of the picture by what it shows.
    pub segment: Option<Segment>,
    /// Factor on every channel, 0 to 255; 0 and 1 do nothing.
    pub brightness: Option<f64>,
    /// Factor on the distance from mid grey, 0 to 255; 0 and 1 do nothing.
    pub contrast: Option<f64>,
    /// Exponent is 1 divided by this, 0 to 255; 0 and 1 do nothing.
    pub gamma: Option<f64>,
    /// Factor on the distance from grey, 0 to 255; 0 gives grey, 1 does nothing.
    pub saturation: Option<f64>,
    /// Radius in pixels, 0 to 250, rounded; 0 does nothing.
    pub blur: Option<u8>,
    /// Strength, 0 to 10; 0 does nothing.
    pub sharpen: Option<f64>,
    /// Colour drawn under the picture.
    pub background: Option<Color>,
    /// Frame around the picture.
    pub border: Option<Border>,
}

impl Transform {
    /// Resolves the options of one `transform` object.
    ///
    /// # Errors
    ///
    /// 9401 if an option is unknown or its value is not allowed.
    pub fn from_options(_options: &Options) -> Result<Self, Error> {
        todo!()
    }
}

/// How requested width and height become a scaled size and a crop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Fit {
    /// Fits inside the box, never enlarges.
    #[default]
    ScaleDown,
    /// Fits inside the box.
    Contain,
    /// Fills the box, then crops to it.
    Cover,
    /// As `cover`, but never enlarges.
    Crop,
    /// As `cover` where that shrinks; else only crops to the aspect ratio of the box.
    AspectCrop,
    /// Fits inside the box, then fills up the box around it.
    Pad,
    /// Exactly the box, whatever the aspect ratio.
    Squeeze,
    /// Fits inside the box, never shrinks.
    ScaleUp,
}

/// Which part of a picture survives a crop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gravity {
    /// The left edge, vertically centred.
    Left,
    /// The right edge, vertically centred.
    Right,
    /// The top edge, horizontally centred.
    Top,
    /// The bottom edge, horizontally centred.
    Bottom,
    /// The middle.
    Center,
    /// A point of the picture, as fractions of its size.
    Point {
        /// 0 (left) to 1 (right).
        x: f64,
        /// 0 (top) to 1 (bottom).
        y: f64,
        /// What the point means.
        mode: GravityMode,
    },
    /// The most salient window.
    Auto,
    /// The window with the most detail.
    Entropy,
    /// The faces.
    Face,
}

/// What the point of a `gravity` means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum GravityMode {
    /// The fraction of what is cut off that is cut at the left (or top).
    #[default]
    Remainder,
    /// The middle of the window, as far as the picture reaches.
    BoxCenter,
}

/// Mirrors a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flip {
    /// Left becomes right (`"h"`).
    Horizontal,
    /// Top becomes bottom (`"v"`).
    Vertical,
    /// Both (`"hv"`).
    Both,
}

/// Turns a picture clockwise by quarter turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotate {
    /// 0°, which does nothing.
    None,
    /// 90°: the left edge becomes the top edge.
    Quarter,
    /// 180°.
    Half,
    /// 270°: the right edge becomes the top edge.
    ThreeQuarters,
}

/// Cuts edges off a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trim {
    /// By measure.
    Edges(TrimEdges),
    /// By what the picture shows.
    Border(TrimBorder),
}

/// What `trim` cuts by measure.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct TrimEdges {
    /// Cut from the top.
    pub top: Option<Length>,
    /// Cut from the right.
    pub right: Option<Length>,
    /// Cut from the bottom.
    pub bottom: Option<Length>,
    /// Cut from the left.
    pub left: Option<Length>,
    /// Kept from the left cut on.
    pub width: Option<Length>,
    /// Kept from the top cut on.
    pub height: Option<Length>,
}

/// A distance along an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Length {
    /// Whole pixels.
    Pixels(u32),
    /// A fraction of the axis, between 0 and 1 exclusive.
    Fraction(f64),
}

/// What `trim: "border"` cuts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrimBorder {
    /// The colour of the border; absent means the top-left pixel's.
    pub color: Option<Color>,
    /// Largest difference of a channel that still counts as border, 0 to 255; default 10.
    pub tolerance: f64,
    /// Pixels of border that stay; default 0.
    pub keep: u32,
}

/// A frame around a picture, which is enlarged by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Border {
    /// Its colour; default opaque black.
    pub color: Color,
    /// Pixels added at the top.
    pub top: u32,
    /// Pixels added at the right.
    pub right: u32,
    /// Pixels added at the bottom.
    pub bottom: u32,
    /// Pixels added at the left.
    pub left: u32,
}

/// Keeps a part of the picture by what it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// The subject; the rest becomes clear.
    Foreground,
}

/// How a picture is enlarged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Upscale {
    /// By resampling.
    #[default]
    Interpolate,
    /// By a model.
    Generate,
}
