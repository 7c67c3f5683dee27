//! The two passes of a resize over pixels or over one plane, with samples between them, band by band.

use palmette_core::plan::weights::WeightTable;
use palmette_core::plan::{Axis, AxisOrder, Passes, Value};
use palmette_core::{Spacing, alloc};

use crate::Error;
use crate::image::{Band, plane_words};
use crate::job::{Job, Source, TableIndex, Target};
use crate::kernels::{resize_h, resize_h_plane, resize_v};
use crate::pool::Lease;
use crate::tables::{ColumnWeights, count, word};

/// Both passes of pixels or of a plane, with their tables on the device.
pub(crate) struct PlanePasses<'a> {
    /// Words of a row of the source and of the result; a row of samples has twice as many.
    source_width: u32,
    width: u32,
    way: Way<'a>,
    copied: Option<Copied>,
}

/// Where a result that is copied as it is begins in the source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Copied {
    /// The row of the first row.
    pub(crate) row: u32,
    /// The word of the first column.
    pub(crate) word: u32,
    /// Words of a row of the source.
    pub(crate) width: u32,
}

/// Which passes there are, and in which order.
enum Way<'a> {
    /// From left to right alone; the rows are those from this one on.
    Columns(Columns, u32),
    /// From top to bottom alone; the columns are those from this word on.
    Rows(Rows, u32),
    /// Columns first, which takes the table of the rows to know how many of them a band needs.
    ColumnsFirst(Columns, Rows, &'a WeightTable),
    /// Rows first.
    RowsFirst(Rows, Columns),
}

impl<'a> PlanePasses<'a> {
    /// Brings the tables of a plane to the device: from a source to a result, which is pixels or has such a plane.
    pub(crate) fn new(
        job: &mut Job<'_>,
        passes: &'a Passes,
        (source, output): (Value, Value),
        plane: usize,
    ) -> Result<Self, Error> {
        let is_plane = !source.layout.is_rgba();
        let words = |samples: u32| if is_plane { plane_words(samples) } else { samples };
        let spacing = if output.layout.is_rgba() { Spacing::ONE } else { output.layout.spacing(plane) };
        let (from, to) = (source.layout.samples(plane, source.size), spacing.samples(output.size));
        // Columns that are copied, by the word of the first one; those of a plane may begin within a word.
        let copied = match passes.horizontal {
            Axis::Copy { offset } if !is_plane => Some(offset),
            Axis::Copy { offset } => offset.is_multiple_of(4).then_some(offset / 4),
            Axis::Filter(_) => None,
        };
        let source_width = words(from.width);
        let whole = match (copied, &passes.vertical) {
            (Some(word), Axis::Copy { offset }) => Some(Copied { row: *offset, word, width: source_width }),
            _ => None,
        };
        let way = match (copied, &passes.vertical, passes.order) {
            (Some(first), vertical, _) => Way::Rows(Rows::new(job, vertical, to.height)?, first),
            (None, Axis::Copy { offset }, _) => {
                Way::Columns(Columns::new(job, &passes.horizontal, to.width, is_plane)?, *offset)
            }
            (None, Axis::Filter(table), AxisOrder::HorizontalFirst) => Way::ColumnsFirst(
                Columns::new(job, &passes.horizontal, to.width, is_plane)?,
                Rows::of_table(job, table)?,
                table,
            ),
            (None, vertical, AxisOrder::VerticalFirst) => Way::RowsFirst(
                Rows::new(job, vertical, to.height)?,
                Columns::new(job, &passes.horizontal, to.width, is_plane)?,
            ),
        };
        Ok(Self { source_width, width: words(to.width), way, copied: whole })
    }

    /// Says where the result lies in the source, if nothing is resampled.
    pub(crate) const fn copied(&self) -> Option<Copied> {
        self.copied
    }

    /// Makes a band of rows of the result.
    pub(crate) fn run(
        &self,
        job: &mut Job<'_>,
        source: Source<'_>,
        target: Target<'_>,
        band: Band,
    ) -> Result<(), Error> {
        let Self { source_width, width, ref way, .. } = *self;
        match way {
            Way::Columns(columns, first_row) => {
                columns.run(job, (source, source_width), first_row + band.first_row, target, band);
            }
            Way::Rows(rows, source_column) => {
                let window = Window { source_width, source_column: *source_column, source_row: 0 };
                rows.run(job, source, window, target, width, band);
            }
            Way::ColumnsFirst(columns, rows, table) => {
                self.columns_first(job, (columns, rows, table), source, target, band)?
            }
            Way::RowsFirst(rows, columns) => {
                let max_rows = job.tiling().rows_of_page(2 * u64::from(source_width))?.min(band.rows);
                let samples = job.storage(2 * u64::from(source_width) * u64::from(max_rows))?;
                for part in parts(band, max_rows, self.row_words(target)) {
                    let window = Window { source_width, source_column: 0, source_row: 0 };
                    let between = Band { base: 0, offset: 0, ..part };
                    rows.run(job, source, window, Target::Samples(&samples), source_width, between);
                    columns.run(job, (Source::Samples(&samples), source_width), 0, target, part);
                }
                job.recycle(samples);
            }
        }
        Ok(())
    }

    /// Resamples rows from left to right first: of those that a band of the result needs, as many as fit between the passes.
    fn columns_first(
        &self,
        job: &mut Job<'_>,
        (columns, rows, vertical): (&Columns, &Rows, &WeightTable),
        source: Source<'_>,
        target: Target<'_>,
        band: Band,
    ) -> Result<(), Error> {
        let row_words = 2 * u64::from(self.width);
        let max_between = job.tiling().rows_of_page(row_words)?;
        let (taps, starts) = (count(vertical.taps()), vertical.starts());
        let mut between: Option<Lease> = None;
        let end_row = band.first_row + band.rows;
        let mut first_row = band.first_row;
        while first_row < end_row {
            // Starts ascend, so the last row of a part decides how many rows it needs.
            let first_source = starts[first_row as usize];
            let fits = |&row: &u32| starts[row as usize] + taps - first_source <= max_between;
            let Some(last_row) = (first_row..end_row).take_while(fits).last() else {
                let words = row_words * u64::from(taps);
                return Err(Error::TooLarge { words, max_words: job.tiling().page_words() });
            };
            let source_rows = starts[last_row as usize] + taps - first_source;
            let samples = grow(job, &mut between, row_words * u64::from(source_rows))?;
            let loaded = Band { first_row: first_source, rows: source_rows, offset: 0, base: 0 };
            columns.run(job, (source, self.source_width), first_source, Target::Samples(samples), loaded);
            let window = Window { source_width: self.width, source_column: 0, source_row: first_source };
            let part = part_of(band, first_row, last_row + 1 - first_row, self.row_words(target));
            rows.run(job, Source::Samples(samples), window, target, self.width, part);
            first_row = last_row + 1;
        }
        between.into_iter().for_each(|lease| job.recycle(lease));
        Ok(())
    }

    /// Returns the words of a row of what is written.
    const fn row_words(&self, target: Target<'_>) -> u32 {
        if matches!(target, Target::Samples(_)) { 2 * self.width } else { self.width }
    }
}

/// Returns a part of a band that is bound where the band is.
const fn part_of(band: Band, first_row: u32, rows: u32, row_words: u32) -> Band {
    Band { first_row, rows, base: band.base + (first_row - band.first_row) * row_words, offset: band.offset }
}

/// Cuts a band into parts of at most so many rows.
fn parts(band: Band, max_rows: u32, row_words: u32) -> impl Iterator<Item = Band> {
    let end_row = band.first_row + band.rows;
    let firsts = (band.first_row..end_row).step_by(max_rows as usize);
    firsts.map(move |first_row| part_of(band, first_row, max_rows.min(end_row - first_row), row_words))
}

/// Makes a buffer at least as large as needed.
fn grow<'l>(job: &mut Job<'_>, lease: &'l mut Option<Lease>, words: u64) -> Result<&'l Lease, Error> {
    if lease.as_ref().is_some_and(|lease| lease.buffer().size() < 4 * words) {
        lease.take().into_iter().for_each(|small| job.recycle(small));
    }
    match lease {
        Some(lease) => Ok(lease),
        None => Ok(lease.insert(job.storage(words)?)),
    }
}

/// The pass from left to right.
struct Columns {
    table: TableIndex,
    is_plane: bool,
    /// Pixels of a row of the result, or words of four neighbours.
    width: u32,
    taps: u32,
    shift: u32,
    chunk_shift: u32,
}

impl Columns {
    /// Brings the table of an axis to the device, all first weights before all second ones. Columns that are copied have one
    /// weight of 1 each.
    fn new(job: &mut Job<'_>, axis: &Axis, len: u32, is_plane: bool) -> Result<Self, Error> {
        let (taps, shift, chunk_shift) = match axis {
            Axis::Copy { .. } => (1, 0, 0),
            Axis::Filter(table) => (table.taps(), table.shift(), table.chunk_shift()),
        };
        let weights = ColumnWeights::new(axis, len, taps);
        let (width, words) = match is_plane {
            true => (plane_words(len), weights.of_neighbours()?),
            false => (len, weights.of_pixels()?),
        };
        Ok(Self { table: job.table(&words)?, is_plane, width, taps: count(taps), shift, chunk_shift })
    }

    /// Makes a band, whose first row is made of that row of the source.
    fn run(
        &self,
        job: &mut Job<'_>,
        (source, source_width): (Source<'_>, u32),
        source_row: u32,
        target: Target<'_>,
        band: Band,
    ) {
        let Self { table, is_plane, width, taps, shift, chunk_shift } = *self;
        let (kernel, rows) = match is_plane {
            true => (&resize_h_plane::KERNEL, band.rows.div_ceil(resize_h_plane::ROWS)),
            false => (&resize_h::KERNEL, band.rows),
        };
        let parameters = resize_h::KernelParameters {
            width,
            rows: band.rows,
            output_base: band.base,
            source_width,
            source_row,
            taps,
            shift,
            chunk_shift,
        };
        job.dispatch(kernel, source, target, Some(table), &parameters, (width, rows));
    }
}

/// The pass from top to bottom.
struct Rows {
    table: TableIndex,
    len: u32,
    taps: u32,
    shift: u32,
    chunk_shift: u32,
}

/// Which part of a source the pass from top to bottom sees.
struct Window {
    source_width: u32,
    source_column: u32,
    source_row: u32,
}

impl Rows {
    /// Brings the table of an axis to the device; an axis that is copied has one weight of 1 for each sample.
    fn new(job: &mut Job<'_>, axis: &Axis, len: u32) -> Result<Self, Error> {
        match axis {
            Axis::Filter(table) => Self::of_table(job, table),
            Axis::Copy { offset } => {
                let mut words = alloc::try_with_capacity(2 * len as usize)?;
                words.extend(*offset..offset + len);
                words.extend((0..len).map(|_| 1));
                Ok(Self { table: job.table(&words)?, len, taps: 1, shift: 0, chunk_shift: 0 })
            }
        }
    }

    fn of_table(job: &mut Job<'_>, table: &WeightTable) -> Result<Self, Error> {
        let mut words = alloc::try_with_capacity(table.len() + table.weights().len())?;
        words.extend_from_slice(table.starts());
        words.extend(table.weights().iter().map(|&weight| word(weight)));
        Ok(Self {
            table: job.table(&words)?,
            len: count(table.len()),
            taps: count(table.taps()),
            shift: table.shift(),
            chunk_shift: table.chunk_shift(),
        })
    }

    fn run(&self, job: &mut Job<'_>, source: Source<'_>, window: Window, target: Target<'_>, width: u32, band: Band) {
        let parameters = resize_v::KernelParameters {
            width,
            rows: band.rows,
            output_base: band.base,
            source_width: window.source_width,
            source_column: window.source_column,
            source_row: window.source_row,
            first_row: band.first_row,
            table_len: self.len,
            taps: self.taps,
            shift: self.shift,
            chunk_shift: self.chunk_shift,
        };
        job.dispatch(&resize_v::KERNEL, source, target, Some(self.table), &parameters, (width, band.rows));
    }
}
