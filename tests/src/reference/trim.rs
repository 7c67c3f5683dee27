//! Cutting edges off, by measure and by what they show.

use approx::abs_diff_eq;
use palmette_core::Size;
use palmette_ops::transform::{Length, TrimBorder, TrimEdges};

use super::RealPixmap;
use super::real::{place, premultiplied};

/// Cuts by measure; a width or height is kept from the left or top cut on.
///
/// # Panics
///
/// If nothing is left, which a request is refused for.
#[must_use]
pub fn edges(picture: &RealPixmap, edges: &TrimEdges) -> RealPixmap {
    let (left, top, size) = kept(picture.size(), edges);
    picture.rearranged(size, |x, y| (left + x, top + y))
}

/// Says what a cut by measure leaves of a picture of a size: columns and rows cut off before it, and its size.
///
/// # Panics
///
/// If nothing is left, which a request is refused for.
#[must_use]
pub fn kept(size: Size, edges: &TrimEdges) -> (u32, u32, Size) {
    let along = |length: u32, start: Option<Length>, end: Option<Length>, kept: Option<Length>| {
        let pixels = |cut: Length| match cut {
            Length::Pixels(pixels) => pixels,
            Length::Fraction(fraction) => place(fraction * f64::from(length), length),
        };
        let start = start.map_or(0, pixels);
        let rest = length - start - end.map_or(0, pixels);
        let kept = kept.map_or(rest, pixels).min(rest);
        assert!(kept > 0, "nothing is left");
        (start, kept)
    };
    let (left, width) = along(size.width, edges.left, edges.right, edges.width);
    let (top, height) = along(size.height, edges.top, edges.bottom, edges.height);
    (left, top, Size::new(width, height))
}

/// Cuts rows and columns off while all their pixels are close to one colour.
#[must_use]
pub fn border(picture: &RealPixmap, border: &TrimBorder) -> RealPixmap {
    let Size { width, height } = picture.size();
    let at = |x: u32, y: u32| picture.pixels()[(y * width + x) as usize].premultiplied();
    let color = border.color.map_or_else(|| at(0, 0), |color| premultiplied(color.to_rgba()));
    let is_border = |x: u32, y: u32| abs_diff_eq!(at(x, y)[..], color[..], epsilon = border.tolerance + 1e-9);
    let shows = |x: u32, y: u32| !is_border(x, y);
    let column_shows = |x: &u32| (0..height).any(|y| shows(*x, y));
    let row_shows = |y: &u32| (0..width).any(|x| shows(x, *y));

    let Some(left) = (0..width).find(column_shows) else { return picture.clone() };
    let (Some(right), Some(top), Some(bottom)) =
        ((0..width).rfind(column_shows), (0..height).find(row_shows), (0..height).rfind(row_shows))
    else {
        return picture.clone();
    };
    let (left, top) = (left.saturating_sub(border.keep), top.saturating_sub(border.keep));
    let right = right.saturating_add(border.keep).min(width - 1);
    let bottom = bottom.saturating_add(border.keep).min(height - 1);
    picture.rearranged(Size::new(right - left + 1, bottom - top + 1), |x, y| (left + x, top + y))
}
