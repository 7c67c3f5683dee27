//! Resamples a plane from left to right. It takes the parameters of [`resize_h`](super::resize_h).

use super::resize_h::KernelParameters;
use super::{Kernel, Parameters};

/// Rows that an invocation makes.
pub(crate) const ROWS: u32 = 4;

pub(crate) const KERNEL: Kernel = Kernel {
    name: "resize_h_plane",
    source: palmette_shaders::RESIZE_H_PLANE,
    workgroup: [64, 4],
    works_on_samples: true,
    fields: KernelParameters::FIELDS,
};
