//! What the result is encoded as: format, quality, background and animation.

use crate::Color;

/// The output fields of a form.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// The format of the answer.
    pub format: OutputFormat,
    /// How good a lossy picture shall be; absent means [`Quality::DEFAULT`], and lossless where the format is.
    pub quality: Option<Quality>,
    /// A colour to flatten the result on, whatever the format.
    pub background: Option<Color>,
    /// Whether animations stay animated; absent means yes.
    pub anim: Option<bool>,
}

impl Output {
    /// Makes an output of the given format with nothing else said.
    #[must_use]
    pub const fn new(format: OutputFormat) -> Self {
        Self { format, quality: None, background: None, anim: None }
    }
}

/// The formats of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutputFormat {
    /// `image/jpeg`
    Jpeg,
    /// `image/png`
    Png,
    /// `image/gif`
    Gif,
    /// `image/webp`
    Webp,
    /// `image/avif`
    Avif,
    /// `rgb`: bare bytes, three a pixel, row by row
    Rgb,
    /// `rgba`: bare bytes, four a pixel, straight alpha, row by row
    Rgba,
}

/// Quality of a lossy encoder, 1 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quality(u8);

impl Quality {
    /// What is used when nothing was said.
    pub const DEFAULT: Self = Self(85);

    /// Makes a quality from a number; `None` outside 1 to 100.
    #[must_use]
    pub const fn new(quality: u8) -> Option<Self> {
        if quality >= 1 && quality <= 100 { Some(Self(quality)) } else { None }
    }

    /// Returns the number, 1 to 100.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}
