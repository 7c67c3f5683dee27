//! Loads and stores of several vectors whose numbers alternate in memory.

use std::arch::aarch64::{uint8x8_t, uint8x8x2_t, uint8x8x4_t, uint8x16x4_t, vld4q_u8, vst2_u8, vst4_u8};

/// Loads four vectors.
#[inline]
#[target_feature(enable = "neon")]
pub(crate) fn load_four(bytes: &[u8; 64]) -> uint8x16x4_t {
    // SAFETY: reads the 64 bytes of the array.
    unsafe { vld4q_u8(bytes.as_ptr()) }
}

/// Stores two vectors.
#[inline]
#[target_feature(enable = "neon")]
pub(crate) fn store_two(bytes: &mut [u8; 16], [a, b]: [uint8x8_t; 2]) {
    // SAFETY: writes the 16 bytes of the array.
    unsafe { vst2_u8(bytes.as_mut_ptr(), uint8x8x2_t(a, b)) }
}

/// Stores four vectors.
#[inline]
#[target_feature(enable = "neon")]
pub(crate) fn store_four(bytes: &mut [u8; 32], [a, b, c, d]: [uint8x8_t; 4]) {
    // SAFETY: writes the 32 bytes of the array.
    unsafe { vst4_u8(bytes.as_mut_ptr(), uint8x8x4_t(a, b, c, d)) }
}
