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
