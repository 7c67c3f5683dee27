//! The twin of the conversion for AArch64 with NEON, equal to the scalar one bit for bit.
//!
//! Factors above 16 bits are split: what is whole of them is added, what is left is multiplied and scaled down, rounded.
#![expect(unsafe_code, reason = "calls of functions that need NEON")]

use std::arch::aarch64::{
    int16x8_t, vaddq_s16, vcombine_s16, vdup_n_u8, vdupq_n_s16, vget_high_s16, vget_low_s16, vmlal_n_s16, vmovl_u8,
    vmull_n_s16, vqmovun_s16, vreinterpretq_s16_u16, vrshrn_n_s32, vsubq_s16,
};

use super::{CB_FROM_GREEN, CB_TO_BLUE, CR_FROM_GREEN, CR_TO_RED, Kernels, SCALE_BITS, short};
use crate::vector;
use crate::vector::neon::store_four;

/// Pixels of a step.
const STEP: usize = 8;
/// One, as the factors have it.
const ONE: i32 = 1 << SCALE_BITS;
/// How far products are scaled down.
const SHIFT: i32 = SCALE_BITS.cast_signed();

/// Returns the kernels of this module if the machine can run them.
pub(super) fn kernels() -> Option<Kernels> {
    // SAFETY: the function needs NEON and nothing else, and this set exists only where it was detected.
    fn ycc_to_rgba(planes: [&[u8]; 3], out: &mut [u8]) {
        unsafe { self::ycc_to_rgba(planes, out) }
    }
    std::arch::is_aarch64_feature_detected!("neon").then_some(Kernels { ycc_to_rgba })
}

/// Twin of [`super::ycc_to_rgba`].
#[target_feature(enable = "neon")]
fn ycc_to_rgba(planes: [&[u8]; 3], out: &mut [u8]) {
    let pixels = planes.iter().map(|plane| plane.len()).fold(out.len() / 4, usize::min);
    let (planes, out) = (planes.map(|plane| &plane[..pixels]), &mut out[..4 * pixels]);
    let [y, cb, cr] = planes.map(|plane| plane.as_chunks::<STEP>().0);
    for (((out, y), cb), cr) in out.as_chunks_mut::<{ 4 * STEP }>().0.iter_mut().zip(y).zip(cb).zip(cr) {
        convert([y, cb, cr], out);
    }
    let done = pixels - pixels % STEP;
    super::ycc_to_rgba(planes.map(|plane| &plane[done..]), &mut out[4 * done..]);
}

/// Converts eight pixels.
#[inline]
#[target_feature(enable = "neon")]
fn convert([y, cb, cr]: [&[u8; STEP]; 3], out: &mut [u8; 4 * STEP]) {
    let middle = vdupq_n_s16(128);
    let (y, cb, cr) = (load(y), vsubq_s16(load(cb), middle), vsubq_s16(load(cr), middle));
    let red = vaddq_s16(scaled([cb, cr], [0, short(CR_TO_RED - ONE)]), cr);
    let green = vsubq_s16(scaled([cb, cr], [short(-CB_FROM_GREEN), short(ONE - CR_FROM_GREEN)]), cr);
    let blue = vaddq_s16(scaled([cb, cr], [short(CB_TO_BLUE - 2 * ONE), 0]), vaddq_s16(cb, cb));
    let red = vqmovun_s16(vaddq_s16(y, red));
    let green = vqmovun_s16(vaddq_s16(y, green));
    let blue = vqmovun_s16(vaddq_s16(y, blue));
    store_four(out, [red, green, blue, vdup_n_u8(255)]);
}

/// Multiplies chroma by factors, adds, and scales down.
#[inline]
#[target_feature(enable = "neon")]
fn scaled([cb, cr]: [int16x8_t; 2], [by_cb, by_cr]: [i16; 2]) -> int16x8_t {
    let low = vmlal_n_s16(vmull_n_s16(vget_low_s16(cb), by_cb), vget_low_s16(cr), by_cr);
    let high = vmlal_n_s16(vmull_n_s16(vget_high_s16(cb), by_cb), vget_high_s16(cr), by_cr);
    vcombine_s16(vrshrn_n_s32::<SHIFT>(low), vrshrn_n_s32::<SHIFT>(high))
}

/// Loads 8 samples, each into 16 bits.
#[inline]
#[target_feature(enable = "neon")]
fn load(samples: &[u8; STEP]) -> int16x8_t {
    vreinterpretq_s16_u16(vmovl_u8(vector::load(samples)))
}
