//! The filters of PNG: what is stored of a row is how it differs from what its neighbours let expect.

use std::ops::Range;

use palmette_core::{Pixmap, alloc};

use super::layout::Layout;
use crate::Error;

/// Bytes that are handed to the compressor at once, at least.
const PIECE_BYTES: usize = 64 << 10;

/// What a sample is expected to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    /// Nothing.
    None,
    /// The one to the left.
    Sub,
    /// The one above.
    Up,
    /// The mean of these two.
    Average,
    /// Of left, above and above left the one that is nearest to left plus above minus above left.
    Paeth,
    /// For each row the filter whose results are nearest to 0.
    Adaptive,
}

impl Filter {
    /// Those that can be stored, in the order of their numbers.
    const STORED: [Self; 5] = [Self::None, Self::Sub, Self::Up, Self::Average, Self::Paeth];

    /// Every way to filter a picture.
    pub(super) const ALL: [Self; 6] = [Self::None, Self::Sub, Self::Up, Self::Average, Self::Paeth, Self::Adaptive];
}

/// The rows of a picture, packed and filtered, some at a time.
pub(super) struct FilteredRows<'a> {
    pixmap: &'a Pixmap,
    layout: &'a Layout,
    filter: Filter,
    /// The next row; none before the first.
    next_y: Option<u32>,
    /// The packed row above, after as many zeros as a pixel has bytes, which stand for what is left of it.
    above: Vec<u8>,
    /// The packed row, likewise.
    row: Vec<u8>,
    /// Filtered rows.
    piece: Vec<u8>,
    /// A filtered row that may be better than another.
    candidate: Vec<u8>,
}

impl<'a> FilteredRows<'a> {
    /// Prepares for the rows of a picture.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if memory runs out.
    pub(super) fn new(pixmap: &'a Pixmap, layout: &'a Layout, filter: Filter) -> Result<Self, Error> {
        let row_bytes = layout.row_bytes(pixmap.width());
        let above = alloc::try_filled(layout.pixel_bytes() + row_bytes, 0)?;
        let row = alloc::try_filled(layout.pixel_bytes() + row_bytes, 0)?;
        let piece = alloc::try_with_capacity(PIECE_BYTES + row_bytes + 1)?;
        let candidate = alloc::try_with_capacity(row_bytes)?;
        Ok(Self { pixmap, layout, filter, next_y: None, above, row, piece, candidate })
    }

    /// Returns the next rows of a range, or nothing at its end. A range starts where the one before it ended, or below.
    pub(super) fn next_piece(&mut self, range: Range<u32>) -> Option<&[u8]> {
        let start = self.next_y.filter(|&y| y >= range.start).unwrap_or(range.start);
        if start >= range.end {
            return None;
        }
        let left = self.layout.pixel_bytes();
        if self.next_y != Some(start) && start > 0 {
            self.layout.pack(self.pixmap, start - 1, &mut self.above[left..]);
        }
        self.piece.clear();
        let mut y = start;
        while y < range.end && self.piece.len() < PIECE_BYTES {
            self.layout.pack(self.pixmap, y, &mut self.row[left..]);
            self.filter_row();
            std::mem::swap(&mut self.above, &mut self.row);
            y += 1;
        }
        self.next_y = Some(y);
        Some(&self.piece)
    }

    /// Filters the packed row, and appends it with the number of its filter.
    fn filter_row(&mut self) {
        let left = self.layout.pixel_bytes();
        if self.filter != Filter::Adaptive {
            let number = Filter::STORED.iter().zip(0..).find(|(filter, _)| **filter == self.filter);
            self.piece.push(number.map_or(0, |(_, number)| number));
            return apply(self.filter, &self.row, &self.above, left, &mut self.piece);
        }
        let start = self.piece.len();
        let mut least = u64::MAX;
        for (filter, number) in Filter::STORED.into_iter().zip(0..) {
            self.candidate.clear();
            apply(filter, &self.row, &self.above, left, &mut self.candidate);
            let distance = self.candidate.iter().map(|&byte| u64::from(byte.cast_signed().unsigned_abs())).sum();
            if distance < least {
                least = distance;
                self.piece.truncate(start);
                self.piece.push(number);
                self.piece.extend_from_slice(&self.candidate);
            }
        }
    }
}

/// Filters a row; both rows begin with `left` zeros that are not of them.
fn apply(filter: Filter, row: &[u8], above: &[u8], left: usize, target: &mut Vec<u8>) {
    let (values, lefts, uppers, upper_lefts) = (&row[left..], row, &above[left..], above);
    let values = values.iter();
    match filter {
        Filter::None | Filter::Adaptive => target.extend(values),
        Filter::Sub => target.extend(values.zip(lefts).map(|(value, left)| value.wrapping_sub(*left))),
        Filter::Up => target.extend(values.zip(uppers).map(|(value, above)| value.wrapping_sub(*above))),
        Filter::Average => target.extend(
            values.zip(lefts).zip(uppers).map(|((value, left), above)| value.wrapping_sub(left.midpoint(*above))),
        ),
        Filter::Paeth => target.extend(
            values
                .zip(lefts)
                .zip(uppers)
                .zip(upper_lefts)
                .map(|(((value, left), above), corner)| value.wrapping_sub(paeth(*left, *above, *corner))),
        ),
    }
}

/// Chooses the neighbour that is nearest to left plus above minus corner; of equals the first in this order.
fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let [a, b, c] = [left, above, corner].map(i16::from);
    let (from_left, from_above, from_corner) = ((b - c).abs(), (a - c).abs(), (a + b - 2 * c).abs());
    if from_left <= from_above && from_left <= from_corner {
        left
    } else if from_above <= from_corner {
        above
    } else {
        corner
    }
}
