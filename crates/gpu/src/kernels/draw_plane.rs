//! Draws a picture of pixels over a plane.

use palmette_core::plan::DrawStep;
use palmette_core::{Size, Spacing};

use super::draw::Cover;
use super::{Kernel, Parameters, parameters};
use crate::Error;
use crate::image::{Image, plane_words};
use crate::job::{Job, Source, Target};

parameters! {
    left: u32,
    width: u32,
    rows: u32,
    first_row: u32,
    output_base: u32,
    plane_width: u32,
    plane: u32,
    spacing_x: u32,
    spacing_y: u32,
    target_width: u32,
    target_height: u32,
    overlay_width: u32,
    overlay_height: u32,
    start_x: i32,
    start_y: i32,
    repeat_x: u32,
    repeat_y: u32,
    opacity: u32,
}

pub(crate) const KERNEL: Kernel = Kernel {
    name: "draw_plane",
    source: palmette_shaders::DRAW_PLANE,
    workgroup: [64, 4],
    works_on_samples: false,
    fields: KernelParameters::FIELDS,
};

/// A plane that is drawn on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Canvas<'a> {
    /// Its samples.
    pub(crate) image: &'a Image,
    /// Y, Cb or Cr, 0, 1 or 2.
    pub(crate) plane: u32,
    /// What a sample stands for.
    pub(crate) spacing: Spacing,
    /// The whole picture, in pixels.
    pub(crate) size: Size,
}

/// Draws a picture over a plane, in place; only the words that the overlay meets are touched.
pub(crate) fn draw(job: &mut Job<'_>, step: &DrawStep, overlay: &Image, canvas: Canvas<'_>) -> Result<(), Error> {
    let Canvas { image, plane, spacing, size } = canvas;
    let columns = Cover::new(step.horizontal, size.width, overlay.size.width);
    let rows = Cover::new(step.vertical, size.height, overlay.size.height);
    if columns.len == 0 || rows.len == 0 {
        return Ok(());
    }
    let left = columns.first / spacing.x / 4;
    let right = plane_words((columns.first + columns.len).div_ceil(spacing.x));
    let (top, bottom) = (rows.first / spacing.y, (rows.first + rows.len).div_ceil(spacing.y));
    for band in job.tiling().bands(image.size)? {
        let first_row = band.first_row.max(top);
        let end_row = (band.first_row + band.rows).min(bottom);
        if first_row >= end_row {
            continue;
        }
        let skipped_words = (first_row - band.first_row) * image.size.width;
        let parameters = KernelParameters {
            left,
            width: right - left,
            rows: end_row - first_row,
            first_row,
            output_base: band.base + skipped_words,
            plane_width: image.size.width,
            plane,
            spacing_x: spacing.x,
            spacing_y: spacing.y,
            target_width: size.width,
            target_height: size.height,
            overlay_width: overlay.size.width,
            overlay_height: overlay.size.height,
            start_x: columns.start,
            start_y: rows.start,
            repeat_x: columns.repeats.into(),
            repeat_y: rows.repeats.into(),
            opacity: step.opacity,
        };
        let grid = (right - left, end_row - first_row);
        job.dispatch(&KERNEL, Source::Pixels(overlay), Target::Plane(image, band), None, &parameters, grid);
    }
    Ok(())
}
