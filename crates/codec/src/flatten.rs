//! A colour under a picture: for formats without alpha, and wherever the caller asks for it.
//!
//! Integer arithmetic with one rounding, to nearest, from the exact result.

use palmette_core::Pixmap;
use palmette_ops::Color;

/// Makes a picture opaque on `background`; what that leaves clear shows white.
pub(crate) fn flatten(pixmap: &mut Pixmap, background: Color) {
    flatten_pixels(pixmap.data_mut(), background);
}

/// Makes some RGBA opaque, see [`flatten()`].
pub(crate) fn flatten_pixels(pixels: &mut [u8], background: Color) {
    /// Bytes that are looked at before a pixel is changed: blocks that are opaque stay as they are.
    const BLOCK: usize = 1024;
    let [red, green, blue, alpha] = background.to_rgba().map(u32::from);
    // The background over white, times 255, which keeps it exact.
    let under = [red, green, blue].map(|component| component * alpha + 255 * (255 - alpha));
    for block in pixels.chunks_mut(BLOCK) {
        let pixels = block.as_chunks_mut::<4>().0;
        if pixels.iter().fold(255, |all, pixel| all & pixel[3]) == 255 {
            continue;
        }
        for pixel in pixels {
            let alpha = u32::from(pixel[3]);
            for (component, under) in pixel.iter_mut().zip(under) {
                let exact = u32::from(*component) * alpha * 255 + under * (255 - alpha);
                *component = level((exact + 255 * 255 / 2) / (255 * 255));
            }
            pixel[3] = 255;
        }
    }
}

/// Draws `background` under a picture, which keeps alpha where the colour has it.
pub(crate) fn draw_under(pixmap: &mut Pixmap, background: Color) {
    if background.alpha == 255 {
        return flatten(pixmap, background);
    }
    let [red, green, blue, under_alpha] = background.to_rgba().map(u32::from);
    for pixel in pixmap.data_mut().as_chunks_mut::<4>().0 {
        let alpha = u32::from(pixel[3]);
        let shows_through = under_alpha * (255 - alpha);
        // The alpha of the result, times 255.
        let sum = alpha * 255 + shows_through;
        for (component, under) in pixel.iter_mut().zip([red, green, blue]) {
            let exact = u32::from(*component) * alpha * 255 + under * shows_through;
            *component = level((2 * exact + sum).checked_div(2 * sum).unwrap_or(0));
        }
        pixel[3] = level((sum + 127) / 255);
    }
}

/// Narrows a value that is a mean of levels.
fn level(value: u32) -> u8 {
    debug_assert!(value <= 255, "a mean of levels");
    u8::try_from(value).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use palmette_core::Size;

    use super::*;

    /// Every pair of a level and an alpha, as one picture.
    fn every_level_and_alpha() -> Pixmap {
        let data = (0..=255_u8).flat_map(|alpha| (0..=255_u8).flat_map(move |level| [level, 255 - level, 128, alpha]));
        Pixmap::from_vec(Size::new(256, 256), data.collect()).unwrap()
    }

    /// The exact result of one component over another, as (colour, alpha), both 0 to 1, colour straight.
    fn over(color: f64, alpha: f64, under: f64, under_alpha: f64) -> (f64, f64) {
        let sum = alpha + under_alpha * (1.0 - alpha);
        let mixed = color * alpha + under * under_alpha * (1.0 - alpha);
        (if sum > 0.0 { mixed / sum } else { 0.0 }, sum)
    }

    fn assert_rounded(actual: u8, exact: f64) {
        let scaled = exact * 255.0;
        assert_abs_diff_eq!(f64::from(actual), scaled, epsilon = 0.5 + 1e-9);
    }

    #[test]
    fn flatten_rounds_the_exact_result() {
        for background in [Color::WHITE, Color::opaque(7, 100, 255), Color { red: 250, green: 0, blue: 33, alpha: 77 }]
        {
            let source = every_level_and_alpha();
            let mut flat = source.clone();
            flatten(&mut flat, background);
            let [red, green, blue, alpha] = background.to_rgba().map(|component| f64::from(component) / 255.0);
            for (from, to) in source.data().chunks_exact(4).zip(flat.data().chunks_exact(4)) {
                assert_eq!(to[3], 255);
                for (channel, under) in [red, green, blue].into_iter().enumerate() {
                    let (under, _) = over(under, alpha, 1.0, 1.0);
                    let exact = over(f64::from(from[channel]) / 255.0, f64::from(from[3]) / 255.0, under, 1.0).0;
                    assert_rounded(to[channel], exact);
                }
            }
        }
    }

    #[test]
    fn draw_under_keeps_the_alpha_of_the_colour() {
        let background = Color { red: 250, green: 0, blue: 33, alpha: 77 };
        let source = every_level_and_alpha();
        let mut drawn = source.clone();
        draw_under(&mut drawn, background);
        let [red, green, blue, alpha] = background.to_rgba().map(|component| f64::from(component) / 255.0);
        for (from, to) in source.data().chunks_exact(4).zip(drawn.data().chunks_exact(4)) {
            for (channel, under) in [red, green, blue].into_iter().enumerate() {
                let (color, sum) = over(f64::from(from[channel]) / 255.0, f64::from(from[3]) / 255.0, under, alpha);
                assert_rounded(to[channel], color);
                assert_rounded(to[3], sum);
            }
        }
    }

    #[test]
    fn draw_under_nothing_clears_hidden_colour_only() {
        let mut pixmap = Pixmap::filled(Size::new(1, 1), [9, 8, 7, 0]).unwrap();
        draw_under(&mut pixmap, Color::TRANSPARENT);
        assert_eq!(pixmap.pixel(0, 0), [0; 4]);
        let mut pixmap = Pixmap::filled(Size::new(1, 1), [9, 8, 7, 3]).unwrap();
        draw_under(&mut pixmap, Color::TRANSPARENT);
        assert_eq!(pixmap.pixel(0, 0), [9, 8, 7, 3]);
    }
}
