//! Scores windows by how much they stand out: saliency by maximum symmetric surround.
//!
//! R. Achanta and S. Süsstrunk, "Saliency Detection using Maximum Symmetric Surround", ICIP 2010: a pixel, slightly
//! blurred, is compared in CIELAB with the mean over the largest rectangle that has the pixel in its middle and lies inside
//! the picture. So the middle is compared with everything, and a pixel at the edge with its neighbours.

use crate::{Pixmap, Size};

/// Returns the sum of saliency of every window, row by row.
///
/// Saliencies are rounded to integers before they are added, so that equal windows have equal sums.
pub(super) fn window_scores(copy: &Pixmap, window: Size) -> Vec<i64> {
    let (width, height) = (copy.width() as usize, copy.height() as usize);
    let lab: Vec<[f64; 3]> = copy.data().as_chunks::<{ Pixmap::PIXEL_BYTES }>().0.iter().map(cielab).collect();
    let fixed: Vec<[i64; 3]> = lab.iter().map(|lab| lab.map(to_fixed)).collect();
    let planes: [SumTable; 3] = std::array::from_fn(|c| SumTable::new(width, height, |index| fixed[index][c]));
    let saliency = |index: usize| {
        let (x, y) = (index % width, index / width);
        let (reach_x, reach_y) = (x.min(width - 1 - x), y.min(height - 1 - y));
        let (surround_width, surround_height) = (2 * reach_x + 1, 2 * reach_y + 1);
        let area = (surround_width * surround_height) as f64;
        let blurred = blurred(&fixed, width, height, x, y);
        let distance = |c: usize| {
            let mean = planes[c].sum(x - reach_x, y - reach_y, surround_width, surround_height) as f64 / area;
            (mean - blurred[c]) / FIXED_ONE
        };
        to_fixed((0..3).map(|c| distance(c) * distance(c)).sum())
    };
    let saliency: Vec<i64> = (0..width * height).map(saliency).collect();
    let sums = SumTable::new(width, height, |index| saliency[index]);
    let (window_width, window_height) = (window.width as usize, window.height as usize);
    let positions = (0..=height - window_height).flat_map(|y| (0..=width - window_width).map(move |x| (x, y)));
    positions.map(|(x, y)| sums.sum(x, y, window_width, window_height)).collect()
}

/// Units to 1 where real numbers are rounded to integers: sums of 65,536 squared distances stay far below 2⁶³.
const FIXED_ONE: f64 = 65_536.0;

/// Rounds to fixed point.
#[expect(clippy::cast_possible_truncation, reason = "distances in CIELAB are below 400")]
fn to_fixed(value: f64) -> i64 {
    libm::round(value * FIXED_ONE) as i64
}

/// Returns the mean of the 3×3 neighbours, weighted 1 2 1 each way, in fixed point; edges repeat.
fn blurred(fixed: &[[i64; 3]], width: usize, height: usize, x: usize, y: usize) -> [f64; 3] {
    let columns = [x.saturating_sub(1), x, (x + 1).min(width - 1)];
    let rows = [y.saturating_sub(1), y, (y + 1).min(height - 1)];
    let weights = [1, 2, 1];
    std::array::from_fn(|c| {
        let row_sum = |y: usize| columns.iter().zip(weights).map(|(&x, w)| w * fixed[y * width + x][c]).sum::<i64>();
        rows.iter().zip(weights).map(|(&y, w)| w * row_sum(y)).sum::<i64>() as f64 / 16.0
    })
}

/// Converts a premultiplied sRGB pixel to CIELAB, white point D65.
fn cielab(&[red, green, blue, alpha]: &[u8; 4]) -> [f64; 3] {
    let linear = |channel: u8| {
        let value = f64::from(channel) * f64::from(alpha) / (255.0 * 255.0);
        if value <= 0.040_45 { value / 12.92 } else { libm::pow((value + 0.055) / 1.055, 2.4) }
    };
    let (red, green, blue) = (linear(red), linear(green), linear(blue));
    let curve = |t: f64| if t > 216.0 / 24_389.0 { libm::cbrt(t) } else { (24_389.0 / 27.0 * t + 16.0) / 116.0 };
    let x = curve((0.412_456_4 * red + 0.357_576_1 * green + 0.180_437_5 * blue) / 0.950_47);
    let y = curve(0.212_672_9 * red + 0.715_152_2 * green + 0.072_175_0 * blue);
    let z = curve((0.019_333_9 * red + 0.119_192_0 * green + 0.950_304_1 * blue) / 1.088_83);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// Sums over all rectangles that begin at the top left, from which any other follows.
struct SumTable {
    stride: usize,
    sums: Vec<i64>,
}

impl SumTable {
    fn new(width: usize, height: usize, value: impl Fn(usize) -> i64) -> Self {
        let stride = width + 1;
        let mut sums = vec![0; stride * (height + 1)];
        for y in 0..height {
            let mut row = 0;
            for x in 0..width {
                row += value(y * width + x);
                sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1] + row;
            }
        }
        Self { stride, sums }
    }

    fn sum(&self, left: usize, top: usize, width: usize, height: usize) -> i64 {
        let at = |x: usize, y: usize| self.sums[y * self.stride + x];
        let (right, bottom) = (left + width, top + height);
        at(right, bottom) - at(left, bottom) - at(right, top) + at(left, top)
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    #[test]
    fn cielab_of_known_colours() {
        let close = |pixel: [u8; 4], expected: [f64; 3]| {
            let actual = cielab(&pixel);
            assert_abs_diff_eq!(actual[..], expected[..], epsilon = 0.05);
        };
        close([255, 255, 255, 255], [100.0, 0.0, 0.0]);
        close([255, 0, 0, 255], [53.24, 80.09, 67.20]);
        close([255, 255, 255, 0], [0.0, 0.0, 0.0]);
    }

    #[test]
    fn saliency_of_a_dot_is_at_the_dot() {
        let mut copy = Pixmap::filled(Size::new(9, 9), [50, 50, 50, 255]).unwrap();
        copy.row_mut(4)[5 * 4..5 * 4 + 3].copy_from_slice(&[255, 255, 0]);
        let scores = window_scores(&copy, Size::new(1, 1));
        let best = (0..81).max_by_key(|&index| scores[index]).unwrap();
        assert_eq!((best % 9, best / 9), (5, 4));
    }
}
