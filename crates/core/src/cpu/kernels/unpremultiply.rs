//! From the 16-bit samples that resampling works on back to 8-bit samples.

use super::to_level;

/// Divides the colour of associated RGBA pixels by their alpha: `round(255·c / a)`, clamped.
///
/// Alpha is rounded by itself, and the colour is divided by alpha as it was before that, so that a constant colour stays
/// the same whatever alpha becomes. Where alpha rounds to 0, colour is 0.
///
/// # Panics
///
/// If the slices differ in length.
pub fn unpremultiply(premultiplied: &[i16], straight: &mut [u8]) {
    assert_eq!(straight.len(), premultiplied.len(), "one sample each");
    let pixels = premultiplied.as_chunks::<4>().0.iter().zip(straight.as_chunks_mut::<4>().0);
    for (&[red, green, blue, alpha], output) in pixels {
        let level = to_level(i32::from(alpha));
        let divide = |channel: i16| if level == 0 { 0 } else { dissociate(channel, alpha) };
        *output = [divide(red), divide(green), divide(blue), level];
    }
}

/// Narrows samples without alpha.
///
/// # Panics
///
/// If the slices differ in length.
pub fn narrow(units: &[i16], levels: &mut [u8]) {
    assert_eq!(levels.len(), units.len(), "one sample each");
    for (&units, level) in units.iter().zip(levels) {
        *level = to_level(i32::from(units));
    }
}

/// Divides a channel by a positive alpha.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
fn dissociate(channel: i16, alpha: i16) -> u8 {
    let (channel, alpha) = (i32::from(channel.max(0)), i32::from(alpha));
    // round(255·c / a) as floor((510·c + a) / 2a)
    ((510 * channel + alpha) / (2 * alpha)).min(255) as u8
}

#[cfg(test)]
mod tests {
    use super::super::premultiply::premultiply;
    use super::*;

    #[test]
    fn unpremultiply_inverts_premultiply_within_a_level_of_associated_colour() {
        for alpha in 0..=255_u8 {
            for channel in 0..=255_u8 {
                let mut units = [0; 4];
                premultiply(&[channel, 255, 0, alpha], &mut units);
                let mut pixel = [1; 4];
                unpremultiply(&units, &mut pixel);
                if alpha == 0 {
                    assert_eq!(pixel, [0; 4]);
                } else {
                    assert_eq!((pixel[1], pixel[2], pixel[3]), (255, 0, alpha), "white and black stay");
                    let off = (i32::from(pixel[0]) - i32::from(channel)).abs() * i32::from(alpha);
                    assert!(off <= 255, "{channel} at {alpha} became {}", pixel[0]);
                }
            }
        }
    }

    #[test]
    fn unpremultiply_clamps_overshoot() {
        let mut pixel = [1; 4];
        unpremultiply(&[17_000, -300, 8_160, 16_500], &mut pixel);
        assert_eq!(pixel, [255, 0, 126, 255]);
        unpremultiply(&[31, 31, 31, 31], &mut pixel);
        assert_eq!(pixel, [0; 4]);
    }
}
