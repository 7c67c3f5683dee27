//! Rows on a larger canvas.

use palmette_ops::Color;

use crate::rows::collect;
use crate::{Band, Error, Layout, Picture, Pixmap, Rows, Size, alloc};

/// Rows of a canvas of one colour that are lent at a time, above and below the picture.
const BAND_ROWS: usize = 16;

/// The rows of a picture of RGBA, and what surrounds them.
pub(super) struct PadRows<'a> {
    input: Box<dyn Rows + 'a>,
    left: usize,
    /// The rows of the canvas from the first to the last one of the picture.
    inside: std::ops::Range<usize>,
    size: Size,
    surround: Color,
    /// The row of the canvas that comes next.
    y: usize,
    /// What is lent.
    band: Vec<u8>,
}

impl<'a> PadRows<'a> {
    /// Places a picture at `left` and `top` of a canvas of the given size and colour.
    ///
    /// # Panics
    ///
    /// If the picture does not lie inside the canvas.
    pub(super) fn new(
        input: Box<dyn Rows + 'a>,
        (left, top): (u32, u32),
        size: Size,
        surround: Color,
    ) -> Result<Self, Error> {
        let fits = |offset: u32, len: u32, canvas: u32| u64::from(offset) + u64::from(len) <= u64::from(canvas);
        let picture = input.size();
        assert!(fits(left, picture.width, size.width) && fits(top, picture.height, size.height), "inside the canvas");
        let inside = top as usize..top as usize + picture.height as usize;
        let row_bytes = size.width as usize * Pixmap::PIXEL_BYTES;
        let band = alloc::try_with_capacity(BAND_ROWS.min(size.height as usize) * row_bytes)?;
        Ok(Self { input, left: left as usize, inside, size, surround, y: 0, band })
    }
}

impl Rows for PadRows<'_> {
    fn size(&self) -> Size {
        self.size
    }

    fn layout(&self) -> Layout {
        Layout::Rgba
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        let height = self.size.height as usize;
        if self.y == height {
            return Ok(None);
        }
        let surround = self.surround.to_rgba();
        let width = self.size.width as usize;
        self.band.clear();
        if self.inside.contains(&self.y) {
            let picture_width = self.input.size().width as usize;
            let Some(Band { planes: [rows, ..] }) = self.input.next_band()? else { return Ok(None) };
            let rows = rows.chunks_exact(picture_width * Pixmap::PIXEL_BYTES);
            let bytes = rows.len() * width * Pixmap::PIXEL_BYTES;
            self.band.try_reserve(bytes).map_err(|_| Error::OutOfMemory { bytes: bytes as u64 })?;
            self.y += rows.len();
            for row in rows {
                self.band.extend(std::iter::repeat_n(surround, self.left).flatten());
                self.band.extend_from_slice(row);
                self.band.extend(std::iter::repeat_n(surround, width - self.left - picture_width).flatten());
            }
        } else {
            let end = if self.y < self.inside.start { self.inside.start } else { height };
            let rows = BAND_ROWS.min(end - self.y);
            self.band.extend(std::iter::repeat_n(surround, rows * width).flatten());
            self.y += rows;
        }
        Ok(Some(Band::of_one(&mut self.band)))
    }

    fn into_picture(mut self: Box<Self>) -> Result<Picture, Error> {
        collect(&mut *self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PictureRows;

    #[test]
    fn pad_places_the_picture() {
        let red = Pixmap::filled(Size::new(1, 2), [255, 0, 0, 255]).unwrap();
        let grey = Color::opaque(9, 9, 9);
        let rows = PadRows::new(Box::new(PictureRows::new(red.into())), (1, 20), Size::new(3, 40), grey).unwrap();
        let padded = Box::new(rows).into_picture().unwrap().into_pixmap().unwrap();
        for (y, row) in padded.rows().enumerate() {
            let middle = if (20..22).contains(&y) { [255, 0, 0, 255] } else { [9, 9, 9, 255] };
            assert_eq!(row, [[9, 9, 9, 255], middle, [9, 9, 9, 255]].concat(), "{y}");
        }
    }
}
