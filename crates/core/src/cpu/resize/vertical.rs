//! The vertical pass over rows that come one after the other.
//!
//! Rows are loaded, in order, into a ring of as many as the kernel has taps. A height that shrinks so much that its table is
//! summed in chunks would need a ring of many rows; there the rows of a result are summed as chunks of source rows come, and
//! the ring holds little more than a chunk. The sums are the same in both.

use crate::cpu::kernels::Kernels;
use crate::cpu::kernels::resize_h_opaque::ROWS;
use crate::cpu::kernels::resize_v::{VerticalTaps, resize_v_total};
use crate::plan::Axis;
use crate::plan::weights::WeightTable;
use crate::{Error, alloc};

/// The vertical pass of one plane.
#[derive(Debug)]
pub(super) struct Vertical<'a> {
    axis: &'a Axis,
    ring: Ring,
    sums: Option<Sums>,
    /// Rows of the source.
    rows: usize,
    /// Rows of the result.
    outputs: usize,
    /// The first source row that was not loaded yet.
    next: usize,
    /// The first row of the result that was not made yet.
    next_output: usize,
}

impl<'a> Vertical<'a> {
    /// Prepares for `rows` rows of `row_len` samples, which become `outputs`.
    pub(super) fn new(axis: &'a Axis, rows: usize, outputs: usize, row_len: usize) -> Result<Self, Error> {
        let (ring, sums) = match axis {
            Axis::Copy { .. } => (Ring::new(1, row_len)?, None),
            Axis::Filter(table) if table.chunk_shift() == 0 => (Ring::new(table.taps(), row_len)?, None),
            Axis::Filter(table) => {
                (Ring::new(WeightTable::CHUNK_TAPS, row_len)?, Some(Sums::new(table.overlap(ROWS), row_len)?))
            }
        };
        Ok(Self { axis, ring, sums, rows, outputs, next: 0, next_output: 0 })
    }

    /// Returns the number of source rows.
    pub(super) const fn source_rows(&self) -> usize {
        self.rows
    }

    /// Returns the first source row that was not loaded or skipped yet.
    pub(super) const fn next(&self) -> usize {
        self.next
    }

    /// Tells whether every row of the result was made.
    pub(super) const fn is_done(&self) -> bool {
        self.next_output == self.outputs
    }

    /// Says what the next row of the result needs first.
    pub(super) fn wants(&self) -> Wants {
        if self.is_done() {
            return Wants::Nothing;
        }
        let (start, taps) = self.window(self.next_output);
        if self.next >= start + taps {
            return Wants::Nothing;
        }
        let first = start - start % ROWS;
        if self.next < first {
            Wants::Skipped(first - self.next)
        } else {
            Wants::Loaded(ROWS.min(self.rows - self.next))
        }
    }

    /// Passes over source rows that nothing is made of.
    pub(super) const fn skip(&mut self, rows: usize) {
        self.next += rows;
    }

    /// Has the next rows, as many as [`Vertical::wants`] said, loaded into their places.
    pub(super) fn load(&mut self, kernels: &Kernels, rows: usize, load: impl FnOnce(&mut [Vec<i16>])) {
        load(self.ring.slots(self.next, rows));
        self.next += rows;
        if let (Axis::Filter(table), Some(sums)) = (self.axis, &mut self.sums) {
            sums.add(kernels, table, &self.ring, self.next);
        }
    }

    /// Makes the next row of the result, once nothing is wanted any more; hands it to `finish`.
    pub(super) fn make(&mut self, kernels: &Kernels, space: &mut [i16], finish: impl FnOnce(&[i16])) {
        let (start, _) = self.window(self.next_output);
        match (self.axis, &mut self.sums) {
            (Axis::Copy { .. }, _) => finish(self.ring.row(start)),
            (Axis::Filter(table), Some(sums)) => {
                sums.take(table, self.next_output, space);
                finish(space);
            }
            (Axis::Filter(table), None) => {
                let weights = table.row(self.next_output);
                let taps = VerticalTaps { weights, shift: table.shift(), chunk_shift: 0 };
                let rows: Vec<&[i16]> = (start..start + weights.len()).map(|y| self.ring.row(y)).collect();
                (kernels.resize_v)(taps, &rows, space);
                finish(space);
            }
        }
        self.next_output += 1;
    }

    /// Returns the first source row of a row of the result, and how many it is made of.
    fn window(&self, output: usize) -> (usize, usize) {
        match self.axis {
            Axis::Copy { offset } => (*offset as usize + output, 1),
            Axis::Filter(table) => (table.starts()[output] as usize, table.taps()),
        }
    }
}

/// What a vertical pass needs before it can make its next row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wants {
    /// Nothing: the row can be made, or there is none left.
    Nothing,
    /// So many source rows that nothing is made of.
    Skipped(usize),
    /// So many source rows, at once.
    Loaded(usize),
}

/// The source rows that are seen at once, loaded in groups of [`ROWS`]; row `y` lives in slot `y mod slots`.
#[derive(Debug)]
struct Ring {
    /// As many as the groups that a window touches, wherever it begins.
    rows: Vec<Vec<i16>>,
}

impl Ring {
    fn new(taps: usize, row_len: usize) -> Result<Self, Error> {
        let len = (taps + ROWS - 1).next_multiple_of(ROWS);
        let mut rows = alloc::try_with_capacity(len)?;
        for _ in 0..len {
            rows.push(alloc::try_filled(row_len, 0)?);
        }
        Ok(Self { rows })
    }

    /// Returns the places of the rows of the group that begins with `y`.
    fn slots(&mut self, y: usize, count: usize) -> &mut [Vec<i16>] {
        let slot = y % self.rows.len();
        &mut self.rows[slot..slot + count]
    }

    fn row(&self, y: usize) -> &[i16] {
        &self.rows[y % self.rows.len()]
    }
}

/// The sums of those rows of the result that have begun, for a table that is summed in chunks.
#[derive(Debug)]
struct Sums {
    /// Row `i` of the result lives in slot `i mod slots`.
    rows: Vec<Vec<i32>>,
    /// The chunks that were added to each.
    chunks: Vec<usize>,
    /// The first row of the result that was not taken yet.
    first: usize,
}

impl Sums {
    fn new(overlap: usize, row_len: usize) -> Result<Self, Error> {
        let mut rows = alloc::try_with_capacity(overlap)?;
        for _ in 0..overlap {
            rows.push(alloc::try_filled(row_len, 0)?);
        }
        Ok(Self { rows, chunks: alloc::try_filled(overlap, 0)?, first: 0 })
    }

    /// Adds every chunk that is complete, now that the rows before `loaded` are there.
    fn add(&mut self, kernels: &Kernels, table: &WeightTable, ring: &Ring, loaded: usize) {
        let begun = table.starts()[self.first..].iter().take_while(|&&start| (start as usize) < loaded).count();
        for output in self.first..self.first + begun {
            let slot = output % self.rows.len();
            let (start, weights) = (table.starts()[output] as usize, table.row(output));
            for (chunk, weights) in weights.chunks(WeightTable::CHUNK_TAPS).enumerate().skip(self.chunks[slot]) {
                let first = start + chunk * WeightTable::CHUNK_TAPS;
                if first + weights.len() > loaded {
                    break;
                }
                let rows: [&[i16]; WeightTable::CHUNK_TAPS] =
                    std::array::from_fn(|i| if i < weights.len() { ring.row(first + i) } else { &[] });
                let taps = VerticalTaps { weights, shift: table.shift(), chunk_shift: table.chunk_shift() };
                (kernels.resize_v_chunk)(taps, &rows[..weights.len()], &mut self.rows[slot]);
                self.chunks[slot] += 1;
            }
        }
    }

    /// Rounds the sums of a row of the result, and makes its place free.
    fn take(&mut self, table: &WeightTable, output: usize, row: &mut [i16]) {
        let slot = output % self.rows.len();
        resize_v_total(table.shift(), &self.rows[slot], row);
        self.rows[slot].fill(0);
        self.chunks[slot] = 0;
        self.first = output + 1;
    }
}
