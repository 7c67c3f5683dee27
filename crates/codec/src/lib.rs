//! Pictures as bytes and pictures as pixels: sniffing, header probe, decoding and encoding.
//!
//! The only crate that names an image library and the only one with C behind it.

mod cause;
mod error;
mod exif;
mod flatten;
mod format;
mod formats;
mod icc;
mod orient;
mod probe;
mod raw;
mod sniff;

#[cfg(feature = "avif")]
mod avif;
#[cfg(feature = "gif")]
mod gif;
#[cfg(feature = "jpeg")]
mod jpeg;
#[cfg(feature = "png")]
mod png;
#[cfg(feature = "webp")]
mod webp;

use palmette_core::{Color, Limits, Pixmap};

pub use cause::Cause;
pub use error::Error;
pub use format::{EncodeFormat, EncodeOptions, Encoded, Format};
pub use probe::{Probe, probe};
pub use sniff::sniff;

/// Decodes the first frame of a picture: upright, in sRGB, 8 bits, straight alpha.
///
/// # Errors
///
/// Those of [`probe()`]; [`Error::Core`] if the picture is over `limits` (decided before a pixel is allocated);
/// [`Error::Damaged`] if the bytes are damaged or end too early; [`Error::UnsupportedInput`] for a kind of a format that is
/// not decoded, such as JPEG of 12 bits.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Pixmap, Error> {
    formats::decode(sniff(bytes)?, bytes, limits)
}

/// Encodes a picture. It is consumed, so that flattening happens in place and bare pixels are handed out as they are.
///
/// # Errors
///
/// [`Error::UnsupportedOutput`] for a format that is not built yet, [`Error::Disabled`] for one that was left out,
/// [`Error::Encode`] if an encoder fails, [`Error::Core`] if memory cannot be had.
pub fn encode(mut pixmap: Pixmap, options: &EncodeOptions) -> Result<Encoded, Error> {
    match (options.format, options.background) {
        (EncodeFormat::Jpeg | EncodeFormat::Rgb, background) => {
            flatten::flatten(&mut pixmap, background.unwrap_or(Color::WHITE));
        }
        (_, Some(background)) => flatten::draw_under(&mut pixmap, background),
        (_, None) => {}
    }
    let bytes = match options.format {
        EncodeFormat::Rgb => raw::encode_rgb(pixmap),
        EncodeFormat::Rgba => pixmap.into_vec(),
        format => formats::encode(format, &pixmap, options.quality())?,
    };
    Ok(Encoded { bytes, content_type: options.format.content_type() })
}
