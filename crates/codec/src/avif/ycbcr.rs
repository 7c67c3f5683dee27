//! From pixels to planes: the matrix of JPEG in its full range, chroma of the mean of the pixels that it stands for.
//!
//! Integers throughout; each sample is rounded once, and at most a hundredth of a level from the exact result before that.

use palmette_core::Pixmap;

use crate::Error;
use crate::planar::{Canvas, Chroma, Format};

/// Bits below the point.
const FRACTION_BITS: u32 = 20;

/// How much of red, green and blue luma is: 0.299, 0.587, 0.114.
const LUMA: [i32; 3] = [313_524, 615_514, 119_538];

/// How much of them blue chroma is, and red chroma.
const CHROMA: [[i32; 3]; 2] = [[-176_932, -347_356, 524_288], [524_288, -439_026, -85_262]];

/// Makes planes of the colours of a picture, with chroma of full or half size.
///
/// # Errors
///
/// [`Error::Core`] if memory for the planes runs out.
pub(super) fn colors(pixmap: &Pixmap, chroma: Chroma) -> Result<Canvas<u8>, Error> {
    let mut canvas = Canvas::new(Format { chroma, bits: 8 }, pixmap.size())?;
    for y in 0..pixmap.height() {
        let pixels = pixmap.row(y).as_chunks::<4>().0;
        for (to, &[red, green, blue, _]) in canvas.row_mut(0, y).iter_mut().zip(pixels) {
            *to = sample(LUMA, [red, green, blue].map(i32::from), 0, 0);
        }
        if chroma == Chroma::Full {
            for (plane, weights) in (1..).zip(CHROMA) {
                for (to, &[red, green, blue, _]) in canvas.row_mut(plane, y).iter_mut().zip(pixels) {
                    *to = sample(weights, [red, green, blue].map(i32::from), 128, 0);
                }
            }
        } else if y.is_multiple_of(2) {
            // An edge counts twice where the picture is odd.
            let below = pixmap.row((y + 1).min(pixmap.height() - 1)).as_chunks::<4>().0;
            for (plane, weights) in (1..).zip(CHROMA) {
                let blocks = pixels.chunks(2).zip(below.chunks(2));
                for (to, (above, below)) in canvas.row_mut(plane, y / 2).iter_mut().zip(blocks) {
                    *to = sample(weights, sum(above, below), 128, 2);
                }
            }
        }
    }
    Ok(canvas)
}

/// Makes a plane of the alpha of a picture.
///
/// # Errors
///
/// [`Error::Core`] if memory for the plane runs out.
pub(super) fn alpha(pixmap: &Pixmap) -> Result<Canvas<u8>, Error> {
    let mut canvas = Canvas::new(Format { chroma: Chroma::None, bits: 8 }, pixmap.size())?;
    for y in 0..pixmap.height() {
        let pixels = pixmap.row(y).as_chunks::<4>().0;
        canvas.row_mut(0, y).iter_mut().zip(pixels).for_each(|(to, &[.., alpha])| *to = alpha);
    }
    Ok(canvas)
}

/// Adds up two by two pixels.
fn sum(above: &[[u8; 4]], below: &[[u8; 4]]) -> [i32; 3] {
    let pair = |row: &[[u8; 4]], channel: usize| match *row {
        [left, right] => i32::from(left[channel]) + i32::from(right[channel]),
        [only] => 2 * i32::from(only[channel]),
        _ => 0,
    };
    std::array::from_fn(|channel| pair(above, channel) + pair(below, channel))
}

/// Computes a sample of colours that are `1 << count_bits` times as large, rounded to nearest.
#[expect(clippy::cast_sign_loss, reason = "0 to 255")]
fn sample(weights: [i32; 3], color: [i32; 3], offset: i32, count_bits: u32) -> u8 {
    let shift = FRACTION_BITS + count_bits;
    let sum: i32 = weights.iter().zip(color).map(|(weight, channel)| weight * channel).sum();
    (((sum + (1 << (shift - 1))) >> shift) + offset).clamp(0, 255) as u8
}

#[cfg(test)]
mod tests {
    use approx::abs_diff_eq;

    use palmette_core::Size;

    use super::*;

    #[test]
    fn ycbcr_is_the_formula_of_jpeg() {
        for index in 0..4096_i32 {
            let color = [index * 7 % 256, index * 31 % 256, index * 101 % 256];
            let [red, green, blue] = color.map(f64::from);
            let luma = 0.299 * red + 0.587 * green + 0.114 * blue;
            for (weights, offset, exact) in [
                (LUMA, 0, luma),
                (CHROMA[0], 128, (blue - luma) / 1.772 + 128.0),
                (CHROMA[1], 128, (red - luma) / 1.402 + 128.0),
            ] {
                let actual = f64::from(sample(weights, color, offset, 0));
                let is_close = abs_diff_eq!(actual, exact.clamp(0.0, 255.0), epsilon = 0.51);
                assert!(is_close, "{color:?}: {actual}, {exact}");
            }
        }
    }

    #[test]
    fn ycbcr_halves_chroma_by_means() {
        let data =
            [[200, 0, 0, 255], [100, 0, 0, 255], [40, 0, 0, 255], [60, 0, 0, 255], [20, 0, 0, 255], [80, 0, 0, 255]];
        let pixmap = Pixmap::from_vec(Size::new(3, 2), data.as_flattened().to_vec()).unwrap();
        let canvas = colors(&pixmap, Chroma::Half).unwrap();
        let red = canvas.planes().planes[2];
        assert_eq!(red.size, Size::new(2, 1));
        // Means of 95 and of 60; half of that above the middle.
        assert_eq!(red.samples, [128 + 48, 128 + 30]);
    }
}
