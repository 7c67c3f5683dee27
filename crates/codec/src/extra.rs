//! BMP, TIFF, ICO, QOI and PNM, on the way in, by the `image` crate: what scanners, desktops and tools produce.
//!
//! Sizes are checked before pixels are allocated, and the decoders are told our limits, too. Profiles are followed, and the
//! orientation of a TIFF; of several pictures in a file the first of a TIFF or a PNM is shown, and the largest of an ICO. The
//! decoders cannot be stopped, and give nothing of a damaged file, so a deadline counts before them only.

use std::io::Cursor;

use image::codecs::bmp::BmpDecoder;
use image::codecs::ico::IcoDecoder;
use image::codecs::pnm::PnmDecoder;
use image::codecs::qoi::QoiDecoder;
use image::codecs::tiff::TiffDecoder;
use image::{ColorType, ImageDecoder, ImageError};
use palmette_core::{Pixmap, Reading, Size, alloc};

use crate::icc::{self, ToSrgb, ToSrgb16};
use crate::orient::Orientation;
use crate::reader::{Opened, Stored};
use crate::{Cause, DecodeOptions, Error, Format, Probe, WorkingMemory};

/// Memory that a decoder may take beside twice the picture.
const SPARE_BYTES: u64 = 32 << 20;

/// Reads the header.
pub(crate) fn probe(format: Format, bytes: &[u8]) -> Result<Probe, Error> {
    let mut decoder = read_header(format, bytes)?;
    let (stored, orientation) = (stored_size(&*decoder), orientation(&mut *decoder));
    let color = decoder.color_type();
    // As stored, and once more where a part of the file is all of it.
    let held = WorkingMemory::own(decoder.total_bytes().saturating_mul(2));
    Ok(Probe {
        memory: orientation.with_memory(held, stored),
        has_alpha: color.has_alpha(),
        notes: icc::notes(decoder.icc_profile().unwrap_or_default().as_deref(), !color.has_color()),
        ..Probe::still(format, stored, orientation)
    })
}

/// Opens a file to be read.
pub(crate) fn open<'a>(
    format: Format,
    bytes: &'a [u8],
    reading: &Reading,
    options: &DecodeOptions,
) -> Result<Opened<'a>, Error> {
    let mut decoder = read_header(format, bytes)?;
    let size = stored_size(&*decoder);
    options.limits.check(size)?;
    let orientation = orientation(&mut *decoder);
    Opened::whole(size, orientation, reading, Box::new(move || decode(format, decoder, size)))
}

/// Decodes to sRGB, not yet upright.
fn decode(format: Format, mut decoder: Box<dyn ImageDecoder + '_>, size: Size) -> Result<Stored, Error> {
    let (total, color) = (decoder.total_bytes(), decoder.color_type());
    // Before the limits are told: that of a small TIFF would count for its profile, too.
    let icc = decoder.icc_profile().unwrap_or_default();
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(total.saturating_mul(2).saturating_add(SPARE_BYTES));
    decoder.set_limits(limits).map_err(|error| failed(format, error))?;
    let too_large = palmette_core::Error::OutOfMemory { bytes: total };
    let mut stored = alloc::try_filled(usize::try_from(total).map_err(|_| too_large)?, 0)?;
    decoder.read_image_boxed(&mut stored).map_err(|error| failed(format, error))?;
    Ok(Stored { pixmap: to_pixmap(&stored, color, size, icc.as_deref())?, damage: None })
}

/// Reads the header of a file.
fn read_header<'a>(format: Format, bytes: &'a [u8]) -> Result<Box<dyn ImageDecoder + 'a>, Error> {
    let file = Cursor::new(bytes);
    let decoder: Result<Box<dyn ImageDecoder>, ImageError> = match format {
        Format::Bmp => BmpDecoder::new(file).map(|decoder| Box::new(decoder) as Box<dyn ImageDecoder>),
        Format::Tiff => TiffDecoder::new(file).map(|decoder| Box::new(decoder) as Box<dyn ImageDecoder>),
        Format::Ico => IcoDecoder::new(file).map(|decoder| Box::new(decoder) as Box<dyn ImageDecoder>),
        Format::Qoi => QoiDecoder::new(file).map(|decoder| Box::new(decoder) as Box<dyn ImageDecoder>),
        Format::Pnm => PnmDecoder::new(file).map(|decoder| Box::new(decoder) as Box<dyn ImageDecoder>),
        format => return Err(Error::Disabled { name: format.mime() }),
    };
    let decoder = decoder.map_err(|error| failed(format, error))?;
    match decoder.color_type() {
        ColorType::Rgb32F | ColorType::Rgba32F => Err(unsupported(format)),
        _ => Ok(decoder),
    }
}

/// Returns the size of what is stored.
fn stored_size(decoder: &dyn ImageDecoder) -> Size {
    let (width, height) = decoder.dimensions();
    Size::new(width, height)
}

/// Reads which way is up, if the file says so.
fn orientation(decoder: &mut dyn ImageDecoder) -> Orientation {
    decoder.orientation().map(|value| Orientation::from_exif(value.to_exif().into())).unwrap_or_default()
}

/// Turns samples as the decoder gives them, those of 16 bits in the order of this machine, to RGBA in sRGB.
fn to_pixmap(stored: &[u8], color: ColorType, size: Size, icc: Option<&[u8]>) -> Result<Pixmap, Error> {
    let mut pixmap = Pixmap::filled(size, [0; 4])?;
    let width = size.width as usize;
    let row_bytes = (width * usize::from(color.bytes_per_pixel())).max(1);
    let is_deep = matches!(color, ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16);
    let channels = usize::from(color.channel_count());
    let rows = stored.chunks_exact(row_bytes).zip(0..size.height);
    if !is_deep {
        rows.for_each(|(row, y)| spread(row, channels, u8::MAX, pixmap.row_mut(y)));
        let to_srgb = if color.has_color() { ToSrgb::from_rgb(icc) } else { ToSrgb::from_gray(icc) };
        to_srgb.convert(&mut pixmap);
        return Ok(pixmap);
    }
    let to_srgb = if color.has_color() { ToSrgb16::from_rgb(icc) } else { ToSrgb16::from_gray(icc) };
    let mut samples = alloc::try_filled(width * channels, 0)?;
    let mut rgba = alloc::try_filled(width * 4, 0)?;
    for (row, y) in rows {
        samples.iter_mut().zip(row.as_chunks::<2>().0).for_each(|(to, &from)| *to = u16::from_ne_bytes(from));
        spread(&samples, channels, u16::MAX, &mut rgba);
        to_srgb.convert_pixels(&mut rgba);
        pixmap.row_mut(y).iter_mut().zip(&rgba).for_each(|(to, &from)| *to = icc::to_8_bits(from));
    }
    Ok(pixmap)
}

/// Spreads pixels of one to four channels (grey, grey with alpha, colour, colour with alpha) to RGBA.
fn spread<T: Copy>(row: &[T], channels: usize, opaque: T, rgba: &mut [T]) {
    let targets = rgba.as_chunks_mut::<4>().0.iter_mut();
    for (target, pixel) in targets.zip(row.chunks_exact(channels.max(1))) {
        *target = match *pixel {
            [level] => [level, level, level, opaque],
            [level, alpha] => [level, level, level, alpha],
            [red, green, blue] => [red, green, blue, opaque],
            [red, green, blue, alpha, ..] => [red, green, blue, alpha],
            [] => continue,
        };
    }
}

/// Makes the error of a decoder that gave up.
fn failed(format: Format, error: ImageError) -> Error {
    match error {
        ImageError::Unsupported(_) => unsupported(format),
        error => Error::Damaged { format, source: Cause::library(&error.to_string()) },
    }
}

/// Makes the error of a kind of a format that is not decoded.
const fn unsupported(format: Format) -> Error {
    Error::UnsupportedInput {
        name: match format {
            Format::Bmp => "this kind of BMP",
            Format::Tiff => "this kind of TIFF",
            Format::Ico => "this kind of ICO",
            Format::Qoi => "this kind of QOI",
            _ => "this kind of PNM",
        },
    }
}
