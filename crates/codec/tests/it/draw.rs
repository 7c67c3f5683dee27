//! Pictures drawn by code, and how far two pictures are apart.

use palmette_core::{Pixmap, Size};

/// Draws a picture from a function of the place.
pub(crate) fn picture(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Pixmap {
    let data = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| pixel(x, y)).collect();
    Pixmap::from_vec(Size::new(width, height), data).unwrap()
}

/// Maps a place along an axis to 0 to 255.
pub(crate) fn ramp(at: u32, len: u32) -> u8 {
    u8::try_from(at * 255 / len.max(2).saturating_sub(1)).unwrap()
}

/// Draws smooth colours, opaque.
pub(crate) fn gradient(width: u32, height: u32) -> Pixmap {
    picture(width, height, |x, y| [ramp(x, width), ramp(y, height), 255 - ramp(x, width) / 2, 255])
}

/// Draws smooth colours under an alpha that runs from clear to opaque.
pub(crate) fn soft(width: u32, height: u32) -> Pixmap {
    picture(width, height, |x, y| [ramp(y, height), 90, 255 - ramp(x, width), ramp(x, width)])
}

/// Draws noise in all four channels, the same at every run.
pub(crate) fn noise(width: u32, height: u32) -> Pixmap {
    picture(width, height, |x, y| {
        let mut state = x.wrapping_mul(0x9e37_79b9) ^ y.wrapping_mul(0x85eb_ca6b) ^ 0x2545_f491;
        for shift in [15, 13, 16] {
            state = (state ^ (state >> shift)).wrapping_mul(0x2c1b_3c6d);
        }
        state.to_le_bytes()
    })
}

/// The colours of [`quadrants`]: top left, top right, bottom left, bottom right.
pub(crate) const QUADRANTS: [[u8; 4]; 4] = [[255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255], [255, 255, 255, 255]];

/// Draws red and green over blue and white.
pub(crate) fn quadrants(width: u32, height: u32) -> Pixmap {
    picture(width, height, |x, y| QUADRANTS[usize::from(x >= width / 2) + 2 * usize::from(y >= height / 2)])
}

/// Looks at the middle of each quadrant.
pub(crate) fn corners(pixmap: &Pixmap) -> [[u8; 4]; 4] {
    let (x, y) = (pixmap.width() / 4, pixmap.height() / 4);
    let (far_x, far_y) = (pixmap.width() - 1 - x, pixmap.height() - 1 - y);
    [pixmap.pixel(x, y), pixmap.pixel(far_x, y), pixmap.pixel(x, far_y), pixmap.pixel(far_x, far_y)]
}

/// Returns the largest difference in any channel.
pub(crate) fn max_difference(a: &[u8], b: &[u8]) -> u8 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0)
}

/// Returns the mean difference over all channels.
pub(crate) fn mean_difference(a: &Pixmap, b: &Pixmap) -> f64 {
    assert_eq!(a.size(), b.size());
    let sum: u64 = a.data().iter().zip(b.data()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.data().len() as f64
}

/// Asserts that the middles of the quadrants have these colours, within a few levels.
#[track_caller]
pub(crate) fn assert_corners(pixmap: &Pixmap, expected: [[u8; 4]; 4], tolerance: u8) {
    let actual = corners(pixmap);
    let difference = max_difference(actual.as_flattened(), expected.as_flattened());
    assert!(difference <= tolerance, "{actual:?} instead of {expected:?}");
}
