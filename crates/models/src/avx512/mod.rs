//! Vectorised twins of kernels for x86-64 with AVX-512 and its instruction for sums of products (VNNI).
//!
//! Only convolution has one: it is where the time goes. `unsafe` is used as in the twins for AVX2.
#![expect(unsafe_code, reason = "vector loads and stores, and calls of functions that need AVX-512")]

mod convolve;

use crate::kernels::Kernels;
use crate::layout::{Lanes, Taps};
use crate::packed::PackedConvolution;

/// Returns the kernels of this module, and those with AVX2 where it has none, if the machine can run them.
pub(crate) fn kernels() -> Option<Kernels> {
    fn convolve(convolution: &PackedConvolution, block: usize, taps: &Taps<'_>, output: &mut [Lanes]) {
        // SAFETY: it needs these features and nothing else, and this set exists only where they were detected.
        unsafe { convolve::convolve(convolution, block, taps, output) }
    }
    let has_all = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vnni");
    if has_all { crate::avx2::kernels().map(|avx2| Kernels { convolve, ..avx2 }) } else { None }
}
