//! From the name of a format to its module. The only place that knows which formats are in this build.

use palmette_core::{Limits, Pixmap};

#[cfg(feature = "avif")]
use crate::avif;
#[cfg(feature = "gif")]
use crate::gif;
#[cfg(feature = "jpeg")]
use crate::jpeg;
#[cfg(feature = "png")]
use crate::png;
#[cfg(feature = "webp")]
use crate::webp;
use crate::{EncodeFormat, Error, Format, Probe};

/// Reads the header of a file of the given format.
pub(crate) fn probe(format: Format, bytes: &[u8]) -> Result<Probe, Error> {
    match format {
        #[cfg(feature = "jpeg")]
        Format::Jpeg => jpeg::probe(bytes),
        #[cfg(feature = "png")]
        Format::Png => png::probe(bytes),
        #[cfg(feature = "gif")]
        Format::Gif => gif::probe(bytes),
        #[cfg(feature = "webp")]
        Format::Webp => webp::probe(bytes),
        #[cfg(feature = "avif")]
        Format::Avif => avif::probe(bytes),
        #[cfg(not(all(feature = "jpeg", feature = "png", feature = "gif", feature = "webp", feature = "avif")))]
        format => Err(Error::Disabled { name: format.mime() }),
    }
}

/// Decodes a file of the given format.
pub(crate) fn decode(format: Format, bytes: &[u8], limits: &Limits) -> Result<Pixmap, Error> {
    match format {
        #[cfg(feature = "jpeg")]
        Format::Jpeg => jpeg::decode(bytes, limits),
        #[cfg(feature = "png")]
        Format::Png => png::decode(bytes, limits),
        #[cfg(feature = "gif")]
        Format::Gif => gif::decode(bytes, limits),
        #[cfg(feature = "webp")]
        Format::Webp => webp::decode(bytes, limits),
        #[cfg(feature = "avif")]
        Format::Avif => avif::decode(bytes, limits),
        #[cfg(not(all(feature = "jpeg", feature = "png", feature = "gif", feature = "webp", feature = "avif")))]
        format => Err(Error::Disabled { name: format.mime() }),
    }
}

/// Encodes as the given format, which is none of bare pixels; JPEG takes an opaque picture. `quality` is 1 to 100.
pub(crate) fn encode(format: EncodeFormat, pixmap: &Pixmap, quality: u8) -> Result<Vec<u8>, Error> {
    match format {
        #[cfg(feature = "jpeg")]
        EncodeFormat::Jpeg => jpeg::encode(pixmap, quality),
        #[cfg(feature = "png")]
        EncodeFormat::Png => png::encode(pixmap),
        #[cfg(feature = "webp")]
        EncodeFormat::Webp => webp::encode(pixmap, quality),
        #[cfg(feature = "avif")]
        EncodeFormat::Avif => avif::encode(pixmap, quality),
        #[cfg(not(all(feature = "jpeg", feature = "png", feature = "webp", feature = "avif")))]
        EncodeFormat::Jpeg | EncodeFormat::Png | EncodeFormat::Webp | EncodeFormat::Avif => {
            Err(Error::Disabled { name: format.as_str() })
        }
        EncodeFormat::Gif | EncodeFormat::Rgb | EncodeFormat::Rgba => Err(Error::UnsupportedOutput { format }),
    }
}
