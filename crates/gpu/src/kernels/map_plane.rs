//! Moves samples of a plane: runs of crop, flip, rotate and pad become one dispatch, as those on pixels do.

use palmette_core::Size;
use palmette_ops::Color;

use super::map::MapRun;
use super::{Kernel, Parameters, parameters};
use crate::Error;
use crate::image::{Image, plane_words};
use crate::job::{Job, Source, Target};

parameters! {
    width: u32,
    rows: u32,
    first_row: u32,
    output_base: u32,
    source_width: u32,
    xx: i32,
    xy: i32,
    x0: i32,
    yx: i32,
    yy: i32,
    y0: i32,
    left: i32,
    top: i32,
    right: i32,
    bottom: i32,
    surround: u32,
    plane: u32,
}

pub(crate) const KERNEL: Kernel = Kernel {
    name: "map_plane",
    source: palmette_shaders::MAP_PLANE,
    workgroup: [64, 4],
    works_on_samples: false,
    fields: KernelParameters::FIELDS,
};

/// Does everything that is still to be done to a plane: to Y, Cb or Cr, 0, 1 or 2. The run counts in samples.
pub(crate) fn run(job: &mut Job<'_>, run: &MapRun, image: Image, plane: u32) -> Result<Image, Error> {
    if run.is_nothing() {
        return Ok(image);
    }
    let (view, visible) = (run.view, run.visible);
    let surround = run.surround.map_or(Color::TRANSPARENT, |(color, _)| color);
    let output = job.image(Size::new(plane_words(run.size.width), run.size.height))?;
    for band in job.tiling().bands(output.size)? {
        let parameters = KernelParameters {
            width: output.size.width,
            rows: band.rows,
            first_row: band.first_row,
            output_base: band.base,
            source_width: image.size.width,
            xx: view.xx,
            xy: view.xy,
            x0: view.x0,
            yx: view.yx,
            yy: view.yy,
            y0: view.y0,
            left: visible.left,
            top: visible.top,
            right: visible.right,
            bottom: visible.bottom,
            surround: u32::from_le_bytes(surround.to_rgba()),
            plane,
        };
        let (source, target) = (Source::Plane(&image), Target::Plane(&output, band));
        job.dispatch(&KERNEL, source, target, None, &parameters, (output.size.width, band.rows));
    }
    job.recycle(image.lease);
    Ok(output)
}
