//! JPEG by libjpeg-turbo.
//!
//! The header is walked by [`markers`] without a decoder; [`turbo`] is the library's safe face. A file that the library
//! warns about is damaged; one with what no pixel depends on is cleaned of it first, and then decoded as strictly.

mod markers;
mod turbo;

use palmette_core::{Limits, Pixmap, Size};

use self::markers::Header;
use self::turbo::{Decoder, EncodeParams, Failure, Model};
use crate::exif::{self, Exif};
use crate::icc::ToSrgb;
use crate::{Cause, DecodeOptions, Decoded, EncodeFormat, Error, Format, Probe, WorkingMemory};

/// The most scans that a progressive file may have.
///
/// Every scan walks the whole picture however few bytes it has, so a small file of many scans costs minutes. Encoders
/// write about 10; a file can hold a few hundred that each say something new, which nobody has a reason to write.
const MAX_SCANS: i32 = 100;

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

/// Says what encoding a picture holds.
pub(crate) const fn encoding_memory(size: Size) -> WorkingMemory {
    WorkingMemory::library(size.area())
}

/// Decodes to upright sRGB.
pub(crate) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Decoded, Error> {
    let limits = &options.limits;
    let header = Header::parse(bytes)?;
    limits.check(header.size)?;
    if header.precision != 8 {
        return Err(Error::UnsupportedInput { name: "JPEG of other than 8 bits" });
    }
    let (mut pixmap, model) = match decode_samples(bytes, limits)? {
        Err(failure) if failure.is_harmless() => match header.cleaned(bytes)? {
            Some(clean) => decode_samples(&clean, limits)?,
            None => Err(failure),
        },
        result => result,
    }
    .map_err(|failure| Error::Damaged { format: Format::Jpeg, source: Cause::from(failure) })?;
    let icc = header.icc()?;
    match model {
        Model::Gray => ToSrgb::from_gray(icc.as_deref()).convert(&mut pixmap),
        Model::Rgb => ToSrgb::from_rgb(icc.as_deref()).convert(&mut pixmap),
        Model::Cmyk => {
            if header.has_adobe_marker {
                // Adobe stores the light that an ink lets through, not the ink.
                pixmap.data_mut().iter_mut().for_each(|sample| *sample = !*sample);
            }
            ToSrgb::from_cmyk(icc.as_deref()).convert(&mut pixmap);
        }
    }
    Exif::parse(header.exif).orientation.apply(pixmap).map(Decoded::whole)
}

/// Decodes the samples as they are stored, four bytes a pixel: RGBA, or four inks.
///
/// # Errors
///
/// Outer: the limits, and memory. Inner: what the library said.
fn decode_samples(bytes: &[u8], limits: &Limits) -> Result<Result<(Pixmap, Model), Failure>, Error> {
    let decoder = match Decoder::open(bytes, MAX_SCANS) {
        Ok(decoder) => decoder,
        Err(failure) => return Ok(Err(failure)),
    };
    let (size, model) = (decoder.size(), decoder.model());
    limits.check(size)?;
    let mut pixmap = Pixmap::filled(size, [0; 4])?;
    Ok(decoder.decode(pixmap.data_mut()).map(|()| (pixmap, model)))
}

/// Encodes an opaque picture, alpha is ignored; with an EXIF of nothing but a copyright notice, if there is one.
pub(crate) fn encode(pixmap: &Pixmap, quality: u8, copyright: Option<&str>) -> Result<Vec<u8>, Error> {
    let size = pixmap.size();
    let params = EncodeParams {
        quality,
        full_chroma: quality >= FULL_CHROMA_QUALITY,
        progressive: (MIN_PROGRESSIVE_AREA_PX..=MAX_PROGRESSIVE_AREA_PX).contains(&size.area()),
    };
    let mut file = turbo::encode(pixmap.data(), size, params)?
        .map_err(|failure| Error::Encode { format: EncodeFormat::Jpeg, source: Cause::from(failure) })?;
    if let Some(copyright) = copyright {
        markers::insert_exif(&mut file, &exif::copyright_only(copyright));
    }
    Ok(file)
}
