//! A rectangle of the rows.

use super::collect;
use crate::{Band, Error, Layout, Picture, Pixmap, Rows, Size};

/// The rows of a rectangle of a picture of RGBA.
pub struct CropRows<'a> {
    input: Box<dyn Rows + 'a>,
    left: usize,
    top: usize,
    size: Size,
    /// The row of the input that comes next.
    y: usize,
    /// What is lent.
    band: Vec<u8>,
}

impl std::fmt::Debug for CropRows<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { left, top, size, y, .. } = self;
        f.debug_struct("CropRows")
            .field("left", left)
            .field("top", top)
            .field("size", size)
            .field("y", y)
            .finish_non_exhaustive()
    }
}

impl<'a> CropRows<'a> {
    /// Keeps the rectangle of the given size whose top left pixel is (`left`, `top`), which lies inside the picture.
    #[must_use]
    pub const fn new(input: Box<dyn Rows + 'a>, left: u32, top: u32, size: Size) -> Self {
        Self { input, left: left as usize, top: top as usize, size, y: 0, band: Vec::new() }
    }
}

impl Rows for CropRows<'_> {
    fn size(&self) -> Size {
        self.size
    }

    fn layout(&self) -> Layout {
        Layout::Rgba
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        let [row_bytes, left, kept_bytes] =
            [self.input.size().width as usize, self.left, self.size.width as usize].map(|px| px * Pixmap::PIXEL_BYTES);
        let bottom = self.top + self.size.height as usize;
        self.band.clear();
        // Rows above the part are passed over; rows below it are never asked for.
        while self.band.is_empty() && self.y < bottom {
            let Some(Band { planes: [rows, ..] }) = self.input.next_band()? else { break };
            let first = self.y;
            self.y += rows.len() / row_bytes;
            let kept = first.max(self.top)..self.y.min(bottom);
            let bytes = kept.len() * kept_bytes;
            self.band.try_reserve(bytes).map_err(|_| Error::OutOfMemory { bytes: bytes as u64 })?;
            for y in kept {
                self.band.extend_from_slice(&rows[(y - first) * row_bytes + left..][..kept_bytes]);
            }
        }
        Ok((!self.band.is_empty()).then(|| Band::of_one(&mut self.band)))
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
    fn crop_keeps_the_rectangle_alone() {
        let data: Vec<u8> = (0..10 * 10).flat_map(|pixel| [pixel, 0, 0, 255]).collect();
        let picture = Pixmap::from_vec(Size::new(10, 10), data).unwrap();
        for size in [Size::new(7, 9), Size::new(3, 2), Size::new(8, 1)] {
            let rows = Box::new(PictureRows::new(picture.clone().into()));
            let part = Box::new(CropRows::new(rows, 2, 1, size)).into_picture().unwrap().into_pixmap().unwrap();
            let expected: Vec<u8> = (1..=size.height)
                .flat_map(|y| (2..2 + size.width).map(move |x| (10 * y + x).to_le_bytes()[0]))
                .flat_map(|pixel| [pixel, 0, 0, 255])
                .collect();
            let part = part.into_vec();
            assert_eq!((&part, part.capacity()), (&expected, expected.len()), "{size}");
        }
    }
}
