//! JPEG: read and written by our own codec.
//!
//! The header is walked by [`markers`] without a decoder; [`rows`] has the pixels of all files but those coded by rare
//! processes, arithmetic and lossless, which libjpeg-turbo reads: [`turbo`] is its safe face, [`rare`] its use. A file
//! that the library warns about is damaged; one with what no pixel depends on is cleaned of it first.

mod encode;
mod markers;
mod planes;
mod rare;
mod rows;
mod turbo;

use palmette_core::Pixmap;

pub(crate) use self::encode::{encode, encoding_memory};
use self::markers::Header;
use crate::exif::Exif;
use crate::icc::ToSrgb;
use crate::{Cause, DecodeOptions, Decoded, Error, Format, Probe, WorkingMemory};

/// Reads size and EXIF from the segments before the first scan.
pub(crate) fn probe(bytes: &[u8]) -> Result<Probe, Error> {
    let header = Header::parse(bytes)?;
    let exif = Exif::parse(header.exif);
    // libjpeg-turbo may keep the coefficients of the whole picture, of 16 bits; our decoder keeps rows.
    let library = if header.is_rare { header.size.area() * 6 } else { 0 };
    let memory = exif.orientation.with_memory(WorkingMemory::library(library), header.size);
    let layout = planes::layout(bytes, &header)?;
    Ok(Probe {
        layout,
        is_reducible: !layout.is_rgba(),
        copyright: exif.copyright,
        has_alpha: false,
        memory,
        ..Probe::still(Format::Jpeg, header.size, exif.orientation)
    })
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
