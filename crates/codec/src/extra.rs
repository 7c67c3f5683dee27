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
use palmette_core::{Reading, Size, alloc};

use crate::icc::{self, ToSrgb, ToSrgb16};
use crate::orient::Orientation;
use crate::reader::{Opened, PixelRows};
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
        reading: held,
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
    let open = move || Ok(Box::new(decode(format, decoder, size)?) as Box<dyn PixelRows>);
    Opened::by_rows(size, orientation, reading, Box::new(open))
}

/// Decodes the samples, all of them at once.
fn decode(format: Format, mut decoder: Box<dyn ImageDecoder + '_>, size: Size) -> Result<Rows, Error> {
    let (total, color) = (decoder.total_bytes(), decoder.color_type());
    // Before the limits are told: that of a small TIFF would count for its profile, too.
    let icc = decoder.icc_profile().unwrap_or_default();
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(total.saturating_mul(2).saturating_add(SPARE_BYTES));
    decoder.set_limits(limits).map_err(|error| failed(format, error))?;
    let too_large = palmette_core::Error::OutOfMemory { bytes: total };
    let mut stored = alloc::try_filled(usize::try_from(total).map_err(|_| too_large)?, 0)?;
    decoder.read_image_boxed(&mut stored).map_err(|error| failed(format, error))?;
    Rows::new(stored, color, size, icc.as_deref())
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

/// Samples as the decoder gives them, those of 16 bits in the order of this machine, which become RGBA in sRGB a row at a time.
struct Rows {
    stored: Vec<u8>,
    row_bytes: usize,
    channels: usize,
    depth: Depth,
}

/// The two depths of samples, with the profile for each.
enum Depth {
    Eight(ToSrgb),
    Sixteen {
        to_srgb: ToSrgb16,
        /// A row as stored.
        samples: Vec<u16>,
        /// A row of RGBA.
        rgba: Vec<u16>,
    },
}

impl Rows {
    /// Prepares for the rows of a picture.
    fn new(stored: Vec<u8>, color: ColorType, size: Size, icc: Option<&[u8]>) -> Result<Self, Error> {
        let (width, channels) = (size.width as usize, usize::from(color.channel_count()));
        let is_deep = matches!(color, ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16);
        let depth = if is_deep {
            Depth::Sixteen {
                to_srgb: if color.has_color() { ToSrgb16::from_rgb(icc) } else { ToSrgb16::from_gray(icc) },
                samples: alloc::try_filled(width * channels, 0)?,
                rgba: alloc::try_filled(width * 4, 0)?,
            }
        } else {
            Depth::Eight(if color.has_color() { ToSrgb::from_rgb(icc) } else { ToSrgb::from_gray(icc) })
        };
        Ok(Self { stored, row_bytes: width * usize::from(color.bytes_per_pixel()), channels, depth })
    }
}

impl PixelRows for Rows {
    fn read_row(&mut self, y: u32, pixels: &mut [u8]) -> Result<(), Error> {
        let row = &self.stored[y as usize * self.row_bytes..][..self.row_bytes];
        match &mut self.depth {
            Depth::Eight(to_srgb) => {
                spread(row, self.channels, u8::MAX, pixels);
                to_srgb.convert_pixels(pixels);
            }
            Depth::Sixteen { to_srgb, samples, rgba } => {
                samples.iter_mut().zip(row.as_chunks::<2>().0).for_each(|(to, &from)| *to = u16::from_ne_bytes(from));
                spread(samples, self.channels, u16::MAX, rgba);
                to_srgb.convert_pixels(rgba);
                pixels.iter_mut().zip(rgba).for_each(|(to, &mut from)| *to = icc::to_8_bits(from));
            }
        }
        Ok(())
    }

    fn take_damage(&mut self) -> Option<Cause> {
        None
    }
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
