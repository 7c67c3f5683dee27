//! Twin of [`crate::cpu::kernels::resize_v`]: as with AVX2, but 32 columns at once, and products are added in the instruction
//! that makes them.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_dpwssd_epi32, _mm512_packs_epi32, _mm512_permutex2var_epi64, _mm512_set1_epi32,
    _mm512_setr_epi64, _mm512_setzero_si512, _mm512_unpackhi_epi16, _mm512_unpacklo_epi16,
};

use super::{load_16_sums, load_32, round_shift, store_16_sums, store_32};
use crate::cpu::avx2::resize_v::{resize_v as narrower, resize_v_chunk as narrower_chunk};
use crate::cpu::avx2::weight_pair;
use crate::cpu::kernels::resize_v::VerticalTaps;
use crate::plan::weights::WeightTable;

/// Columns of a block.
const BLOCK: usize = 32;

/// Blocks of a wide step.
const WIDE: usize = 4;

#[target_feature(enable = "avx2,avx512f,avx512bw,avx512vnni")]
pub(super) fn resize_v(taps: VerticalTaps<'_>, rows: &[&[i16]], output: &mut [i16]) {
    assert_eq!(rows.len(), taps.weights.len(), "a weight for each row");
    if output.len() >= WIDE * BLOCK {
        steps::<WIDE>(taps, rows, output);
    } else {
        narrower(taps, rows, output);
    }
}

/// Makes a row that has room for a step of `N` blocks.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn steps<const N: usize>(taps: VerticalTaps<'_>, rows: &[&[i16]], output: &mut [i16]) {
    // The last step overlaps the one before it, where the columns are not a multiple: it computes the same again.
    let last = output.len() - N * BLOCK;
    for first in (0..last).step_by(N * BLOCK).chain([last]) {
        let sums = if taps.chunk_shift == 0 {
            dot::<N>(taps.weights, rows, first)
        } else {
            let mut total = [[_mm512_setzero_si512(); 2]; N];
            let chunks = taps.weights.chunks(WeightTable::CHUNK_TAPS).zip(rows.chunks(WeightTable::CHUNK_TAPS));
            for (weights, rows) in chunks {
                let partial = dot::<N>(weights, rows, first);
                for block in 0..N {
                    for half in 0..2 {
                        let rounded = round_shift(partial[block][half], taps.chunk_shift);
                        total[block][half] = _mm512_add_epi32(total[block][half], rounded);
                    }
                }
            }
            total
        };
        let blocks = output[first..].as_chunks_mut::<BLOCK>().0;
        for (block, [low, high]) in blocks.iter_mut().zip(sums) {
            store_32(block, _mm512_packs_epi32(round_shift(low, taps.shift), round_shift(high, taps.shift)));
        }
    }
}

#[target_feature(enable = "avx2,avx512f,avx512bw,avx512vnni")]
pub(super) fn resize_v_chunk(taps: VerticalTaps<'_>, rows: &[&[i16]], sums: &mut [i32]) {
    assert_eq!(rows.len(), taps.weights.len(), "a weight for each row");
    let done = sums.len() - sums.len() % (WIDE * BLOCK);
    let (wide, rest) = sums.split_at_mut(done);
    add_steps::<WIDE>(taps, rows, wide);
    if !rest.is_empty() {
        let rows: Vec<&[i16]> = rows.iter().map(|row| &row[done..]).collect();
        narrower_chunk(taps, &rows, rest);
    }
}

/// Adds a chunk to sums, a multiple of a step of `N` blocks.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn add_steps<const N: usize>(taps: VerticalTaps<'_>, rows: &[&[i16]], sums: &mut [i32]) {
    let first_columns = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11);
    let last_columns = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
    for (step, sums) in sums.chunks_exact_mut(N * BLOCK).enumerate() {
        let partial = dot::<N>(taps.weights, rows, step * N * BLOCK);
        for ([low, high], sums) in partial.into_iter().zip(sums.as_chunks_mut::<BLOCK>().0) {
            let (low, high) = (round_shift(low, taps.chunk_shift), round_shift(high, taps.chunk_shift));
            let (left, right) = sums.split_at_mut(16);
            add_16(left.as_mut_array().expect("half of 32"), _mm512_permutex2var_epi64(low, first_columns, high));
            add_16(right.as_mut_array().expect("half of 32"), _mm512_permutex2var_epi64(low, last_columns, high));
        }
    }
}

/// Adds 16 numbers.
#[inline]
#[target_feature(enable = "avx512f")]
fn add_16(sums: &mut [i32; 16], more: __m512i) {
    store_16_sums(sums, _mm512_add_epi32(load_16_sums(sums), more));
}

/// Adds up rows, each times its weight, for `N` blocks: the columns of each as unpacking orders them, low and high.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn dot<const N: usize>(weights: &[i16], rows: &[&[i16]], first: usize) -> [[__m512i; 2]; N] {
    let (pairs, single) = rows.as_chunks::<2>();
    let (weight_pairs, weight_single) = weights.as_chunks::<2>();
    let mut sums = [[_mm512_setzero_si512(); 2]; N];
    for (&[first_weight, second_weight], &[upper, lower]) in weight_pairs.iter().zip(pairs) {
        let (upper, lower) = (blocks::<N>(upper, first), blocks::<N>(lower, first));
        let weights = _mm512_set1_epi32(weight_pair(first_weight, second_weight));
        for block in 0..N {
            add(&mut sums[block], load_32(&upper[block]), load_32(&lower[block]), weights);
        }
    }
    for (&weight, row) in weight_single.iter().zip(single) {
        let row = blocks::<N>(row, first);
        let weights = _mm512_set1_epi32(weight_pair(weight, 0));
        for block in 0..N {
            add(&mut sums[block], load_32(&row[block]), _mm512_setzero_si512(), weights);
        }
    }
    sums
}

/// Adds two rows of a block, each times its weight.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn add(sums: &mut [__m512i; 2], upper: __m512i, lower: __m512i, weights: __m512i) {
    sums[0] = _mm512_dpwssd_epi32(sums[0], _mm512_unpacklo_epi16(upper, lower), weights);
    sums[1] = _mm512_dpwssd_epi32(sums[1], _mm512_unpackhi_epi16(upper, lower), weights);
}

/// Returns `N` blocks of a row.
#[inline(always)]
fn blocks<const N: usize>(row: &[i16], first: usize) -> &[[i16; BLOCK]; N] {
    row[first..].as_chunks().0.first_chunk().expect("rows are as long as the output")
}
