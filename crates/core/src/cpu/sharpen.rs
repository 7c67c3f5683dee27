//! Sharpening of a picture: three associated rows at a time.

use super::chain::Neighborhood;
use super::kernels::Kernels;
use super::kernels::sharpen::sharpen;
use crate::plan::SharpenStep;
use crate::{Error, Pixmap, Size, alloc};

/// A picture that is sharpened.
#[derive(Debug)]
pub(super) struct Sharpen<'a> {
    kernels: &'a Kernels,
    step: SharpenStep,
    /// Associated rows; row `y` of the picture lives in slot `y mod 3`.
    rows: [Vec<i16>; 3],
    /// Rows that were loaded so far.
    loaded: usize,
    /// Rows that were made so far.
    made: usize,
    columns: Vec<[i32; 4]>,
    sharpened: Vec<i16>,
}

impl<'a> Sharpen<'a> {
    /// Prepares to sharpen a picture of RGBA.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] if the allocator refuses.
    pub(super) fn new(kernels: &'a Kernels, step: SharpenStep, size: Size) -> Result<Self, Error> {
        let empty = || alloc::try_filled(size.width as usize * Pixmap::PIXEL_BYTES, 0);
        let columns = alloc::try_with_capacity(size.width as usize + 2)?;
        Ok(Self {
            kernels,
            step,
            rows: [empty()?, empty()?, empty()?],
            loaded: 0,
            made: 0,
            columns,
            sharpened: empty()?,
        })
    }
}

impl Neighborhood for Sharpen<'_> {
    fn reach(&self) -> usize {
        1
    }

    fn load(&mut self, row: &[u8]) -> Result<(), Error> {
        (self.kernels.premultiply)(row, &mut self.rows[self.loaded % 3]);
        self.loaded += 1;
        Ok(())
    }

    fn make(&mut self, row: &mut [u8]) {
        // Edges repeat; whatever was loaded last is the last row if there is none below.
        let (above, below) = (self.made.saturating_sub(1), (self.made + 1).min(self.loaded - 1));
        let rows = [above, self.made, below].map(|y| &*self.rows[y % 3]);
        sharpen(self.step, rows, &mut self.columns, &mut self.sharpened);
        (self.kernels.unpremultiply)(&self.sharpened, row);
        self.made += 1;
    }
}
