//! Resampling of a picture: rows stream through two passes, and only as many as a window needs exist between them.
//!
//! Whichever axis goes first, source rows are loaded once, in order, into a ring of as many rows as the vertical kernel
//! has taps. No picture of the intermediate size is ever made, so the working set stays in the cache. The one exception is
//! a height that shrinks so much that the ring would hold more rows than the result: then columns are done strip by strip.

use std::ops::Range;

use super::kernels::Kernels;
use super::kernels::premultiply::widen;
use super::kernels::resize_h::resize_h;
use super::kernels::resize_h_opaque::ROWS;
use super::kernels::resize_v::VerticalTaps;
use super::kernels::unpremultiply::narrow;
use crate::plan::weights::WeightTable;
use crate::plan::{Axis, AxisOrder, Passes};
use crate::{Error, Size, alloc};

/// Resamples interleaved 8-bit samples of `C` channels: 4 are straight RGBA, fewer have no alpha.
///
/// # Errors
///
/// [`Error::OutOfMemory`] if the allocator refuses.
///
/// # Panics
///
/// If `source` is not of the size `input`, or the step is for other sizes.
pub(super) fn resize<const C: usize>(
    kernels: &Kernels,
    step: &Passes,
    source: &[u8],
    input: Size,
    output: Size,
) -> Result<Vec<u8>, Error> {
    let mut rows = RowLoader::<C>::new(kernels, step, source, input, output)?;
    let mut last_pass = LastPass::<C>::new(kernels, step, output)?;
    let mut result = alloc::try_filled(output.width as usize * output.height as usize * C, 0_u8)?;
    let outputs = result.chunks_exact_mut(output.width as usize * C);
    match &step.vertical {
        Axis::Copy { offset } => {
            let mut row = alloc::try_filled(rows.len, 0)?;
            for (y, output) in (*offset as usize..).zip(outputs) {
                rows.load(y, &mut row);
                last_pass.finish(&row, output);
            }
        }
        Axis::Filter(table) if rows.table.is_none() && table.len() < table.taps() => {
            let between = filter_strips(kernels, table, &rows)?;
            for (row, output) in between.chunks_exact(rows.len).zip(outputs) {
                last_pass.finish(row, output);
            }
        }
        Axis::Filter(table) => {
            let mut ring = RowRing::new(table, rows.len)?;
            let mut row = alloc::try_filled(rows.len, 0)?;
            for ((start, weights), output) in table.iter().zip(outputs) {
                ring.fill(start, |y, group| rows.load_group(y, group));
                (kernels.resize_v)(vertical_taps(table, weights), &ring.rows(start), &mut row);
                last_pass.finish(&row, output);
            }
        }
    }
    Ok(result)
}

/// Resamples columns before rows, a strip after the other, to rows that hold all columns.
///
/// Twelve thousand pixels by eight thousand, shrunk to a single row, would need a ring as large as the picture.
fn filter_strips<const C: usize>(
    kernels: &Kernels,
    table: &WeightTable,
    source: &RowLoader<'_, C>,
) -> Result<Vec<i16>, Error> {
    /// Pixels side by side whose rows stay in the cache, for all but the strongest reductions.
    const STRIP_WIDTH: usize = 64;
    let mut ring = RowRing::new(table, source.len.min(STRIP_WIDTH * C))?;
    let mut output = alloc::try_filled(source.len * table.len(), 0)?;
    for left in (0..source.len).step_by(STRIP_WIDTH * C) {
        let columns = left..source.len.min(left + STRIP_WIDTH * C);
        ring.restart();
        for ((start, weights), row) in table.iter().zip(output.chunks_exact_mut(source.len)) {
            ring.fill(start, |y, group| {
                for (y, row) in (y..).zip(group) {
                    source.load_columns(y, columns.clone(), &mut row[..columns.len()]);
                }
            });
            (kernels.resize_v)(vertical_taps(table, weights), &ring.rows(start), &mut row[columns.clone()]);
        }
    }
    Ok(output)
}

/// Returns the weights of one output row as the kernel takes them.
const fn vertical_taps<'a>(table: &WeightTable, weights: &'a [i16]) -> VerticalTaps<'a> {
    VerticalTaps { weights, shift: table.shift(), chunk_shift: table.chunk_shift() }
}

/// Resamples one row of `C` channels with the kernel for that number.
fn filter_row<const C: usize>(kernels: &Kernels, table: &WeightTable, source: &[i16], output: &mut [i16]) {
    if C == 4 { (kernels.resize_h_rgba)(table, source, output) } else { resize_h::<C>(table, source, output) }
}

/// What happens to a source row before the vertical pass: widened to 16 bits, cut, and resampled if rows go first.
struct RowLoader<'a, const C: usize> {
    kernels: &'a Kernels,
    source: &'a [u8],
    source_row_bytes: usize,
    /// The bytes of a source row that are needed.
    columns: Range<usize>,
    table: Option<&'a WeightTable>,
    /// A source row in 16 bits, where it is resampled.
    wide: Vec<i16>,
    /// Samples of a row that is loaded.
    len: usize,
}

impl<'a, const C: usize> RowLoader<'a, C> {
    fn new(kernels: &'a Kernels, step: &'a Passes, source: &'a [u8], input: Size, output: Size) -> Result<Self, Error> {
        let (input_len, output_len) = (input.width as usize * C, output.width as usize * C);
        assert_eq!(source.len(), input_len * input.height as usize, "a picture of the planned size");
        let (columns, table, len) = match (&step.horizontal, step.order) {
            (Axis::Copy { offset }, _) => {
                let start = *offset as usize * C;
                (start..start + output_len, None, output_len)
            }
            (Axis::Filter(table), AxisOrder::HorizontalFirst) => (0..input_len, Some(table), output_len),
            (Axis::Filter(_), AxisOrder::VerticalFirst) => (0..input_len, None, input_len),
        };
        let wide = alloc::try_filled(if table.is_some() { input_len } else { 0 }, 0)?;
        Ok(Self { kernels, source, source_row_bytes: input_len, columns, table, wide, len })
    }

    /// Loads the source rows from `y` on.
    fn load_group(&mut self, y: usize, outputs: &mut [Vec<i16>]) {
        if let (4, Some(table), Some(outputs)) = (C, self.table, outputs.as_mut_array()) {
            let sources = std::array::from_fn(|i| self.source_row(y + i));
            if sources.iter().all(|row| (self.kernels.is_opaque)(row)) {
                (self.kernels.resize_h_opaque)(table, sources, outputs.each_mut().map(Vec::as_mut_slice));
                return;
            }
        }
        for (y, output) in (y..).zip(outputs) {
            self.load(y, output);
        }
    }

    /// Loads source row `y`.
    fn load(&mut self, y: usize, output: &mut [i16]) {
        match self.table {
            None => self.load_columns(y, 0..self.len, output),
            Some(table) => {
                Self::widen(self.kernels, self.source_row(y), &mut self.wide);
                filter_row::<C>(self.kernels, table, &self.wide, output);
            }
        }
    }

    /// Loads some samples of source row `y`, for a loader that does not resample rows.
    fn load_columns(&self, y: usize, columns: Range<usize>, output: &mut [i16]) {
        Self::widen(self.kernels, &self.source_row(y)[columns], output);
    }

    /// Returns what is needed of source row `y`.
    fn source_row(&self, y: usize) -> &'a [u8] {
        &self.source[y * self.source_row_bytes..][self.columns.clone()]
    }

    fn widen(kernels: &Kernels, row: &[u8], output: &mut [i16]) {
        if C == 4 { (kernels.premultiply)(row, output) } else { widen(row, output) }
    }
}

/// What happens to a row after the vertical pass: resampled if columns went first, and narrowed to 8 bits.
struct LastPass<'a, const C: usize> {
    kernels: &'a Kernels,
    table: Option<&'a WeightTable>,
    /// A result row in 16 bits, where it is resampled.
    wide: Vec<i16>,
}

impl<'a, const C: usize> LastPass<'a, C> {
    fn new(kernels: &'a Kernels, step: &'a Passes, output: Size) -> Result<Self, Error> {
        let table = match (&step.horizontal, step.order) {
            (Axis::Filter(table), AxisOrder::VerticalFirst) => Some(table),
            _ => None,
        };
        let wide = alloc::try_filled(if table.is_some() { output.width as usize * C } else { 0 }, 0)?;
        Ok(Self { kernels, table, wide })
    }

    /// Finishes one row.
    fn finish(&mut self, row: &[i16], output: &mut [u8]) {
        let row = match self.table {
            None => row,
            Some(table) => {
                filter_row::<C>(self.kernels, table, row, &mut self.wide);
                &self.wide
            }
        };
        if C == 4 { (self.kernels.unpremultiply)(row, output) } else { narrow(row, output) }
    }
}

/// The rows that the vertical kernel sees at once, loaded in groups of [`ROWS`]; row `y` lives in slot `y mod slots`.
struct RowRing {
    /// As many as the groups that a window touches, wherever it begins.
    slots: Vec<Vec<i16>>,
    /// [`WeightTable::taps`]
    taps: usize,
    /// Rows of the source, where the last group may end early.
    rows: usize,
    /// The first row that was not loaded yet, a multiple of [`ROWS`].
    next: usize,
}

impl RowRing {
    fn new(table: &WeightTable, row_len: usize) -> Result<Self, Error> {
        let len = (table.taps() + ROWS - 1).next_multiple_of(ROWS);
        let mut slots = alloc::try_with_capacity(len)?;
        for _ in 0..len {
            slots.push(alloc::try_filled(row_len, 0)?);
        }
        Ok(Self { slots, taps: table.taps(), rows: table.source_len() as usize, next: 0 })
    }

    /// Forgets all rows, so that starts may begin anew.
    const fn restart(&mut self) {
        self.next = 0;
    }

    /// Makes sure that the rows from `start` on are there; starts never descend.
    fn fill(&mut self, start: usize, mut load: impl FnMut(usize, &mut [Vec<i16>])) {
        let needed = self.next.max(start - start % ROWS)..start + self.taps;
        for y in needed.step_by(ROWS) {
            let slot = y % self.slots.len();
            load(y, &mut self.slots[slot..slot + ROWS.min(self.rows - y)]);
            self.next = y + ROWS;
        }
    }

    /// Returns the rows from `start` on, in order.
    fn rows(&self, start: usize) -> Vec<&[i16]> {
        (start..start + self.taps).map(|y| self.slots[y % self.slots.len()].as_slice()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(input: u32, output: u32) -> Axis {
        if input == output {
            Axis::Copy { offset: 0 }
        } else {
            Axis::Filter(WeightTable::new(input, output, 0, output).unwrap())
        }
    }

    fn resized<const C: usize>(source: &[u8], input: Size, output: Size, order: AxisOrder) -> Vec<u8> {
        let step =
            Passes { horizontal: axis(input.width, output.width), vertical: axis(input.height, output.height), order };
        resize::<C>(&Kernels::SCALAR, &step, source, input, output).unwrap()
    }

    fn noise(len: usize) -> Vec<u8> {
        let mut state = 0x2545_f491_u32;
        std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state.to_le_bytes()[0]
        })
        .take(len)
        .collect()
    }

    #[test]
    fn resize_of_planes_is_resize_of_opaque_pixels() {
        for (input, output) in [((17, 11), (5, 23)), ((40, 9), (40, 3)), ((9, 40), (4, 40)), ((300, 200), (7, 5))] {
            let (input, output) = (Size::new(input.0, input.1), Size::new(output.0, output.1));
            for order in [AxisOrder::HorizontalFirst, AxisOrder::VerticalFirst] {
                let rgb = noise(3 * usize::try_from(input.area()).unwrap());
                let rgba: Vec<u8> = rgb.as_chunks::<3>().0.iter().flat_map(|&[r, g, b]| [r, g, b, 255]).collect();
                let expected = resized::<3>(&rgb, input, output, order);
                let actual = resized::<4>(&rgba, input, output, order);
                let with_alpha: Vec<u8> =
                    expected.as_chunks::<3>().0.iter().flat_map(|&[r, g, b]| [r, g, b, 255]).collect();
                assert_eq!(actual, with_alpha, "{input} to {output}");
                let green: Vec<u8> = rgb.iter().skip(1).step_by(3).copied().collect();
                let expected: Vec<u8> = expected.iter().skip(1).step_by(3).copied().collect();
                assert_eq!(resized::<1>(&green, input, output, order), expected, "{input} to {output}");
            }
        }
    }

    #[test]
    fn resize_in_strips_is_resize_of_every_column() {
        // More taps than rows of the result, and more columns than two strips.
        let size = |width, height| Size::new(width, height);
        let rgba = noise(4 * 150 * 90);
        let actual = resized::<4>(&rgba, size(150, 90), size(150, 3), AxisOrder::VerticalFirst);
        for x in 0..150 {
            let column = |picture: &[u8]| -> Vec<u8> {
                picture.chunks_exact(4 * 150).flat_map(|row| &row[4 * x..4 * x + 4]).copied().collect()
            };
            let expected = resized::<4>(&column(&rgba), size(1, 90), size(1, 3), AxisOrder::VerticalFirst);
            assert_eq!(column(&actual), expected, "column {x}");
        }
    }

    #[test]
    fn resize_order_changes_at_most_the_last_bit() {
        let (input, output) = (Size::new(61, 47), Size::new(23, 90));
        let rgb = noise(3 * 61 * 47);
        let first = resized::<3>(&rgb, input, output, AxisOrder::HorizontalFirst);
        let second = resized::<3>(&rgb, input, output, AxisOrder::VerticalFirst);
        assert!(first.iter().zip(&second).all(|(&a, &b)| a.abs_diff(b) <= 1));
    }
}
