//! Draws one picture on another.

use palmette_core::plan::{DrawStep, Tiling};
use palmette_ops::Composite;

use super::{Kernel, Parameters, parameters};
use crate::Error;
use crate::image::Image;
use crate::job::{Job, Source, Target};

parameters! {
    left: u32,
    width: u32,
    rows: u32,
    first_row: u32,
    output_base: u32,
    target_width: u32,
    overlay_width: u32,
    overlay_height: u32,
    start_x: i32,
    start_y: i32,
    repeat_x: u32,
    repeat_y: u32,
    composite: u32,
    opacity: u32,
}

pub(crate) const KERNEL: Kernel = Kernel {
    name: "draw",
    source: palmette_shaders::DRAW,
    workgroup: [64, 4],
    works_on_samples: false,
    fields: KernelParameters::FIELDS,
};

/// Draws a picture on another, in place; only what the overlay covers is touched.
pub(crate) fn draw(job: &mut Job<'_>, step: &DrawStep, overlay: &Image, target: &Image) -> Result<(), Error> {
    let (size, overlay_size) = (target.size, overlay.size);
    let columns = Cover::new(step.horizontal, size.width, overlay_size.width);
    let rows = Cover::new(step.vertical, size.height, overlay_size.height);
    for band in job.tiling().bands(size)? {
        let first_row = band.first_row.max(rows.first);
        let end_row = (band.first_row + band.rows).min(rows.first + rows.len);
        if first_row >= end_row || columns.len == 0 {
            continue;
        }
        let skipped_words = (first_row - band.first_row) * size.width;
        let parameters = KernelParameters {
            left: columns.first,
            width: columns.len,
            rows: end_row - first_row,
            first_row,
            output_base: band.base + skipped_words,
            target_width: size.width,
            overlay_width: overlay_size.width,
            overlay_height: overlay_size.height,
            start_x: columns.start,
            start_y: rows.start,
            repeat_x: columns.repeats.into(),
            repeat_y: rows.repeats.into(),
            composite: composite_code(step.composite),
            opacity: step.opacity,
        };
        let grid = (columns.len, end_row - first_row);
        job.dispatch(&KERNEL, Source::Pixels(overlay), Target::Pixels(target, band), None, &parameters, grid);
    }
    Ok(())
}

/// The samples of an axis of the target that an overlay covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cover {
    pub(super) first: u32,
    pub(super) len: u32,
    /// Target sample 0 minus this is the sample of the overlay, before it repeats.
    pub(super) start: i32,
    pub(super) repeats: bool,
}

impl Cover {
    /// Finds what an overlay covers along an axis.
    pub(super) fn new(tiling: Tiling, target_len: u32, overlay_len: u32) -> Self {
        let nothing = Self { first: 0, len: 0, start: 0, repeats: false };
        match tiling {
            Tiling::Repeat(phase) => {
                let start = i32::try_from(phase).map_or(0, |phase| -phase);
                Self { first: 0, len: target_len, start, repeats: true }
            }
            Tiling::Once(start) => {
                let first = start.max(0);
                let end = start.saturating_add(overlay_len.into()).min(target_len.into());
                match (u32::try_from(first), u32::try_from(end - first), i32::try_from(start)) {
                    (Ok(first), Ok(len), Ok(start)) => Self { first, len, start, repeats: false },
                    _ => nothing,
                }
            }
        }
    }
}

/// Returns the number that the shader knows a composite by.
pub(crate) const fn composite_code(composite: Composite) -> u32 {
    match composite {
        Composite::Over => 0,
        Composite::In => 1,
        Composite::Atop => 2,
        Composite::Out => 3,
        Composite::Xor => 4,
        Composite::Lighter => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draw_covers_what_is_visible() {
        let covered = |tiling, target_len, overlay_len| {
            let cover = Cover::new(tiling, target_len, overlay_len);
            (cover.first, cover.len)
        };
        assert_eq!(covered(Tiling::Once(2), 10, 3), (2, 3));
        assert_eq!(covered(Tiling::Once(-2), 10, 3), (0, 1));
        assert_eq!(covered(Tiling::Once(8), 10, 3), (8, 2));
        assert_eq!(covered(Tiling::Once(-3), 10, 3).1, 0);
        assert_eq!(covered(Tiling::Once(10), 10, 3).1, 0);
        assert_eq!(covered(Tiling::Once(11), 10, 3).1, 0);
        assert_eq!(covered(Tiling::Once(i64::MIN), 10, 3).1, 0);
        assert_eq!(covered(Tiling::Once(i64::MAX), 10, 3).1, 0);
        assert_eq!(covered(Tiling::Repeat(1), 10, 3), (0, 10));
    }
}
