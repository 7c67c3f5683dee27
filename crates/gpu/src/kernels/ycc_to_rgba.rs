//! Converts luma and chroma to pixels.

use super::{Kernel, Parameters, parameters};

parameters! {
    width: u32,
    rows: u32,
    output_base: u32,
    luma_is_levels: u32,
    luma_width: u32,
    luma_first: u32,
    chroma_is_levels: u32,
    chroma_width: u32,
    chroma_first: u32,
    is_gray: u32,
}

pub(crate) const KERNEL: Kernel = Kernel {
    name: "ycc_to_rgba",
    source: palmette_shaders::YCC_TO_RGBA,
    workgroup: [64, 4],
    works_on_samples: true,
    fields: KernelParameters::FIELDS,
};
