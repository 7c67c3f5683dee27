//! What the header of a file says, without decoding a pixel.

use palmette_core::Size;

use crate::{Error, Format, formats, sniff};

/// What is known of a picture before it is decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Probe {
    /// The format, by its first bytes.
    pub format: Format,
    /// The size as displayed, that is after the orientation of the file was applied.
    pub size: Size,
    /// Whether the file holds more than one frame.
    pub is_animated: bool,
    /// The frames that [`animation()`](crate::animation()) gives; 1 for every format but GIF and WebP.
    pub frame_count: u32,
    /// The copyright notice of its EXIF, if it has one; not read from AVIF.
    pub copyright: Option<String>,
}

/// Reads the header of a picture.
///
/// # Errors
///
/// Those of [`sniff()`], [`Error::Damaged`] if the header is cut off or makes no sense, and [`Error::Disabled`]. The
/// size is *not* checked against limits: [`Limits::check`](palmette_core::Limits::check) does that.
pub fn probe(bytes: &[u8]) -> Result<Probe, Error> {
    formats::probe(sniff(bytes)?, bytes)
}
