//! Makes the mean of each channel of sums: a layer of a net.

use crate::kernels::{Kernel, Parameters, parameters};

parameters! {
    width: u32,
    rows: u32,
    parts: u32,
    pixels: u32,
}

pub(crate) const KERNEL: Kernel = Kernel {
    name: "net_average",
    source: palmette_shaders::NET_AVERAGE,
    workgroup: [32, 4],
    works_on_samples: false,
    fields: KernelParameters::FIELDS,
};
