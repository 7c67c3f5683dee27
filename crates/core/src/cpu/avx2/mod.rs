//! Vectorised twins of kernels for x86-64 with AVX2, equal to the scalar ones bit for bit.
//!
//! Each file has the stem of its scalar twin and explains only what differs. The arithmetic is integer throughout, so the
//! order of additions does not matter; where a division is done in floating point, its result is proven exact.
//!
//! `unsafe` is used for two things: unaligned loads and stores through the helpers below, which take arrays and so cannot
//! be out of bounds, and the calls from the entry points, which [`kernels`] hands out only on a machine that has AVX2.
#![expect(unsafe_code, reason = "vector loads and stores, and calls of functions that need AVX2")]

mod premultiply;
mod resize_h;
pub(super) mod resize_h_opaque;
pub(super) mod resize_h_plane;
pub(super) mod resize_v;
mod unpremultiply;
mod ycc_to_rgba;

use std::arch::x86_64::{
    __m128i, __m256i, _mm_add_epi32, _mm_cvtsi32_si128, _mm_loadl_epi64, _mm_loadu_si128, _mm_set1_epi32,
    _mm_sra_epi32, _mm_storel_epi64, _mm256_add_epi32, _mm256_broadcastq_epi64, _mm256_loadu_si256, _mm256_set1_epi32,
    _mm256_setr_epi8, _mm256_shuffle_epi8, _mm256_sra_epi32, _mm256_storeu_si256,
};

use super::kernels::double_h::{self, Doubling};
use super::kernels::resize_h_opaque::ROWS;
use super::kernels::resize_v::VerticalTaps;
use super::kernels::{Kernels, UNITS_PER_LEVEL};
use crate::plan::weights::WeightTable;

/// Bits of [`UNITS_PER_LEVEL`].
const UNIT_SHIFT: i32 = UNITS_PER_LEVEL.trailing_zeros().cast_signed();

/// Returns the kernels of this module if the machine can run them.
pub(super) fn kernels() -> Option<Kernels> {
    // SAFETY (all of them): the functions need AVX2 and nothing else, and this set exists only where it was detected.
    // The loop is the scalar one, compiled for AVX2.
    #[target_feature(enable = "avx2")]
    fn double_h_avx2(doubling: &Doubling, table: &WeightTable, source: &[u8], output: &mut [i16]) {
        double_h::double_h(doubling, table, source, output);
    }
    fn double_h(doubling: &Doubling, table: &WeightTable, source: &[u8], output: &mut [i16]) {
        unsafe { double_h_avx2(doubling, table, source, output) }
    }
    fn premultiply(straight: &[u8], premultiplied: &mut [i16]) {
        unsafe { premultiply::premultiply(straight, premultiplied) }
    }
    fn resize_h_rgba(table: &WeightTable, source: &[i16], output: &mut [i16]) {
        unsafe { resize_h::resize_h_rgba(table, source, output) }
    }
    fn resize_h_opaque(table: &WeightTable, sources: [&[u8]; ROWS], outputs: [&mut [i16]; ROWS]) -> bool {
        unsafe { resize_h_opaque::resize_h_opaque(table, sources, outputs) }
    }
    fn resize_h_gray(table: &WeightTable, source: &[i16], output: &mut [i16]) {
        unsafe { resize_h_plane::resize_h_gray(table, source, output) }
    }
    fn resize_h_plane(table: &WeightTable, sources: [&[u8]; ROWS], outputs: [&mut [i16]; ROWS]) {
        unsafe { resize_h_plane::resize_h_plane(table, sources, outputs) }
    }
    fn is_opaque(row: &[u8]) -> bool {
        unsafe { premultiply::is_opaque(row) }
    }
    fn resize_v(taps: VerticalTaps<'_>, rows: &[&[i16]], output: &mut [i16]) {
        unsafe { resize_v::resize_v(taps, rows, output) }
    }
    fn resize_v_chunk(taps: VerticalTaps<'_>, rows: &[&[i16]], sums: &mut [i32]) {
        unsafe { resize_v::resize_v_chunk(taps, rows, sums) }
    }
    fn ycc_to_rgba(rows: [&[i16]; 3], output: &mut [u8]) {
        unsafe { ycc_to_rgba::ycc_to_rgba(rows, output) }
    }
    fn narrow(units: &[i16], levels: &mut [u8]) {
        unsafe { unpremultiply::narrow(units, levels) }
    }
    fn unpremultiply(premultiplied: &[i16], straight: &mut [u8]) {
        unsafe { unpremultiply::unpremultiply(premultiplied, straight) }
    }
    is_x86_feature_detected!("avx2").then_some(Kernels {
        double_h,
        premultiply,
        resize_h_rgba,
        resize_h_gray,
        resize_h_opaque,
        resize_h_plane,
        is_opaque,
        resize_v,
        resize_v_chunk,
        unpremultiply,
        narrow,
        ycc_to_rgba,
    })
}

/// Loads 16 samples.
#[inline(always)]
pub(super) fn load_16(samples: &[i16; 16]) -> __m256i {
    // SAFETY: reads the 32 bytes of the array, at any alignment; callers are compiled for AVX2.
    unsafe { _mm256_loadu_si256(samples.as_ptr().cast()) }
}

/// Stores 16 samples.
#[inline(always)]
pub(super) fn store_16(samples: &mut [i16; 16], vector: __m256i) {
    // SAFETY: writes the 32 bytes of the array, at any alignment; callers are compiled for AVX2.
    unsafe { _mm256_storeu_si256(samples.as_mut_ptr().cast(), vector) }
}

/// Loads 8 sums.
#[inline(always)]
fn load_8_sums(sums: &[i32; 8]) -> __m256i {
    // SAFETY: reads the 32 bytes of the array, at any alignment; callers are compiled for AVX2.
    unsafe { _mm256_loadu_si256(sums.as_ptr().cast()) }
}

/// Stores 8 sums.
#[inline(always)]
fn store_8_sums(sums: &mut [i32; 8], vector: __m256i) {
    // SAFETY: writes the 32 bytes of the array, at any alignment; callers are compiled for AVX2.
    unsafe { _mm256_storeu_si256(sums.as_mut_ptr().cast(), vector) }
}

/// Stores 4 samples, the low half of a vector.
#[inline(always)]
pub(super) fn store_4(samples: &mut [i16; 4], vector: __m128i) {
    // SAFETY: writes the 8 bytes of the array, at any alignment; SSE2 is part of x86-64.
    unsafe { _mm_storel_epi64(samples.as_mut_ptr().cast(), vector) }
}

/// Loads 8 pixels of 8-bit RGBA.
#[inline(always)]
fn load_pixels(pixels: &[u8; 32]) -> __m256i {
    // SAFETY: reads the 32 bytes of the array, at any alignment; callers are compiled for AVX2.
    unsafe { _mm256_loadu_si256(pixels.as_ptr().cast()) }
}

/// Stores 8 pixels of 8-bit RGBA.
#[inline(always)]
fn store_pixels(pixels: &mut [u8; 32], vector: __m256i) {
    // SAFETY: writes the 32 bytes of the array, at any alignment; callers are compiled for AVX2.
    unsafe { _mm256_storeu_si256(pixels.as_mut_ptr().cast(), vector) }
}

/// Loads 8 samples.
#[inline(always)]
fn load_8(samples: &[i16; 8]) -> __m128i {
    // SAFETY: reads the 16 bytes of the array, at any alignment; SSE2 is part of x86-64.
    unsafe { _mm_loadu_si128(samples.as_ptr().cast()) }
}

/// Loads 4 samples into the low half.
#[inline(always)]
fn load_4(samples: &[i16; 4]) -> __m128i {
    // SAFETY: reads the 8 bytes of the array, at any alignment; SSE2 is part of x86-64.
    unsafe { _mm_loadl_epi64(samples.as_ptr().cast()) }
}

/// Loads 16 bytes.
#[inline(always)]
pub(super) fn load_16_bytes(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: reads the 16 bytes of the array, at any alignment; SSE2 is part of x86-64.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

/// Spreads 4 weights so that each half has its pair four times.
#[inline]
#[target_feature(enable = "avx2")]
fn spread(weights: &[i16; 4]) -> __m256i {
    let all = _mm256_broadcastq_epi64(load_4(weights));
    _mm256_shuffle_epi8(
        all,
        _mm256_setr_epi8(
            0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7,
        ),
    )
}

/// Adds half a unit and shifts to the right: [`crate::arith::round_shift`] of eight numbers.
#[inline]
#[target_feature(enable = "avx2")]
fn round_shift(values: __m256i, shift: u32) -> __m256i {
    let half = if shift == 0 { 0 } else { 1 << (shift - 1) };
    _mm256_sra_epi32(_mm256_add_epi32(values, _mm256_set1_epi32(half)), _mm_cvtsi32_si128(shift.cast_signed()))
}

/// Rounds and shifts 4 sums: [`round_shift`] of half as many.
#[inline]
#[target_feature(enable = "avx2")]
fn round_shift_4(values: __m128i, shift: u32) -> __m128i {
    let half = if shift == 0 { 0 } else { 1 << (shift - 1) };
    _mm_sra_epi32(_mm_add_epi32(values, _mm_set1_epi32(half)), _mm_cvtsi32_si128(shift.cast_signed()))
}

/// Two weights as one 32-bit number, the first in the low half: what a pairwise multiply-add takes.
#[inline(always)]
pub(super) fn weight_pair(first: i16, second: i16) -> i32 {
    (i32::from(second) << 16) | i32::from(first.cast_unsigned())
}
