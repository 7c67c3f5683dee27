//! Pictures drawn by code: what cases start from, so that no test needs a file.

use palmette_core::{Pixmap, Size};

use crate::random::Random;

/// What the alpha of a picture is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alpha {
    /// 255 everywhere.
    Opaque,
    /// Everything from 0 to 255.
    Soft,
    /// 0 everywhere, over colours that nobody must ever see.
    Clear,
}

impl Alpha {
    /// Every kind, in the order of the rows of a contact sheet.
    pub const ALL: [Self; 3] = [Self::Opaque, Self::Soft, Self::Clear];
}

/// Makes a picture pixel by pixel.
///
/// # Panics
///
/// If a side is 0.
pub fn from_fn(size: Size, mut pixel: impl FnMut(u32, u32) -> [u8; 4]) -> Pixmap {
    let mut data = Vec::with_capacity(size.width as usize * size.height as usize * Pixmap::PIXEL_BYTES);
    for y in 0..size.height {
        for x in 0..size.width {
            data.extend(pixel(x, y));
        }
    }
    Pixmap::from_vec(size, data).expect("sides of at least 1")
}

/// One colour.
#[must_use]
pub fn solid(size: Size, rgba: [u8; 4]) -> Pixmap {
    from_fn(size, |_, _| rgba)
}

/// Squares of `cell` pixels in two colours, the first at the top left.
#[must_use]
pub fn checker(size: Size, cell: u32, colors: [[u8; 4]; 2]) -> Pixmap {
    from_fn(size, |x, y| colors[((x / cell + y / cell) % 2) as usize])
}

/// An opaque slope: red grows to the right, green downwards, blue falls along the diagonal.
#[must_use]
pub fn gradient(size: Size) -> Pixmap {
    from_fn(size, |x, y| {
        let (right, down) = (ramp(x, size.width), ramp(y, size.height));
        [right, down, 255 - right / 2 - down / 2, 255]
    })
}

/// The same slope with an alpha of the given kind; soft alpha grows from the top left to the bottom right.
#[must_use]
pub fn gradient_with(size: Size, alpha: Alpha) -> Pixmap {
    let mut pixmap = gradient(size);
    let (width, longest) = (size.width, size.width + size.height - 1);
    for (index, pixel) in (0..).zip(pixmap.data_mut().as_chunks_mut::<4>().0) {
        pixel[3] = match alpha {
            Alpha::Opaque => 255,
            Alpha::Soft => ramp(index % width + index / width, longest),
            Alpha::Clear => 0,
        };
    }
    pixmap
}

/// One colour whose alpha grows from 0 at the left to 255 at the right.
#[must_use]
pub fn alpha_ramp(size: Size, [red, green, blue]: [u8; 3]) -> Pixmap {
    from_fn(size, |x, _| [red, green, blue, ramp(x, size.width)])
}

/// A disc of one colour with a soft edge, clear around it.
#[must_use]
pub fn disc(size: Size, [red, green, blue]: [u8; 3]) -> Pixmap {
    let radius = i64::from(size.width.min(size.height));
    from_fn(size, |x, y| {
        // All in half pixels, so that the middle of any size is whole; the edge is a quarter of the radius wide.
        let across = 2 * i64::from(x) + 1 - i64::from(size.width);
        let down = 2 * i64::from(y) + 1 - i64::from(size.height);
        let inside = (radius * radius - across * across - down * down) * 255 * 2 / (radius * radius);
        [red, green, blue, u8::try_from(inside.clamp(0, 255)).expect("clamped")]
    })
}

/// A shape like the letter F over a slope: no flip and no turn leaves it as it is.
#[must_use]
pub fn letter(size: Size) -> Pixmap {
    let paper = gradient(size);
    from_fn(size, |x, y| if is_ink(x, y, size) { [16, 16, 48, 255] } else { paper.pixel(x, y) })
}

/// The letter alone, clear around it.
#[must_use]
pub fn letter_on_clear(size: Size, [red, green, blue]: [u8; 3]) -> Pixmap {
    from_fn(size, |x, y| if is_ink(x, y, size) { [red, green, blue, 255] } else { [0; 4] })
}

/// Tells whether a pixel belongs to the letter, which is laid out on a grid of eight by eight.
fn is_ink(x: u32, y: u32, size: Size) -> bool {
    matches!((x * 8 / size.width, y * 8 / size.height), (2, 1..=6) | (3..=5, 1) | (3..=4, 3))
}

/// Noise in every channel; soft alpha is noise too, so colour and alpha have nothing to do with each other.
#[must_use]
pub fn noise(size: Size, alpha: Alpha, random: &mut Random) -> Pixmap {
    from_fn(size, |_, _| {
        let [red, green, blue, soft] = random.bits().to_le_bytes();
        [red, green, blue, alpha_of(alpha, soft)]
    })
}

/// Noise of nothing but 0 and 255: the hardest picture for a filter that overshoots.
#[must_use]
pub fn extremes(size: Size, alpha: Alpha, random: &mut Random) -> Pixmap {
    from_fn(size, |_, _| {
        let [red, green, blue, soft] = random.bits().to_le_bytes().map(|byte| if byte < 128 { 0 } else { 255 });
        [red, green, blue, alpha_of(alpha, soft)]
    })
}

const fn alpha_of(alpha: Alpha, soft: u8) -> u8 {
    match alpha {
        Alpha::Opaque => 255,
        Alpha::Soft => soft,
        Alpha::Clear => 0,
    }
}

/// Returns 0 at the first of `length` samples and 255 at the last.
fn ramp(position: u32, length: u32) -> u8 {
    u8::try_from(position * 255 / (length - 1).max(1)).expect("the position is inside the length")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_letter_shows_every_flip_and_turn() {
        let size = Size::new(8, 8);
        let ink: Vec<bool> = (0..64).map(|index| is_ink(index % 8, index / 8, size)).collect();
        let at = |x: usize, y: usize| ink[y * 8 + x];
        let views: [&dyn Fn(usize, usize) -> bool; 8] = [
            &|x, y| at(x, y),
            &|x, y| at(7 - x, y),
            &|x, y| at(x, 7 - y),
            &|x, y| at(7 - x, 7 - y),
            &|x, y| at(y, x),
            &|x, y| at(7 - y, x),
            &|x, y| at(y, 7 - x),
            &|x, y| at(7 - y, 7 - x),
        ];
        let drawn: std::collections::HashSet<Vec<bool>> =
            views.iter().map(|view| (0..64).map(|index| view(index % 8, index / 8)).collect()).collect();
        assert_eq!(drawn.len(), 8);
    }

    #[test]
    fn pictures_disc_is_clear_outside_and_opaque_inside() {
        let disc = disc(Size::new(20, 20), [1, 2, 3]);
        assert_eq!(disc.pixel(0, 0), [1, 2, 3, 0]);
        assert_eq!(disc.pixel(10, 10), [1, 2, 3, 255]);
        assert!((1..255).contains(&disc.pixel(10, 1)[3]));
    }
}
