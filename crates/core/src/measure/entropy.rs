//! Scores windows by the entropy of their histogram of luma.

use crate::{Pixmap, Size};

/// Returns the score of every window, row by row; more is better.
///
/// All windows have the same number of pixels, so the one with the largest entropy is the one with the smallest sum of
/// `count · log₂(count)` over the 256 bins. The logarithms are tabulated as integers, so that sliding a window by a column
/// changes the sum exactly, and equal windows have equal scores.
pub(super) fn window_scores(copy: &Pixmap, window: Size) -> Vec<i64> {
    let (width, height) = (copy.width() as usize, copy.height() as usize);
    let (window_width, window_height) = (window.width as usize, window.height as usize);
    let luma: Vec<usize> = copy.data().as_chunks::<{ Pixmap::PIXEL_BYTES }>().0.iter().map(luma).collect();
    let costs: Vec<i64> = (0..=window_width * window_height).map(cost).collect();
    let mut scores = Vec::new();
    for top in 0..=height - window_height {
        let column = |x: usize| (top..top + window_height).map(move |y| y * width + x);
        let mut histogram = Histogram { counts: [0; 256], cost: 0, costs: &costs };
        (0..window_width).flat_map(column).for_each(|index| histogram.add(luma[index]));
        scores.push(-histogram.cost);
        for left in 1..=width - window_width {
            column(left - 1).for_each(|index| histogram.remove(luma[index]));
            column(left + window_width - 1).for_each(|index| histogram.add(luma[index]));
            scores.push(-histogram.cost);
        }
    }
    scores
}

/// The counts of a window, and the sum of their costs.
struct Histogram<'a> {
    counts: [usize; 256],
    cost: i64,
    costs: &'a [i64],
}

impl Histogram<'_> {
    fn add(&mut self, bin: usize) {
        self.set(bin, self.counts[bin] + 1);
    }

    fn remove(&mut self, bin: usize) {
        self.set(bin, self.counts[bin] - 1);
    }

    fn set(&mut self, bin: usize, count: usize) {
        self.cost += self.costs[count] - self.costs[self.counts[bin]];
        self.counts[bin] = count;
    }
}

/// Returns the luma (Rec. 709) of a pixel, premultiplied and rounded to a level.
fn luma(&[red, green, blue, alpha]: &[u8; 4]) -> usize {
    let weighted = 2126 * usize::from(red) + 7152 * usize::from(green) + 722 * usize::from(blue);
    (weighted * usize::from(alpha) + 1_275_000) / 2_550_000
}

/// Returns `count · log₂(count)` in units of 2⁻¹⁶.
#[expect(clippy::cast_possible_truncation, reason = "at most 2^16 · 16 · 2^16")]
fn cost(count: usize) -> i64 {
    if count == 0 { 0 } else { libm::round(count as f64 * libm::log2(count as f64) * 65_536.0) as i64 }
}
