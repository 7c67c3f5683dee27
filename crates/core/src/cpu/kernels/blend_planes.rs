//! Compositing of straight pixels over opaque planes, exactly: one rounding at the end, none before.
//!
//! The foreground's alpha times the opacity is the foreground's *weight*, in units of 1 / [`ALPHA_FULL`]; what is left of 1 is
//! that of the sample below. A sample of chroma stands for some pixels: it gets the mean of what they would get, that is, sums
//! of weights and of weighted colours take the place of single ones, and a pixel that no overlay covers weighs nothing.
//!
//! A result is a quotient of integers, so it has one correct rounding, however it is computed. On the way weights stay below
//! 2³⁰ for up to 256 pixels, colours below 2¹⁹, and products below 2⁴⁹; a device without 64 bits multiplies and divides in parts.

use super::blend::ALPHA_FULL;
use super::rgb_to_ycc::{PARTS, parts};

/// What covers the pixels that a sample stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cover {
    /// The sum of weights.
    weight: u32,
    /// The sum of colours times weights, in parts of a level.
    color: u64,
}

impl Cover {
    /// The most pixels that a sample may stand for.
    pub const MAX_PIXELS: u32 = 256;

    /// Adds a pixel of the overlay to what covers a sample of a plane, `opacity` in units of 1 / 16,000.
    pub fn add(&mut self, plane: usize, opacity: u32, [red, green, blue, alpha]: [u8; 4]) {
        let weight = u32::from(alpha) * opacity;
        self.weight += weight;
        self.color += u64::from(weight) * u64::from(parts(plane, [red, green, blue]));
    }

    /// Tells whether nothing covers the sample.
    #[must_use]
    pub const fn is_clear(self) -> bool {
        self.weight == 0
    }

    /// Composites over a sample of a plane that stands for so many pixels, at most [`Cover::MAX_PIXELS`].
    #[must_use]
    pub fn over(self, plane: usize, pixels: u32, sample: u8) -> u8 {
        let full = pixels * ALPHA_FULL;
        let one = u64::from(PARTS[plane]);
        let below = u64::from(full - self.weight) * u64::from(sample) * one;
        let (numerator, denominator) = (self.color + below, u64::from(full) * one);
        let level = (2 * numerator + denominator) / (2 * denominator);
        // Chroma of a pure colour is up to 255.5.
        u8::try_from(level.min(255)).expect("clamped")
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::super::rgb_to_ycc::rgb_to_ycc;
    use super::*;
    use crate::plan::DrawStep;

    const ONE: u32 = DrawStep::OPACITY_ONE;

    fn over(plane: usize, opacity: u32, pixels: &[[u8; 4]], count: u32, sample: u8) -> u8 {
        let mut cover = Cover::default();
        pixels.iter().for_each(|&pixel| cover.add(plane, opacity, pixel));
        cover.over(plane, count, sample)
    }

    #[test]
    fn cover_by_hand() {
        let red = [255, 0, 0, 255];
        for plane in 0..3 {
            assert_eq!(over(plane, ONE, &[red], 1, 9), rgb_to_ycc([255, 0, 0])[plane], "opaque replaces");
            assert_eq!(over(plane, ONE, &[[255, 0, 0, 0]; 4], 4, 9), 9, "clear changes nothing");
            assert_eq!(over(plane, 0, &[red], 1, 9), 9);
            assert_eq!(over(plane, ONE, &[red; 256], 256, 255), rgb_to_ycc([255, 0, 0])[plane]);
        }
        // Luma: 0.5·76.245 + 0.5·255 = 165.62
        assert_eq!(over(0, ONE / 2, &[red], 1, 255), 166);
        // Cr: one pixel of four is red, 255.5: (255.5 + 3·128) / 4 = 159.875
        assert_eq!(over(2, ONE, &[red], 4, 128), 160);
    }

    #[test]
    fn cover_is_within_half_a_level_of_real_numbers() {
        let levels = [0, 1, 100, 128, 254, 255];
        let colors = || levels.into_iter().flat_map(|a| levels.map(|b| [a, b, 255 - a, 255 - b / 2]));
        for (plane, opacity) in (0..3).flat_map(|plane| [1, 5_333, 12_000, ONE].map(|opacity| (plane, opacity))) {
            for (first, second) in colors().flat_map(|a| colors().map(move |b| (a, b))) {
                for sample in levels {
                    let actual = over(plane, opacity, &[first, second], 3, sample);
                    let mean: f64 = [first, second]
                        .map(|[r, g, b, a]| {
                            let [r, g, b] = [r, g, b].map(f64::from);
                            let luma = 0.299 * r + 0.587 * g + 0.114 * b;
                            let color = [luma, (b - luma) / 1.772 + 128.0, (r - luma) / 1.402 + 128.0][plane];
                            let weight = f64::from(a) / 255.0 * f64::from(opacity) / f64::from(ONE);
                            weight * color + (1.0 - weight) * f64::from(sample)
                        })
                        .iter()
                        .sum();
                    let exact = ((mean + f64::from(sample)) / 3.0).clamp(0.0, 255.0);
                    assert_abs_diff_eq!(f64::from(actual), exact, epsilon = 0.5 + 1e-6);
                }
            }
        }
    }
}
