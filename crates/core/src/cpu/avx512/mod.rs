//! Vectorised twins of kernels for x86-64 with AVX-512, where a bench says that they are faster than those with AVX2.
//!
//! Each file has the stem of its scalar twin and explains only what differs from the one with AVX2. `unsafe` is used as there:
//! for unaligned loads and stores through helpers that take arrays, and for calls from the entry points, which [`kernels`]
//! hands out only on a machine that has the instructions.
#![expect(unsafe_code, reason = "vector loads and stores, and calls of functions that need AVX-512")]

mod resize_h_opaque;
mod resize_h_plane;
mod resize_v;

use std::arch::x86_64::{
    __m512i, _mm_cvtsi32_si128, _mm512_add_epi32, _mm512_loadu_si512, _mm512_set1_epi32, _mm512_sra_epi32,
    _mm512_storeu_si512,
};

use super::avx2;
use super::kernels::Kernels;
use super::kernels::resize_h_opaque::ROWS;
use super::kernels::resize_v::VerticalTaps;
use crate::plan::weights::WeightTable;

/// Returns the kernels of this module, and those with AVX2 where it has none, if the machine can run them.
pub(super) fn kernels() -> Option<Kernels> {
    // SAFETY (all of them): the functions need these features and nothing else, and this set exists only where they were
    // detected.
    fn resize_h_opaque(table: &WeightTable, sources: [&[u8]; ROWS], outputs: [&mut [i16]; ROWS]) -> bool {
        unsafe { resize_h_opaque::resize_h_opaque(table, sources, outputs) }
    }
    fn resize_h_plane(table: &WeightTable, sources: [&[u8]; ROWS], outputs: [&mut [i16]; ROWS]) {
        unsafe { resize_h_plane::resize_h_plane(table, sources, outputs) }
    }
    fn resize_v(taps: VerticalTaps<'_>, rows: &[&[i16]], output: &mut [i16]) {
        unsafe { resize_v::resize_v(taps, rows, output) }
    }
    fn resize_v_chunk(taps: VerticalTaps<'_>, rows: &[&[i16]], sums: &mut [i32]) {
        unsafe { resize_v::resize_v_chunk(taps, rows, sums) }
    }
    let has_all = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vnni");
    if has_all {
        avx2::kernels().map(|avx2| Kernels { resize_h_opaque, resize_h_plane, resize_v, resize_v_chunk, ..avx2 })
    } else {
        None
    }
}

/// Loads 32 samples.
#[inline(always)]
fn load_32(samples: &[i16; 32]) -> __m512i {
    // SAFETY: reads the 64 bytes of the array, at any alignment; callers are compiled for AVX-512.
    unsafe { _mm512_loadu_si512(samples.as_ptr().cast()) }
}

/// Stores 32 samples.
#[inline(always)]
fn store_32(samples: &mut [i16; 32], vector: __m512i) {
    // SAFETY: writes the 64 bytes of the array, at any alignment; callers are compiled for AVX-512.
    unsafe { _mm512_storeu_si512(samples.as_mut_ptr().cast(), vector) }
}

/// Loads 16 sums.
#[inline(always)]
fn load_16_sums(sums: &[i32; 16]) -> __m512i {
    // SAFETY: reads the 64 bytes of the array, at any alignment; callers are compiled for AVX-512.
    unsafe { _mm512_loadu_si512(sums.as_ptr().cast()) }
}

/// Stores 16 sums.
#[inline(always)]
fn store_16_sums(sums: &mut [i32; 16], vector: __m512i) {
    // SAFETY: writes the 64 bytes of the array, at any alignment; callers are compiled for AVX-512.
    unsafe { _mm512_storeu_si512(sums.as_mut_ptr().cast(), vector) }
}

/// Adds half a unit and shifts to the right: [`crate::arith::round_shift`] of sixteen numbers.
#[inline]
#[target_feature(enable = "avx512f")]
fn round_shift(values: __m512i, shift: u32) -> __m512i {
    let half = if shift == 0 { 0 } else { 1 << (shift - 1) };
    _mm512_sra_epi32(_mm512_add_epi32(values, _mm512_set1_epi32(half)), _mm_cvtsi32_si128(shift.cast_signed()))
}
