//! Sharpens by what a small blur takes away.

use super::unpremultiply::dissociate;
use crate::plan::SharpenStep;

/// Sharpens one row of associated RGBA samples into straight pixels, given the rows above and below it.
///
/// Colour becomes `v + (strength / 2) · (v - b)`, with `b` the mean over 3×3 pixels weighted 1 2 1 each way; it is rounded
/// to 16-bit units, clamped at 0 and divided by the alpha of the pixel, which stays what it is.
///
/// # Panics
///
/// If the rows differ in length.
pub fn sharpen(step: SharpenStep, rows: [&[i16]; 3], output: &mut [u8]) {
    let [above, row, below] = rows.map(|row| row.as_chunks::<4>().0);
    let last = row.len() - 1;
    let column = |x: usize, c: usize| i32::from(above[x][c]) + 2 * i32::from(row[x][c]) + i32::from(below[x][c]);
    for (x, pixel) in output.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let alpha = row[x][3];
        let sharpened = |c: usize| {
            let mean_16 = column(x.saturating_sub(1), c) + 2 * column(x, c) + column((x + 1).min(last), c);
            step.apply(row[x][c], mean_16)
        };
        // Alpha is not changed, so its level is that of the pixel.
        if pixel[3] == 0 {
            *pixel = [0; 4];
        } else {
            *pixel = [0, 1, 2, 3].map(|c| if c == 3 { pixel[3] } else { dissociate(sharpened(c), alpha) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sharpen_by_hand() {
        let grey = |level: i16| [level * 64, level * 64, level * 64, 16_320];
        // A bright pixel in the middle: b = (4·140 + 12·100) / 16 = 110, so v + (2 / 2)·(140 - 110) = 170.
        let flat = [grey(100), grey(100), grey(100)].concat();
        let middle = [grey(100), grey(140), grey(100)].concat();
        let mut pixels = [[0, 0, 0, 255]; 3].concat();
        sharpen(SharpenStep { strength: 2 * SharpenStep::STRENGTH_ONE }, [&flat, &middle, &flat], &mut pixels);
        // Beside it: b = (2·140 + 14·100) / 16 = 105, so 100 - 5 = 95.
        assert_eq!(pixels, [[95, 95, 95, 255], [170, 170, 170, 255], [95, 95, 95, 255]].concat());
    }

    #[test]
    fn sharpen_keeps_constant_colour_and_alpha() {
        let row = [[6_400, 3_200, 0, 8_192], [6_400, 3_200, 0, 8_192]].concat();
        let mut pixels = [[0, 0, 0, 128]; 2].concat();
        sharpen(SharpenStep { strength: 5_000 }, [&row, &row, &row], &mut pixels);
        assert_eq!(pixels, [[199, 100, 0, 128]; 2].concat());
    }
}
