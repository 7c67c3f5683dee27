//! Gives pixels the alpha of others, in place.

use crate::kernels::{Kernel, Parameters, parameters};

parameters! {
    width: u32,
    rows: u32,
    first_row: u32,
    output_base: u32,
}

pub(crate) const KERNEL: Kernel = Kernel {
    name: "alpha",
    source: palmette_shaders::ALPHA,
    workgroup: [64, 4],
    works_on_samples: false,
    fields: KernelParameters::FIELDS,
};
