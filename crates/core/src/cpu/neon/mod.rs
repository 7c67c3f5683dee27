//! Vectorised twins of kernels for AArch64 with NEON, equal to the scalar ones bit for bit.
//!
//! Each file has the stem of its scalar twin and explains only what differs. NEON multiplies 16 bits by 16 bits and adds to 32,
//! number by number, where x86-64 adds neighbours; so what is interleaved there lies here as it is.
//!
//! `unsafe` is used for two things: loads and stores through the helpers below, which take arrays and so cannot be out of
//! bounds, and the calls from the entry points, which [`kernels`] hands out only on a machine that has NEON.
#![expect(unsafe_code, reason = "vector loads and stores, and calls of functions that need NEON")]

mod double_h;
mod premultiply;
mod resize_h;
mod resize_h_opaque;
mod resize_h_plane;
mod resize_v;
mod unpremultiply;
mod ycc_to_rgba;

use std::arch::aarch64::{
    int16x4_t, int16x8_t, int16x8x4_t, int32x4_t, uint8x8_t, uint8x8x4_t, uint8x16_t, vdupq_n_s32, vld1_s16, vld1_u8,
    vld1q_s16, vld1q_s32, vld1q_u8, vld4_u8, vld4q_s16, vrshlq_s32, vst1_s16, vst1_u8, vst1q_s16, vst1q_s32, vst4_u8,
    vst4q_s16,
};

use super::kernels::double_h::Doubling;
use super::kernels::resize_h_opaque::ROWS;
use super::kernels::resize_v::VerticalTaps;
use super::kernels::{Kernels, UNITS_PER_LEVEL};
use crate::plan::weights::WeightTable;

/// Bits of [`UNITS_PER_LEVEL`].
const UNIT_SHIFT: i32 = UNITS_PER_LEVEL.trailing_zeros().cast_signed();

/// Returns the kernels of this module if the machine can run them.
pub(super) fn kernels() -> Option<Kernels> {
    // SAFETY (all of them): the functions need NEON and nothing else, and this set exists only where it was detected.
    fn double_h(doubling: &Doubling, table: &WeightTable, source: &[u8], output: &mut [i16]) {
        unsafe { double_h::double_h(doubling, table, source, output) }
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
    std::arch::is_aarch64_feature_detected!("neon").then_some(Kernels {
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

/// Loads 8 samples.
#[inline]
#[target_feature(enable = "neon")]
fn load_8(samples: &[i16; 8]) -> int16x8_t {
    // SAFETY: reads the 16 bytes of the array.
    unsafe { vld1q_s16(samples.as_ptr()) }
}

/// Stores 8 samples.
#[inline]
#[target_feature(enable = "neon")]
fn store_8(samples: &mut [i16; 8], vector: int16x8_t) {
    // SAFETY: writes the 16 bytes of the array.
    unsafe { vst1q_s16(samples.as_mut_ptr(), vector) }
}

/// Loads 4 samples.
#[inline]
#[target_feature(enable = "neon")]
fn load_4(samples: &[i16; 4]) -> int16x4_t {
    // SAFETY: reads the 8 bytes of the array.
    unsafe { vld1_s16(samples.as_ptr()) }
}

/// Stores 4 samples.
#[inline]
#[target_feature(enable = "neon")]
fn store_4(samples: &mut [i16; 4], vector: int16x4_t) {
    // SAFETY: writes the 8 bytes of the array.
    unsafe { vst1_s16(samples.as_mut_ptr(), vector) }
}

/// Loads 4 sums.
#[inline]
#[target_feature(enable = "neon")]
fn load_sums(sums: &[i32; 4]) -> int32x4_t {
    // SAFETY: reads the 16 bytes of the array.
    unsafe { vld1q_s32(sums.as_ptr()) }
}

/// Stores 4 sums.
#[inline]
#[target_feature(enable = "neon")]
fn store_sums(sums: &mut [i32; 4], vector: int32x4_t) {
    // SAFETY: writes the 16 bytes of the array.
    unsafe { vst1q_s32(sums.as_mut_ptr(), vector) }
}

/// Loads 8 bytes.
#[inline]
#[target_feature(enable = "neon")]
fn load_8_bytes(bytes: &[u8; 8]) -> uint8x8_t {
    // SAFETY: reads the 8 bytes of the array.
    unsafe { vld1_u8(bytes.as_ptr()) }
}

/// Stores 8 bytes.
#[inline]
#[target_feature(enable = "neon")]
fn store_8_bytes(bytes: &mut [u8; 8], vector: uint8x8_t) {
    // SAFETY: writes the 8 bytes of the array.
    unsafe { vst1_u8(bytes.as_mut_ptr(), vector) }
}

/// Loads 16 bytes.
#[inline]
#[target_feature(enable = "neon")]
fn load_16_bytes(bytes: &[u8; 16]) -> uint8x16_t {
    // SAFETY: reads the 16 bytes of the array.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

/// Loads 8 pixels of 8 bits, channels apart.
#[inline]
#[target_feature(enable = "neon")]
fn load_pixels(pixels: &[u8; 32]) -> uint8x8x4_t {
    // SAFETY: reads the 32 bytes of the array.
    unsafe { vld4_u8(pixels.as_ptr()) }
}

/// Stores 8 pixels of 8 bits.
#[inline]
#[target_feature(enable = "neon")]
fn store_pixels(pixels: &mut [u8; 32], channels: uint8x8x4_t) {
    // SAFETY: writes the 32 bytes of the array.
    unsafe { vst4_u8(pixels.as_mut_ptr(), channels) }
}

/// Loads 8 pixels of 16 bits, channels apart.
#[inline]
#[target_feature(enable = "neon")]
fn load_wide_pixels(pixels: &[i16; 32]) -> int16x8x4_t {
    // SAFETY: reads the 64 bytes of the array.
    unsafe { vld4q_s16(pixels.as_ptr()) }
}

/// Stores 8 pixels of 16 bits.
#[inline]
#[target_feature(enable = "neon")]
fn store_wide_pixels(pixels: &mut [i16; 32], channels: int16x8x4_t) {
    // SAFETY: writes the 64 bytes of the array.
    unsafe { vst4q_s16(pixels.as_mut_ptr(), channels) }
}

/// Adds half a unit and shifts to the right: [`crate::arith::round_shift`] of four numbers.
#[inline]
#[target_feature(enable = "neon")]
fn round_shift(values: int32x4_t, shift: u32) -> int32x4_t {
    vrshlq_s32(values, vdupq_n_s32(-shift.cast_signed()))
}
