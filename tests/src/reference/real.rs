//! Pictures of real numbers, and the one place where the reference rounds.

use palmette_core::{Pixmap, Size};

/// How far below a half a number may lie and still count as one: what `f64` arithmetic loses must not decide a rounding.
const HALF_SLACK: f64 = 1e-9;

/// A pixel before rounding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pixel {
    /// No step has touched it: it keeps its straight 8-bit value, also where it is clear and premultiplying would forget
    /// its colour.
    Untouched([u8; 4]),
    /// What a step has made of it: premultiplied gamma-encoded sRGB and alpha in levels, so 255 is full. A filter with
    /// negative lobes leaves that range; nothing is clamped before rounding.
    Computed([f64; 4]),
}

impl Pixel {
    /// Returns the pixel as premultiplied levels.
    #[must_use]
    pub fn premultiplied(self) -> [f64; 4] {
        match self {
            Self::Untouched(straight) => premultiplied(straight),
            Self::Computed(levels) => levels,
        }
    }

    /// Returns the pixel as premultiplied levels after clamping, without rounding: what the exact result is.
    ///
    /// Alpha is clamped to 0 to 255, and so is the colour that was divided by the alpha before that.
    #[must_use]
    pub fn clamped(self) -> [f64; 4] {
        let [red, green, blue, alpha] = self.premultiplied();
        if alpha <= 0.0 {
            return [0.0; 4];
        }
        let clamped_alpha = alpha.min(255.0);
        let [red, green, blue] = [red, green, blue].map(|channel| (channel / alpha).clamp(0.0, 1.0) * clamped_alpha);
        [red, green, blue, clamped_alpha]
    }

    /// Rounds to straight 8 bits: alpha, then colour divided by the alpha before rounding; clear pixels are 0 throughout.
    #[must_use]
    pub fn rounded(self) -> [u8; 4] {
        match self {
            Self::Untouched(straight) => straight,
            Self::Computed([.., alpha]) if level(alpha) == 0 => [0; 4],
            Self::Computed([red, green, blue, alpha]) => {
                let [red, green, blue] = [red, green, blue].map(|channel| level(channel * 255.0 / alpha));
                [red, green, blue, level(alpha)]
            }
        }
    }
}

/// A picture before rounding.
#[derive(Clone, Debug)]
pub struct RealPixmap {
    size: Size,
    pixels: Vec<Pixel>,
}

impl RealPixmap {
    /// Takes an 8-bit picture as it is.
    #[must_use]
    pub fn from_pixmap(pixmap: &Pixmap) -> Self {
        let pixels = pixmap.data().as_chunks::<4>().0;
        Self { size: pixmap.size(), pixels: pixels.iter().copied().map(Pixel::Untouched).collect() }
    }

    /// Takes premultiplied pixels, row by row.
    ///
    /// # Panics
    ///
    /// If there are not as many as the size says.
    #[must_use]
    pub fn from_premultiplied(size: Size, pixels: Vec<[f64; 4]>) -> Self {
        assert_eq!(pixels.len() as u64, size.area(), "a picture has as many pixels as its size says");
        Self { size, pixels: pixels.into_iter().map(Pixel::Computed).collect() }
    }

    /// Returns width and height.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.size
    }

    /// Returns all pixels, row by row.
    #[must_use]
    pub fn pixels(&self) -> &[Pixel] {
        &self.pixels
    }

    /// Returns all pixels, to be changed in place.
    pub fn pixels_mut(&mut self) -> &mut [Pixel] {
        &mut self.pixels
    }

    /// Makes a picture of the same size from every pixel by itself.
    #[must_use]
    pub fn map(self, pixel: impl Fn(Pixel) -> Pixel) -> Self {
        Self { size: self.size, pixels: self.pixels.into_iter().map(pixel).collect() }
    }

    /// Makes a picture whose every pixel is one of this picture.
    #[must_use]
    pub fn rearranged(&self, size: Size, source: impl Fn(u32, u32) -> (u32, u32)) -> Self {
        let points = (0..size.height).flat_map(|y| (0..size.width).map(move |x| (x, y)));
        let pixels = points.map(|(x, y)| {
            let (x, y) = source(x, y);
            self.pixels[y as usize * self.size.width as usize + x as usize]
        });
        Self { size, pixels: pixels.collect() }
    }

    /// Places the picture on a canvas of one colour.
    #[must_use]
    pub fn placed(&self, canvas: Size, left: u32, top: u32, surround: [u8; 4]) -> Self {
        let mut pixels = vec![Pixel::Untouched(surround); canvas.width as usize * canvas.height as usize];
        let rows = pixels.chunks_exact_mut(canvas.width as usize).skip(top as usize);
        for (row, own) in rows.zip(self.pixels.chunks_exact(self.size.width as usize)) {
            row[left as usize..][..own.len()].copy_from_slice(own);
        }
        Self { size: canvas, pixels }
    }

    /// Rounds every pixel to 8 bits, see [`Pixel::rounded`].
    ///
    /// # Panics
    ///
    /// Never: a picture has as many pixels as its size says.
    #[must_use]
    pub fn rounded(&self) -> Pixmap {
        let bytes = self.pixels.iter().flat_map(|pixel| pixel.rounded()).collect();
        Pixmap::from_vec(self.size, bytes).expect("as many pixels as the size says")
    }
}

/// Multiplies the colour of a straight 8-bit pixel by its alpha.
#[must_use]
pub fn premultiplied([red, green, blue, alpha]: [u8; 4]) -> [f64; 4] {
    let alpha = f64::from(alpha);
    [f64::from(red) * alpha / 255.0, f64::from(green) * alpha / 255.0, f64::from(blue) * alpha / 255.0, alpha]
}

/// Rounds to the nearest level, halves up, and clamps.
#[must_use]
pub fn level(value: f64) -> u8 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range of u8 before")]
    let level = (value + 0.5 + HALF_SLACK).floor().clamp(0.0, 255.0) as u8;
    level
}

/// Rounds a position or a length on a side, halves up, and clamps it to the side.
#[must_use]
pub fn place(value: f64, side: u32) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped between 0 and a u32 before")]
    let place = (value + 0.5).floor().clamp(0.0, f64::from(side)) as u32;
    place
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
                let straight = [color, 255 - color, 0, alpha];
                assert_eq!(Pixel::Computed(premultiplied(straight)).rounded(), straight);
            }
        }
    }

    #[test]
    fn real_forgets_the_colour_of_clear_pixels_that_are_computed() {
        assert_eq!(Pixel::Computed([0.2, 0.1, 0.0, 0.4]).rounded(), [0; 4]);
        assert_eq!(Pixel::Untouched([9, 8, 7, 0]).rounded(), [9, 8, 7, 0]);
    }
}
