//! Differences as pictures, for people to look at.

use palmette_core::{Error, Pixmap, Size};

use crate::{Agreement, distance};

/// Columns between two pictures of a strip.
const STRIP_GAP_PX: u32 = 4;

/// The red of the smallest difference; the largest has 255.
const LEAST_RED: f64 = 64.0;

/// Shows where two pictures differ: red, scaled so that the largest difference is full, over a faint copy of what was expected.
///
/// Of pictures of different sizes both lie at the top left, and what only one of them covers is full red.
///
/// # Errors
///
/// [`Error::OutOfMemory`].
pub fn diff(expected: &Pixmap, actual: &Pixmap, agreement: Agreement) -> Result<Pixmap, Error> {
    let both = |x, y| covers(expected, x, y) && covers(actual, x, y);
    // What is allowed is no difference.
    let at = |x, y| {
        let largest = distance(expected.pixel(x, y), actual.pixel(x, y), agreement).into_iter().fold(0.0, f64::max);
        if largest > f64::from(agreement.levels()) { largest } else { 0.0 }
    };
    let size = Size::new(expected.width().max(actual.width()), expected.height().max(actual.height()));
    let mut largest = 1.0_f64;
    for y in 0..expected.height().min(actual.height()) {
        for x in 0..expected.width().min(actual.width()) {
            largest = largest.max(at(x, y));
        }
    }
    from_fn(size, |x, y| {
        if !both(x, y) {
            return [255, 0, 0, 255];
        }
        let levels = at(x, y);
        if levels == 0.0 {
            let grey = faint(expected.pixel(x, y));
            return [grey, grey, grey, 255];
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 255, as the largest is")]
        let red = (LEAST_RED + (255.0 - LEAST_RED) * levels / largest) as u8;
        [red, 0, 0, 255]
    })
}

/// Lays pictures side by side, tops aligned, clear between and below them.
///
/// # Errors
///
/// [`Error::OutOfMemory`]; [`Error::EmptyPixmap`] without a picture.
pub fn strip(panels: &[&Pixmap]) -> Result<Pixmap, Error> {
    let height = panels.iter().map(|panel| panel.height()).max().unwrap_or(0);
    let mut lefts = Vec::new();
    let mut width = 0;
    for panel in panels {
        lefts.push((width, panel));
        width += panel.width() + STRIP_GAP_PX;
    }
    let mut strip = Pixmap::filled(Size::new(width.saturating_sub(STRIP_GAP_PX), height), [0; 4])?;
    for (left, panel) in lefts {
        let start = left as usize * Pixmap::PIXEL_BYTES;
        for (y, row) in (0..).zip(panel.rows()) {
            strip.row_mut(y)[start..start + row.len()].copy_from_slice(row);
        }
    }
    Ok(strip)
}

/// A fifth of the darkness of a pixel over white, so that shapes can be made out behind the red.
fn faint(pixel: [u8; 4]) -> u8 {
    let [red, green, blue, alpha] = pixel.map(u32::from);
    let faint = 255 - alpha * (765 - red - green - blue) / (5 * 765);
    u8::try_from(faint).expect("at most 255")
}

const fn covers(picture: &Pixmap, x: u32, y: u32) -> bool {
    x < picture.width() && y < picture.height()
}

/// Makes a picture pixel by pixel.
fn from_fn(size: Size, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Result<Pixmap, Error> {
    let mut picture = Pixmap::filled(size, [0; 4])?;
    for y in 0..size.height {
        for (x, place) in (0..).zip(picture.row_mut(y).as_chunks_mut::<4>().0) {
            *place = pixel(x, y);
        }
    }
    Ok(picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn solid(width: u32, height: u32, rgba: [u8; 4]) -> Pixmap {
        Pixmap::filled(Size::new(width, height), rgba).unwrap()
    }

    #[test]
    fn diff_is_red_where_pixels_differ_and_scaled() {
        let expected = solid(3, 1, [0, 0, 0, 255]);
        let mut actual = expected.clone();
        actual.data_mut()[4] = 40;
        actual.data_mut()[8] = 20;
        let diff = diff(&expected, &actual, Agreement::Within(0)).unwrap();
        assert_eq!([0, 1, 2].map(|x| diff.pixel(x, 0)), [[204, 204, 204, 255], [255, 0, 0, 255], [159, 0, 0, 255]]);
    }

    #[test]
    fn diff_leaves_out_what_is_allowed() {
        let expected = solid(2, 1, [255, 255, 255, 255]);
        let mut actual = expected.clone();
        actual.data_mut()[0] = 253;
        actual.data_mut()[4] = 252;
        let diff = diff(&expected, &actual, Agreement::Within(2)).unwrap();
        assert_eq!([0, 1].map(|x| diff.pixel(x, 0)), [[255, 255, 255, 255], [255, 0, 0, 255]]);
    }

    #[test]
    fn diff_of_other_sizes_shows_what_only_one_covers() {
        let diff = diff(&solid(2, 1, [255; 4]), &solid(1, 2, [255; 4]), Agreement::Exact).unwrap();
        assert_eq!(diff.size(), Size::new(2, 2));
        assert_eq!(diff.pixel(0, 0), [255; 4]);
        assert_eq!([(1, 0), (0, 1), (1, 1)].map(|(x, y)| diff.pixel(x, y)), [[255, 0, 0, 255]; 3]);
    }

    #[test]
    fn strip_aligns_tops_with_gaps() {
        let strip = strip(&[&solid(2, 1, [1; 4]), &solid(1, 3, [2; 4])]).unwrap();
        assert_eq!(strip.size(), Size::new(2 + 4 + 1, 3));
        assert_eq!([(0, 0), (0, 1), (2, 0), (6, 2)].map(|(x, y)| strip.pixel(x, y)), [[1; 4], [0; 4], [0; 4], [2; 4]]);
    }
}
