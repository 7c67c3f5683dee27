//! Separable resampling with `f64` weights, of pixels and of planes whose samples lie anywhere.

use std::cmp::Ordering;
use std::f64::consts::PI;
use std::ops::Range;

use palmette_core::Pixmap;

use super::RealPixmap;
use super::geometry::Fitted;
use super::real::premultiplied;

/// The samples of one axis that make one output sample: the first, and their weights, which sum to 1.
#[derive(Clone, Debug)]
pub struct Taps {
    /// The first source sample that counts.
    pub first: usize,
    /// The weight of it and of those that follow.
    pub weights: Vec<f64>,
}

/// The samples of a plane along one axis of its picture. Each stands for some pixels, and lies in their middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Pixels of the picture.
    pub length: u32,
    /// Pixels that a sample stands for.
    pub spacing: u32,
    /// The pixel that the first sample begins at: below 0 if a part of what it stands for was cut off.
    pub start: i64,
    /// The number of samples; the last one may reach over the end of the picture.
    pub count: u32,
}

impl Line {
    /// The line of a picture that has a sample for each so many pixels, from its first one on.
    #[must_use]
    pub const fn whole(length: u32, spacing: u32) -> Self {
        Self { length, spacing, start: 0, count: length.div_ceil(spacing) }
    }

    /// Whether samples begin with the picture and none is missing or too many.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        self.start == 0 && self.count == self.length.div_ceil(self.spacing)
    }

    /// The line of the mirrored picture.
    #[must_use]
    pub fn mirrored(self) -> Self {
        let end = self.start + i64::from(self.count) * i64::from(self.spacing);
        Self { start: i64::from(self.length) - end, ..self }
    }

    /// The line of a part of the picture, with the samples that lie in it, at least in part; and how many were left out before
    /// the first of them.
    #[must_use]
    pub fn cropped(self, start: u32, length: u32) -> (Self, u32) {
        let moved = Self { start: self.start - i64::from(start), length, ..self };
        let is_inside = |sample: &u32| moved.is_inside(*sample);
        let first = (0..self.count).find(is_inside).unwrap_or(self.count);
        let count = (first..self.count).filter(is_inside).count();
        let count = u32::try_from(count).expect("at most all samples");
        (Self { start: moved.start + i64::from(first) * i64::from(self.spacing), count, ..moved }, first)
    }

    /// Where a sample lies, in pixels.
    fn centre(self, sample: u32) -> f64 {
        self.start as f64 + (f64::from(sample) + 0.5) * f64::from(self.spacing)
    }

    /// Whether a sample lies in the picture, at least in part: others do not count.
    fn is_inside(self, sample: u32) -> bool {
        let begin = self.start + i64::from(sample) * i64::from(self.spacing);
        begin < i64::from(self.length) && begin + i64::from(self.spacing) > 0
    }
}

/// What one axis of a plane is resampled to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Pixels of the scaled picture.
    pub scaled: u32,
    /// Those that are kept.
    pub window: Range<u32>,
    /// Pixels that a sample of the result stands for.
    pub spacing: u32,
}

/// Scales a picture and keeps the window.
#[must_use]
pub fn resize(picture: &Pixmap, fitted: &Fitted) -> RealPixmap {
    let columns = axis(picture.width(), fitted.scaled.width, fitted.left..fitted.left + fitted.window.width);
    let rows = axis(picture.height(), fitted.scaled.height, fitted.top..fitted.top + fitted.window.height);
    let pixels: Vec<[f64; 4]> = picture.data().as_chunks::<4>().0.iter().map(|&pixel| premultiplied(pixel)).collect();
    RealPixmap::from_premultiplied(fitted.window, filter(&pixels, picture.width() as usize, &columns, &rows))
}

/// Resamples a picture of rows of `width` samples along both axes.
///
/// The order is free in real numbers; the cheaper one keeps the tests fast.
#[must_use]
pub fn filter<const N: usize>(samples: &[[f64; N]], width: usize, columns: &[Taps], rows: &[Taps]) -> Vec<[f64; N]> {
    let height = samples.len() / width;
    if columns.len() * height <= rows.len() * width {
        down(&across(samples, width, columns), columns.len(), rows)
    } else {
        across(&down(samples, width, rows), width, columns)
    }
}

/// Returns the taps of the scaled samples in `window` when `source` samples become `scaled`.
#[must_use]
pub fn axis(source: u32, scaled: u32, window: Range<u32>) -> Vec<Taps> {
    line(Line::whole(source, 1), &Target { scaled, window, spacing: 1 })
}

/// Returns the taps of all samples of a target.
///
/// The kernel is Lanczos3 where there will be fewer samples, Catmull-Rom where there will be more or where they only move,
/// and the triangle where a picture keeps its size and chroma becomes as dense as luma.
#[must_use]
pub fn line(source: Line, target: &Target) -> Vec<Taps> {
    let samples = target.window.len().div_ceil(target.spacing as usize);
    (0..samples).map(|output| taps(source, target, output)).collect()
}

/// The taps of one output sample.
fn taps(source: Line, target: &Target, output: usize) -> Taps {
    // Pixels of the source to a pixel of the result, and samples of the source to a sample of the result.
    let scale = f64::from(source.length) / f64::from(target.scaled);
    let (before, after) =
        (u64::from(source.length) * u64::from(target.spacing), u64::from(target.scaled) * u64::from(source.spacing));
    let center = (f64::from(target.window.start) + (output as f64 + 0.5) * f64::from(target.spacing)) * scale;
    let (kernel, reach): (fn(f64) -> f64, f64) = match before.cmp(&after) {
        Ordering::Greater => (lanczos3, 3.0),
        Ordering::Equal => {
            let copied = (0..source.count).find(|&sample| source.centre(sample) == center);
            if let Some(first) = copied {
                return Taps { first: first as usize, weights: vec![1.0] };
            }
            (catmull_rom, 2.0)
        }
        Ordering::Less if source.length == target.scaled => (triangle, 1.0),
        Ordering::Less => (catmull_rom, 2.0),
    };
    let step = f64::from(source.spacing) * (before as f64 / after as f64).max(1.0);

    // One sample more at each end than the kernel can reach: it weighs 0 there.
    let place = |pixel: f64| (pixel - source.start as f64) / f64::from(source.spacing);
    let first = to_index(place(center - reach * step) - 1.5, source.count);
    let end = to_index(place(center + reach * step) + 1.5, source.count);
    let weight = |sample: u32| {
        if source.is_inside(sample) { kernel((source.centre(sample) - center) / step) } else { 0.0 }
    };
    let sum: f64 = (first..end).map(weight).sum();
    Taps { first: first as usize, weights: (first..end).map(|sample| weight(sample) / sum).collect() }
}

/// The sinc function, windowed by its own main lobe stretched to three.
fn lanczos3(x: f64) -> f64 {
    if x.abs() < 3.0 { sinc(x) * sinc(x / 3.0) } else { 0.0 }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// The cubic of Mitchell and Netravali with B = 0 and C = 0.5.
fn catmull_rom(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        1.5 * x.powi(3) - 2.5 * x.powi(2) + 1.0
    } else if x < 2.0 {
        -0.5 * x.powi(3) + 2.5 * x.powi(2) - 4.0 * x + 2.0
    } else {
        0.0
    }
}

/// Linear interpolation.
fn triangle(x: f64) -> f64 {
    (1.0 - x.abs()).max(0.0)
}

/// Resamples every row of a picture `width` pixels wide.
fn across<const N: usize>(pixels: &[[f64; N]], width: usize, columns: &[Taps]) -> Vec<[f64; N]> {
    let rows = pixels.chunks_exact(width);
    rows.flat_map(|row| {
        columns.iter().map(|taps| {
            let mut sum = [0.0; N];
            for (pixel, weight) in row[taps.first..].iter().zip(&taps.weights) {
                add(&mut sum, pixel, *weight);
            }
            sum
        })
    })
    .collect()
}

/// Resamples every column of a picture `width` pixels wide.
fn down<const N: usize>(pixels: &[[f64; N]], width: usize, rows: &[Taps]) -> Vec<[f64; N]> {
    let mut output = vec![[0.0; N]; width * rows.len()];
    for (sums, taps) in output.chunks_exact_mut(width).zip(rows) {
        let inputs = pixels[taps.first * width..].chunks_exact(width);
        for (input, weight) in inputs.zip(&taps.weights) {
            for (sum, pixel) in sums.iter_mut().zip(input) {
                add(sum, pixel, *weight);
            }
        }
    }
    output
}

fn add<const N: usize>(sum: &mut [f64; N], pixel: &[f64; N], weight: f64) {
    for (sum, value) in sum.iter_mut().zip(pixel) {
        *sum += value * weight;
    }
}

/// Clamps a position to `0..=end`.
fn to_index(position: f64, end: u32) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped between 0 and a u32 before")]
    let index = position.floor().clamp(0.0, f64::from(end)) as u32;
    index
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    #[test]
    fn resample_halves_with_the_weights_of_lanczos() {
        // In the middle of a long axis halved, the six nearest pairs lie at ±1/4, ±3/4, … ±11/4 of the stretched kernel.
        let Taps { first, weights } = axis(40, 20, 10..11).remove(0);
        let near = |position: f64| lanczos3(position);
        let sum: f64 = 2.0 * [0.25, 0.75, 1.25, 1.75, 2.25, 2.75].map(near).iter().sum::<f64>();
        let at = |sample: usize| weights[sample - first];
        assert_abs_diff_eq!(at(20), near(0.25) / sum, epsilon = 1e-15);
        assert_abs_diff_eq!(at(21), near(0.25) / sum, epsilon = 1e-15);
        assert_abs_diff_eq!(at(15), near(2.75) / sum, epsilon = 1e-15);
        assert_eq!(at(14), 0.0);
    }

    #[test]
    fn resample_takes_samples_from_where_they_lie() {
        // Chroma for two pixels each, of five: the last one reaches over the end, and mirrored it begins before the picture.
        let stored = Line::whole(5, 2);
        let mirrored = stored.mirrored();
        assert_eq!((stored.count, mirrored.start, mirrored.is_whole()), (3, -1, false));
        let enlarged = |source| line(source, &Target { scaled: 5, window: 0..5, spacing: 1 });
        // A pixel is a quarter of a sample away from the one that it belongs to: 3/4, and 1/4 of the next one.
        let weights =
            |taps: &Taps| -> Vec<f64> { taps.weights.iter().copied().filter(|&weight| weight > 0.0).collect() };
        assert_eq!(weights(&enlarged(stored)[0]), [1.0]);
        assert_eq!(weights(&enlarged(stored)[1]), [0.75, 0.25]);
        assert_eq!(weights(&enlarged(mirrored)[1]), [0.25, 0.75]);
        assert!(
            line(Line::whole(4, 2), &Target { scaled: 2, window: 0..2, spacing: 1 })
                .iter()
                .all(|taps| taps.weights == [1.0])
        );
    }

    #[test]
    fn resample_weights_sum_to_one_everywhere() {
        for (source, scaled) in [(1, 1), (1, 9), (9, 1), (7, 5), (5, 7), (1500, 3), (3, 1500)] {
            for taps in axis(source, scaled, 0..scaled) {
                assert_abs_diff_eq!(taps.weights.iter().sum::<f64>(), 1.0, epsilon = 1e-12);
                assert!(taps.first + taps.weights.len() <= source as usize);
            }
        }
    }
}
