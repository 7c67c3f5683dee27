//! Separable resampling with `f64` weights.

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

/// Scales a picture and keeps the window.
#[must_use]
pub fn resize(picture: &Pixmap, fitted: &Fitted) -> RealPixmap {
    let columns = axis(picture.width(), fitted.scaled.width, fitted.left..fitted.left + fitted.window.width);
    let rows = axis(picture.height(), fitted.scaled.height, fitted.top..fitted.top + fitted.window.height);
    let pixels: Vec<[f64; 4]> = picture.data().as_chunks::<4>().0.iter().map(|&pixel| premultiplied(pixel)).collect();
    let source_width = picture.width() as usize;
    // The order is free in real numbers; the cheaper one keeps the tests fast.
    let pixels = if columns.len() * picture.height() as usize <= rows.len() * source_width {
        down(&across(&pixels, source_width, &columns), columns.len(), &rows)
    } else {
        across(&down(&pixels, source_width, &rows), source_width, &columns)
    };
    RealPixmap::from_premultiplied(fitted.window, pixels)
}

/// Returns the taps of the scaled samples in `window` when `source` samples become `scaled`.
#[must_use]
pub fn axis(source: u32, scaled: u32, window: Range<u32>) -> Vec<Taps> {
    window.map(|output| taps(source, scaled, output)).collect()
}

/// The taps of one output sample.
fn taps(source: u32, scaled: u32, output: u32) -> Taps {
    if source == scaled {
        return Taps { first: output as usize, weights: vec![1.0] };
    }
    let (kernel, reach): (fn(f64) -> f64, f64) = if scaled < source { (lanczos3, 3.0) } else { (catmull_rom, 2.0) };
    let step = f64::from(source) / f64::from(scaled);
    let stretch = step.max(1.0);
    let center = (f64::from(output) + 0.5) * step;

    // One sample more at each end than the kernel can reach: it weighs 0 there.
    let first = to_index(center - 0.5 - reach * stretch - 1.0, source);
    let end = to_index(center - 0.5 + reach * stretch + 2.0, source);
    let weight = |sample: usize| kernel((sample as f64 + 0.5 - center) / stretch);
    let sum: f64 = (first..end).map(weight).sum();
    Taps { first, weights: (first..end).map(|sample| weight(sample) / sum).collect() }
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

/// Resamples every row of a picture `width` pixels wide.
fn across(pixels: &[[f64; 4]], width: usize, columns: &[Taps]) -> Vec<[f64; 4]> {
    let rows = pixels.chunks_exact(width);
    rows.flat_map(|row| {
        columns.iter().map(|taps| {
            let mut sum = [0.0; 4];
            for (pixel, weight) in row[taps.first..].iter().zip(&taps.weights) {
                add(&mut sum, pixel, *weight);
            }
            sum
        })
    })
    .collect()
}

/// Resamples every column of a picture `width` pixels wide.
fn down(pixels: &[[f64; 4]], width: usize, rows: &[Taps]) -> Vec<[f64; 4]> {
    let mut output = vec![[0.0; 4]; width * rows.len()];
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

fn add(sum: &mut [f64; 4], pixel: &[f64; 4], weight: f64) {
    for (sum, value) in sum.iter_mut().zip(pixel) {
        *sum += value * weight;
    }
}

/// Clamps a position to `0..=end`.
fn to_index(position: f64, end: u32) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped between 0 and a u32 before")]
    let index = position.floor().clamp(0.0, f64::from(end)) as usize;
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resample_halves_with_the_weights_of_lanczos() {
        // In the middle of a long axis halved, the six nearest pairs lie at ±1/4, ±3/4, … ±11/4 of the stretched kernel.
        let Taps { first, weights } = taps(40, 20, 10);
        let near = |position: f64| lanczos3(position);
        let sum: f64 = 2.0 * [0.25, 0.75, 1.25, 1.75, 2.25, 2.75].map(near).iter().sum::<f64>();
        let at = |sample: usize| weights[sample - first];
        assert!((at(20) - near(0.25) / sum).abs() < 1e-15);
        assert!((at(21) - near(0.25) / sum).abs() < 1e-15);
        assert!((at(15) - near(2.75) / sum).abs() < 1e-15);
        assert_eq!(at(14), 0.0);
    }

    #[test]
    fn resample_weights_sum_to_one_everywhere() {
        for (source, scaled) in [(1, 1), (1, 9), (9, 1), (7, 5), (5, 7), (1500, 3), (3, 1500)] {
            for taps in axis(source, scaled, 0..scaled) {
                assert!((taps.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
                assert!(taps.first + taps.weights.len() <= source as usize);
            }
        }
    }
}
