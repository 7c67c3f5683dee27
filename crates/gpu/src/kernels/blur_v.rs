//! Blurs along columns.

use super::{Kernel, Parameters, parameters};

parameters! {
    width: u32,
    rows: u32,
    output_base: u32,
    first_row: u32,
    height: u32,
    source_row: u32,
    radius: u32,
    narrow_width: u32,
    wide_width: u32,
}

pub(crate) const KERNEL: Kernel = Kernel {
    name: "blur_v",
    source: palmette_shaders::BLUR_V,
    workgroup: [64, 1],
    works_on_samples: true,
    fields: KernelParameters::FIELDS,
};

/// Rows that one invocation blurs.
pub(crate) const SEGMENT: u32 = 256;
