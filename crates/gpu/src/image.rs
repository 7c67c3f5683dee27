//! Pictures on the device, and how they are cut up for kernels that see at most a page of a buffer.

use palmette_core::{Layout, Size};

use crate::Error;
use crate::pool::Lease;

/// Pixels or a plane on the device, row by row from the top left: a word a pixel, red in the lowest byte; or a word for four
/// neighbours of a plane, the first in the lowest byte. Every row of a plane begins with a word, so the last word of a row may have
/// bytes that mean nothing.
#[derive(Debug)]
pub(crate) struct Image {
    pub(crate) lease: Lease,
    /// Words of a row, and rows.
    pub(crate) size: Size,
}

/// A picture on the device, in any layout.
#[derive(Debug)]
pub(crate) struct Picture {
    /// In pixels.
    pub(crate) size: Size,
    pub(crate) layout: Layout,
    /// Its pixels, or each of its planes.
    pub(crate) planes: Vec<Image>,
}

impl Picture {
    /// Makes a picture of pixels.
    pub(crate) fn of_pixels(pixels: Image) -> Self {
        Self { size: pixels.size, layout: Layout::Rgba, planes: vec![pixels] }
    }

    /// Returns the pixels.
    ///
    /// # Errors
    ///
    /// [`palmette_core::Error::WrongLayout`] if these are planes, which no plan gives to who needs pixels.
    pub(crate) fn into_pixels(self) -> Result<Image, Error> {
        let wrong = palmette_core::Error::WrongLayout { expected: Layout::Rgba, actual: self.layout };
        let pixels = self.planes.into_iter().next().filter(|_| self.layout.is_rgba());
        pixels.ok_or(Error::Core(wrong))
    }
}

/// Neighbours of a plane that share a word.
const NEIGHBOURS: u32 = 4;

/// Returns the words of a row of so many samples of a plane.
pub(crate) const fn plane_words(samples: u32) -> u32 {
    samples.div_ceil(NEIGHBOURS)
}

/// Returns the words of a row, and the rows, of the pixels or a plane of a picture.
pub(crate) const fn words_of(layout: Layout, plane: usize, size: Size) -> Size {
    let samples = layout.samples(plane, size);
    if layout.is_rgba() { samples } else { Size::new(plane_words(samples.width), samples.height) }
}

/// How large a part of a buffer a kernel sees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tiling {
    page_shift: u32,
}

/// A stretch of rows of the result of a kernel, and where it lies in its buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Band {
    pub(crate) first_row: u32,
    pub(crate) rows: u32,
    /// Where the binding begins, in bytes; a multiple of 256.
    pub(crate) offset: u64,
    /// Words from there to the first pixel of the band.
    pub(crate) base: u32,
}

impl Tiling {
    /// Pages of a picture that is read.
    pub(crate) const PAGES: u64 = 4;

    /// Words between two places where a binding may begin: 256 bytes, which every device takes.
    const ALIGNMENT_WORDS: u64 = 64;

    /// The most workgroups along an axis, which every device takes, of which a kernel's have at least one row.
    const MAX_ROWS: u64 = 65_535;

    /// Makes pages of 2^`page_shift` words, 6 to 25.
    pub(crate) const fn new(page_shift: u32) -> Self {
        Self { page_shift }
    }

    /// Returns the words of a page as a power of two.
    pub(crate) const fn page_shift(self) -> u32 {
        self.page_shift
    }

    /// Returns the bytes of a page.
    pub(crate) const fn page_bytes(self) -> u64 {
        4 << self.page_shift
    }

    /// Returns the words of a page.
    pub(crate) const fn page_words(self) -> u64 {
        1 << self.page_shift
    }

    /// Says whether a picture takes more than one page.
    pub(crate) const fn is_paged(self, size: Size) -> bool {
        size.area() > self.page_words()
    }

    /// Checks that all of a picture can be read.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`].
    pub(crate) fn check(self, size: Size) -> Result<(), Error> {
        let max_words = Self::PAGES * self.page_words();
        if size.area() > max_words { Err(Error::TooLarge { words: size.area(), max_words }) } else { Ok(()) }
    }

    /// Returns the rows of at most a page, where each takes `row_words` words.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] if there is not even one.
    pub(crate) fn rows_of_page(self, row_words: u64) -> Result<u32, Error> {
        let max_words = self.page_words() - Self::ALIGNMENT_WORDS;
        match u32::try_from((max_words / row_words).min(Self::MAX_ROWS)) {
            Ok(rows @ 1..) => Ok(rows),
            _ => Err(Error::TooLarge { words: row_words, max_words }),
        }
    }

    /// Returns the band of rows of an image that begins at `first_row`.
    pub(crate) fn band(self, size: Size, first_row: u32, rows: u32) -> Band {
        let words = u64::from(first_row) * u64::from(size.width);
        let base = words % Self::ALIGNMENT_WORDS;
        let base = u32::try_from(base).expect("less than the alignment");
        Band { first_row, rows, offset: (words - u64::from(base)) * 4, base }
    }

    /// Cuts an image into bands.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] if a row is larger than a page.
    pub(crate) fn bands(self, size: Size) -> Result<impl Iterator<Item = Band>, Error> {
        let rows = self.rows_of_page(size.width.into())?;
        let firsts = (0..size.height).step_by(rows as usize);
        Ok(firsts.map(move |first_row| self.band(size, first_row, rows.min(size.height - first_row))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_cover_every_row_inside_a_page() {
        for (page_shift, size) in [(8, Size::new(17, 100)), (8, Size::new(192, 3)), (25, Size::new(12_000, 8_333))] {
            let tiling = Tiling::new(page_shift);
            let mut next = 0;
            for band in tiling.bands(size).unwrap() {
                assert_eq!(band.first_row, next);
                assert_eq!(band.offset % 256, 0);
                let words = band.offset / 4 + u64::from(band.base);
                assert_eq!(words, u64::from(band.first_row) * u64::from(size.width));
                let seen = u64::from(band.base) + u64::from(band.rows) * u64::from(size.width);
                assert!(seen <= tiling.page_words());
                next += band.rows;
            }
            assert_eq!(next, size.height);
        }
        assert!(Tiling::new(8).bands(Size::new(193, 1)).is_err());
    }

    #[test]
    fn pages_hold_the_largest_picture() {
        let tiling = Tiling::new(25);
        assert!(tiling.check(Size::new(12_000, 8_333)).is_ok());
        assert!(tiling.check(Size::new(12_000, 12_000)).is_err());
    }
}
