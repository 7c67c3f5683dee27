//! Moves colours away from grey, or towards it.

use crate::Pixmap;
use crate::arith::round_shift;
use crate::plan::tone::SaturationMatrix;

/// Multiplies red, green and blue of some RGBA by a matrix, in place.
pub fn saturation(pixels: &mut [u8], matrix: &SaturationMatrix) {
    for pixel in pixels.as_chunks_mut::<{ Pixmap::PIXEL_BYTES }>().0 {
        let [red, green, blue, _] = pixel.map(i32::from);
        for (channel, [a, b, c]) in pixel.iter_mut().zip(matrix.coefficients) {
            let level = round_shift(a * red + b * green + c * blue, matrix.shift).clamp(0, 255);
            *channel = u8::try_from(level).expect("clamped");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Size;

    #[test]
    fn saturation_by_hand() {
        let saturated = |pixel: [u8; 4], factor| {
            let mut picture = Pixmap::filled(Size::new(1, 1), pixel).unwrap();
            saturation(picture.data_mut(), &SaturationMatrix::new(factor));
            picture.pixel(0, 0)
        };
        // y = 0.2126·200 + 0.7152·100 + 0.0722·50 = 117.65
        assert_eq!(saturated([200, 100, 50, 7], 0.0), [118, 118, 118, 7]);
        assert_eq!(saturated([200, 100, 50, 7], 1.0), [200, 100, 50, 7]);
        assert_eq!(saturated([200, 100, 50, 7], 1.5), [241, 91, 16, 7]);
        assert_eq!(saturated([90, 90, 90, 255], 255.0), [90, 90, 90, 255]);
    }
}
