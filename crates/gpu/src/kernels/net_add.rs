//! Adds two values, each times a number: a layer of a net.

use crate::kernels::{Kernel, Parameters, parameters};

parameters! {
    width: u32,
    rows: u32,
    height: u32,
    first_width: u32,
    first_height: u32,
    first_left: u32,
    first_top: u32,
    second_width: u32,
    second_height: u32,
    second_left: u32,
    second_top: u32,
}

pub(crate) const KERNEL: Kernel = Kernel {
    name: "net_add",
    source: palmette_shaders::NET_ADD,
    workgroup: [32, 4],
    works_on_samples: false,
    fields: KernelParameters::FIELDS,
};
