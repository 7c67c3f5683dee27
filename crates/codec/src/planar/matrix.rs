//! From luma and chroma to red, green and blue: by the matrix of the file, in integers.
//!
//! Every channel is a sum of the three samples, each times an integer, and a constant, then rounded once. The largest error
//! against the exact result, before rounding, is a fiftieth of a level.

use palmette_core::alloc;

use super::chroma;
use super::{Chroma, Format, Sample};
use crate::Error;
use crate::heif::Nclx;

/// A channel of a pixel that comes out.
pub(crate) trait Level: Copy {
    /// Fully opaque, and white.
    const OPAQUE: Self;
    /// The same as a number.
    const MOST: i32;
    /// Bits below the point in the sums. The largest sum is 2.2 times white, and has to fit 31 bits.
    const FRACTION_BITS: u32;

    /// Rounds a sum, in which half of a level is already, and cuts off what is outside.
    fn from_sum(sum: i32) -> Self;

    /// Makes the table of what samples of alpha become.
    fn alpha_table(bits: u32, is_full_range: bool) -> Result<Vec<Self>, Error> {
        let scale = Scale::new(bits, is_full_range);
        let (most, count) = (f64::from(Self::MOST), 1_i32 << bits);
        let mut table = alloc::try_with_capacity(count.unsigned_abs() as usize)?;
        table.extend((0..count).map(|sample| {
            let level = (f64::from(sample) - scale.luma_offset) / scale.luma_range * most;
            Self::from_sum(round((level.clamp(0.0, most) + 0.5) * f64::from(1 << Self::FRACTION_BITS) - 0.5))
        }));
        Ok(table)
    }
}

impl Level for u8 {
    const OPAQUE: Self = Self::MAX;
    const MOST: i32 = 255;
    const FRACTION_BITS: u32 = 21;

    #[expect(clippy::cast_sign_loss, reason = "0 to 255")]
    fn from_sum(sum: i32) -> Self {
        (sum >> Self::FRACTION_BITS).clamp(0, Self::MOST) as Self
    }
}

impl Level for u16 {
    const OPAQUE: Self = Self::MAX;
    const MOST: i32 = 65_535;
    const FRACTION_BITS: u32 = 13;

    #[expect(clippy::cast_sign_loss, reason = "0 to 65,535")]
    fn from_sum(sum: i32) -> Self {
        (sum >> Self::FRACTION_BITS).clamp(0, Self::MOST) as Self
    }
}

/// What samples mean, as real numbers.
#[derive(Clone, Copy, Debug)]
struct Scale {
    /// The sample of black.
    luma_offset: f64,
    /// From black to white.
    luma_range: f64,
    /// The sample of no colour.
    chroma_offset: f64,
    /// From the least to the most colour.
    chroma_range: f64,
}

impl Scale {
    /// Returns what samples of a depth mean.
    fn new(bits: u32, is_full_range: bool) -> Self {
        let unit = f64::from(1_u32 << (bits - 8));
        let chroma_offset = 128.0 * unit;
        if is_full_range {
            let range = 256.0 * unit - 1.0;
            Self { luma_offset: 0.0, luma_range: range, chroma_offset, chroma_range: range }
        } else {
            Self { luma_offset: 16.0 * unit, luma_range: 219.0 * unit, chroma_offset, chroma_range: 224.0 * unit }
        }
    }
}

/// How much of luma and of each chroma a channel is, as real numbers.
type Weights = [f64; 3];

/// The sums of three channels.
pub(crate) struct Matrix<L> {
    sums: [Sum; 3],
    has_chroma: bool,
    level: std::marker::PhantomData<L>,
}

/// A sum: factors of luma and of chroma, and what is added.
#[derive(Clone, Copy, Debug)]
struct Sum {
    luma: i32,
    chroma: [i32; 2],
    constant: i32,
}

impl<L: Level> Matrix<L> {
    /// Makes the sums for pictures with these colours.
    ///
    /// # Errors
    ///
    /// [`Error::UnsupportedInput`] for a matrix that is none of red, green and blue as they are.
    pub(crate) fn new(colors: Nclx, format: Format) -> Result<Self, Error> {
        let scale = Scale::new(format.bits, colors.is_full_range);
        let has_chroma = format.chroma != Chroma::None;
        let sums = if colors.matrix == 0 && format.chroma == Chroma::Full {
            // Green, blue and red, all of them like luma.
            let one = f64::from(L::MOST) / scale.luma_range;
            [[0.0, 0.0, one], [one, 0.0, 0.0], [0.0, one, 0.0]]
                .map(|weights| Self::sum(weights, scale.luma_offset, scale.luma_offset))
        } else {
            let luma = f64::from(L::MOST) / scale.luma_range;
            let chroma = if has_chroma { f64::from(L::MOST) / scale.chroma_range } else { 0.0 };
            weights(colors)?.map(|[blue, red]| {
                Self::sum([luma, blue * chroma, red * chroma], scale.luma_offset, scale.chroma_offset)
            })
        };
        Ok(Self { sums, has_chroma, level: std::marker::PhantomData })
    }

    /// Makes the sum of a channel. The constant goes by the factors as they were rounded, so that grey is exact.
    fn sum([luma, blue, red]: Weights, luma_offset: f64, chroma_offset: f64) -> Sum {
        let one = f64::from(1_i32 << L::FRACTION_BITS);
        let chroma_one = f64::from(chroma::ONE);
        let luma = round(luma * one);
        let chroma = [blue, red].map(|weight| round(weight * one / chroma_one));
        let chroma_sum = f64::from(chroma[0]) + f64::from(chroma[1]);
        let constant = round(one / 2.0 - f64::from(luma) * luma_offset - chroma_sum * chroma_offset * chroma_one);
        Sum { luma, chroma, constant }
    }

    /// Converts a row; pixels become opaque.
    pub(crate) fn convert<T: Sample>(&self, luma: &[T], blue: &[i32], red: &[i32], pixels: &mut [[L; 4]]) {
        if self.has_chroma {
            for (((pixel, &luma), &blue), &red) in pixels.iter_mut().zip(luma).zip(blue).zip(red) {
                let [r, g, b] = self.sums.map(|sum| L::from_sum(sum.of(luma.into(), blue, red)));
                *pixel = [r, g, b, L::OPAQUE];
            }
        } else {
            for (pixel, &luma) in pixels.iter_mut().zip(luma) {
                let level = L::from_sum(self.sums[0].of(luma.into(), 0, 0));
                *pixel = [level, level, level, L::OPAQUE];
            }
        }
    }
}

impl Sum {
    /// Computes the sum. What is in between may be too large for the type, the end is not.
    const fn of(self, luma: i32, blue: i32, red: i32) -> i32 {
        let luma = self.luma.wrapping_mul(luma).wrapping_add(self.constant);
        luma.wrapping_add(self.chroma[0].wrapping_mul(blue)).wrapping_add(self.chroma[1].wrapping_mul(red))
    }
}

/// Returns how much of each chroma, from -1/2 to 1/2, red, green and blue are beside luma.
fn weights(colors: Nclx) -> Result<[[f64; 2]; 3], Error> {
    // How much of luma red and blue are.
    let (red, blue) = match colors.matrix {
        1 => (0.2126, 0.0722),
        4 => (0.30, 0.11),
        7 => (0.212, 0.087),
        9 => (0.2627, 0.0593),
        12 => {
            let [red, _, blue] = colors.cicp.luminance();
            (red, blue)
        }
        // YCgCo.
        8 => return Ok([[-1.0, 1.0], [1.0, 0.0], [-1.0, -1.0]]),
        10 | 11 | 13..=17 => {
            return Err(Error::UnsupportedInput { name: "HEIF with a matrix other than RGB, YCbCr and YCgCo" });
        }
        // BT.601, and what says nothing or makes no sense.
        _ => (0.299, 0.114),
    };
    let green = 1.0 - red - blue;
    let (of_blue, of_red) = (2.0 * (1.0 - blue), 2.0 * (1.0 - red));
    Ok([[0.0, of_red], [-of_blue * blue / green, -of_red * red / green], [of_blue, 0.0]])
}

/// Rounds to nearest.
#[expect(clippy::cast_possible_truncation, reason = "factors and constants fit, as the tests of all matrices show")]
fn round(value: f64) -> i32 {
    libm::floor(value + 0.5) as i32
}

#[cfg(test)]
mod tests {
    use approx::abs_diff_eq;

    use super::*;
    use crate::cicp::Cicp;

    const MATRICES: [u8; 10] = [0, 1, 2, 4, 5, 6, 7, 8, 9, 12];

    fn nclx(matrix: u8, is_full_range: bool) -> Nclx {
        Nclx { cicp: Cicp { primaries: 9, transfer: 13 }, matrix, is_full_range }
    }

    /// Converts one pixel, both ways of computing; returns the sum and the exact value, of 1.
    fn channels<L: Level + Into<f64>>(
        matrix: u8,
        is_full_range: bool,
        bits: u32,
        samples: [u16; 3],
    ) -> [(f64, f64); 3] {
        let colors = nclx(matrix, is_full_range);
        let format = Format { chroma: Chroma::Full, bits };
        let mut pixel = [[L::OPAQUE; 4]];
        let chroma = [samples[1], samples[2]].map(|sample| [i32::from(sample) * chroma::ONE]);
        Matrix::<L>::new(colors, format).unwrap().convert(&[samples[0]], &chroma[0], &chroma[1], &mut pixel);
        let scale = Scale::new(bits, is_full_range);
        let [luma, blue, red] = samples.map(f64::from);
        let exact = if matrix == 0 {
            [red, luma, blue].map(|sample| (sample - scale.luma_offset) / scale.luma_range)
        } else {
            weights(colors).unwrap().map(|[of_blue, of_red]| {
                (luma - scale.luma_offset) / scale.luma_range
                    + ((blue - scale.chroma_offset) * of_blue + (red - scale.chroma_offset) * of_red)
                        / scale.chroma_range
            })
        };
        std::array::from_fn(|index| (pixel[0][index].into(), exact[index].clamp(0.0, 1.0) * f64::from(L::MOST)))
    }

    #[test]
    fn matrix_is_exact_before_it_is_rounded() {
        for matrix in MATRICES {
            for is_full_range in [true, false] {
                for bits in [8, 10, 12] {
                    let most = (1_u16 << bits) - 1;
                    let places = [0, most / 16, most / 3, most / 2 + 1, most - most / 16, most];
                    for index in 0..places.len().pow(3) {
                        let samples = [index, index / 6, index / 36].map(|index| places[index % 6]);
                        for (actual, exact) in channels::<u8>(matrix, is_full_range, bits, samples) {
                            assert!(
                                abs_diff_eq!(actual, exact, epsilon = 0.51),
                                "{matrix} {is_full_range} {bits} {samples:?}: {actual}, {exact}"
                            );
                        }
                        for (actual, exact) in channels::<u16>(matrix, is_full_range, bits, samples) {
                            assert!(
                                abs_diff_eq!(actual, exact, epsilon = 4.5),
                                "{matrix} {is_full_range} {bits} {samples:?}: {actual}, {exact}"
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn matrix_keeps_grey_grey_and_full_range_as_it_is() {
        for matrix in MATRICES.into_iter().skip(1) {
            for level in 0..=255_u16 {
                let [red, green, blue] = channels::<u8>(matrix, true, 8, [level, 128, 128]).map(|(actual, _)| actual);
                assert!(
                    abs_diff_eq!([red, green, blue][..], [f64::from(level); 3][..], epsilon = 0.499),
                    "{matrix}, {level}"
                );
            }
        }
    }

    #[test]
    fn matrix_of_alpha_reaches_both_ends() {
        for (bits, is_full_range, clear, opaque) in
            [(8, true, 0, 255), (8, false, 16, 235), (10, false, 64, 940), (12, true, 0, 4095)]
        {
            let table = u8::alpha_table(bits, is_full_range).unwrap();
            assert_eq!((table[clear], table[opaque]), (0, 255));
            assert_eq!(u16::alpha_table(bits, is_full_range).unwrap()[opaque], u16::MAX);
        }
        assert!(u8::alpha_table(8, true).unwrap().into_iter().eq(0..=255));
    }
}
