//! Twins of the upsampling kernels for AArch64 with NEON, equal to the scalar ones bit for bit.
//!
//! Eight samples at a time, in 16 bits each; their neighbours are loaded again, one byte off. The ends of a row, and what is
//! left of it, are left to the scalar functions.
#![expect(unsafe_code, reason = "calls of functions that need NEON")]

use std::arch::aarch64::{uint8x8_t, uint16x8_t, vaddq_u16, vaddw_u8, vdupq_n_u16, vmovl_u8, vmulq_n_u16, vshrn_n_u16};

use super::{Kernels, across_part, both_part};
use crate::vector::neon::store_two;
use crate::vector::{self, part, part_mut, store};

/// Samples of a step.
const STEP: usize = 8;

/// Returns the kernels of this module if the machine can run them.
pub(super) fn kernels() -> Option<Kernels> {
    // SAFETY (all four): the functions need NEON and nothing else, and this set exists only where it was detected.
    fn across(row: &[u8], out: &mut [u8]) {
        unsafe { self::across(row, out) }
    }
    fn both(near: &[u8], far: &[u8], out: &mut [u8]) {
        unsafe { self::both(near, far, out) }
    }
    fn above(near: &[u8], far: &[u8], out: &mut [u8]) {
        unsafe { down::<1>(near, far, out) }
    }
    fn below(near: &[u8], far: &[u8], out: &mut [u8]) {
        unsafe { down::<2>(near, far, out) }
    }
    std::arch::is_aarch64_feature_detected!("neon").then_some(Kernels { across, both, above, below })
}

/// Twin of [`super::across`].
#[target_feature(enable = "neon")]
fn across(row: &[u8], out: &mut [u8]) {
    let n = row.len();
    assert!(n >= 2 && out.len() == 2 * n, "{n} samples become {}", out.len());
    out[0] = row[0];
    across_part(row, out, 0..1);
    let mut at = 1;
    while at + STEP < n {
        let three = vmulq_n_u16(vmovl_u8(load(row, at)), 3);
        let even = vaddw_u8(vaddq_u16(three, vdupq_n_u16(1)), load(row, at - 1));
        let odd = vaddw_u8(vaddq_u16(three, vdupq_n_u16(2)), load(row, at + 1));
        store_pairs(out, at, vshrn_n_u16::<2>(even), vshrn_n_u16::<2>(odd));
        at += STEP;
    }
    across_part(row, out, at..n);
    out[2 * n - 1] = row[n - 1];
}

/// Twin of [`super::both`].
#[target_feature(enable = "neon")]
fn both(near: &[u8], far: &[u8], out: &mut [u8]) {
    let n = near.len();
    assert!(n >= 2 && far.len() == n && out.len() == 2 * n, "{n} and {} samples become {}", far.len(), out.len());
    both_part(near, far, out, 0..1);
    let mut at = 1;
    while at + STEP < n {
        let three = vmulq_n_u16(column(near, far, at), 3);
        let even = vaddq_u16(vaddq_u16(three, vdupq_n_u16(8)), column(near, far, at - 1));
        let odd = vaddq_u16(vaddq_u16(three, vdupq_n_u16(7)), column(near, far, at + 1));
        store_pairs(out, at, vshrn_n_u16::<4>(even), vshrn_n_u16::<4>(odd));
        at += STEP;
    }
    both_part(near, far, out, at..n);
}

/// Twin of [`super::down`].
#[target_feature(enable = "neon")]
fn down<const BIAS: u16>(near: &[u8], far: &[u8], out: &mut [u8]) {
    let n = near.len().min(far.len()).min(out.len());
    let mut at = 0;
    while at + STEP <= n {
        let levels = vshrn_n_u16::<2>(vaddq_u16(column(near, far, at), vdupq_n_u16(BIAS)));
        store(part_mut::<STEP>(out, at), levels);
        at += STEP;
    }
    super::down::<BIAS>(&near[at..n], &far[at..n], &mut out[at..n]);
}

/// Three times the near row and the far one, of 8 samples.
#[inline]
#[target_feature(enable = "neon")]
fn column(near: &[u8], far: &[u8], at: usize) -> uint16x8_t {
    vaddw_u8(vmulq_n_u16(vmovl_u8(load(near, at)), 3), load(far, at))
}

/// Loads 8 samples.
#[inline]
#[target_feature(enable = "neon")]
fn load(row: &[u8], at: usize) -> uint8x8_t {
    vector::load(part::<STEP>(row, at))
}

/// Stores 8 pairs of levels, each of a sample that stands at `at` in its row.
#[inline]
#[target_feature(enable = "neon")]
fn store_pairs(out: &mut [u8], at: usize, even: uint8x8_t, odd: uint8x8_t) {
    store_two(part_mut::<{ 2 * STEP }>(out, 2 * at), [even, odd]);
}
