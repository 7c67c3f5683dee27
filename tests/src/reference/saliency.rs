//! How much each pixel stands out, for `gravity: "auto"`, and how much a window shows, for `gravity: "entropy"`.
//!
//! Only for pictures that are opaque and small enough to be measured themselves, without a copy.

use palmette_core::{Pixmap, Size};

/// Returns the saliency of every pixel by maximum symmetric surround (Achanta and Süsstrunk, 2010): the squared distance in
/// CIELAB between the pixel, blurred by the 3×3 binomial mean, and the mean of the largest rectangle around it.
#[must_use]
pub fn saliency(picture: &Pixmap) -> Vec<f64> {
    let Size { width, height } = picture.size();
    let lab: Vec<[f64; 3]> = picture.data().as_chunks::<4>().0.iter().map(|&pixel| lab(pixel)).collect();
    let at = |x: u32, y: u32| lab[(y * width + x) as usize];
    let mut result = Vec::with_capacity(lab.len());
    for y in 0..height {
        for x in 0..width {
            let (reach_x, reach_y) = (x.min(width - 1 - x), y.min(height - 1 - y));
            let count = f64::from((2 * reach_x + 1) * (2 * reach_y + 1));
            let mut mean = [0.0; 3];
            for row in y - reach_y..=y + reach_y {
                for column in x - reach_x..=x + reach_x {
                    mean = std::array::from_fn(|c| mean[c] + at(column, row)[c] / count);
                }
            }
            let mut own = [0.0; 3];
            for (down, weight_down) in [(-1, 0.25), (0, 0.5), (1, 0.25)] {
                for (across, weight_across) in [(-1, 0.25), (0, 0.5), (1, 0.25)] {
                    let column = x.saturating_add_signed(across).min(width - 1);
                    let row = y.saturating_add_signed(down).min(height - 1);
                    own = std::array::from_fn(|c| own[c] + at(column, row)[c] * weight_across * weight_down);
                }
            }
            result.push(own.iter().zip(mean).map(|(own, mean)| (own - mean).powi(2)).sum());
        }
    }
    result
}

/// Returns the entropy of the histogram of luma of a window, in bits.
#[must_use]
pub fn entropy(picture: &Pixmap, left: u32, top: u32, window: Size) -> f64 {
    let mut histogram = [0_u32; 256];
    for y in top..top + window.height {
        for x in left..left + window.width {
            let [red, green, blue, _] = picture.pixel(x, y).map(f64::from);
            histogram[usize::from(super::real::level(0.2126 * red + 0.7152 * green + 0.0722 * blue))] += 1;
        }
    }
    let area = f64::from(window.width * window.height);
    histogram.iter().filter(|&&count| count > 0).map(|&count| f64::from(count) / area).map(|p| -p * p.log2()).sum()
}

/// Converts an opaque sRGB pixel to CIELAB under D65.
fn lab([red, green, blue, _]: [u8; 4]) -> [f64; 3] {
    let [red, green, blue] = [red, green, blue].map(|level| {
        let value = f64::from(level) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    });
    let x = 0.412_456_4 * red + 0.357_576_1 * green + 0.180_437_5 * blue;
    let y = 0.212_672_9 * red + 0.715_152_2 * green + 0.072_175 * blue;
    let z = 0.019_333_9 * red + 0.119_192 * green + 0.950_304_1 * blue;
    let [x, y, z] = [x / 0.950_47, y, z / 1.088_83].map(|value: f64| {
        if value > (6.0_f64 / 29.0).powi(3) {
            value.cbrt()
        } else {
            value * (29.0_f64 / 6.0).powi(2) / 3.0 + 4.0 / 29.0
        }
    });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}
