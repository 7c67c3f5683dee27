//! The options of a `transform`, resolved: every range is checked, every alternative is a type.
//!
//! Each option lives in one place, with its values, its meaning and its tests: `resize` (width, height, fit, upscale),
//! `gravity` (gravity, zoom), `trim`, `turn` (flip, rotate), `tone` (brightness, contrast, gamma, saturation),
//! `focus` (blur, sharpen), `border` (background, border) and `segment`. Here they are put together.

mod border;
mod focus;
mod gravity;
mod resize;
mod segment;
mod tone;
mod trim;
mod turn;

use std::num::NonZeroU32;

pub use border::Border;
pub use gravity::{Gravity, GravityMode};
pub use resize::{Fit, Upscale};
pub use segment::Segment;
pub use trim::{Length, Trim, TrimBorder, TrimEdges};
pub use turn::{Flip, Rotate};

use crate::options::{OptionSpec, read_options};
use crate::{Color, Error, Options};

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
    /// Every option, in the order in which they are applied.
    pub const OPTIONS: &[OptionSpec<Self>] = &[
        trim::TRIM,
        turn::FLIP,
        turn::ROTATE,
        resize::WIDTH,
        resize::HEIGHT,
        resize::FIT,
        gravity::GRAVITY,
        gravity::ZOOM,
        resize::UPSCALE,
        segment::SEGMENT,
        tone::BRIGHTNESS,
        tone::CONTRAST,
        tone::GAMMA,
        tone::SATURATION,
        focus::BLUR,
        focus::SHARPEN,
        border::BACKGROUND,
        border::BORDER,
    ];

    /// Resolves the options of one `transform` object.
    ///
    /// A `null` counts as absent, whatever its key.
    ///
    /// # Errors
    ///
    /// 9401 if an option is unknown, if its value is not allowed, or if two exclude each other.
    pub fn from_options(options: &Options) -> Result<Self, Error> {
        read_options("", Self::OPTIONS, options)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::json;

    /// Resolves `{"key": value}` of the given text.
    pub(crate) fn transform(options: &str) -> Result<Transform, Error> {
        Transform::from_options(json::parse(options).unwrap().as_object().unwrap())
    }

    /// Asserts that an option refuses each of the values, naming itself and what it allows.
    pub(crate) fn assert_refuses(spec: &OptionSpec<Transform>, values: &[&str]) {
        for value in values {
            let error = transform(&format!(r#"{{"{}":{value}}}"#, spec.name)).unwrap_err();
            assert_eq!(error.code(), crate::Code::InvalidOption);
            assert_eq!(error.to_string(), format!("{} must be {}, got {value}", spec.name, spec.allowed));
        }
    }

    #[test]
    fn transform_without_options_is_the_default() {
        assert_eq!(transform("{}").unwrap(), Transform::default());
    }

    #[test]
    fn transform_takes_null_for_absent() {
        assert_eq!(transform(r#"{"width":null,"nul":null,"border":null}"#).unwrap(), Transform::default());
        assert_eq!(transform(r#"{"border":{"color":null,"nul":null}}"#).unwrap().border, Some(Border::default()));
    }

    #[test]
    fn transform_refuses_unknown_options() {
        let error = transform(r#"{"widht":5}"#).unwrap_err().to_string();
        assert!(
            error.starts_with(r#"unknown option "widht"; known are trim, flip, rotate, width, height, "#),
            "{error}"
        );
        let error = transform(r#"{"gravity":{"z":5}}"#).unwrap_err().to_string();
        assert_eq!(error, r#"unknown option "gravity.z"; known are x, y, mode"#);
    }

    #[test]
    fn every_option_of_the_protocol_is_there_once() {
        let mut names: Vec<_> = Transform::OPTIONS.iter().map(|spec| spec.name).collect();
        names.sort_unstable();
        let all = "background blur border brightness contrast fit flip gamma gravity height rotate saturation segment \
                   sharpen trim upscale width zoom";
        assert_eq!(names, all.split(' ').collect::<Vec<_>>());
    }

    #[test]
    fn no_option_takes_a_value_of_a_foreign_type() {
        for spec in Transform::OPTIONS {
            assert_refuses(spec, &["[]", "\"\"", "\"none of the names\"", "false"]);
        }
    }
}
