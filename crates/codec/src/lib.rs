//! Pictures as bytes and pictures as pixels: sniffing, header probe, decoding and encoding.
//!
//! The only crate that names an image library and the only one with C behind it.

mod cause;
mod error;
mod format;
mod probe;
mod sniff;

use palmette_core::{Limits, Pixmap};

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
/// [`Error::Damaged`] if the bytes are damaged or end too early.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Pixmap, Error> {
    let probe = probe(bytes)?;
    limits.check(probe.size)?;
    Err(Error::Disabled { format: probe.format })
}

/// Encodes a picture. It is consumed, so that flattening happens in place and bare pixels are handed out as they are.
///
/// # Errors
///
/// [`Error::UnsupportedOutput`] for a format that is not built yet, [`Error::Encode`] if an encoder fails.
pub fn encode(pixmap: Pixmap, options: &EncodeOptions) -> Result<Encoded, Error> {
    match options.format {
        EncodeFormat::Rgba => Ok(Encoded { bytes: pixmap.into_vec(), content_type: options.format.content_type() }),
        format => Err(Error::UnsupportedOutput { format }),
    }
}
