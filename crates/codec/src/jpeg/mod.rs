//! JPEG: read and written by our own codec.
//!
//! The header is walked by [`markers`] without a decoder; [`planes`] has the samples of most files, [`rows`] the pixels of all
//! but those coded by rare processes, arithmetic and lossless, which libjpeg-turbo reads: [`turbo`] is its safe face, [`rare`]
//! its use. A file that the library warns about is damaged; one with what no pixel depends on is cleaned of it first.

mod encode;
mod markers;
mod planes;
mod rare;
mod rows;
mod turbo;

use palmette_core::{Picture, Reading, Size};
use palmette_jpeg::{Decoder, Error as JpegError, Process};

pub(crate) use self::encode::{Writer, encoding_memory, planes_taken};
use self::markers::Header;
use self::planes::Planes;
use self::rows::Pixels;
use crate::exif::Exif;
use crate::reader::{Opened, PixelRows, window_of};
use crate::{Cause, DecodeOptions, Error, Format, Probe, WorkingMemory};

/// Reads size and EXIF from the segments before the first scan.
pub(crate) fn probe(bytes: &[u8]) -> Result<Probe, Error> {
    let header = Header::parse(bytes)?;
    let exif = Exif::parse(header.exif);
    // libjpeg-turbo may keep the coefficients of the whole picture, of 16 bits; our decoder keeps rows.
    let library = if header.is_rare { header.size.area() * 6 } else { 0 };
    let library = WorkingMemory::library(library);
    let layout = planes::layout(bytes, &header)?;
    Ok(Probe {
        layout,
        is_reducible: !layout.is_rgba(),
        copyright: exif.copyright,
        has_alpha: false,
        memory: exif.orientation.with_memory(library, header.size),
        reading: if header.is_rare { library.and_pixmap(header.size) } else { library },
        is_read_whole: header.is_rare,
        ..Probe::still(Format::Jpeg, header.size, exif.orientation)
    })
}

/// Opens a file to be read: by planes or pixels, or all at once if it is of a rare process.
pub(crate) fn open<'a>(bytes: &'a [u8], reading: &Reading, options: &DecodeOptions) -> Result<Opened<'a>, Error> {
    let header = Header::parse(bytes)?;
    options.limits.check(header.size)?;
    if header.precision != 8 {
        return Err(Error::UnsupportedInput { name: "JPEG of other than 8 bits" });
    }
    let orientation = Exif::parse(header.exif).orientation;
    let decoder = match Decoder::new(bytes) {
        Err(JpegError::UnsupportedProcess(Process::Arithmetic | Process::Lossless)) => {
            let (size, limits) = (header.size, options.limits);
            let decode = move || rare::decode(&header, bytes, &limits);
            return Opened::whole(size, orientation, reading, Box::new(decode));
        }
        result => result.map_err(refused)?,
    };
    let (width, height) = decoder.size();
    let size = Size::new(width, height);
    options.limits.check(size)?;
    if reading.layout.is_rgba() {
        let options = *options;
        let open = move || Ok(Box::new(Pixels::open(&decoder, &header, &options)?) as Box<dyn PixelRows>);
        return Opened::by_rows(size, orientation, reading, Box::new(open));
    }
    let window = window_of(reading, size)?;
    let planes = Planes::new(&decoder, reading, window, options)?;
    Ok(Opened::planes(orientation, window, Box::new(planes)))
}

/// Reads a file in several ways at once, all of them in planes; nothing if it is of a rare process.
pub(crate) fn read_together(
    bytes: &[u8],
    readings: &[Reading],
    options: &DecodeOptions,
) -> Result<Option<Vec<Picture>>, Error> {
    let header = Header::parse(bytes)?;
    options.limits.check(header.size)?;
    if header.precision != 8 || header.is_rare {
        return Ok(None);
    }
    let decoder = Decoder::new(bytes).map_err(refused)?;
    let (width, height) = decoder.size();
    let size = Size::new(width, height);
    options.limits.check(size)?;
    let windowed = |&reading| Ok::<_, Error>((reading, window_of(&reading, size)?));
    let readings = readings.iter().map(windowed).collect::<Result<Vec<_>, _>>()?;
    Ok(Some(planes::together(&decoder, &readings, options.deadline)?))
}

/// Translates a refusal of our decoder.
fn refused(error: JpegError) -> Error {
    match error {
        JpegError::UnsupportedProcess(_) => Error::UnsupportedInput { name: "hierarchical JPEG" },
        JpegError::UnsupportedPrecision { .. } => Error::UnsupportedInput { name: "JPEG of other than 8 bits" },
        JpegError::UnsupportedSampling => Error::UnsupportedInput { name: "JPEG with broken ratios of chroma" },
        JpegError::UnsupportedComponents { .. } => {
            Error::UnsupportedInput { name: "JPEG of other than 1, 3 or 4 components" }
        }
        JpegError::Memory { bytes } => Error::Core(palmette_core::Error::OutOfMemory { bytes: bytes as u64 }),
        error => damaged(error.into()),
    }
}

/// Makes the error of a damaged JPEG.
const fn damaged(source: Cause) -> Error {
    Error::Damaged { format: Format::Jpeg, source }
}
