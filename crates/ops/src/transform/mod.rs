//! The options of a `transform`, resolved: every alternative is a type.

mod border;
mod gravity;
mod resize;
mod segment;
mod trim;
mod turn;

use std::num::NonZeroU32;

pub use border::Border;
pub use gravity::{Gravity, GravityMode};
pub use resize::{Fit, Upscale};
pub use segment::Segment;
pub use trim::{Length, Trim, TrimBorder, TrimEdges};
pub use turn::{Flip, Rotate};

use crate::Color;

/// Everything that one `transform` object asks for; an absent option does nothing.
///
/// The fields stand in the order in which they are applied inside one object: trim, flip, rotate, resize, colour, blur,
/// sharpen, background, border.
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
    /// Which part a crop keeps; default centre.
    pub gravity: Option<Gravity>,
    /// How close a crop by `gravity: face` goes, 0 (much around) to 1 (tight).
    pub zoom: Option<f64>,
    /// How a picture is enlarged; default `interpolate`.
    pub upscale: Option<Upscale>,
    /// Keeps a part of the picture by its content.
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
    /// Makes the picture fit into a box without enlarging it. A side of 0 follows from the other.
    ///
    /// Whatever else there is to say is added by name:
    ///
    /// ```
    /// use palmette_ops::{Fit, Gravity, Transform};
    ///
    /// let square = Transform { fit: Some(Fit::Cover), gravity: Some(Gravity::Auto), ..Transform::resize(300, 300) };
    /// assert_eq!(square.height, square.width);
    /// assert_eq!(Transform::resize(300, 0).height, None);
    /// ```
    #[must_use]
    pub fn resize(width: u32, height: u32) -> Self {
        Self { width: NonZeroU32::new(width), height: NonZeroU32::new(height), ..Self::default() }
    }
}
