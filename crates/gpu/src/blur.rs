//! Blurring of a picture: along rows, then along columns, band by band.

use palmette_core::plan::blur::BlurStep;

use crate::Error;
use crate::image::Image;
use crate::job::{Job, Source, Target};
use crate::kernels::{blur_h, blur_v};

/// Blurs a picture.
pub(crate) fn blur(job: &mut Job<'_>, step: &BlurStep, image: Image) -> Result<Image, Error> {
    let size = image.size;
    let output = job.image(size)?;
    let row_words = 2 * u64::from(size.width);
    // A column needs this many rows above and below a band.
    let (above, below) = (step.radius + 2, step.radius);
    let max_between = job.tiling().rows_of_page(row_words)?;
    let max_rows = match max_between.checked_sub(above + below) {
        Some(rows @ 1..) => rows.min(job.tiling().rows_of_page(size.width.into())?),
        // A short picture has no rows around its one band.
        _ if size.height <= max_between => size.height.min(job.tiling().rows_of_page(size.width.into())?),
        _ => {
            let words = row_words * u64::from(above + below + 1);
            return Err(Error::TooLarge { words, max_words: job.tiling().page_words() });
        }
    };
    let samples = job.storage(row_words * u64::from(max_between.min(size.height)))?;
    for first_row in (0..size.height).step_by(max_rows as usize) {
        let band = job.tiling().band(size, first_row, max_rows.min(size.height - first_row));
        let source_row = first_row.saturating_sub(above);
        let source_rows = (first_row + band.rows).saturating_add(below).min(size.height) - source_row;
        let along_rows = blur_h::KernelParameters {
            width: size.width,
            rows: source_rows,
            source_row,
            radius: step.radius,
            narrow_width: step.narrow_width,
            wide_width: step.wide_width,
        };
        let segments = size.width.div_ceil(blur_h::SEGMENT);
        let (source, target) = (Source::Pixels(&image), Target::Samples(&samples));
        job.dispatch(&blur_h::KERNEL, source, target, None, &along_rows, (segments, source_rows));
        let along_columns = blur_v::KernelParameters {
            width: size.width,
            rows: band.rows,
            output_base: band.base,
            first_row,
            height: size.height,
            source_row,
            radius: step.radius,
            narrow_width: step.narrow_width,
            wide_width: step.wide_width,
        };
        let segments = band.rows.div_ceil(blur_v::SEGMENT);
        let (source, target) = (Source::Samples(&samples), Target::Pixels(&output, band));
        job.dispatch(&blur_v::KERNEL, source, target, None, &along_columns, (size.width, segments));
    }
    job.recycle(samples);
    job.recycle(image.lease);
    Ok(output)
}
