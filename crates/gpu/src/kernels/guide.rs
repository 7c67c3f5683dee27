//! Multiplies alpha by a mask that follows the picture, in place.

use crate::kernels::{Kernel, Parameters, parameters};

parameters! {
    width: u32,
    rows: u32,
    first_row: u32,
    output_base: u32,
    copy_width: u32,
    copy_height: u32,
    one: u32,
}

pub(crate) const KERNEL: Kernel = Kernel {
    name: "guide",
    source: palmette_shaders::GUIDE,
    workgroup: [64, 4],
    works_on_samples: false,
    fields: KernelParameters::FIELDS,
};
