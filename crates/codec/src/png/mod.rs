//! PNG by the `png` crate, read row by row, so that 16 bits and interlacing need no second picture.
//!
//! An embedded profile is followed; `gAMA`, `cHRM` and `cICP` are not. Old editors wrote wrong gammas into plain sRGB
//! pictures, and common tools ignore the chunk. The EXIF may stand before or after the pixels.

mod encode;

use std::io::Cursor;

use palmette_core::{Pixmap, Size, alloc};
use png::{BitDepth, ColorType, InterlaceInfo, Transformations};

pub(crate) use self::encode::{encode, encoding_memory};
use crate::exif::Exif;
use crate::icc::{ToSrgb, ToSrgb16};
use crate::{Cause, DecodeOptions, Decoded, Error, Format, Probe, WorkingMemory};

/// Bytes before the first chunk.
const SIGNATURE_BYTES: usize = 8;

/// Reads size, EXIF and the mark of an animation from the chunks.
pub(crate) fn probe(bytes: &[u8]) -> Result<Probe, Error> {
    let exif = Exif::parse(chunk(bytes, *b"eXIf"));
    let stored = stored_size(bytes)?;
    Ok(Probe {
        memory: exif.orientation.with_memory(WorkingMemory::own(0), stored),
        is_animated: chunk(bytes, *b"acTL").is_some(),
        copyright: exif.copyright,
        ..Probe::still(Format::Png, exif.orientation.displayed(stored))
    })
}

/// Decodes to upright sRGB.
pub(crate) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Decoded, Error> {
    let size = stored_size(bytes)?;
    options.limits.check(size)?;
    let pixmap = decode_stored(bytes, size)?;
    Exif::parse(chunk(bytes, *b"eXIf")).orientation.apply(pixmap).map(Decoded::whole)
}

/// Decodes to sRGB, not yet upright.
fn decode_stored(bytes: &[u8], size: Size) -> Result<Pixmap, Error> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_ignore_text_chunk(true);
    // Palettes to colour, transparent colours to alpha, and at least 8 bits.
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(damaged)?;
    let (color, depth) = reader.output_color_type();
    let mut rows = Rows::new(color, depth, reader.info().icc_profile.as_deref(), size)?;
    let mut pixmap = Pixmap::filled(size, [0; 4])?;
    let row_bytes = pixmap.row_bytes();
    let mut next_y = 0;
    while let Some(row) = reader.next_interlaced_row().map_err(damaged)? {
        let pixels = rows.convert(row.data());
        match row.interlace() {
            InterlaceInfo::Null(_) => {
                pixmap.row_mut(next_y).copy_from_slice(pixels);
                next_y += 1;
            }
            InterlaceInfo::Adam7(pass) => png::expand_interlaced_row(pixmap.data_mut(), row_bytes, pixels, pass, 32),
        }
    }
    Ok(pixmap)
}

/// What a row goes through, and the memory for it.
struct Rows {
    color: ColorType,
    depth: Depth,
    /// One row of RGBA.
    rgba: Vec<u8>,
}

/// The two depths that rows come in, with the profile for each.
enum Depth {
    Eight(ToSrgb),
    Sixteen {
        to_srgb: ToSrgb16,
        /// One row as stored, in the byte order of this machine.
        samples: Vec<u16>,
        /// One row of RGBA.
        rgba: Vec<u16>,
    },
}

impl Rows {
    /// Prepares for rows of a picture.
    fn new(color: ColorType, depth: BitDepth, icc: Option<&[u8]>, size: Size) -> Result<Self, Error> {
        let is_gray = matches!(color, ColorType::Grayscale | ColorType::GrayscaleAlpha);
        let samples = size.width as usize * 4;
        let depth = match (depth, is_gray) {
            (BitDepth::Sixteen, _) => Depth::Sixteen {
                to_srgb: if is_gray { ToSrgb16::from_gray(icc) } else { ToSrgb16::from_rgb(icc) },
                samples: alloc::try_with_capacity(samples)?,
                rgba: alloc::try_filled(samples, 0)?,
            },
            (_, true) => Depth::Eight(ToSrgb::from_gray(icc)),
            (_, false) => Depth::Eight(ToSrgb::from_rgb(icc)),
        };
        Ok(Self { color, depth, rgba: alloc::try_filled(samples, 0)? })
    }

    /// Converts a row, or a row of an interlacing pass, to RGBA of 8 bits.
    fn convert(&mut self, row: &[u8]) -> &[u8] {
        let pixels = match &mut self.depth {
            Depth::Eight(to_srgb) => {
                let pixels = expand(self.color, u8::MAX, row, &mut self.rgba);
                to_srgb.convert_pixels(pixels);
                pixels.len()
            }
            Depth::Sixteen { to_srgb, samples, rgba } => {
                samples.clear();
                samples.extend(row.as_chunks::<2>().0.iter().map(|&sample| u16::from_be_bytes(sample)));
                let pixels = expand(self.color, u16::MAX, samples, rgba);
                to_srgb.convert_pixels(pixels);
                self.rgba.iter_mut().zip(&*pixels).for_each(|(to, &from)| *to = to_8_bits(from));
                pixels.len()
            }
        };
        &self.rgba[..pixels]
    }
}

/// Spreads samples to RGBA at the start of `rgba`, and returns that part.
fn expand<'a, T: Copy>(color: ColorType, opaque: T, row: &[T], rgba: &'a mut [T]) -> &'a mut [T] {
    let pixels = row.len() / color.samples();
    let rgba = &mut rgba[..pixels * 4];
    let (targets, _) = rgba.as_chunks_mut::<4>();
    match color {
        ColorType::Grayscale => {
            targets.iter_mut().zip(row).for_each(|(to, &level)| *to = [level, level, level, opaque]);
        }
        ColorType::GrayscaleAlpha => {
            let (sources, _) = row.as_chunks::<2>();
            targets.iter_mut().zip(sources).for_each(|(to, &[level, alpha])| *to = [level, level, level, alpha]);
        }
        // Palettes were expanded by the decoder.
        ColorType::Rgb | ColorType::Indexed => {
            let (sources, _) = row.as_chunks::<3>();
            targets.iter_mut().zip(sources).for_each(|(to, &[red, green, blue])| *to = [red, green, blue, opaque]);
        }
        ColorType::Rgba => rgba.copy_from_slice(row),
    }
    rgba
}

/// Reduces 16 bits to 8: divided by 257, rounded to nearest.
#[expect(clippy::cast_possible_truncation, reason = "65,535 becomes 255")]
const fn to_8_bits(value: u16) -> u8 {
    ((value as u32 + 128) / 257) as u8
}

/// Reads the size from the first chunk.
fn stored_size(bytes: &[u8]) -> Result<Size, Error> {
    match chunk(bytes, *b"IHDR") {
        Some(&[w3, w2, w1, w0, h3, h2, h1, h0, ..]) => {
            Ok(Size::new(u32::from_be_bytes([w3, w2, w1, w0]), u32::from_be_bytes([h3, h2, h1, h0])))
        }
        _ => Err(Error::Damaged { format: Format::Png, source: Cause::new("its header chunk is missing") }),
    }
}

/// Finds the first chunk of a kind; chunks are stepped over by their length, and a cut-off one ends the search.
fn chunk(bytes: &[u8], kind: [u8; 4]) -> Option<&[u8]> {
    let mut rest = bytes.get(SIGNATURE_BYTES..)?;
    loop {
        let (&[l3, l2, l1, l0], after) = rest.split_first_chunk()?;
        let (found, after) = after.split_first_chunk::<4>()?;
        let len = u32::from_be_bytes([l3, l2, l1, l0]) as usize;
        if *found == kind {
            return after.get(..len);
        }
        // The content, and four bytes of checksum.
        rest = after.get(len.checked_add(4)?..)?;
    }
}

/// Makes the error of a damaged PNG.
fn damaged(error: png::DecodingError) -> Error {
    Error::Damaged { format: Format::Png, source: Cause::from(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn png_16_bits_become_8_as_the_rule_says() {
        for value in 0..=u16::MAX {
            let exact = (f64::from(value) / 257.0 + 0.5).floor();
            assert!((f64::from(to_8_bits(value)) - exact).abs() < 0.5, "{value}");
        }
    }
}
