//! Finds the part of a picture inside a border of one colour.

use palmette_core::measure::{BorderEdges, BorderMeasure, Measurement};

use super::{Kernel, Parameters, parameters};
use crate::Error;
use crate::image::Image;
use crate::job::{Job, Source, Target};

parameters! {
    width: u32,
    rows: u32,
    first_row: u32,
    is_given: u32,
    color: u32,
    tolerance: u32,
}

pub(crate) const KERNEL: Kernel = Kernel {
    name: "border",
    source: palmette_shaders::BORDER,
    workgroup: [64, 4],
    works_on_samples: false,
    fields: KernelParameters::FIELDS,
};

/// Measures the border of a picture; the four edges are all that comes back.
pub(crate) fn measure(job: &mut Job<'_>, measure: &BorderMeasure, image: &Image) -> Result<Measurement, Error> {
    let size = image.size;
    let edges = job.numbers(&[u32::MAX, u32::MAX, 0, 0])?;
    for band in job.tiling().bands(size)? {
        let parameters = KernelParameters {
            width: size.width,
            rows: band.rows,
            first_row: band.first_row,
            is_given: measure.color.is_some().into(),
            color: measure.color.map_or(0, |color| u32::from_le_bytes(color.to_rgba())),
            tolerance: measure.tolerance,
        };
        let (source, target) = (Source::Pixels(image), Target::Numbers(&edges));
        job.dispatch(&KERNEL, source, target, None, &parameters, (size.width, band.rows));
    }
    let [left, top, right, bottom]: [u32; 4] =
        job.read_back(&[(&edges, 16)], |bytes| Ok(bytemuck::pod_read_unaligned(bytes)))?;
    let found = (right > 0).then(|| BorderEdges { left, top, right: right - 1, bottom: bottom - 1 });
    Ok(BorderEdges::rectangle(found, measure.keep, size))
}
