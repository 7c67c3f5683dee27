//! From a row as the decoder gives it to RGBA in sRGB.

use palmette_core::{Size, alloc};
use png::{BitDepth, ColorType};

use crate::Error;
use crate::cicp::Cicp;
use crate::icc::{ToSrgb, ToSrgb16};

/// What a file says of its colours.
pub(super) enum Colors<'a> {
    /// Their numbers.
    Numbers(Cicp),
    /// Their profile, or nothing.
    Profile(Option<&'a [u8]>),
}

/// Tells whether pixels of a colour type have no colour.
pub(super) const fn is_gray(color: ColorType) -> bool {
    matches!(color, ColorType::Grayscale | ColorType::GrayscaleAlpha)
}

/// What a row goes through, and the memory for it.
pub(super) struct Rows {
    color: ColorType,
    depth: Depth,
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
    pub(super) fn new(color: ColorType, depth: BitDepth, colors: &Colors<'_>, size: Size) -> Result<Self, Error> {
        let samples = size.width as usize * 4;
        let depth = match depth {
            BitDepth::Sixteen => Depth::Sixteen {
                to_srgb: match *colors {
                    Colors::Numbers(cicp) => ToSrgb16::from_cicp(cicp),
                    Colors::Profile(icc) if is_gray(color) => ToSrgb16::from_gray(icc),
                    Colors::Profile(icc) => ToSrgb16::from_rgb(icc),
                },
                samples: alloc::try_with_capacity(samples)?,
                rgba: alloc::try_filled(samples, 0)?,
            },
            _ => Depth::Eight(match *colors {
                Colors::Numbers(cicp) => ToSrgb::from_cicp(cicp),
                Colors::Profile(icc) if is_gray(color) => ToSrgb::from_gray(icc),
                Colors::Profile(icc) => ToSrgb::from_rgb(icc),
            }),
        };
        Ok(Self { color, depth })
    }

    /// Tells whether a row is stored as RGBA of 8 bits, so that it can be [corrected](Self::correct) where the decoder puts it.
    pub(super) const fn is_rgba(&self) -> bool {
        matches!((self.color, &self.depth), (ColorType::Rgba, Depth::Eight(_)))
    }

    /// Converts the colours of a row that [is RGBA](Self::is_rgba).
    pub(super) fn correct(&self, pixels: &mut [u8]) {
        if let Depth::Eight(to_srgb) = &self.depth {
            to_srgb.convert_pixels(pixels);
        }
    }

    /// Converts a row, or a row of an interlacing pass, to RGBA of 8 bits at the start of `rgba`, and returns that part.
    pub(super) fn convert<'a>(&mut self, row: &[u8], rgba: &'a mut [u8]) -> &'a [u8] {
        match &mut self.depth {
            Depth::Eight(to_srgb) => {
                let pixels = expand(self.color, u8::MAX, row, rgba);
                to_srgb.convert_pixels(pixels);
                pixels
            }
            Depth::Sixteen { to_srgb, samples, rgba: wide } => {
                samples.clear();
                samples.extend(row.as_chunks::<2>().0.iter().map(|&sample| u16::from_be_bytes(sample)));
                let wide = expand(self.color, u16::MAX, samples, wide);
                to_srgb.convert_pixels(wide);
                let pixels = &mut rgba[..wide.len()];
                pixels.iter_mut().zip(&*wide).for_each(|(to, &from)| *to = to_8_bits(from));
                pixels
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_16_bits_are_rounded_as_the_rule_says() {
        for value in 0..=u16::MAX {
            let exact = (f64::from(value) / 257.0 + 0.5).floor();
            assert!((f64::from(to_8_bits(value)) - exact).abs() < 0.5, "{value}");
        }
    }
}
