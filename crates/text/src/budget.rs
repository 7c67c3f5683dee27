//! A bound on the work that one text may take, so that a font which means harm costs seconds at most.

use crate::Error;

/// Steps that may be taken for one text: a point of an outline, an edge in a row, or a pixel of a layer. A page of plain text takes
/// a million, and a picture full of emoji some ten millions.
const MAX_STEPS: u64 = 1_000_000_000;

/// The steps that are left.
#[derive(Debug)]
pub(crate) struct Budget(u64);

impl Budget {
    /// Begins with all steps.
    pub(crate) const fn new() -> Self {
        Self(MAX_STEPS)
    }

    /// Takes some steps.
    ///
    /// # Errors
    ///
    /// [`Error::TooComplex`] if there are none left.
    pub(crate) fn take(&mut self, steps: usize) -> Result<(), Error> {
        self.0 = self.0.checked_sub(steps as u64).ok_or(Error::TooComplex)?;
        Ok(())
    }
}
