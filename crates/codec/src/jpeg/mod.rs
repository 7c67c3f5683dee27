//! JPEG: read by our own decoder, written by libjpeg-turbo.
//!
//! The header is walked by [`markers`] without a decoder; [`rows`] has the pixels of all files but those coded by rare
//! processes, arithmetic and lossless, which libjpeg-turbo reads: [`turbo`] is its safe face, [`rare`] its use. A file
//! that the library warns about is damaged; one with what no pixel depends on is cleaned of it first.

mod markers;
mod rare;
mod rows;
mod turbo;

use palmette_core::{Pixmap, Size};

use self::markers::Header;
use self::turbo::EncodeParams;
use crate::exif::{self, Exif};
use crate::icc::ToSrgb;
use crate::{Cause, DecodeOptions, Decoded, EncodeFormat, Error, Format, Probe, WorkingMemory};

/// From this quality on chroma keeps its full size.
const FULL_CHROMA_QUALITY: u8 = 90;

/// Pictures of fewer pixels are baseline: a preview of so little gains nothing.
const MIN_PROGRESSIVE_AREA_PX: u64 = 50 * 50;
/// Pictures of more pixels are baseline: scans need all coefficients in memory, in both encoder and viewer.
const MAX_PROGRESSIVE_AREA_PX: u64 = 3000 * 3000;

/// Reads size and EXIF from the segments before the first scan.
pub(crate) fn probe(bytes: &[u8]) -> Result<Probe, Error> {
    let header = Header::parse(bytes)?;
    let exif = Exif::parse(header.exif);
    let size = exif.orientation.displayed(header.size);
    let memory = exif.orientation.with_memory(WorkingMemory::library(0), header.size);
    Ok(Probe { copyright: exif.copyright, has_alpha: false, memory, ..Probe::still(Format::Jpeg, size) })
}

/// Says what encoding a picture holds: coefficients of 16 bits, if they are written more than once, and the file.
pub(crate) fn encoding_memory(size: Size, quality: u8) -> WorkingMemory {
    let coefficients = match (is_progressive(size), quality >= FULL_CHROMA_QUALITY) {
        (false, _) => 0,
        (true, false) => size.area() * 3,
        (true, true) => size.area() * 6,
    };
    WorkingMemory::library(coefficients + size.area())
}

/// Tells whether a picture of a size is written in scans of growing detail.
fn is_progressive(size: Size) -> bool {
    (MIN_PROGRESSIVE_AREA_PX..=MAX_PROGRESSIVE_AREA_PX).contains(&size.area())
}

/// Decodes to upright sRGB.
pub(crate) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Decoded, Error> {
    let header = Header::parse(bytes)?;
    options.limits.check(header.size)?;
    if header.precision != 8 {
        return Err(Error::UnsupportedInput { name: "JPEG of other than 8 bits" });
    }
    let Samples { mut pixmap, model, damage } = match rows::decode(bytes, options)? {
        Some(samples) => samples,
        None => rare::decode(&header, bytes, &options.limits)?,
    };
    let icc = header.icc()?;
    match model {
        Model::Gray => ToSrgb::from_gray(icc.as_deref()).convert(&mut pixmap),
        Model::Rgb => ToSrgb::from_rgb(icc.as_deref()).convert(&mut pixmap),
        Model::Cmyk => {
            // Stored is the light that an ink lets through, not the ink: by Adobe, and so by all others.
            pixmap.data_mut().iter_mut().for_each(|sample| *sample = !*sample);
            ToSrgb::from_cmyk(icc.as_deref()).convert(&mut pixmap);
        }
    }
    let pixmap = Exif::parse(header.exif).orientation.apply(pixmap)?;
    Ok(Decoded { pixmap, damage })
}

/// What the samples of a file mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Model {
    /// Lightness alone.
    Gray,
    /// Red, green and blue, or their luma and chroma.
    Rgb,
    /// Four inks, or the luma and chroma of three and the fourth.
    Cmyk,
}

/// Samples as they are stored, four bytes a pixel: RGBA, or four inks.
struct Samples {
    pixmap: Pixmap,
    model: Model,
    /// Why some of them are missing, if they may be.
    damage: Option<Cause>,
}

/// Encodes an opaque picture, alpha is ignored; with an EXIF of nothing but a copyright notice, if there is one.
pub(crate) fn encode(pixmap: &Pixmap, quality: u8, copyright: Option<&str>) -> Result<Vec<u8>, Error> {
    let size = pixmap.size();
    let params =
        EncodeParams { quality, full_chroma: quality >= FULL_CHROMA_QUALITY, progressive: is_progressive(size) };
    let mut file = turbo::encode(pixmap.data(), size, params)?
        .map_err(|failure| Error::Encode { format: EncodeFormat::Jpeg, source: Cause::from(failure) })?;
    if let Some(copyright) = copyright {
        markers::insert_exif(&mut file, &exif::copyright_only(copyright));
    }
    Ok(file)
}
