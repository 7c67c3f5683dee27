//! How different two pictures look: SSIMULACRA2, by `fast-ssim2`.

use fast_ssim2::{PixelDescriptor, PixelSlice, Ssimulacra2Error, compute_ssimulacra2};
use palmette_core::{Error, Pixmap, alloc};

/// The largest picture that is scored: the metric holds dozens of numbers for each pixel, and a photo of this size takes seconds.
const MAX_PIXELS: u64 = 16_000_000;

/// Why there is no score.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoScore {
    /// Occurs when the pictures are too large to score.
    #[error("{pixels} pixels are more than the {max_pixels} that are scored")]
    TooLarge {
        /// How large they are.
        pixels: u64,
        /// The limit.
        max_pixels: u64,
    },
    /// Occurs when memory cannot be allocated.
    #[error(transparent)]
    Memory(#[from] Error),
    /// Occurs when the metric does not take the pictures, such as two of different sizes.
    #[error(transparent)]
    Metric(#[from] Ssimulacra2Error),
}

/// Scores how different two pictures of one size look: 100 is the same, 90 is hard to tell apart, below 50 is bad.
///
/// Pictures that are not opaque are looked at on black and on white, and the worse score counts.
///
/// # Errors
///
/// See [`NoScore`].
pub fn score(expected: &Pixmap, actual: &Pixmap) -> Result<f64, NoScore> {
    let pixels = expected.size().area().max(actual.size().area());
    if pixels > MAX_PIXELS {
        return Err(NoScore::TooLarge { pixels, max_pixels: MAX_PIXELS });
    }
    let on_black = score_on(expected, actual, 0)?;
    if expected.is_opaque() && actual.is_opaque() {
        return Ok(on_black);
    }
    Ok(on_black.min(score_on(expected, actual, u8::MAX)?))
}

/// Scores two pictures on a background of grey.
fn score_on(expected: &Pixmap, actual: &Pixmap, background: u8) -> Result<f64, NoScore> {
    let [flat_expected, flat_actual] = [flat(expected, background)?, flat(actual, background)?];
    Ok(compute_ssimulacra2(&slice(expected, &flat_expected)?, &slice(actual, &flat_actual)?)?)
}

/// Draws a picture on a background of grey: red, green, blue.
fn flat(picture: &Pixmap, background: u8) -> Result<Vec<u8>, Error> {
    let mut flat = alloc::try_with_capacity(picture.data().len() / 4 * 3)?;
    for &[red, green, blue, alpha] in picture.data().as_chunks::<4>().0 {
        let over = |channel: u8| {
            let (alpha, channel, background) = (u32::from(alpha), u32::from(channel), u32::from(background));
            let sum = (channel * alpha + background * (255 - alpha) + 127) / 255;
            u8::try_from(sum).expect("at most 255, between the two")
        };
        flat.extend([red, green, blue].map(over));
    }
    Ok(flat)
}

fn slice<'a>(picture: &Pixmap, flat: &'a [u8]) -> Result<PixelSlice<'a>, NoScore> {
    let row_bytes = picture.width() as usize * 3;
    PixelSlice::new(flat, picture.width(), picture.height(), row_bytes, PixelDescriptor::RGB8_SRGB)
        .map_err(|_| Ssimulacra2Error::InvalidImageSize.into())
}

#[cfg(test)]
mod tests {
    use palmette_core::Size;

    use super::*;

    fn picture(change: impl Fn(u32, u32) -> [u8; 4]) -> Pixmap {
        let mut picture = Pixmap::filled(Size::new(48, 40), [0; 4]).unwrap();
        for y in 0..40 {
            for (x, pixel) in (0..).zip(picture.row_mut(y).as_chunks_mut::<4>().0) {
                *pixel = change(x, y);
            }
        }
        picture
    }

    fn grey(x: u32, y: u32) -> u8 {
        u8::try_from((x * 5 + y * 3) % 256).unwrap()
    }

    #[test]
    fn score_falls_with_the_difference() {
        let of = |noise: u8| picture(|x, y| [grey(x, y) ^ (noise * u8::from((x + y) % 2 == 0)), 90, 40, 255]);
        let scores = [0, 4, 64].map(|noise| score(&of(0), &of(noise)).unwrap());
        assert!((scores[0] - 100.0).abs() < 1e-6, "{scores:?}");
        assert!(scores[0] > scores[1] && scores[1] > scores[2] + 10.0, "{scores:?}");
    }

    #[test]
    fn score_sees_alpha_whatever_the_colour() {
        for grey in [0, 255] {
            let of = |alpha: u8| picture(|x, _| [grey, grey, grey, if x % 8 < 4 { alpha } else { 255 }]);
            let score = score(&of(255), &of(0)).unwrap();
            assert!(score < 50.0, "{score}");
        }
    }
}
