//! Vectorised twins for AArch64 with NEON, equal to the scalar ones bit for bit.
//!
//! Each file has the stem of its scalar twin and explains only what differs. The coders are the scalar ones: what they need
//! every machine of this kind has.
//!
//! `unsafe` is used for the calls from the entry points, which [`kernels`] hands out only on a machine that has what they need.
#![expect(unsafe_code, reason = "calls of functions that need NEON")]

mod bit_planes;
mod color;
mod fdct;

use std::arch::aarch64::{uint8x16_t, vandq_u8, vget_lane_u64, vget_low_u8, vpaddq_u8, vreinterpret_u64_u8};

use super::bit_planes::BitPlanes;
use super::fdct::{Block, Divisors};
use super::grid::SIDE;
use super::kernels::Kernels;
use crate::vector::load;

/// Returns the kernels of this module if the machine can run them.
pub(super) fn kernels() -> Option<Kernels> {
    // SAFETY (all): the functions need NEON and nothing else, and this set exists only where it was detected.
    fn fdct(rows: [&[u8]; SIDE], divisors: &Divisors, blocks: &mut [Block]) {
        unsafe { fdct::fdct(rows, divisors, blocks) }
    }
    fn find_planes(blocks: &[Block], planes: &mut [BitPlanes]) {
        unsafe { bit_planes::find_planes(blocks, planes) }
    }
    fn to_luma(row: &[u8], luma: &mut [u8]) {
        unsafe { color::to_luma(row, luma) }
    }
    fn to_chroma(rows: [&[u8]; 2], blue: &mut [u8], red: &mut [u8]) {
        unsafe { color::to_chroma(rows, blue, red) }
    }
    fn to_half_chroma(rows: [&[u8]; 2], blue: &mut [u8], red: &mut [u8]) {
        unsafe { color::to_half_chroma(rows, blue, red) }
    }
    std::arch::is_aarch64_feature_detected!("neon").then_some(Kernels {
        fdct,
        find_planes,
        to_luma,
        to_chroma,
        to_half_chroma,
        ..Kernels::SCALAR
    })
}

/// Turns 64 bytes of all ones or all zeros into bits, the first one the lowest.
#[inline]
#[target_feature(enable = "neon")]
fn bits(bytes: [uint8x16_t; 4]) -> u64 {
    /// The bit of each byte among eight.
    const PLACES: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
    let places = load(&PLACES);
    let [a, b, c, d] = bytes.map(|bytes| vandq_u8(bytes, places));
    // Neighbours are added until eight are one.
    let quarters = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(c, d));
    vget_lane_u64::<0>(vreinterpret_u64_u8(vget_low_u8(vpaddq_u8(quarters, quarters))))
}
