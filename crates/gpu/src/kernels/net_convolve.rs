//! Weighs the pixels under a window, over all channels: a layer of a net.

use crate::kernels::{Kernel, Parameters, parameters};

parameters! {
    width: u32,
    rows: u32,
    block_rows: u32,
    first_row: u32,
    height: u32,
    pairs: u32,
    input_pairs: u32,
    input_width: u32,
    input_height: u32,
    taps_x: u32,
    taps_y: u32,
    stride_x: u32,
    stride_y: u32,
    dilation_x: u32,
    dilation_y: u32,
    before_x: u32,
    before_y: u32,
}

pub(crate) const KERNEL: Kernel = Kernel {
    name: "net_convolve",
    source: palmette_shaders::NET_CONVOLVE,
    workgroup: [32, 4],
    works_on_samples: false,
    fields: KernelParameters::FIELDS,
};
