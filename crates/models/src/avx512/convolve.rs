//! A row of a convolution, up to 24 pixels at once.
//!
//! A vector holds the sums of a pixel's 16 output channels. Products of pairs are added to them in one instruction, which takes a
//! pair of samples from memory and repeats it; a load of weights serves up to 24 of them. A row is cut into groups of about the
//! same size, since small ones wait for their own sums.

use std::arch::x86_64::{
    __m512i, _mm256_load_si256, _mm256_max_epi16, _mm256_min_epi16, _mm256_packs_epi32, _mm256_store_si256,
    _mm512_abs_epi32, _mm512_add_epi32, _mm512_castsi512_si256, _mm512_cmplt_epi32_mask, _mm512_dpwssd_epi32,
    _mm512_extracti64x4_epi64, _mm512_loadu_si512, _mm512_madd_epi16, _mm512_mask_mov_epi32, _mm512_mask_sub_epi32,
    _mm512_mulhi_epu16, _mm512_set1_epi32, _mm512_setzero_si512, _mm512_slli_epi32, _mm512_srav_epi32,
};

use crate::layout::{CHANNELS, Lanes, Taps};
use crate::packed::{Ends, PackedConvolution, PairWeights, Words};

/// Pairs of channels in a block.
pub(super) const PAIRS: usize = CHANNELS / 2;

/// The most pixels at once: 24 vectors of sums, of 32 registers.
const MOST: usize = 24;

/// The function that makes some pixels: as [`some`].
type Some = unsafe fn(&PackedConvolution, &Ends, &[PairWeights], &Taps<'_>, usize, &mut [Lanes]);

/// One for each number of pixels, from 1.
const SOME: [Some; MOST] = [
    some::<1>, some::<2>, some::<3>, some::<4>, some::<5>, some::<6>, some::<7>, some::<8>, some::<9>, some::<10>,
    some::<11>, some::<12>, some::<13>, some::<14>, some::<15>, some::<16>, some::<17>, some::<18>, some::<19>,
    some::<20>, some::<21>, some::<22>, some::<23>, some::<24>,
];

/// [`crate::kernels::convolve::convolve`]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
pub(super) fn convolve(convolution: &PackedConvolution, block: usize, taps: &Taps<'_>, output: &mut [Lanes]) {
    let ends = &convolution.ends[block];
    let weights = convolution.weights_of(block);
    let PackedConvolution { in_blocks, last_pairs, .. } = *convolution;
    assert!(taps.cover(in_blocks, output.len()), "what is read lies inside the rows");
    assert!(last_pairs <= PAIRS, "a block has no more channels");
    assert_eq!(weights.len(), taps.rows.len() * taps.count * ((in_blocks - 1) * PAIRS + last_pairs), "all of them");
    let groups = output.len().div_ceil(MOST);
    let mut first = 0;
    for group in 0..groups {
        let end = output.len() * (group + 1) / groups;
        // SAFETY: the features are there, positions from `first` to `end` are the output's, all inside the rows, and there are as
        // many weights as the walk takes. A group has 1 to 24 pixels.
        unsafe { SOME[end - first - 1](convolution, ends, weights, taps, first, &mut output[first..end]) };
        first = end;
    }
}

/// Makes `N` pixels from one on.
///
/// # Safety
///
/// [`Taps::cover`] must hold for all of them, and `weights` must be as many as taps and pairs of channels.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
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
            let pairs = if is_last { convolution.last_pairs } else { PAIRS };
            let start = in_block * taps.pitch + taps.start + first * taps.stride;
            for tap in 0..taps.count {
                // SAFETY: the caller's promise.
                unsafe {
                    let pixel = row.as_ptr().add(start + tap * taps.step);
                    weights = match (pairs, taps.stride) {
                        (PAIRS, 1) => add_pairs::<N>(&mut sums, pixel, 1, weights, PAIRS),
                        (_, stride) => add_pairs::<N>(&mut sums, pixel, stride, weights, pairs),
                    };
                }
            }
        }
    }
    for (pixel, sums) in output.iter_mut().zip(sums) {
        requantize(sums, ends, pixel);
    }
}

/// Adds the products of pairs of channels of `N` pixels; returns where the next weights are.
///
/// # Safety
///
/// From `pixel` on there are `N` that are `stride` apart, and `pairs`, at most [`PAIRS`], weights.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
#[inline]
pub(super) unsafe fn add_pairs<const N: usize>(
    sums: &mut [__m512i; N],
    pixel: *const Lanes,
    stride: usize,
    weights: *const PairWeights,
    pairs: usize,
) -> *const PairWeights {
    for pair in 0..pairs {
        // SAFETY: the caller's promise.
        unsafe {
            let weights = _mm512_loadu_si512(weights.add(pair).cast());
            for (index, sums) in sums.iter_mut().enumerate() {
                let samples = _mm512_set1_epi32(pixel.add(index * stride).cast::<i32>().add(pair).read());
                *sums = _mm512_dpwssd_epi32(*sums, weights, samples);
            }
        }
    }
    // SAFETY: one behind the last at most.
    unsafe { weights.add(pairs) }
}

/// [`crate::kernels::requantize`]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
#[inline]
pub(super) fn requantize(mut sums: __m512i, ends: &Ends, pixel: &mut Lanes) {
    let mut multipliers = load_words(&ends.multipliers);
    if !ends.is_plain {
        let is_negative = _mm512_cmplt_epi32_mask(sums, _mm512_setzero_si512());
        multipliers = _mm512_mask_mov_epi32(multipliers, is_negative, load_words(&ends.negative_multipliers));
        sums = _mm512_mask_sub_epi32(
            sums,
            _mm512_cmplt_epi32_mask(multipliers, _mm512_setzero_si512()),
            _mm512_setzero_si512(),
            sums,
        );
        multipliers = _mm512_abs_epi32(multipliers);
    }
    // The multiplier beside a 0 takes one half of the sum each: the high one with its sign, the low one without.
    let high = _mm512_madd_epi16(sums, _mm512_slli_epi32::<16>(multipliers));
    let carry = _mm512_mulhi_epu16(sums, multipliers);
    let rounded = _mm512_add_epi32(_mm512_add_epi32(high, carry), load_words(&ends.halves));
    let samples = _mm512_srav_epi32(rounded, load_words(&ends.shifts));
    // Saturating to 16 bits changes nothing that the clamp would keep.
    let samples = _mm256_packs_epi32(_mm512_castsi512_si256(samples), _mm512_extracti64x4_epi64::<1>(samples));
    // SAFETY: reads and writes the 32 bytes of lanes, which are aligned to them.
    unsafe {
        let (low, high) =
            (_mm256_load_si256(ends.low.0.as_ptr().cast()), _mm256_load_si256(ends.high.0.as_ptr().cast()));
        let clamped = _mm256_min_epi16(_mm256_max_epi16(samples, low), high);
        _mm256_store_si256(pixel.0.as_mut_ptr().cast(), clamped);
    }
}

/// Loads numbers for a block of sums.
#[target_feature(enable = "avx512f")]
#[inline]
pub(super) fn load_words(words: &Words) -> __m512i {
    // SAFETY: reads the 64 bytes of the words.
    unsafe { _mm512_loadu_si512(words.0.as_ptr().cast()) }
}
