//! Pictures of real numbers, and the one place where the reference rounds.

use palmette_core::{Pixmap, Size};

/// How far below a half a number may lie and still count as one: what `f64` arithmetic loses must not decide a rounding.
const HALF_SLACK: f64 = 1e-9;

/// A picture before rounding: premultiplied gamma-encoded sRGB and alpha, all in levels, so 255 is full.
///
/// A filter with negative lobes leaves the range of 0 to 255; nothing is clamped before [`RealPixmap::rounded`]. A pixel that
/// a step does not touch keeps its 8-bit value, also where it is clear and premultiplying would forget its colour.
#[derive(Clone, Debug)]
pub struct RealPixmap {
    size: Size,
    pixels: Vec<[f64; 4]>,
    untouched: Vec<Option<[u8; 4]>>,
}

impl RealPixmap {
    /// Premultiplies an 8-bit picture.
    #[must_use]
    pub fn from_pixmap(pixmap: &Pixmap) -> Self {
        let pixels = pixmap.data().as_chunks::<4>().0.iter().map(|&pixel| premultiplied(pixel)).collect();
        Self::new(pixmap.size(), pixels)
    }

    /// Takes premultiplied pixels, row by row.
    ///
    /// # Panics
    ///
    /// If there are not as many as the size says.
    #[must_use]
    pub fn new(size: Size, pixels: Vec<[f64; 4]>) -> Self {
        assert_eq!(pixels.len() as u64, size.area(), "a picture has as many pixels as its size says");
        let untouched = vec![None; pixels.len()];
        Self { size, pixels, untouched }
    }

    /// Returns width and height.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.size
    }

    /// Returns all pixels, premultiplied, row by row.
    #[must_use]
    pub fn pixels(&self) -> &[[f64; 4]] {
        &self.pixels
    }

    /// Returns all pixels, to be changed in place.
    pub fn pixels_mut(&mut self) -> &mut [[f64; 4]] {
        &mut self.pixels
    }

    /// Marks a pixel as not touched by the step: it will come out as it was, bit for bit.
    pub(crate) fn keep(&mut self, index: usize, original: [u8; 4]) {
        self.pixels[index] = premultiplied(original);
        self.untouched[index] = Some(original);
    }

    /// Returns one pixel with its colour divided by its alpha, in levels; all 0 where alpha is not above 0.
    #[must_use]
    pub fn straight(&self, x: u32, y: u32) -> [f64; 4] {
        straight(self.pixels[y as usize * self.size.width as usize + x as usize])
    }

    /// Rounds to 8 bits: alpha, then colour divided by the alpha before rounding; clear pixels are 0 throughout.
    ///
    /// # Panics
    ///
    /// Never: the size was checked when the picture was made.
    #[must_use]
    pub fn rounded(&self) -> Pixmap {
        let bytes =
            self.pixels.iter().zip(&self.untouched).flat_map(|(&pixel, kept)| kept.unwrap_or_else(|| rounded(pixel)));
        Pixmap::from_vec(self.size, bytes.collect()).expect("as many pixels as the size says")
    }
}

/// Multiplies the colour of a straight 8-bit pixel by its alpha.
#[must_use]
pub fn premultiplied([red, green, blue, alpha]: [u8; 4]) -> [f64; 4] {
    let alpha = f64::from(alpha);
    [f64::from(red) * alpha / 255.0, f64::from(green) * alpha / 255.0, f64::from(blue) * alpha / 255.0, alpha]
}

/// Divides the colour of a premultiplied pixel by its alpha.
fn straight([red, green, blue, alpha]: [f64; 4]) -> [f64; 4] {
    if alpha <= 0.0 {
        return [0.0; 4];
    }
    [red * 255.0 / alpha, green * 255.0 / alpha, blue * 255.0 / alpha, alpha]
}

/// Rounds a premultiplied pixel to straight 8 bits.
fn rounded(pixel: [f64; 4]) -> [u8; 4] {
    if level(pixel[3]) == 0 { [0; 4] } else { straight(pixel).map(level) }
}

/// Rounds to the nearest level, halves up, and clamps.
#[must_use]
pub fn level(value: f64) -> u8 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range of u8 before")]
    let level = (value + 0.5 + HALF_SLACK).floor().clamp(0.0, 255.0) as u8;
    level
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_rounds_halves_up_and_clamps() {
        assert_eq!([127.4, 127.5, 127.5 - 1e-12, -3.0, 300.0].map(level), [127, 128, 128, 0, 255]);
    }

    #[test]
    fn real_returns_every_visible_pixel_as_it_came() {
        for alpha in 1..=255 {
            for color in 0..=255 {
                assert_eq!(rounded(premultiplied([color, 255 - color, 0, alpha])), [color, 255 - color, 0, alpha]);
            }
        }
    }
}
