//! Resampling of a picture: two passes with samples between them, band by band.

use palmette_core::plan::weights::WeightTable;
use palmette_core::plan::{Axis, AxisOrder, ResizeStep};
use palmette_core::{Size, alloc};

use crate::Error;
use crate::image::{Band, Image};
use crate::job::{Job, Source, TableIndex, Target};
use crate::kernels::{resize_h, resize_v};
use crate::pool::Lease;

/// Resamples a picture, which stays as it is.
pub(crate) fn resize(job: &mut Job<'_>, step: &ResizeStep, image: &Image, size: Size) -> Result<Image, Error> {
    let output = job.image(size)?;
    let passes = &step.first;
    match (&passes.horizontal, &passes.vertical) {
        (Axis::Filter(table), Axis::Copy { offset }) => {
            let columns = Columns::new(job, table)?;
            for band in job.tiling().bands(size)? {
                let (source, target) = (Source::Pixels(image), Target::Pixels(&output, band));
                columns.run(job, source, image.size.width, offset + band.first_row, target, band.base, band.rows);
            }
        }
        (Axis::Copy { offset }, vertical) => {
            let rows = Rows::new(job, vertical, size.height)?;
            for band in job.tiling().bands(size)? {
                let (source, target) = (Source::Pixels(image), Target::Pixels(&output, band));
                let window = Window { source_width: image.size.width, source_column: *offset, source_row: 0 };
                rows.run(job, source, window, target, size.width, band);
            }
        }
        (Axis::Filter(horizontal), Axis::Filter(vertical)) => match passes.order {
            AxisOrder::HorizontalFirst => horizontal_first(job, horizontal, vertical, image, &output)?,
            AxisOrder::VerticalFirst => vertical_first(job, horizontal, &passes.vertical, image, &output)?,
        },
    }
    Ok(output)
}

/// Resamples rows first: of the rows that a band of the result needs, as many as fit between the passes.
fn horizontal_first(
    job: &mut Job<'_>,
    horizontal: &WeightTable,
    vertical: &WeightTable,
    image: &Image,
    output: &Image,
) -> Result<(), Error> {
    let size = output.size;
    let columns = Columns::new(job, horizontal)?;
    let rows = Rows::of_table(job, vertical)?;
    let max_rows = job.tiling().rows_of_page(size.width.into())?;
    let max_between = job.tiling().rows_of_page(2 * u64::from(size.width))?;
    let taps = count(vertical.taps());
    let starts = vertical.starts();
    let mut between: Option<Lease> = None;
    let mut first_row = 0;
    while first_row < size.height {
        // Starts ascend, so the last row of a band decides how many rows it needs.
        let first_source = starts[first_row as usize];
        let fits = |&row: &u32| starts[row as usize] + taps - first_source <= max_between;
        let last_row = (first_row..size.height.min(first_row.saturating_add(max_rows))).take_while(fits).last();
        let Some(last_row) = last_row else {
            let words = 2 * u64::from(size.width) * u64::from(taps);
            return Err(Error::TooLarge { words, max_words: job.tiling().page_words() });
        };
        let source_rows = starts[last_row as usize] + taps - first_source;
        let needed = 2 * u64::from(size.width) * u64::from(source_rows);
        let samples = grow(job, &mut between, needed)?;
        let source = Source::Pixels(image);
        columns.run(job, source, image.size.width, first_source, Target::Samples(samples), 0, source_rows);
        let window = Window { source_width: size.width, source_column: 0, source_row: first_source };
        let band = job.tiling().band(size, first_row, last_row + 1 - first_row);
        rows.run(job, Source::Samples(samples), window, Target::Pixels(output, band), size.width, band);
        first_row = last_row + 1;
    }
    between.into_iter().for_each(|lease| job.recycle(lease));
    Ok(())
}

/// Resamples columns first.
fn vertical_first(
    job: &mut Job<'_>,
    horizontal: &WeightTable,
    vertical: &Axis,
    image: &Image,
    output: &Image,
) -> Result<(), Error> {
    let (size, input_width) = (output.size, image.size.width);
    let columns = Columns::new(job, horizontal)?;
    let rows = Rows::new(job, vertical, size.height)?;
    let max_rows = job.tiling().rows_of_page(2 * u64::from(input_width))?;
    let max_rows = max_rows.min(job.tiling().rows_of_page(size.width.into())?);
    let samples = job.storage(2 * u64::from(input_width) * u64::from(max_rows.min(size.height)))?;
    for first_row in (0..size.height).step_by(max_rows as usize) {
        let band = job.tiling().band(size, first_row, max_rows.min(size.height - first_row));
        let window = Window { source_width: input_width, source_column: 0, source_row: 0 };
        let between = Band { base: 0, offset: 0, ..band };
        rows.run(job, Source::Pixels(image), window, Target::Samples(&samples), input_width, between);
        let target = Target::Pixels(output, band);
        columns.run(job, Source::Samples(&samples), input_width, 0, target, band.base, band.rows);
    }
    job.recycle(samples);
    Ok(())
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
    width: u32,
    taps: u32,
    shift: u32,
    chunk_shift: u32,
}

impl Columns {
    /// Brings the table to the device, all first weights before all second ones.
    fn new(job: &mut Job<'_>, table: &WeightTable) -> Result<Self, Error> {
        let mut words = alloc::try_with_capacity(table.len() + table.weights().len())?;
        words.extend_from_slice(table.starts());
        for tap in 0..table.taps() {
            words.extend(table.weights().iter().skip(tap).step_by(table.taps()).map(|&weight| word(weight)));
        }
        Ok(Self {
            table: job.table(&words)?,
            width: count(table.len()),
            taps: count(table.taps()),
            shift: table.shift(),
            chunk_shift: table.chunk_shift(),
        })
    }

    #[expect(clippy::too_many_arguments, reason = "from where, to where, and which rows")]
    fn run(
        &self,
        job: &mut Job<'_>,
        source: Source<'_>,
        source_width: u32,
        source_row: u32,
        target: Target<'_>,
        output_base: u32,
        rows: u32,
    ) {
        let parameters = resize_h::KernelParameters {
            width: self.width,
            rows,
            output_base,
            source_width,
            source_row,
            taps: self.taps,
            shift: self.shift,
            chunk_shift: self.chunk_shift,
        };
        job.dispatch(&resize_h::KERNEL, source, target, Some(self.table), &parameters, (self.width, rows));
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

/// Returns a weight as the word that a shader reads it from.
fn word(weight: i16) -> u32 {
    i32::from(weight).cast_unsigned()
}

/// Returns a length of a table.
fn count(len: usize) -> u32 {
    u32::try_from(len).expect("samples of an axis are counted in 32 bits")
}
