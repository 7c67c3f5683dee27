//! Makes pixels of the result of a net.

use crate::kernels::{Kernel, Parameters, parameters};

parameters! {
    width: u32,
    rows: u32,
    output_base: u32,
    output_width: u32,
    source_width: u32,
    source_height: u32,
    source_row: u32,
    square_shift: u32,
}

pub(crate) const KERNEL: Kernel = Kernel {
    name: "net_pixels",
    source: palmette_shaders::NET_PIXELS,
    workgroup: [32, 4],
    works_on_samples: false,
    fields: KernelParameters::FIELDS,
};
