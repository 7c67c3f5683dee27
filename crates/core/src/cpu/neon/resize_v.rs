//! Twin of [`crate::cpu::kernels::resize_v`]: 16 columns at once.

use std::arch::aarch64::{
    int32x4_t, vaddq_s32, vcombine_s16, vdupq_n_s32, vget_low_s16, vmlal_high_n_s16, vmlal_n_s16, vqmovn_s32,
};

use super::{load_8, load_sums, round_shift, store_8, store_sums};
use crate::cpu::kernels::resize_v::{VerticalTaps, resize_v as scalar, resize_v_chunk as scalar_chunk};
use crate::plan::weights::WeightTable;

/// Columns of a block.
const BLOCK: usize = 16;

#[target_feature(enable = "neon")]
pub(super) fn resize_v(taps: VerticalTaps<'_>, rows: &[&[i16]], output: &mut [i16]) {
    assert_eq!(rows.len(), taps.weights.len(), "a weight for each row");
    if output.len() < BLOCK {
        return scalar(taps, rows, output);
    }
    let chunk_taps = if taps.chunk_shift == 0 { rows.len() } else { WeightTable::CHUNK_TAPS };
    // The last block overlaps the one before it, where the columns are not a multiple: it computes the same again.
    let last = output.len() - BLOCK;
    for first in (0..last).step_by(BLOCK).chain([last]) {
        let mut totals = [vdupq_n_s32(0); 4];
        for (weights, rows) in taps.weights.chunks(chunk_taps).zip(rows.chunks(chunk_taps)) {
            let partial = dot(weights, rows, first);
            for (total, partial) in totals.iter_mut().zip(partial) {
                *total = vaddq_s32(*total, round_shift(partial, taps.chunk_shift));
            }
        }
        let [a, b, c, d] = totals;
        let (a, b) = (vqmovn_s32(round_shift(a, taps.shift)), vqmovn_s32(round_shift(b, taps.shift)));
        let (c, d) = (vqmovn_s32(round_shift(c, taps.shift)), vqmovn_s32(round_shift(d, taps.shift)));
        let (left, right) = output[first..first + BLOCK].split_at_mut(8);
        store_8(left.as_mut_array().expect("half of 16"), vcombine_s16(a, b));
        store_8(right.as_mut_array().expect("half of 16"), vcombine_s16(c, d));
    }
}

#[target_feature(enable = "neon")]
pub(super) fn resize_v_chunk(taps: VerticalTaps<'_>, rows: &[&[i16]], sums: &mut [i32]) {
    assert_eq!(rows.len(), taps.weights.len(), "a weight for each row");
    let (blocks, rest) = sums.as_chunks_mut::<BLOCK>();
    let done = blocks.len() * BLOCK;
    for (first, sums) in (0..done).step_by(BLOCK).zip(blocks) {
        let partial = dot(taps.weights, rows, first);
        for (sums, partial) in sums.as_chunks_mut::<4>().0.iter_mut().zip(partial) {
            store_sums(sums, vaddq_s32(load_sums(sums), round_shift(partial, taps.chunk_shift)));
        }
    }
    if !rest.is_empty() {
        let rows: Vec<&[i16]> = rows.iter().map(|row| &row[done..]).collect();
        scalar_chunk(taps, &rows, rest);
    }
}

/// Adds up rows, each times its weight, for one block.
#[inline]
#[target_feature(enable = "neon")]
fn dot(weights: &[i16], rows: &[&[i16]], first: usize) -> [int32x4_t; 4] {
    let mut sums = [vdupq_n_s32(0); 4];
    for (&weight, row) in weights.iter().zip(rows) {
        let (left, right) = row[first..first + BLOCK].split_at(8);
        let left = load_8(left.as_array().expect("half of 16"));
        let right = load_8(right.as_array().expect("half of 16"));
        sums[0] = vmlal_n_s16(sums[0], vget_low_s16(left), weight);
        sums[1] = vmlal_high_n_s16(sums[1], left, weight);
        sums[2] = vmlal_n_s16(sums[2], vget_low_s16(right), weight);
        sums[3] = vmlal_high_n_s16(sums[3], right, weight);
    }
    sums
}
