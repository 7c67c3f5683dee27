//! From RGB to luma and chroma: the formula of JFIF (ITU-T T.871), exact, rounded once, halves up.
//!
//! Y = 0.299 R + 0.587 G + 0.114 B, Cb = (B − Y) / 1.772 + 128, Cr = (R − Y) / 1.402 + 128. Numerators and denominators are
//! integers if everything is multiplied by 1,000. A chroma sample that stands for several pixels is the mean of their exact
//! values, so their colours are added first; where pixels are missing at an edge, the last ones are repeated.

/// Numerator of Y, of red, green and blue.
pub(super) const LUMA: [i32; 3] = [299, 587, 114];
/// Denominator of Y.
pub(super) const LUMA_OVER: i32 = 1000;
/// Numerator of Cb.
pub(super) const BLUE: [i32; 3] = [-299, -587, 886];
/// Denominator of Cb.
pub(super) const BLUE_OVER: i32 = 1772;
/// Numerator of Cr.
pub(super) const RED: [i32; 3] = [701, -587, -114];
/// Denominator of Cr.
pub(super) const RED_OVER: i32 = 1402;

/// Bytes of a pixel.
pub(super) const PIXEL: usize = 4;

// The numbers of vectorised twins. Luma stays within 16 bits: its numerator, with a half added, over eight is
// 37 R + 73 G + 14 B, and what is left over eight, rounded down; it is at most 31,937. Dividing by the other 125 is multiplying
// by 33,555 / 2^22, which is too large by 71 / (125 · 2^22): too little, with such numerators, to reach the next 125th.

/// Weights of red, green and blue for an eighth of luma's numerator.
pub(super) const LUMA_EIGHTHS: [u8; 3] = [37, 73, 14];
/// Weights for the remainder.
pub(super) const LUMA_REST: [u8; 3] = [3, 3, 2];
/// The number that is added to the remainder, so that halves are rounded up.
pub(super) const LUMA_BIAS: u16 = 500;
/// 2^22 over 125, rounded up.
pub(super) const LUMA_OVER_EIGHT: u16 = 33_555;

/// Weights of chroma, and the rest of its formula, all doubled so that a half can be added.
///
/// A numerator t, with 128 and a rounding half in it, is below 2^21, so 2 t + 1 is a number of single precision. Its product
/// with the factor is wrong by less than 256 · 2^-23, or 0.00003. It is to be rounded down, and as t + ½ over the denominator
/// it is at least ½ over the denominator away from the next integer, which is more than 0.00007.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doubled {
    pub(super) red: i16,
    pub(super) green: i16,
    pub(super) blue: i16,
    pub(super) bias: i32,
    pub(super) factor: f32,
}

/// Cb of two pixels, and of four.
pub(super) const TO_BLUE: [Doubled; 2] = [Doubled::new(BLUE, 2 * BLUE_OVER), Doubled::new(BLUE, 4 * BLUE_OVER)];
/// Cr of two pixels, and of four.
pub(super) const TO_RED: [Doubled; 2] = [Doubled::new(RED, 2 * RED_OVER), Doubled::new(RED, 4 * RED_OVER)];

impl Doubled {
    /// Doubles a formula.
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "small numbers")]
    const fn new([red, green, blue]: [i32; 3], over: i32) -> Self {
        Self {
            red: 2 * red as i16,
            green: 2 * green as i16,
            blue: 2 * blue as i16,
            bias: 2 * (128 * over + over / 2) + 1,
            factor: 1.0 / (2 * over) as f32,
        }
    }
}

/// Converts a row of RGBA, whose alpha is ignored, to luma.
pub(super) type ToLuma = fn(&[u8], &mut [u8]);

/// Converts two rows of RGBA, whose alpha is ignored, to a row of Cb and one of Cr. Where chroma has full height, both rows
/// are the same.
pub(super) type ToChroma = fn([&[u8]; 2], &mut [u8], &mut [u8]);

/// The reference: see [`ToLuma`].
pub(super) fn to_luma(row: &[u8], luma: &mut [u8]) {
    for (pixel, luma) in row.as_chunks::<PIXEL>().0.iter().zip(luma) {
        *luma = round(dot(LUMA, pixel.map(i32::from)), LUMA_OVER);
    }
}

/// The reference for chroma of full width: see [`ToChroma`].
pub(super) fn to_chroma(rows: [&[u8]; 2], blue: &mut [u8], red: &mut [u8]) {
    chroma::<1>(rows, blue, red);
}

/// The reference for chroma of half the width: see [`ToChroma`].
pub(super) fn to_half_chroma(rows: [&[u8]; 2], blue: &mut [u8], red: &mut [u8]) {
    chroma::<2>(rows, blue, red);
}

/// Converts `WIDTH` × 2 pixels to one sample of each.
fn chroma<const WIDTH: usize>(rows: [&[u8]; 2], blue: &mut [u8], red: &mut [u8]) {
    let rows = rows.map(|row| row.as_chunks::<PIXEL>().0);
    let last = rows[0].len() - 1;
    let count = i32::try_from(2 * WIDTH).expect("2 or 4");
    for (i, (blue, red)) in blue.iter_mut().zip(red).enumerate() {
        let mut sum = [0; PIXEL];
        for row in rows {
            for x in 0..WIDTH {
                let pixel = row[(WIDTH * i + x).min(last)];
                sum.iter_mut().zip(pixel).for_each(|(sum, sample)| *sum += i32::from(sample));
            }
        }
        *blue = round(dot(BLUE, sum) + 128 * count * BLUE_OVER, count * BLUE_OVER);
        *red = round(dot(RED, sum) + 128 * count * RED_OVER, count * RED_OVER);
    }
}

/// Weighs the colours of a pixel.
fn dot(weights: [i32; 3], pixel: [i32; PIXEL]) -> i32 {
    weights.into_iter().zip(pixel).map(|(weight, sample)| weight * sample).sum()
}

/// Divides, rounding to nearest, halves up, and cuts what lies above the range (pure blue and pure red, by a half).
fn round(numerator: i32, denominator: i32) -> u8 {
    u8::try_from((numerator + denominator / 2) / denominator).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luma_is_its_eighths_and_the_rest() {
        let eighths = LUMA_EIGHTHS.into_iter().zip(LUMA_REST);
        assert!(eighths.map(|(eighths, rest)| 8 * i32::from(eighths) + i32::from(rest)).eq(LUMA));
        assert_eq!(2 * i32::from(LUMA_BIAS), LUMA_OVER);
        for eighth in 0..=31_937 {
            assert_eq!((eighth * u32::from(LUMA_OVER_EIGHT)) >> 22, eighth / 125, "{eighth}");
        }
    }
}
