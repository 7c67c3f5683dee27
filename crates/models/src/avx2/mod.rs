//! Vectorised twins of kernels for x86-64 with AVX2, equal to the scalar ones bit for bit.
//!
//! Each file has the stem of its scalar twin and explains only what differs. Sums are integers that cannot overflow, so the
//! order of additions does not matter.
//!
//! `unsafe` is used for three things: loads and stores of lanes and weights through the helpers below, which take references; the
//! walk of the innermost loops over weights and pixels by pointers, after the entry point has checked that all of them lie inside;
//! and the calls from the entry points, which [`kernels`] hands out only on a machine that has AVX2.
#![expect(unsafe_code, reason = "vector loads and stores, and calls of functions that need AVX2")]

mod add;
mod convolve;
mod depthwise;
mod winograd;

use std::arch::x86_64::{
    __m256i, _mm256_abs_epi32, _mm256_add_epi32, _mm256_blendv_epi8, _mm256_load_si256, _mm256_madd_epi16,
    _mm256_max_epi16, _mm256_min_epi16, _mm256_mulhi_epu16, _mm256_packs_epi32, _mm256_sign_epi32, _mm256_slli_epi32,
    _mm256_srai_epi32, _mm256_srav_epi32, _mm256_store_si256,
};

use palmette_core::net::{Place, Window};

use crate::kernels::bilinear;
use crate::kernels::winograd::{Sums, Winograd};
use crate::kernels::{Kernels, max_pool};
use crate::layout::{Lanes, Taps};
use crate::packed::{Ends, PackedAdd, PackedConvolution, PairWeights, Words};
use crate::winograd::PackedWinograd;

/// Returns the kernels of this module if the machine can run them.
pub(crate) fn kernels() -> Option<Kernels> {
    // SAFETY (all of them): the functions need AVX2 and nothing else, and this set exists only where it was detected.
    // These two loops are the scalar ones, compiled for AVX2.
    #[target_feature(enable = "avx2")]
    fn bilinear_avx2(places: &[Place], weight: u8, rows: [&[Lanes]; 2], output: &mut [Lanes]) {
        bilinear::bilinear(places, weight, rows, output);
    }
    #[target_feature(enable = "avx2")]
    fn max_pool_avx2(window: &Window, rows: &[&[Lanes]], output: &mut [Lanes]) {
        max_pool::max_pool(window, rows, output);
    }
    fn bilinear(places: &[Place], weight: u8, rows: [&[Lanes]; 2], output: &mut [Lanes]) {
        unsafe { bilinear_avx2(places, weight, rows, output) }
    }
    fn max_pool(window: &Window, rows: &[&[Lanes]], output: &mut [Lanes]) {
        unsafe { max_pool_avx2(window, rows, output) }
    }
    fn add(add: &PackedAdd, inputs: [&[Lanes]; 2], output: &mut [Lanes]) {
        unsafe { add::add(add, inputs, output) }
    }
    fn convolve(convolution: &PackedConvolution, block: usize, taps: &Taps<'_>, output: &mut [Lanes]) {
        unsafe { convolve::convolve(convolution, block, taps, output) }
    }
    fn depthwise(convolution: &PackedConvolution, block: usize, taps: &Taps<'_>, output: &mut [Lanes]) {
        unsafe { depthwise::depthwise(convolution, block, taps, output) }
    }
    fn transform(rows: [&[Lanes]; 4], tiles: usize, output: &mut [Lanes], pitch: usize) {
        unsafe { winograd::transform(rows, tiles, output, pitch) }
    }
    fn multiply(convolution: &PackedWinograd, block: usize, samples: &[Lanes], tiles: usize, sums: &mut Sums) {
        unsafe { winograd::multiply(convolution, block, samples, tiles, sums) }
    }
    fn finish(convolution: &PackedWinograd, block: usize, sums: &Sums, rows: [&mut [Lanes]; 2]) {
        unsafe { winograd::finish(convolution, block, sums, rows) }
    }
    let winograd = Some(Winograd { transform, multiply, finish });
    is_x86_feature_detected!("avx2").then_some(Kernels { add, bilinear, convolve, depthwise, max_pool, winograd })
}

/// Loads the samples of a pixel.
#[inline(always)]
fn load(lanes: &Lanes) -> __m256i {
    // SAFETY: reads the 32 bytes of the lanes, which are aligned to them; callers are compiled for AVX2.
    unsafe { _mm256_load_si256(lanes.0.as_ptr().cast()) }
}

/// Stores the samples of a pixel.
#[inline(always)]
fn store(lanes: &mut Lanes, vector: __m256i) {
    // SAFETY: writes the 32 bytes of the lanes, which are aligned to them; callers are compiled for AVX2.
    unsafe { _mm256_store_si256(lanes.0.as_mut_ptr().cast(), vector) }
}

/// Loads numbers for both halves of a block of sums.
#[inline(always)]
fn load_words(words: &Words) -> [__m256i; 2] {
    // SAFETY: reads the 64 bytes of the words, which are aligned to 64; callers are compiled for AVX2.
    unsafe { [_mm256_load_si256(words.0.as_ptr().cast()), _mm256_load_si256(words.0.as_ptr().add(8).cast())] }
}

/// Loads weights for both halves of a block of sums.
#[inline(always)]
fn load_weights(weights: &PairWeights) -> [__m256i; 2] {
    // SAFETY: reads the 64 bytes of the weights, which are aligned to 64; callers are compiled for AVX2.
    unsafe { [_mm256_load_si256(weights.0.as_ptr().cast()), _mm256_load_si256(weights.0.as_ptr().add(8).cast())] }
}

/// Makes samples of sums and clamps them.
#[target_feature(enable = "avx2")]
#[inline]
fn pack(sums: [__m256i; 2], low: __m256i, high: __m256i) -> __m256i {
    // Saturating to 16 bits changes nothing that the clamp would keep.
    let samples = _mm256_packs_epi32(sums[0], sums[1]);
    _mm256_min_epi16(_mm256_max_epi16(samples, low), high)
}

/// [`crate::kernels::requantize`]
#[target_feature(enable = "avx2")]
#[inline]
fn requantize(sums: [__m256i; 2], ends: &Ends) -> __m256i {
    let multipliers = load_words(&ends.multipliers);
    let negative_multipliers = load_words(&ends.negative_multipliers);
    let (halves, shifts) = (load_words(&ends.halves), load_words(&ends.shifts));
    let mut samples = sums;
    for half in 0..2 {
        let (mut sum, mut multiplier) = (sums[half], multipliers[half]);
        if !ends.is_plain {
            let is_negative = _mm256_srai_epi32::<31>(sum);
            multiplier = _mm256_blendv_epi8(multiplier, negative_multipliers[half], is_negative);
            sum = _mm256_sign_epi32(sum, multiplier);
            multiplier = _mm256_abs_epi32(multiplier);
        }
        // The multiplier beside a 0 takes one half of the sum each: the high one with its sign, the low one without.
        let high = _mm256_madd_epi16(sum, _mm256_slli_epi32::<16>(multiplier));
        let carry = _mm256_mulhi_epu16(sum, multiplier);
        let rounded = _mm256_add_epi32(_mm256_add_epi32(high, carry), halves[half]);
        samples[half] = _mm256_srav_epi32(rounded, shifts[half]);
    }
    pack(samples, load(&ends.low), load(&ends.high))
}
