//! The mean of each channel of a picture.

use crate::layout::{CHANNELS, Lanes};

/// Adds pixels to sums.
pub fn add_up(pixels: &[Lanes], sums: &mut [i64; CHANNELS]) {
    for lanes in pixels {
        for (sum, &sample) in sums.iter_mut().zip(&lanes.0) {
            *sum += i64::from(sample);
        }
    }
}

/// Divides sums by the number of pixels, to nearest, halves up.
#[must_use]
pub fn divide(sums: &[i64; CHANNELS], pixels: u64) -> Lanes {
    let pixels = pixels.max(1).cast_signed();
    let mean = |sum: i64| (2 * sum + pixels).div_euclid(2 * pixels);
    Lanes(sums.map(|sum| i16::try_from(mean(sum)).expect("a mean is no larger than what it is of")))
}
