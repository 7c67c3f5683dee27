//! Makes samples of pixels, for a net.

use crate::kernels::{Kernel, Parameters, parameters};

parameters! {
    width: u32,
    rows: u32,
    left: u32,
    top: u32,
    picture_width: u32,
    low: i32,
    high: i32,
}

pub(crate) const KERNEL: Kernel = Kernel {
    name: "net_samples",
    source: palmette_shaders::NET_SAMPLES,
    workgroup: [32, 4],
    works_on_samples: false,
    fields: KernelParameters::FIELDS,
};
