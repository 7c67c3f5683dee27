//! Sharpens by what a small blur takes away.

use palmette_core::plan::SharpenStep;

use super::{Kernel, Parameters, parameters};
use crate::Error;
use crate::image::Image;
use crate::job::{Job, Source, Target};

parameters! {
    width: u32,
    rows: u32,
    output_base: u32,
    first_row: u32,
    height: u32,
    strength: u32,
}

pub(crate) const KERNEL: Kernel = Kernel {
    name: "sharpen",
    source: palmette_shaders::SHARPEN,
    workgroup: [64, 4],
    works_on_samples: true,
    fields: KernelParameters::FIELDS,
};

/// Sharpens a picture.
pub(crate) fn sharpen(job: &mut Job<'_>, step: SharpenStep, image: Image) -> Result<Image, Error> {
    let size = image.size;
    let output = job.image(size)?;
    for band in job.tiling().bands(size)? {
        let parameters = KernelParameters {
            width: size.width,
            rows: band.rows,
            output_base: band.base,
            first_row: band.first_row,
            height: size.height,
            strength: step.strength.into(),
        };
        let target = Target::Pixels(&output, band);
        job.dispatch(&KERNEL, Source::Pixels(&image), target, None, &parameters, (size.width, band.rows));
    }
    job.recycle(image.lease);
    Ok(output)
}
