//! Pixels to a JPEG, band by band.

use palmette_core::{Pixmap, Size};
use palmette_jpeg::encode::{Coding, Encoder, Error as JpegError, Options, Sampling};

use crate::{Cause, EncodeFormat, EncodeOptions, Error, WorkingMemory, exif};

/// From this quality on chroma keeps its full size.
const FULL_CHROMA_QUALITY: u8 = 90;

/// Pictures of fewer pixels are baseline: a preview of so little gains nothing.
const MIN_PROGRESSIVE_AREA_PX: u64 = 50 * 50;
/// Pictures of more pixels are baseline: scans need all coefficients in memory, in both encoder and viewer.
const MAX_PROGRESSIVE_AREA_PX: u64 = 3000 * 3000;

/// The longest EXIF that fits into a segment; a notice that is longer is left out.
const MAX_EXIF_BYTES: usize = 65_527;

/// Encodes an opaque picture, alpha is ignored; with an EXIF of nothing but a copyright notice, if there is one.
pub(crate) fn encode(pixmap: &Pixmap, options: &EncodeOptions) -> Result<Vec<u8>, Error> {
    let size = pixmap.size();
    let exif = options.copyright.as_deref().map(exif::copyright_only).filter(|exif| exif.len() <= MAX_EXIF_BYTES);
    let jpeg = Options {
        quality: options.lossy_quality(),
        sampling: sampling(options.lossy_quality()),
        coding: coding(size),
        exif: exif.as_deref(),
        ..Options::default()
    };
    let mut encoder = Encoder::new(Vec::new(), size.width, size.height, &jpeg).map_err(failed)?;
    for band in pixmap.data().chunks(encoder.band_rows() * pixmap.row_bytes()) {
        options.deadline.check()?;
        encoder.write_rgba_band(band).map_err(failed)?;
    }
    encoder.finish().map_err(failed)
}

/// Says what encoding a picture holds: tokens of its symbols, if they are written more than once, and the file.
pub(crate) fn encoding_memory(size: Size, quality: u8) -> WorkingMemory {
    let tokens = match (coding(size), sampling(quality)) {
        // What noise takes; photos take a fifth of it.
        (Coding::Progressive, Sampling::S444) => 6,
        (Coding::Progressive, _) => 3,
        _ => 0,
    };
    WorkingMemory::own(size.area() * (tokens + 1))
}

/// Chooses how chroma is sampled.
const fn sampling(quality: u8) -> Sampling {
    if quality >= FULL_CHROMA_QUALITY { Sampling::S444 } else { Sampling::S420 }
}

/// Chooses how coefficients are coded.
fn coding(size: Size) -> Coding {
    match (MIN_PROGRESSIVE_AREA_PX..=MAX_PROGRESSIVE_AREA_PX).contains(&size.area()) {
        true => Coding::Progressive,
        false => Coding::Baseline,
    }
}

/// Translates a failure of the encoder.
fn failed(error: JpegError) -> Error {
    match error {
        JpegError::Memory { bytes } => Error::Core(palmette_core::Error::OutOfMemory { bytes: bytes as u64 }),
        error => Error::Encode { format: EncodeFormat::Jpeg, source: Cause::from(error) },
    }
}
