//! Weighs the pixels under a window, each channel by itself: a layer of a net.

use crate::kernels::{Kernel, Parameters, parameters};

parameters! {
    width: u32,
    rows: u32,
    block_rows: u32,
    first_row: u32,
    height: u32,
    pairs: u32,
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
    name: "net_depthwise",
    source: palmette_shaders::NET_DEPTHWISE,
    workgroup: [32, 4],
    works_on_samples: false,
    fields: KernelParameters::FIELDS,
};
