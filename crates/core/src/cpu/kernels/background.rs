//! Draws a picture over one colour.

use palmette_ops::{Color, Composite};

use super::blend::blend;
use crate::Pixmap;
use crate::plan::DrawStep;

/// Puts a colour under some RGBA, in place.
pub fn background(pixels: &mut [u8], color: Color) {
    for pixel in pixels.as_chunks_mut::<{ Pixmap::PIXEL_BYTES }>().0 {
        if pixel[3] != 255 {
            *pixel = blend(Composite::Over, DrawStep::OPACITY_ONE, *pixel, color.to_rgba());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Size;

    #[test]
    fn background_lies_under() {
        let data = [[200, 100, 0, 255], [200, 100, 0, 0], [255, 0, 0, 128]].concat();
        let mut picture = Pixmap::from_vec(Size::new(3, 1), data).unwrap();
        background(picture.data_mut(), Color::WHITE);
        // 255·(1 - 128/255) = 127
        assert_eq!(picture.data(), [[200, 100, 0, 255], [255, 255, 255, 255], [255, 127, 127, 255]].concat());
    }

    #[test]
    fn background_clear_changes_nothing_seen() {
        let mut picture = Pixmap::from_vec(Size::new(2, 1), vec![9, 8, 7, 3, 9, 8, 7, 255]).unwrap();
        background(picture.data_mut(), Color::TRANSPARENT);
        assert_eq!(picture.data(), [9, 8, 7, 3, 9, 8, 7, 255]);
    }
}
