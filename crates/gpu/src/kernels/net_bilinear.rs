//! Enlarges by weighing the four nearest pixels: a layer of a net.

use crate::kernels::{Kernel, Parameters, parameters};

parameters! {
    width: u32,
    rows: u32,
    height: u32,
    input_width: u32,
    input_height: u32,
}

pub(crate) const KERNEL: Kernel = Kernel {
    name: "net_bilinear",
    source: palmette_shaders::NET_BILINEAR,
    workgroup: [32, 4],
    works_on_samples: false,
    fields: KernelParameters::FIELDS,
};
