//! Resamples a plane from left to right.

use super::{Kernel, Parameters, parameters};

parameters! {
    width: u32,
    rows: u32,
    output_base: u32,
    source_width: u32,
    source_row: u32,
    taps: u32,
    shift: u32,
    chunk_shift: u32,
}

pub(crate) const KERNEL: Kernel = Kernel {
    name: "resize_h_plane",
    source: palmette_shaders::RESIZE_H_PLANE,
    workgroup: [64, 4],
    works_on_samples: true,
    fields: KernelParameters::FIELDS,
};
