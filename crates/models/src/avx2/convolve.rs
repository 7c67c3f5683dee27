//! A row of a convolution, up to six pixels at once.
//!
//! Two neighbouring channels of a pixel are 32 bits, which are put into all lanes and multiplied in pairs with the weights of 16
//! output channels. Six pixels have 12 vectors of sums; with two of weights and one of samples that is 15 of 16 registers, and a
//! load of weights serves 12 multiplications.

use std::arch::x86_64::{_mm256_add_epi32, _mm256_load_si256, _mm256_madd_epi16, _mm256_set1_epi32};

use super::{load_words, requantize, store};
use crate::layout::{CHANNELS, Lanes, Taps};
use crate::packed::{Ends, PackedConvolution, PairWeights};

/// Pairs of channels in a block.
pub(super) const PAIRS: usize = CHANNELS / 2;

/// [`crate::kernels::convolve::convolve`]
#[target_feature(enable = "avx2")]
pub(super) fn convolve(convolution: &PackedConvolution, block: usize, taps: &Taps<'_>, output: &mut [Lanes]) {
    let ends = &convolution.ends[block];
    let weights = convolution.weights_of(block);
    let PackedConvolution { in_blocks, last_pairs, .. } = *convolution;
    assert!(taps.cover(in_blocks, output.len()), "what is read lies inside the rows");
    assert!(last_pairs <= PAIRS, "a block has no more channels");
    assert_eq!(weights.len(), taps.rows.len() * taps.count * ((in_blocks - 1) * PAIRS + last_pairs), "all of them");
    let mut first = 0;
    // SAFETY: positions from `first` on are fewer than the output has, all inside the rows, and there are as many weights as
    // the walk takes.
    unsafe {
        while output.len() - first >= 6 {
            some::<6>(convolution, ends, weights, taps, first, &mut output[first..]);
            first += 6;
        }
        let rest = &mut output[first..];
        match rest.len() {
            5 => some::<5>(convolution, ends, weights, taps, first, rest),
            4 => some::<4>(convolution, ends, weights, taps, first, rest),
            3 => some::<3>(convolution, ends, weights, taps, first, rest),
            2 => some::<2>(convolution, ends, weights, taps, first, rest),
            1 => some::<1>(convolution, ends, weights, taps, first, rest),
            _ => {}
        }
    }
}

/// Makes `N` pixels from one on.
///
/// # Safety
///
/// [`Taps::cover`] must hold for all of them, and `weights` must be as many as taps and pairs of channels.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn some<const N: usize>(
    convolution: &PackedConvolution,
    ends: &Ends,
    weights: &[PairWeights],
    taps: &Taps<'_>,
    first: usize,
    output: &mut [Lanes],
) {
    let mut sums = [load_words(&ends.biases); N];
    let mut weights = weights.as_ptr();
    for row in taps.rows {
        for in_block in 0..convolution.in_blocks {
            let is_last = in_block + 1 == convolution.in_blocks;
            let start = in_block * taps.pitch + taps.start + first * taps.stride;
            for tap in 0..taps.count {
                // SAFETY: the caller's promise.
                unsafe {
                    let pixel = row.as_ptr().add(start + tap * taps.step);
                    if is_last && convolution.last_pairs != PAIRS {
                        weights = add_pairs::<N>(&mut sums, pixel, taps.stride, weights, convolution.last_pairs);
                    } else {
                        weights = add_pairs::<N>(&mut sums, pixel, taps.stride, weights, PAIRS);
                    }
                }
            }
        }
    }
    for (pixel, sums) in output.iter_mut().zip(sums) {
        store(pixel, requantize(sums, ends));
    }
}

/// Adds the products of pairs of channels of `N` pixels; returns where the next weights are.
///
/// # Safety
///
/// From `pixel` on there are `N` that are `stride` apart, and `pairs`, at most [`PAIRS`], weights.
#[target_feature(enable = "avx2")]
#[inline]
pub(super) unsafe fn add_pairs<const N: usize>(
    sums: &mut [[std::arch::x86_64::__m256i; 2]; N],
    pixel: *const Lanes,
    stride: usize,
    weights: *const PairWeights,
    pairs: usize,
) -> *const PairWeights {
    for pair in 0..pairs {
        // SAFETY: the caller's promise; lanes and weights are aligned to 32 bytes.
        unsafe {
            let both = weights.add(pair).cast();
            let both = [_mm256_load_si256(both), _mm256_load_si256(both.add(1))];
            for (index, sums) in sums.iter_mut().enumerate() {
                let samples = _mm256_set1_epi32(pixel.add(index * stride).cast::<i32>().add(pair).read());
                sums[0] = _mm256_add_epi32(sums[0], _mm256_madd_epi16(samples, both[0]));
                sums[1] = _mm256_add_epi32(sums[1], _mm256_madd_epi16(samples, both[1]));
            }
        }
    }
    // SAFETY: one behind the last at most.
    unsafe { weights.add(pairs) }
}
