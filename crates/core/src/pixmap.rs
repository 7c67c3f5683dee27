//! The picture between two steps.

use std::fmt;

use crate::{Error, alloc};

/// Width and height in pixels, both at least 1 in anything that holds pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Size {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

impl Size {
    /// Makes a size.
    #[must_use]
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// Returns the number of pixels.
    #[must_use]
    pub const fn area(self) -> u64 {
        self.width as u64 * self.height as u64
    }

    /// Returns the size after a quarter turn.
    #[must_use]
    pub const fn transposed(self) -> Self {
        Self { width: self.height, height: self.width }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×{}", self.width, self.height)
    }
}

/// A picture of 8-bit straight (unassociated) RGBA in gamma-encoded sRGB, row by row from the top left, no padding.
///
/// With the feature `image` it converts from and to the `DynamicImage` and `RgbaImage` of that crate.
#[derive(Clone, PartialEq, Eq)]
pub struct Pixmap {
    size: Size,
    data: Vec<u8>,
}

impl Pixmap {
    /// Bytes a pixel takes.
    pub const PIXEL_BYTES: usize = 4;

    /// Makes a picture of one colour, given as red, green, blue, alpha.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyPixmap`] if a side is 0, [`Error::OutOfMemory`] if the allocator refuses.
    pub fn filled(size: Size, rgba: [u8; 4]) -> Result<Self, Error> {
        let len = data_len(size)?;
        let mut data = alloc::try_with_capacity(len)?;
        if rgba.iter().all(|&component| component == rgba[0]) {
            data.resize(len, rgba[0]);
        } else {
            data.extend(std::iter::repeat_n(rgba, pixel_count(size)).flatten());
        }
        Ok(Self { size, data })
    }

    /// Wraps bytes in the layout of this type.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyPixmap`] if a side is 0, [`Error::PixmapLength`] if `data` is not width × height × 4 bytes.
    pub fn from_vec(size: Size, data: Vec<u8>) -> Result<Self, Error> {
        let expected = data_len(size)?;
        if data.len() == expected {
            Ok(Self { size, data })
        } else {
            Err(Error::PixmapLength { size, expected, actual: data.len() })
        }
    }

    /// Returns width and height.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.size
    }

    /// Returns the width in pixels.
    #[must_use]
    pub const fn width(&self) -> u32 {
        self.size.width
    }

    /// Returns the height in pixels.
    #[must_use]
    pub const fn height(&self) -> u32 {
        self.size.height
    }

    /// Returns the bytes of one row.
    #[must_use]
    pub const fn row_bytes(&self) -> usize {
        self.size.width as usize * Self::PIXEL_BYTES
    }

    /// Returns all bytes.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// Returns all bytes, to be changed in place.
    #[must_use]
    pub fn data_mut(&mut self) -> &mut [u8] {
        &mut self.data
    }

    /// Gives the bytes away.
    #[must_use]
    pub fn into_vec(self) -> Vec<u8> {
        self.data
    }

    /// Returns the rows from top to bottom.
    pub fn rows(&self) -> std::slice::ChunksExact<'_, u8> {
        self.data.chunks_exact(self.row_bytes())
    }

    /// Returns one row.
    ///
    /// # Panics
    ///
    /// If `y` is not less than the height.
    #[must_use]
    pub fn row(&self, y: u32) -> &[u8] {
        let start = y as usize * self.row_bytes();
        &self.data[start..start + self.row_bytes()]
    }

    /// Returns one row, to be changed in place.
    ///
    /// # Panics
    ///
    /// If `y` is not less than the height.
    #[must_use]
    pub fn row_mut(&mut self, y: u32) -> &mut [u8] {
        let row_bytes = self.row_bytes();
        let start = y as usize * row_bytes;
        &mut self.data[start..start + row_bytes]
    }

    /// Returns one pixel as red, green, blue, alpha.
    ///
    /// # Panics
    ///
    /// If the point is outside the picture.
    #[must_use]
    pub fn pixel(&self, x: u32, y: u32) -> [u8; 4] {
        let start = x as usize * Self::PIXEL_BYTES;
        let bytes = &self.row(y)[start..start + Self::PIXEL_BYTES];
        [bytes[0], bytes[1], bytes[2], bytes[3]]
    }

    /// Tells whether every pixel has alpha 255.
    #[must_use]
    pub fn is_opaque(&self) -> bool {
        is_opaque(&self.data)
    }
}

impl fmt::Debug for Pixmap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pixmap").field("size", &self.size).finish_non_exhaustive()
    }
}

/// Tells whether every pixel of some RGBA has alpha 255.
#[must_use]
pub(crate) fn is_opaque(pixels: &[u8]) -> bool {
    // The loop inside has no early exit, so it vectorises; the one outside leaves soft pixels early.
    pixels.chunks(1024).all(|block| block.as_chunks::<4>().0.iter().fold(255, |all, pixel| all & pixel[3]) == 255)
}

/// Returns the number of pixels as an index type.
const fn pixel_count(size: Size) -> usize {
    size.width as usize * size.height as usize
}

/// Returns the number of bytes of a picture, or says that there is none.
fn data_len(size: Size) -> Result<usize, Error> {
    if size.width == 0 || size.height == 0 {
        return Err(Error::EmptyPixmap { size });
    }
    pixel_count(size).checked_mul(Pixmap::PIXEL_BYTES).ok_or(Error::OutOfMemory { bytes: u64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixmap_filled_has_every_pixel() {
        let pixmap = Pixmap::filled(Size::new(3, 2), [1, 2, 3, 4]).unwrap();
        assert_eq!(pixmap.data(), [1, 2, 3, 4].repeat(6));
        assert_eq!(pixmap.pixel(2, 1), [1, 2, 3, 4]);
        assert!(!pixmap.is_opaque());
        assert!(Pixmap::filled(Size::new(3, 2), [9, 9, 9, 255]).unwrap().is_opaque());
    }

    #[test]
    fn pixmap_refuses_wrong_length_and_empty_size() {
        assert!(matches!(
            Pixmap::from_vec(Size::new(2, 2), vec![0; 15]),
            Err(Error::PixmapLength { expected: 16, .. })
        ));
        assert!(matches!(Pixmap::filled(Size::new(0, 2), [0; 4]), Err(Error::EmptyPixmap { .. })));
    }

    #[test]
    fn opaque_to_the_last_pixel() {
        let mut row = vec![255; 4 * 600];
        assert!(is_opaque(&row) && is_opaque(&[]));
        row[4 * 599 + 3] = 254;
        assert!(!is_opaque(&row));
    }
}
