//! Resamples from top to bottom.

use super::{Kernel, Parameters, parameters};

parameters! {
    width: u32,
    rows: u32,
    output_base: u32,
    source_width: u32,
    source_column: u32,
    source_row: u32,
    first_row: u32,
    table_len: u32,
    taps: u32,
    shift: u32,
    chunk_shift: u32,
}

pub(crate) const KERNEL: Kernel = Kernel {
    name: "resize_v",
    source: palmette_shaders::RESIZE_V,
    workgroup: [64, 4],
    works_on_samples: true,
    fields: KernelParameters::FIELDS,
};
