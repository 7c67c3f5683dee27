//! From 8-bit samples to the 16-bit samples that resampling works on.

use super::UNITS_PER_LEVEL;

/// Multiplies the colour of straight RGBA pixels by their alpha: `round(c·a·64 / 255)` units.
///
/// Opaque pixels are exact, and so is alpha.
///
/// # Panics
///
/// If the slices differ in length.
pub fn premultiply(straight: &[u8], premultiplied: &mut [i16]) {
    assert_eq!(straight.len(), premultiplied.len(), "one sample each");
    let pixels = straight.as_chunks::<4>().0.iter().zip(premultiplied.as_chunks_mut::<4>().0);
    for (&[red, green, blue, alpha], output) in pixels {
        let scale = |channel: u8| associate(channel, alpha);
        *output = [scale(red), scale(green), scale(blue), widened(alpha)];
    }
}

/// Widens samples without alpha.
///
/// # Panics
///
/// If the slices differ in length.
pub fn widen(levels: &[u8], units: &mut [i16]) {
    assert_eq!(levels.len(), units.len(), "one sample each");
    for (&level, units) in levels.iter().zip(units) {
        *units = widened(level);
    }
}

/// Multiplies a channel by alpha, in units.
#[expect(clippy::cast_possible_truncation, reason = "at most 16,320")]
fn associate(channel: u8, alpha: u8) -> i16 {
    // round(x / 255) as floor((2x + 255) / 510)
    let product = i32::from(channel) * i32::from(alpha) * UNITS_PER_LEVEL;
    ((2 * product + 255) / 510) as i16
}

/// Returns a level in units.
fn widened(level: u8) -> i16 {
    i16::from(level) << UNITS_PER_LEVEL.trailing_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn premultiply_rounds_to_nearest() {
        for channel in 0..=255 {
            for alpha in 0..=255 {
                let exact = f64::from(channel) * f64::from(alpha) * 64.0 / 255.0;
                assert_eq!(f64::from(associate(channel, alpha)), (exact + 0.5).floor());
            }
            assert_eq!(associate(channel, 255), widened(channel));
        }
    }
}
