//! One plane, or pixels of RGBA, on its way through both passes.

use std::ops::Range;

use super::vertical::{Vertical, Wants};
use crate::cpu::kernels::Kernels;
use crate::cpu::kernels::double_h::Doubling;
use crate::cpu::kernels::premultiply::widen;
use crate::plan::weights::WeightTable;
use crate::plan::{Axis, AxisOrder, Passes};
use crate::{Error, Size, alloc};

/// Takes source rows of a plane and makes rows of 16-bit units of them.
#[derive(Debug)]
pub(super) struct PlanePasses<'a> {
    kernels: &'a Kernels,
    /// 4 for RGBA, 1 for a plane.
    channels: usize,
    source_row_bytes: usize,
    /// The bytes of a source row that are needed.
    columns: Range<usize>,
    /// The table of rows, where they go first.
    before: Option<&'a WeightTable>,
    /// Whether the rows that came last were opaque, so that those that come next probably are.
    are_opaque: bool,
    /// How rows are doubled, if that is what the table does.
    doubling: Option<Doubling>,
    vertical: Vertical<'a>,
    /// The table of rows, where columns go first.
    after: Option<&'a WeightTable>,
    /// A source row in 16 bits, where it is resampled.
    wide: Vec<i16>,
    /// A row between the passes, where columns go first, and otherwise one of the result.
    between: Vec<i16>,
    /// A row of the result, where columns go first.
    finished: Vec<i16>,
}

impl<'a> PlanePasses<'a> {
    /// Prepares for a plane of `source` samples of `channels` bytes, which becomes one of `target` samples.
    pub(super) fn new(
        kernels: &'a Kernels,
        passes: &'a Passes,
        channels: usize,
        source: Size,
        target: Size,
    ) -> Result<Self, Error> {
        let (source_len, target_len) = (source.width as usize * channels, target.width as usize * channels);
        let (columns, before, after) = match (&passes.horizontal, passes.order) {
            (Axis::Copy { offset }, _) => {
                let start = *offset as usize * channels;
                (start..start + target_len, None, None)
            }
            (Axis::Filter(table), AxisOrder::HorizontalFirst) => (0..source_len, Some(table), None),
            (Axis::Filter(table), AxisOrder::VerticalFirst) => (0..source_len, None, Some(table)),
        };
        let loaded_len = if before.is_some() { target_len } else { columns.len() };
        Ok(Self {
            kernels,
            channels,
            source_row_bytes: source_len,
            columns,
            before,
            are_opaque: true,
            doubling: before.filter(|_| channels == 1).and_then(Doubling::of),
            vertical: Vertical::new(&passes.vertical, source.height as usize, target.height as usize, loaded_len)?,
            after,
            wide: alloc::try_filled(if before.is_some() { source_len } else { 0 }, 0)?,
            between: alloc::try_filled(loaded_len, 0)?,
            finished: alloc::try_filled(if after.is_some() { target_len } else { 0 }, 0)?,
        })
    }

    /// Tells whether every row of the result was made.
    pub(super) const fn is_done(&self) -> bool {
        self.vertical.is_done()
    }

    /// Tells whether the next row of the result can be made.
    pub(super) fn is_ready(&self) -> bool {
        !self.is_done() && self.vertical.wants() == Wants::Nothing
    }

    /// Returns the number of source rows.
    pub(super) const fn source_rows(&self) -> usize {
        self.vertical.source_rows()
    }

    /// Returns the first source row that was not taken yet.
    pub(super) const fn next_row(&self) -> usize {
        self.vertical.next()
    }

    /// Takes source rows until the next row of the result can be made; returns the bytes that were taken.
    ///
    /// After the last row of the result all are taken, and nothing is done with them.
    pub(super) fn feed(&mut self, rows: &[u8]) -> usize {
        if self.is_done() {
            return rows.len();
        }
        let row_bytes = self.source_row_bytes;
        let mut taken = 0;
        loop {
            let left = &rows[taken..];
            let there = left.len() / row_bytes;
            let count = match self.vertical.wants() {
                Wants::Skipped(count) => {
                    let count = count.min(there);
                    self.vertical.skip(count);
                    count
                }
                Wants::Loaded(count) if count <= there => {
                    self.load(&left[..count * row_bytes], count);
                    count
                }
                Wants::Loaded(_) | Wants::Nothing => 0,
            };
            if count == 0 {
                return taken;
            }
            taken += count * row_bytes;
        }
    }

    /// Makes the next row of the result, and hands it to `finish`.
    pub(super) fn make(&mut self, finish: impl FnOnce(&[i16])) {
        let Self { kernels, channels, vertical, after, between, finished, .. } = self;
        vertical.make(kernels, between, |row| match after {
            None => finish(row),
            Some(table) => {
                resize_row(kernels, *channels, table, row, finished);
                finish(finished);
            }
        });
    }

    /// Loads a group of rows: widens them to 16 bits, cuts them, and resamples them if rows go first.
    fn load(&mut self, rows: &[u8], count: usize) {
        let Self { kernels, channels, source_row_bytes, columns, before: table, doubling, vertical, wide, .. } = self;
        let are_opaque = &mut self.are_opaque;
        let table = *table;
        vertical.load(kernels, count, |outputs| {
            let row = |i: usize| &rows[i * *source_row_bytes..][columns.clone()];
            if let (Some(table), Some(doubling)) = (table, doubling) {
                for (i, output) in outputs.iter_mut().enumerate() {
                    (kernels.double_h)(doubling, table, row(i), output);
                }
                return;
            }
            if let (Some(table), Some(outputs)) = (table, outputs.as_mut_array()) {
                let sources = std::array::from_fn(row);
                let outputs = outputs.each_mut().map(Vec::as_mut_slice);
                if *channels == 1 {
                    return (kernels.resize_h_plane)(table, sources, outputs);
                }
                // The kernel sees alpha anyway, so only after rows that were not opaque it is worth a look of its own.
                let may_be = *are_opaque || sources.iter().all(|row| (kernels.is_opaque)(row));
                *are_opaque = may_be && (kernels.resize_h_opaque)(table, sources, outputs);
                if *are_opaque {
                    return;
                }
            }
            for (i, output) in outputs.iter_mut().enumerate() {
                match table {
                    None => widen_row(kernels, *channels, row(i), output),
                    Some(table) => {
                        widen_row(kernels, *channels, row(i), wide);
                        resize_row(kernels, *channels, table, wide, output);
                    }
                }
            }
        });
    }
}

/// Widens a row to 16 bits; associates colour with alpha if there is any.
fn widen_row(kernels: &Kernels, channels: usize, row: &[u8], output: &mut [i16]) {
    if channels == 4 { (kernels.premultiply)(row, output) } else { widen(row, output) }
}

/// Resamples one row with the kernel for its number of channels.
fn resize_row(kernels: &Kernels, channels: usize, table: &WeightTable, source: &[i16], output: &mut [i16]) {
    let kernel = if channels == 4 { kernels.resize_h_rgba } else { kernels.resize_h_gray };
    kernel(table, source, output);
}
