//! Blurs along rows.

use super::{Kernel, Parameters, parameters};

parameters! {
    width: u32,
    rows: u32,
    source_row: u32,
    radius: u32,
    narrow_width: u32,
    wide_width: u32,
}

pub(crate) const KERNEL: Kernel = Kernel {
    name: "blur_h",
    source: palmette_shaders::BLUR_H,
    workgroup: [1, 64],
    works_on_samples: true,
    fields: KernelParameters::FIELDS,
};

/// Columns that one invocation blurs.
pub(crate) const SEGMENT: u32 = 256;
