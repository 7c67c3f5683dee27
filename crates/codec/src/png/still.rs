//! The rows of a picture that is not interlaced, as they come.

use palmette_core::Size;
use png::Reader;

use super::chunks::Parts;
use super::rows::Rows;
use super::source::Source;
use super::{ROWS_PER_CHECK, check_sums, damaged, read_header, rows_of};
use crate::reader::PixelRows;
use crate::{Cause, DecodeOptions, Error, OnDamage};

/// What is left of a file, and what its rows go through.
pub(super) struct Still<'a> {
    reader: Reader<Source<'a>>,
    rows: Rows,
    /// The row that comes next.
    next: u32,
    /// Whether no row follows that could be decoded.
    is_over: bool,
    damage: Option<Cause>,
    options: DecodeOptions,
}

impl<'a> Still<'a> {
    /// Compares checksums, and reads everything before the pixels.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`], and [`Error::Core`] if memory cannot be had.
    pub(super) fn open(parts: &Parts<'a>, size: Size, options: &DecodeOptions) -> Result<Self, Error> {
        let damage = check_sums(parts, options)?;
        let reader = read_header(parts)?;
        let rows = rows_of(&reader, parts, size)?;
        Ok(Self { reader, rows, next: 0, is_over: false, damage, options: *options })
    }

    /// Decodes the next row, and writes it if it is wanted. One that is missing, if it may be, is clear.
    fn read_next(&mut self, wanted: Option<&mut [u8]>) -> Result<(), Error> {
        let is_first = self.next == 0;
        self.next += 1;
        let row = if self.is_over { Ok(None) } else { self.reader.next_interlaced_row() };
        match (row, wanted) {
            (Ok(Some(row)), Some(pixels)) => pixels.copy_from_slice(self.rows.convert(row.data())),
            (Ok(Some(_)), None) => {}
            (Ok(None), wanted) => {
                self.is_over = true;
                wanted.into_iter().for_each(|pixels| pixels.fill(0));
            }
            (Err(error), wanted) if self.options.on_damage == OnDamage::Show && !is_first => {
                self.is_over = true;
                self.damage = Some(error.into());
                wanted.into_iter().for_each(|pixels| pixels.fill(0));
            }
            (Err(error), _) => return Err(damaged(error)),
        }
        Ok(())
    }
}

impl PixelRows for Still<'_> {
    fn read_row(&mut self, y: u32, pixels: &mut [u8]) -> Result<(), Error> {
        while self.next < y {
            if u64::from(self.next).is_multiple_of(ROWS_PER_CHECK) {
                self.options.deadline.check()?;
            }
            self.read_next(None)?;
        }
        self.read_next(Some(pixels))
    }

    fn take_damage(&mut self) -> Option<Cause> {
        self.damage.take()
    }
}
