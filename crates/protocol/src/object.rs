//! Typed options as the objects that the wire carries, both ways.
//!
//! The types are those of the vocabulary, which knows no text; their names on the wire are added here, by traits.

use palmette_ops::{Draw, Transform};

use crate::options::{OptionSpec, read_options, write_options};
use crate::{Error, Options};

/// A type that is written as an object of options.
pub trait OptionObject: Default + 'static {
    /// Every option.
    const OPTIONS: &'static [OptionSpec<Self>];

    /// Resolves the options of one object.
    ///
    /// A `null` counts as absent, whatever its key.
    ///
    /// # Errors
    ///
    /// 9401 if an option is unknown, if its value is not allowed, or if two options cannot be used together.
    fn from_options(options: &Options) -> Result<Self, Error> {
        read_options("", Self::OPTIONS, options)
    }

    /// Returns the options as they are sent; [`OptionObject::from_options`] reads the same from them.
    ///
    /// Default values are not written, so that a default value and an empty object are the same request.
    ///
    /// ```
    /// use std::num::NonZeroU32;
    ///
    /// use palmette_ops::{Fit, Transform};
    /// use palmette_protocol::OptionObject;
    ///
    /// let square = Transform {
    ///     width: NonZeroU32::new(64),
    ///     height: NonZeroU32::new(64),
    ///     fit: Some(Fit::Cover),
    ///     ..Transform::default()
    /// };
    /// assert_eq!(serde_json::to_string(&square.to_options())?, r#"{"width":64,"height":64,"fit":"cover"}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    fn to_options(&self) -> Options {
        write_options(Self::OPTIONS, self)
    }
}

/// A value that can be sent as options: typed options, or an object by the names on the wire.
pub trait IntoOptions {
    /// Returns the options as they are sent.
    fn into_options(self) -> Options;
}

impl IntoOptions for Options {
    fn into_options(self) -> Options {
        self
    }
}

impl IntoOptions for Transform {
    fn into_options(self) -> Options {
        self.to_options()
    }
}

impl IntoOptions for Draw {
    fn into_options(self) -> Options {
        self.to_options()
    }
}

/// A choice whose values have names on the wire.
pub trait Named: Copy + PartialEq + 'static {
    /// Every value that is a word, and its name.
    const NAMES: &'static [(&'static str, Self)];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn options(text: &str) -> Options {
        json::parse(text).unwrap().as_object().unwrap().clone()
    }

    #[test]
    fn transforms_are_written_as_they_were_read() {
        for text in [
            "{}",
            concat!(
                r#"{"flip":"hv","rotate":270,"width":320,"height":240,"fit":"aspect-crop","gravity":"face","zoom":0.5,"#,
                r#""upscale":"generate","segment":"foreground","brightness":1.1,"contrast":0.9,"gamma":1.2,"saturation":0,"#,
                r#""blur":250,"sharpen":3.5}"#
            ),
            r#"{"rotate":0,"fit":"scale-down","gravity":{"x":0.25,"y":1},"upscale":"interpolate"}"#,
            r#"{"gravity":{"x":0,"y":0.5,"mode":"box-center"}}"#,
            r#"{"trim":"border"}"#,
            r#"{"trim":{"border":{"tolerance":0,"keep":4294967295}}}"#,
            r#"{"trim":{}}"#,
            r#"{"trim":{"top":1,"right":0.25,"bottom":0,"left":3,"width":0.5,"height":4}}"#,
        ] {
            assert_eq!(json::to_string(&Transform::from_options(&options(text)).unwrap().to_options()), text);
        }
    }

    #[test]
    fn colours_and_borders_survive() {
        for text in [
            r#"{"background":"rgba(255,0,0,0.5)"}"#,
            r#"{"border":{"color":"gold","width":3}}"#,
            r#"{"border":{"top":1,"right":4,"bottom":3,"left":2}}"#,
            r#"{"border":{}}"#,
            r#"{"trim":{"border":{"color":"rgb(1 2 3 / 4%)"}}}"#,
        ] {
            let transform = Transform::from_options(&options(text)).unwrap();
            assert_eq!(Transform::from_options(&transform.to_options()).unwrap(), transform, "{text}");
        }
    }

    #[test]
    fn draws_are_written_as_they_were_read() {
        for text in [
            "{}",
            r#"{"opacity":0.75,"repeat":true,"composite":"atop","top":-2147483648,"left":0}"#,
            r#"{"opacity":0,"repeat":"x","bottom":10,"right":-10}"#,
            r#"{"repeat":"y","composite":"lighter"}"#,
        ] {
            assert_eq!(json::to_string(&Draw::from_options(&options(text)).unwrap().to_options()), text);
        }
        let written = Draw::from_options(&options(r#"{"opacity":1,"repeat":false,"composite":"over"}"#)).unwrap();
        assert_eq!(written.to_options(), Options::new());
    }
}
