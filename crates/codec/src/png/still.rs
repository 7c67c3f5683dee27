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
    /// [`Error::Damaged`], and [`Error::Core`] if memory runs out.
    pub(super) fn open(parts: &Parts<'a>, size: Size, options: &DecodeOptions) -> Result<Self, Error> {
        let damage = check_sums(parts, options)?;
        let reader = read_header(parts)?;
        let rows = rows_of(&reader, parts, size)?;
        Ok(Self { reader, rows, next: 0, is_over: false, damage, options: *options })
    }

    /// Decodes the next row, and writes it if it is wanted. One that is missing, if it may be, is clear.
    fn read_next(&mut self, mut wanted: Option<&mut [u8]>) -> Result<(), Error> {
        let is_first = self.next == 0;
        self.next += 1;
        let is_there = if self.is_over { Ok(false) } else { self.decode_next(wanted.as_deref_mut()) };
        match is_there {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(error) if self.options.on_damage == OnDamage::Show && !is_first => self.damage = Some(error.into()),
            Err(error) => return Err(damaged(error)),
        }
        self.is_over = true;
        wanted.into_iter().for_each(|pixels| pixels.fill(0));
        Ok(())
    }

    /// Decodes the next row to where it is wanted; tells whether there is one.
    fn decode_next(&mut self, wanted: Option<&mut [u8]>) -> Result<bool, png::DecodingError> {
        match wanted {
            Some(pixels) if self.rows.is_rgba() => {
                let is_there = self.reader.read_row(pixels)?.is_some();
                if is_there {
                    self.rows.correct(pixels);
                }
                Ok(is_there)
            }
            wanted => {
                let Some(row) = self.reader.next_interlaced_row()? else { return Ok(false) };
                if let Some(pixels) = wanted {
                    self.rows.convert(row.data(), pixels);
                }
                Ok(true)
            }
        }
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
