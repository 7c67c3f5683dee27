//! Pixels that a decoder gives row by row, as bands of a few rows.

use palmette_core::{Band, Deadline, Picture, Pixmap, Rectangle, Size, alloc};

use super::Bands;
use crate::{Cause, Error};

/// Rows of a band, and rows between two looks at the clock.
pub(crate) const BAND_ROWS: u32 = 16;

/// The rows of a picture, as a decoder gives them: in sRGB, 8 bits, straight alpha, as they are stored.
pub(crate) trait PixelRows {
    /// Writes a row of the picture. Rows are asked for from the top to the bottom; some may be left out.
    ///
    /// # Errors
    ///
    /// Whatever keeps the row from being made, damage among it unless it may be shown.
    fn read_row(&mut self, y: u32, pixels: &mut [u8]) -> Result<(), Error>;

    /// Takes what was found to be missing of the rows that were asked for, if it may be.
    fn take_damage(&mut self) -> Option<Cause>;
}

/// Prepares for the rows of a picture.
pub(crate) type OpenRows<'a> = Box<dyn FnOnce() -> Result<Box<dyn PixelRows + 'a>, Error> + 'a>;

/// A part of a picture that comes row by row.
pub(super) struct RgbaBands<'a> {
    /// Absent once it was called.
    open: Option<OpenRows<'a>>,
    /// What it made.
    rows: Option<Box<dyn PixelRows + 'a>>,
    window: Rectangle,
    /// The row of the window that comes next.
    row: u32,
    /// A row of the whole picture; none if the window is as wide.
    whole_row: Vec<u8>,
    band: Vec<u8>,
    damage: Option<Cause>,
}

impl<'a> RgbaBands<'a> {
    /// Prepares for a part of a picture.
    pub(super) fn new(open: OpenRows<'a>, stored: Size, window: Rectangle) -> Result<Self, Error> {
        let whole_pixels = if window.size.width == stored.width { 0 } else { stored.width as usize };
        let whole_row = alloc::try_filled(whole_pixels * Pixmap::PIXEL_BYTES, 0)?;
        Ok(Self { open: Some(open), rows: None, window, row: 0, whole_row, band: Vec::new(), damage: None })
    }

    /// Returns the bytes of a row of the window.
    const fn row_bytes(&self) -> usize {
        self.window.size.width as usize * Pixmap::PIXEL_BYTES
    }

    /// Writes the next rows of the window.
    fn read_rows(&mut self, pixels: &mut [u8]) -> Result<(), Error> {
        let row_bytes = self.row_bytes();
        let rows = match (&mut self.rows, self.open.take()) {
            (Some(rows), _) => rows,
            (rows, Some(open)) => rows.insert(open()?),
            // It failed, after which nobody asks again.
            (None, None) => return Err(palmette_core::Error::EmptyPixmap { size: self.window.size }.into()),
        };
        for to in pixels.chunks_exact_mut(row_bytes) {
            let y = self.window.top + self.row;
            if self.whole_row.is_empty() {
                rows.read_row(y, to)?;
            } else {
                rows.read_row(y, &mut self.whole_row)?;
                let left = self.window.left as usize * Pixmap::PIXEL_BYTES;
                to.copy_from_slice(&self.whole_row[left..left + to.len()]);
            }
            self.row += 1;
        }
        Ok(())
    }
}

impl Bands for RgbaBands<'_> {
    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        let count = BAND_ROWS.min(self.window.size.height - self.row) as usize;
        if count == 0 {
            self.damage = self.rows.as_mut().and_then(|rows| rows.take_damage());
            return Ok(None);
        }
        let mut band = std::mem::take(&mut self.band);
        let len = count * self.row_bytes();
        band.truncate(len);
        band.try_reserve_exact(len - band.len())
            .map_err(|_| palmette_core::Error::OutOfMemory { bytes: len as u64 })?;
        band.resize(len, 0);
        self.read_rows(&mut band)?;
        self.band = band;
        Ok(Some(Band::of_one(&mut self.band)))
    }

    fn damage(&self) -> Option<&Cause> {
        self.damage.as_ref()
    }

    fn into_picture(mut self: Box<Self>, deadline: Deadline) -> Result<(Picture, Option<Cause>), Error> {
        let mut pixmap = Pixmap::filled(self.window.size, [0; 4])?;
        let band_bytes = BAND_ROWS as usize * self.row_bytes();
        for band in pixmap.data_mut().chunks_mut(band_bytes) {
            deadline.check()?;
            self.read_rows(band)?;
        }
        Ok((pixmap.into(), self.rows.as_mut().and_then(|rows| rows.take_damage())))
    }
}
