//! Resampling of a picture: pixels, or plane by plane; and where planes end as pixels, what makes those of them.

use palmette_core::Size;
use palmette_core::plan::{ResizeStep, Value};

use crate::Error;
use crate::image::{Band, Picture, plane_words};
use crate::job::{Job, Source, Target};
use crate::kernels::ycc_to_rgba;
use crate::passes::{Copied, PlanePasses};
use crate::pool::Lease;

/// Resamples a picture, which stays as it is.
pub(crate) fn resize(job: &mut Job<'_>, step: &ResizeStep, picture: &Picture, output: Value) -> Result<Picture, Error> {
    // Cb and Cr have the same tables.
    let mut passes = Vec::new();
    for plane in 0..picture.planes.len().min(2) {
        let source = Value { size: picture.size, layout: picture.layout };
        passes.push(PlanePasses::new(job, step.passes(plane), (source, output), plane)?);
    }
    if output.layout.is_rgba() && !picture.layout.is_rgba() {
        return convert(job, &passes, picture, output.size);
    }
    let made = job.picture(output)?;
    for (plane, (source, image)) in picture.planes.iter().zip(&made.planes).enumerate() {
        for band in job.tiling().bands(image.size)? {
            let (source, target) = match output.layout.is_rgba() {
                true => (Source::Pixels(source), Target::Pixels(image, band)),
                false => (Source::Plane(source), Target::Plane(image, band)),
            };
            passes[plane.min(1)].run(job, source, target, band)?;
        }
    }
    Ok(made)
}

/// Resamples planes to the size of the result, and makes pixels of the samples, which are rounded only there. A plane that is not
/// resampled is read as it is, if a kernel sees all of it.
fn convert(job: &mut Job<'_>, passes: &[PlanePasses<'_>], picture: &Picture, size: Size) -> Result<Picture, Error> {
    let output = job.image(size)?;
    let samples_width = plane_words(size.width);
    let row_words = 2 * u64::from(samples_width);
    let max_rows = job.tiling().rows_of_page(row_words.max(size.width.into()))?.min(size.height);
    let copied: Vec<Option<Copied>> = passes
        .iter()
        .zip(&picture.planes)
        .map(|(passes, image)| passes.copied().filter(|_| !job.tiling().is_paged(image.size)))
        .collect();
    let mut samples: Vec<Option<Lease>> = Vec::new();
    for plane in 0..picture.planes.len() {
        samples.push(match copied[plane.min(1)] {
            Some(_) => None,
            None => Some(job.storage(row_words * u64::from(max_rows))?),
        });
    }
    for first_row in (0..size.height).step_by(max_rows as usize) {
        let band = job.tiling().band(size, first_row, max_rows.min(size.height - first_row));
        let between = Band { base: 0, offset: 0, ..band };
        for (plane, (image, samples)) in picture.planes.iter().zip(&samples).enumerate() {
            if let Some(samples) = samples {
                passes[plane.min(1)].run(job, Source::Plane(image), Target::Samples(samples), between)?;
            }
        }
        let lease = |plane: usize| samples[plane].as_ref().unwrap_or(&picture.planes[plane].lease);
        let is_gray = picture.planes.len() == 1;
        let planes = if is_gray { [0; 3] } else { [0, 1, 2] }.map(lease);
        // Whether it is levels, the words of a row, and those before the first pixel.
        let place = |copied: Option<Copied>| match copied {
            Some(Copied { row, word, width }) => (1, width, (row + first_row) * width + word),
            None => (0, samples_width, 0),
        };
        let (luma_is_levels, luma_width, luma_first) = place(copied[0]);
        let (chroma_is_levels, chroma_width, chroma_first) = place(copied[copied.len() - 1]);
        let parameters = ycc_to_rgba::KernelParameters {
            width: size.width,
            rows: band.rows,
            output_base: band.base,
            luma_is_levels,
            luma_width,
            luma_first,
            chroma_is_levels,
            chroma_width,
            chroma_first,
            is_gray: is_gray.into(),
        };
        let (source, target) = (Source::Ycc(planes), Target::Pixels(&output, band));
        job.dispatch(&ycc_to_rgba::KERNEL, source, target, None, &parameters, (size.width, band.rows));
    }
    samples.into_iter().flatten().for_each(|lease| job.recycle(lease));
    Ok(Picture::of_pixels(output))
}
