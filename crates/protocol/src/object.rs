//! Typed options as the objects that the wire carries, both ways.
//!
//! The types are those of the vocabulary, which knows no text; what they are called on the wire hangs on them here, by traits.

use palmette_ops::{Draw, Transform};

use crate::options::{OptionSpec, read_options};
use crate::{Error, Options};

/// What is written as an object of options.
pub trait OptionObject: Default + 'static {
    /// Every option.
    const OPTIONS: &'static [OptionSpec<Self>];

    /// Resolves the options of one object.
    ///
    /// A `null` counts as absent, whatever its key.
    ///
    /// # Errors
    ///
    /// 9401 if an option is unknown, if its value is not allowed, or if two exclude each other.
    fn from_options(options: &Options) -> Result<Self, Error> {
        read_options("", Self::OPTIONS, options)
    }

    /// Returns the options as they are sent; [`OptionObject::from_options`] reads the same from them.
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
    fn to_options(&self) -> Options;
}

/// What can stand where options are sent: typed options, or an object by the names on the wire.
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
