//! Twin of [`crate::cpu::kernels::resize_v`]: 16 columns and 2 rows at once.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_madd_epi16, _mm256_packs_epi32, _mm256_permute2x128_si256, _mm256_set1_epi32,
    _mm256_setzero_si256, _mm256_unpackhi_epi16, _mm256_unpacklo_epi16,
};

use super::{load_8_sums, load_16, round_shift, store_8_sums, store_16, weight_pair};
use crate::cpu::kernels::resize_v::{VerticalTaps, resize_v as scalar, resize_v_chunk as scalar_chunk};
use crate::plan::weights::WeightTable;

/// Columns of a block.
const BLOCK: usize = 16;

#[target_feature(enable = "avx2")]
pub(super) fn resize_v(taps: VerticalTaps<'_>, rows: &[&[i16]], output: &mut [i16]) {
    assert_eq!(rows.len(), taps.weights.len(), "a weight for each row");
    if output.len() < BLOCK {
        return scalar(taps, rows, output);
    }
    // The last block overlaps the one before it, where the columns are not a multiple: it computes the same again.
    let last = output.len() - BLOCK;
    for first in (0..last).step_by(BLOCK).chain([last]) {
        let sums = if taps.chunk_shift == 0 {
            dot(taps.weights, rows, first)
        } else {
            let mut total = [_mm256_setzero_si256(); 2];
            let chunks = taps.weights.chunks(WeightTable::CHUNK_TAPS).zip(rows.chunks(WeightTable::CHUNK_TAPS));
            for (weights, rows) in chunks {
                let partial = dot(weights, rows, first);
                for (total, partial) in total.iter_mut().zip(partial) {
                    *total = _mm256_add_epi32(*total, round_shift(partial, taps.chunk_shift));
                }
            }
            total
        };
        let (low, high) = (round_shift(sums[0], taps.shift), round_shift(sums[1], taps.shift));
        let block = output[first..].first_chunk_mut().expect("the last block ends with the row");
        store_16(block, _mm256_packs_epi32(low, high));
    }
}

#[target_feature(enable = "avx2")]
pub(super) fn resize_v_chunk(taps: VerticalTaps<'_>, rows: &[&[i16]], sums: &mut [i32]) {
    assert_eq!(rows.len(), taps.weights.len(), "a weight for each row");
    let (blocks, rest) = sums.as_chunks_mut::<BLOCK>();
    let done = blocks.len() * BLOCK;
    for (first, sums) in (0..done).step_by(BLOCK).zip(blocks) {
        let [low, high] = dot(taps.weights, rows, first);
        let (low, high) = (round_shift(low, taps.chunk_shift), round_shift(high, taps.chunk_shift));
        let (left, right) = sums.split_at_mut(8);
        add_8(left.as_mut_array().expect("half of 16"), _mm256_permute2x128_si256::<0x20>(low, high));
        add_8(right.as_mut_array().expect("half of 16"), _mm256_permute2x128_si256::<0x31>(low, high));
    }
    if !rest.is_empty() {
        let rows: Vec<&[i16]> = rows.iter().map(|row| &row[done..]).collect();
        scalar_chunk(taps, &rows, rest);
    }
}

/// Adds 8 numbers.
#[inline]
#[target_feature(enable = "avx2")]
fn add_8(sums: &mut [i32; 8], more: __m256i) {
    store_8_sums(sums, _mm256_add_epi32(load_8_sums(sums), more));
}

/// Adds up rows, each times its weight, for one block: the columns as unpacking orders them, low and high.
#[inline]
#[target_feature(enable = "avx2")]
fn dot(weights: &[i16], rows: &[&[i16]], first: usize) -> [__m256i; 2] {
    let load = |row: &[i16]| load_16(row[first..].first_chunk().expect("rows are as long as the output"));
    let (pairs, single) = rows.as_chunks::<2>();
    let (weight_pairs, weight_single) = weights.as_chunks::<2>();
    let mut sums = [_mm256_setzero_si256(); 2];
    for (&[first_weight, second_weight], &[upper, lower]) in weight_pairs.iter().zip(pairs) {
        let (upper, lower) = (load(upper), load(lower));
        let weights = _mm256_set1_epi32(weight_pair(first_weight, second_weight));
        sums[0] = _mm256_add_epi32(sums[0], _mm256_madd_epi16(_mm256_unpacklo_epi16(upper, lower), weights));
        sums[1] = _mm256_add_epi32(sums[1], _mm256_madd_epi16(_mm256_unpackhi_epi16(upper, lower), weights));
    }
    for (&weight, row) in weight_single.iter().zip(single) {
        let (row, zero) = (load(row), _mm256_setzero_si256());
        let weights = _mm256_set1_epi32(weight_pair(weight, 0));
        sums[0] = _mm256_add_epi32(sums[0], _mm256_madd_epi16(_mm256_unpacklo_epi16(row, zero), weights));
        sums[1] = _mm256_add_epi32(sums[1], _mm256_madd_epi16(_mm256_unpackhi_epi16(row, zero), weights));
    }
    sums
}
