//! Vectorised twins for x86-64 with AVX2, equal to the scalar ones bit for bit.
//!
//! Each file has the stem of its scalar twin and explains only what differs. The coders are not written again: the same
//! source is compiled for AVX2 and the bit instructions that come with it.
//!
//! `unsafe` is used for the calls from the entry points, which [`kernels`] hands out only on a machine that has what they need.
#![expect(unsafe_code, reason = "calls of functions that need AVX2 and BMI2")]

mod bit_planes;
mod color;
mod fdct;

use std::arch::x86_64::_pext_u64;

use super::bit_planes::BitPlanes;
use super::bits::Bits;
use super::direct::Direct;
use super::fdct::{Block, Divisors};
use super::grid::SIDE;
use super::kernels::Kernels;
use super::mcus::{self, LastDc, Mcus};
use super::output;
use super::refine::{self, Gather};
use super::scan::{self, Part, State};
use super::stage::Stage;
use super::tokens::{Codes, Histogram, Token};

/// Returns the kernels of this module if the machine can run them.
pub(super) fn kernels() -> Option<Kernels> {
    let all = is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt");
    // SAFETY (all): the functions need the instructions just looked for and nothing else, and this set exists only where
    // they were found.
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
    fn write_mcus<'a>(mcus: Mcus<'_>, last_dc: &mut LastDc, codes: &Direct, bits: Bits<'a>) -> Bits<'a> {
        unsafe { write_mcus_compiled(mcus, last_dc, codes, bits) }
    }
    fn stage_mcus(mcus: Mcus<'_>, last_dc: &mut LastDc, histogram: &mut Histogram, stage: &mut Stage) -> usize {
        unsafe { stage_mcus_compiled(mcus, last_dc, histogram, stage) }
    }
    fn stage_first(b: &[Block], p: &[BitPlanes], part: &Part, state: &mut State, stage: &mut Stage) -> usize {
        unsafe { stage_first_compiled(b, p, part, state, stage) }
    }
    fn stage_refinement(b: &[Block], p: &[BitPlanes], part: &Part, state: &mut State, stage: &mut Stage) -> usize {
        unsafe { stage_refinement_compiled(b, p, part, state, stage) }
    }
    fn write_tokens<'a>(tokens: &[Token], codes: &Codes, bits: Bits<'a>) -> Bits<'a> {
        unsafe { write_tokens_compiled(tokens, codes, bits) }
    }
    all.then_some(Kernels {
        fdct,
        find_planes,
        write_mcus,
        stage_mcus,
        stage_first,
        stage_refinement,
        write_tokens,
        to_luma,
        to_chroma,
        to_half_chroma,
    })
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn write_mcus_compiled<'a>(mcus: Mcus<'_>, last_dc: &mut LastDc, codes: &Direct, bits: Bits<'a>) -> Bits<'a> {
    mcus::write_mcus(mcus, last_dc, codes, bits)
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn stage_mcus_compiled(mcus: Mcus<'_>, last_dc: &mut LastDc, histogram: &mut Histogram, stage: &mut Stage) -> usize {
    mcus::stage_mcus(mcus, last_dc, histogram, stage)
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn stage_first_compiled(
    blocks: &[Block],
    planes: &[BitPlanes],
    part: &Part,
    state: &mut State,
    stage: &mut Stage,
) -> usize {
    scan::stage_first(blocks, planes, part, state, stage)
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn stage_refinement_compiled(
    blocks: &[Block],
    planes: &[BitPlanes],
    part: &Part,
    state: &mut State,
    stage: &mut Stage,
) -> usize {
    refine::stage_refinement::<Extract>(blocks, planes, part, state, stage)
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn write_tokens_compiled<'a>(tokens: &[Token], codes: &Codes, bits: Bits<'a>) -> Bits<'a> {
    output::write_codes(tokens, codes, bits)
}

/// Gathers bits by the instruction for it.
struct Extract;

impl Gather for Extract {
    #[inline(always)]
    fn gather(from: u64, set: u64) -> u64 {
        // SAFETY: it is named only by a function that is compiled for BMI2.
        let gathered = unsafe { _pext_u64(from, set) };
        // The lowest bit goes to the top.
        gathered.reverse_bits()
    }
}
