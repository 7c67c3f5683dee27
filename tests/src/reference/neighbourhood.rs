//! Blur and sharpen: premultiplied colour, edge samples repeat.

use palmette_core::{Pixmap, Size};

use super::RealPixmap;
use super::real::premultiplied;

/// Blurs by two running means along each axis, of half widths `floor(r/2)` and `ceil(r/2)`, as one kernel of reach `r`.
#[must_use]
pub fn blur(picture: &Pixmap, radius: u8) -> RealPixmap {
    let radius = usize::from(radius);
    let means = [radius / 2, radius.div_ceil(2)].map(|half| vec![1.0 / (2 * half + 1) as f64; 2 * half + 1]);
    convolved(picture, &together(&means[0], &means[1]))
}

/// `v + (s/2)·(v - b)`, `b` the mean of 3×3 weighted 1 2 1 each way; alpha stays.
#[must_use]
pub fn sharpen(picture: &Pixmap, strength: f64) -> RealPixmap {
    let mean = convolved(picture, &[0.25, 0.5, 0.25]);
    let pixels = picture.data().as_chunks::<4>().0.iter().zip(mean.pixels()).map(|(&pixel, mean)| {
        let (pixel, mean) = (premultiplied(pixel), mean.premultiplied());
        let [red, green, blue] = std::array::from_fn(|c| pixel[c] + strength / 2.0 * (pixel[c] - mean[c]));
        [red, green, blue, pixel[3]]
    });
    RealPixmap::from_premultiplied(picture.size(), pixels.collect())
}

/// The one kernel that two kernels are, one after the other.
fn together(first: &[f64], second: &[f64]) -> Vec<f64> {
    let mut kernel = vec![0.0; first.len() + second.len() - 1];
    for (shift, weight) in first.iter().enumerate() {
        for (index, other) in second.iter().enumerate() {
            kernel[shift + index] += weight * other;
        }
    }
    kernel
}

/// Convolves along both axes with a kernel of odd length.
fn convolved(picture: &Pixmap, kernel: &[f64]) -> RealPixmap {
    let pixels: Vec<[f64; 4]> = picture.data().as_chunks::<4>().0.iter().map(|&pixel| premultiplied(pixel)).collect();
    let Size { width, height } = picture.size();
    let (columns, rows) = (width as usize, height as usize);
    let across = along(&pixels, kernel, |index| (index % columns, columns, 1));
    let down = along(&across, kernel, |index| (index / columns, rows, columns));
    RealPixmap::from_premultiplied(picture.size(), down)
}

/// Convolves along one axis: `place` tells a pixel's position on it, the length of it, and the step to the next pixel.
fn along(pixels: &[[f64; 4]], kernel: &[f64], place: impl Fn(usize) -> (usize, usize, usize)) -> Vec<[f64; 4]> {
    let reach = kernel.len() / 2;
    (0..pixels.len())
        .map(|index| {
            let (position, length, step) = place(index);
            let mut sum = [0.0; 4];
            for (tap, weight) in kernel.iter().enumerate() {
                let sample = (position + tap).saturating_sub(reach).min(length - 1);
                let pixel = pixels[index - position * step + sample * step];
                for (sum, value) in sum.iter_mut().zip(pixel) {
                    *sum += value * weight;
                }
            }
            sum
        })
        .collect()
}
