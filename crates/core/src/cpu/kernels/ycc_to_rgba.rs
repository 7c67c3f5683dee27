//! From resampled luma and chroma to pixels, by the formula of JFIF (ITU-T T.871), rounded once.
//!
//! With `b` and `r` for Cb and Cr less 128, red is `Y + 1.402·r`, blue `Y + 1.772·b`, and green what luma leaves:
//! `Y - (0.114·1.772·b + 0.299·1.402·r) / 0.587`. Red and blue are exact fractions, over 500. Green is one over 22,000: it is
//! within 0.00002 levels of the formula, and for samples of whole levels the very same level always (a test tries them all).
//! With these factors no sum of products of 16-bit samples leaves 32 bits, and no factor 16, which is what vectors need.

use super::{UNITS_PER_LEVEL, to_level};

/// Chroma that is no colour.
const NEUTRAL: i32 = 128 * UNITS_PER_LEVEL;

/// One level of red and blue.
pub(in crate::cpu) const RED_BLUE_ONE: i32 = 500;

/// Cr in red.
pub(in crate::cpu) const RED_CR: i32 = 701;

/// Cb in blue.
pub(in crate::cpu) const BLUE_CB: i32 = 886;

/// One level of green.
pub(in crate::cpu) const GREEN_ONE: i32 = 22_000;

/// Cb in green, taken away.
pub(in crate::cpu) const GREEN_CB: i32 = 7_571;

/// Cr in green, taken away.
pub(in crate::cpu) const GREEN_CR: i32 = 15_711;

/// What is added to the products of red, for neutral chroma and to round.
pub(in crate::cpu) const RED_OFFSET: i32 = RED_BLUE_ONE * UNITS_PER_LEVEL / 2 - RED_CR * NEUTRAL;

/// What is added to the products of blue.
pub(in crate::cpu) const BLUE_OFFSET: i32 = RED_BLUE_ONE * UNITS_PER_LEVEL / 2 - BLUE_CB * NEUTRAL;

/// What is added to the products of green.
pub(in crate::cpu) const GREEN_OFFSET: i32 = GREEN_ONE * UNITS_PER_LEVEL / 2 + (GREEN_CB + GREEN_CR) * NEUTRAL;

/// The signature of [`ycc_to_rgba`].
pub type YccToRgba = fn([&[i16]; 3], &mut [u8]);

/// Converts rows of Y, Cb and Cr in units to opaque pixels.
///
/// # Panics
///
/// If a row has not as many samples as `output` pixels.
pub fn ycc_to_rgba([luma, blue, red]: [&[i16]; 3], output: &mut [u8]) {
    let pixels = output.as_chunks_mut::<4>().0;
    assert!([luma, blue, red].iter().all(|row| row.len() == pixels.len()), "a sample for each pixel");
    for (((pixel, &luma), &blue), &red) in pixels.iter_mut().zip(luma).zip(blue).zip(red) {
        *pixel = to_rgba(luma, blue, red);
    }
}

/// Converts one pixel.
fn to_rgba(luma: i16, blue: i16, red: i16) -> [u8; 4] {
    let [luma, blue, red] = [luma, blue, red].map(i32::from);
    let level =
        |value: i32, one: i32| u8::try_from(value.div_euclid(one * UNITS_PER_LEVEL).clamp(0, 255)).expect("clamped");
    [
        level(RED_BLUE_ONE * luma + RED_CR * red + RED_OFFSET, RED_BLUE_ONE),
        level(GREEN_ONE * luma - GREEN_CB * blue - GREEN_CR * red + GREEN_OFFSET, GREEN_ONE),
        level(RED_BLUE_ONE * luma + BLUE_CB * blue + BLUE_OFFSET, RED_BLUE_ONE),
        255,
    ]
}

/// Makes grey pixels of a row of luma in units.
///
/// # Panics
///
/// If the row has not as many samples as `output` pixels.
pub fn gray_to_rgba(luma: &[i16], output: &mut [u8]) {
    let pixels = output.as_chunks_mut::<4>().0;
    assert_eq!(luma.len(), pixels.len(), "a sample for each pixel");
    for (pixel, &luma) in pixels.iter_mut().zip(luma) {
        let level = to_level(i32::from(luma));
        *pixel = [level, level, level, 255];
    }
}

#[cfg(test)]
mod tests {
    use approx::abs_diff_eq;

    use super::*;

    /// The formula of T.871 in whole numbers: `numerator / denominator` for a pixel in units.
    fn formula([luma, blue, red]: [i64; 3]) -> [(i64, i64); 3] {
        let (blue, red) = (blue - i64::from(NEUTRAL), red - i64::from(NEUTRAL));
        [
            (1_000 * luma + 1_402 * red, 64_000),
            (587_000 * luma - 202_008 * blue - 419_198 * red, 587_000 * 64),
            (1_000 * luma + 1_772 * blue, 64_000),
        ]
    }

    fn rounded((numerator, denominator): (i64, i64)) -> i64 {
        (2 * numerator + denominator).div_euclid(2 * denominator).clamp(0, 255)
    }

    #[test]
    fn ycc_of_whole_levels_is_the_formula_to_the_bit() {
        for luma in [0, 1, 77, 128, 200, 255] {
            for (blue, red) in (0..=255).flat_map(|blue| (0..=255).map(move |red| (blue, red))) {
                let units = [luma, blue, red].map(|level: i16| level * 64);
                let [y, cb, cr] = units;
                let expected = formula(units.map(i64::from)).map(rounded);
                let [r, g, b, a] = to_rgba(y, cb, cr).map(i64::from);
                assert_eq!(([r, g, b], a), (expected, 255), "{luma} {blue} {red}");
            }
        }
    }

    #[test]
    fn ycc_between_levels_is_the_formula_rounded() {
        // Overshoot too, and all that 16 bits can hold.
        let grid = [-32_768, -9_000, -64, -1, 0, 31, 33, 4_000, 8_191, 8_192, 8_225, 16_319, 16_320, 18_000, 32_767];
        for luma in grid {
            for (blue, red) in grid.into_iter().flat_map(|blue| grid.map(|red| (blue, red))) {
                let exact = formula([luma, blue, red].map(i64::from));
                let actual = to_rgba(luma, blue, red);
                for (actual, (numerator, denominator)) in actual.into_iter().zip(exact) {
                    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
                    let exact = (numerator as f64 / denominator as f64).clamp(0.0, 255.0);
                    assert!(
                        abs_diff_eq!(f64::from(actual), exact, epsilon = 0.5001),
                        "{luma} {blue} {red}: {actual}, not {exact}"
                    );
                }
            }
        }
    }

    #[test]
    fn gray_is_luma_thrice() {
        let mut pixels = [1; 8];
        gray_to_rgba(&[6_400 + 32, -200], &mut pixels);
        assert_eq!(pixels, [101, 101, 101, 255, 0, 0, 0, 255]);
    }
}
