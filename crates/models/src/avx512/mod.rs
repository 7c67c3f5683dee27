//! Vectorised twins of kernels for x86-64 with AVX-512 and its instruction for sums of products (VNNI).
//!
//! Only convolution has some: it is where the time goes. `unsafe` is used as in the twins for AVX2.
#![expect(unsafe_code, reason = "vector loads and stores, and calls of functions that need AVX-512")]

mod convolve;
mod winograd;

use crate::kernels::Kernels;
use crate::kernels::winograd::{Sums, Winograd};
use crate::layout::{Lanes, Taps};
use crate::packed::PackedConvolution;
use crate::winograd::PackedWinograd;

/// Returns the kernels of this module, and those with AVX2 where it has none, if the machine can run them.
pub(crate) fn kernels() -> Option<Kernels> {
    // SAFETY (all of them): the functions need these features and nothing else, and this set exists only where they were detected.
    fn convolve(convolution: &PackedConvolution, block: usize, taps: &Taps<'_>, output: &mut [Lanes]) {
        unsafe { convolve::convolve(convolution, block, taps, output) }
    }
    fn multiply(convolution: &PackedWinograd, block: usize, samples: &[Lanes], tiles: usize, sums: &mut Sums) {
        unsafe { winograd::multiply(convolution, block, samples, tiles, sums) }
    }
    fn finish(convolution: &PackedWinograd, block: usize, sums: &Sums, rows: [&mut [Lanes]; 2]) {
        unsafe { winograd::finish(convolution, block, sums, rows) }
    }
    let has_all = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vnni");
    let avx2 = crate::avx2::kernels().filter(|_| has_all)?;
    let winograd = avx2.winograd.map(|stages| Winograd { multiply, finish, ..stages });
    Some(Kernels { convolve, winograd, ..avx2 })
}
