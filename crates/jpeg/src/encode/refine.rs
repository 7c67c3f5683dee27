//! The passes that add one more bit to the AC coefficients of a progressive file.
//!
//! A coefficient that has been there gets its bit as a *correction*, bare. One that appears now is coded as in the first
//! pass, with the run of those that are zero even now; corrections of those in between follow its code, and mostly have room
//! in its token.

use super::bit_planes::BitPlanes;
use super::fdct::Block;
use super::scan::{Corrections, MAX_CORRECTIONS, MAX_RUN, Part, State, end_run};
use super::stage::{Counted, Stage};
use super::tokens;

/// Gathers bits, which some machines have an instruction for.
pub(super) trait Gather {
    /// Moves the bits of `from` that are set in `set` together, the lowest first, to the top of the result.
    fn gather(from: u64, set: u64) -> u64;
}

/// Gathers bits one by one.
#[derive(Debug)]
pub(super) struct Portable;

impl Gather for Portable {
    #[inline(always)]
    fn gather(from: u64, set: u64) -> u64 {
        let (mut gathered, mut left) = (0, set);
        let mut place = 1 << 63;
        while left != 0 {
            if from & left & left.wrapping_neg() != 0 {
                gathered |= place;
            }
            left &= left - 1;
            place >>= 1;
        }
        gathered
    }
}

/// The reference: see [`StageScan`](super::scan::StageScan).
#[inline(always)]
pub(super) fn stage_refinement<G: Gather>(
    blocks: &[Block],
    planes: &[BitPlanes],
    part: &Part,
    state: &mut State,
    stage: &mut Stage,
) -> usize {
    let State { histogram, empty_run, corrections } = state;
    let mut sink = Counted::new(stage, histogram);
    let (band, low) = (part.band(), usize::from(part.low));
    for planes in planes.iter().take(blocks.len()) {
        let old = planes.from[low + 1] & band;
        let mut left = planes.from[low] & band & !old;
        // Most blocks of chroma have neither.
        if old | left == 0 {
            *empty_run += 1;
            if *empty_run == MAX_RUN {
                end_run(empty_run, corrections, &mut sink);
            }
            continue;
        }
        // The corrections of this block, the next one on top.
        let mut bits = G::gather(planes.bit[low], old);
        let mut next = u32::from(part.first);
        if left != 0 {
            end_run(empty_run, corrections, &mut sink);
        }
        while left != 0 {
            let at = left.trailing_zeros();
            left &= left - 1;
            let between = (u64::MAX << next) & !(u64::MAX << at);
            let mut count = (old & between).count_ones();
            let mut zeros = at - next - count;
            if zeros > 15 {
                (zeros, count) = long_run(old, next, at, &mut bits, &mut sink);
            }
            let is_positive = planes.positive >> at & 1 != 0;
            let with_sign = count.min(tokens::MAX_CORRECTIONS);
            sink.put(tokens::of_sign(zeros, is_positive, take(&mut bits, with_sign), with_sign));
            if count > with_sign {
                put_corrections(&mut bits, count - with_sign, &mut sink);
            }
            next = at + 1;
        }
        if next <= u32::from(part.last) {
            *empty_run += 1;
            push_corrections(bits, (old >> next).count_ones(), corrections);
            if *empty_run == MAX_RUN || corrections.total > MAX_CORRECTIONS {
                end_run(empty_run, corrections, &mut sink);
            }
        }
    }
    sink.len
}

/// Writes sixteen zeros, with the corrections among them, as often as there are; returns the zeros and the corrections that
/// are left before coefficient `at`.
#[cold]
fn long_run(old: u64, next: u32, at: u32, bits: &mut u64, sink: &mut Counted<'_>) -> (u32, u32) {
    let (mut zeros, mut count) = (0, 0);
    for k in next..at {
        if old >> k & 1 != 0 {
            count += 1;
        } else {
            zeros += 1;
        }
        if zeros == 16 {
            sink.put(tokens::SIXTEEN_ZEROS);
            put_corrections(bits, count, sink);
            (zeros, count) = (0, 0);
        }
    }
    (zeros, count)
}

/// Writes corrections, taken from the top of `bits`.
#[inline(always)]
fn put_corrections(bits: &mut u64, mut count: u32, sink: &mut Counted<'_>) {
    while count > 0 {
        let len = count.min(tokens::MAX_BARE);
        sink.put_bare(tokens::of_bits(take(bits, len), len));
        count -= len;
    }
}

/// Takes up to 14 bits from the top.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "few bits")]
fn take(bits: &mut u64, count: u32) -> u32 {
    // In two steps, since none may be taken.
    let taken = *bits >> 1 >> (63 - count);
    *bits <<= count;
    taken as u32
}

/// Keeps corrections of a block with nothing new, taken from the top of `bits`.
#[inline(always)]
fn push_corrections(bits: u64, count: u32, corrections: &mut Corrections) {
    let (first, second) = (count.min(32), count.saturating_sub(32));
    if first > 0 {
        corrections.push(bits >> (64 - first), first);
    }
    if second > 0 {
        corrections.push(bits << 32 >> (64 - second), second);
    }
}
