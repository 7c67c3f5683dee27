//! Puts the channels of a value behind the first ones of another: a layer of a net.

use crate::kernels::{Kernel, Parameters, parameters};

parameters! {
    width: u32,
    rows: u32,
    height: u32,
    first_pair: u32,
    offset: u32,
    channels: u32,
    input_width: u32,
    input_height: u32,
    left: u32,
    top: u32,
}

pub(crate) const KERNEL: Kernel = Kernel {
    name: "net_place",
    source: palmette_shaders::NET_PLACE,
    workgroup: [32, 4],
    works_on_samples: false,
    fields: KernelParameters::FIELDS,
};
