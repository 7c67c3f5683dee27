//! Makes pixels of many channels squares of pixels with fewer: a layer of a net.

use crate::kernels::{Kernel, Parameters, parameters};

parameters! {
    width: u32,
    rows: u32,
    height: u32,
    channels: u32,
    input_width: u32,
    input_height: u32,
    left: u32,
    top: u32,
    factor: u32,
}

pub(crate) const KERNEL: Kernel = Kernel {
    name: "net_pixel_shuffle",
    source: palmette_shaders::NET_PIXEL_SHUFFLE,
    workgroup: [32, 4],
    works_on_samples: false,
    fields: KernelParameters::FIELDS,
};
