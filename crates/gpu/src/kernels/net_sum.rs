//! Adds the samples of parts of a picture: the first half of a mean.

use crate::kernels::{Kernel, Parameters, parameters};

parameters! {
    width: u32,
    rows: u32,
    pixels: u32,
}

pub(crate) const KERNEL: Kernel = Kernel {
    name: "net_sum",
    source: palmette_shaders::NET_SUM,
    workgroup: [32, 4],
    works_on_samples: false,
    fields: KernelParameters::FIELDS,
};

/// Pixels of a part.
pub(crate) const PART: u32 = 1 << 14;
