//! Finds the part of a picture inside a border of one colour.

use super::{BorderMeasure, Measurement};
use crate::{Error, Layout, Pixmap, Rows, Size};

/// Finds the smallest rectangle outside which every pixel is border, and adds the border that stays.
///
/// Rows are looked at one by one, so no whole picture is needed.
///
/// # Errors
///
/// Those of the rows; [`Error::WrongLayout`] if they are planes, [`Error::RowsMissing`] if they end early.
pub fn measure_border(measure: &BorderMeasure, rows: &mut dyn Rows) -> Result<Measurement, Error> {
    let (size, layout) = (rows.size(), rows.layout());
    if !layout.is_rgba() {
        return Err(Error::WrongLayout { expected: Layout::Rgba, actual: layout });
    }
    let row_bytes = layout.row_bytes(0, size);
    let mut border = measure.color.map(|color| associated(color.to_rgba()));
    let mut found: Option<BorderEdges> = None;
    let mut y = 0;
    while let Some(band) = rows.next_band()? {
        for row in band.planes[0].chunks_exact(row_bytes) {
            let pixels = row.as_chunks::<{ Pixmap::PIXEL_BYTES }>().0;
            let border = *border.get_or_insert_with(|| associated(pixels[0]));
            if let Some((first, last)) = inside(pixels, border, measure.tolerance) {
                let edges = found.get_or_insert(BorderEdges { left: first, top: y, right: last, bottom: y });
                edges.left = edges.left.min(first);
                edges.right = edges.right.max(last);
                edges.bottom = y;
            }
            y += 1;
        }
    }
    if y != size.height {
        return Err(Error::RowsMissing { plane: 0, expected: size.height as usize, actual: y as usize });
    }
    Ok(BorderEdges::rectangle(found, measure.keep, size))
}

/// Returns the first and the last pixel of a row that are not border; nothing if all are.
fn inside(pixels: &[[u8; 4]], border: [u32; 4], tolerance: u32) -> Option<(u32, u32)> {
    let is_border = |&pixel: &[u8; 4]| {
        associated(pixel).iter().zip(border).all(|(&channel, border)| channel.abs_diff(border) <= tolerance)
    };
    let first = pixels.iter().position(|pixel| !is_border(pixel))?;
    let last = pixels.iter().rposition(|pixel| !is_border(pixel)).unwrap_or(first);
    let [first, last] = [first, last].map(|x| u32::try_from(x).expect("a column of the picture"));
    Some((first, last))
}

/// The first and last column and row that are not border.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BorderEdges {
    /// The first column.
    pub left: u32,
    /// The first row.
    pub top: u32,
    /// The last column.
    pub right: u32,
    /// The last row.
    pub bottom: u32,
}

impl BorderEdges {
    /// Adds the border that stays, as far as the picture reaches. A picture that is all border stays whole.
    #[must_use]
    pub fn rectangle(found: Option<Self>, keep: u32, picture: Size) -> Measurement {
        let Some(edges) = found else { return Measurement::Rectangle { left: 0, top: 0, size: picture } };
        let (left, top) = (edges.left.saturating_sub(keep), edges.top.saturating_sub(keep));
        let end = |last: u32, len: u32| last.saturating_add(1).saturating_add(keep).min(len);
        let size = Size::new(end(edges.right, picture.width) - left, end(edges.bottom, picture.height) - top);
        Measurement::Rectangle { left, top, size }
    }
}

/// Multiplies colour and alpha by alpha and 255, so that 255 units are a level.
fn associated([red, green, blue, alpha]: [u8; 4]) -> [u32; 4] {
    let units = u32::from(alpha);
    [u32::from(red) * units, u32::from(green) * units, u32::from(blue) * units, 255 * units]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PictureRows;
    use palmette_ops::Color;

    fn framed() -> Pixmap {
        let mut picture = Pixmap::filled(Size::new(12, 10), [250, 250, 250, 255]).unwrap();
        (5..7).for_each(|y| picture.row_mut(y)[4 * 4..7 * 4].copy_from_slice(&[200, 0, 0, 255].repeat(3)));
        picture
    }

    fn measured(color: Option<Color>, tolerance: u32, keep: u32, picture: &Pixmap) -> (u32, u32, u32, u32) {
        let measure = BorderMeasure { color, tolerance: tolerance * 255, keep };
        match measure_border(&measure, &mut PictureRows::new(picture.clone().into())).unwrap() {
            Measurement::Rectangle { left, top, size } => (left, top, size.width, size.height),
            Measurement::Offset { .. } | Measurement::Faces(_) => unreachable!("a border is a rectangle"),
        }
    }

    #[test]
    fn border_is_found_and_kept() {
        let picture = framed();
        assert_eq!(measured(None, 10, 0, &picture), (4, 5, 3, 2));
        assert_eq!(measured(None, 10, 2, &picture), (2, 3, 7, 6));
        assert_eq!(measured(None, 10, 99, &picture), (0, 0, 12, 10));
        assert_eq!(measured(Some(Color::opaque(245, 245, 240)), 10, 0, &picture), (4, 5, 3, 2));
        assert_eq!(measured(Some(Color::opaque(245, 245, 239)), 10, 0, &picture), (0, 0, 12, 10));
    }

    #[test]
    fn border_all_over_stays() {
        let picture = Pixmap::filled(Size::new(5, 4), [9, 9, 9, 255]).unwrap();
        assert_eq!(measured(None, 0, 0, &picture), (0, 0, 5, 4));
    }

    #[test]
    fn border_compares_premultiplied() {
        let mut picture = Pixmap::filled(Size::new(4, 1), [0, 0, 0, 0]).unwrap();
        picture.row_mut(0)[4..16].copy_from_slice(&[255, 255, 255, 0, 255, 255, 255, 200, 255, 0, 0, 5]);
        assert_eq!(measured(None, 10, 0, &picture), (2, 0, 1, 1));
    }
}
