//! Twin of [`crate::cpu::kernels::resize_v`]: 16 columns and 2 rows at once.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_madd_epi16, _mm256_packs_epi32, _mm256_set1_epi32, _mm256_setzero_si256,
    _mm256_unpackhi_epi16, _mm256_unpacklo_epi16,
};

use super::{load_16, round_shift, store_16, weight_pair};
use crate::cpu::kernels::resize_v::{VerticalTaps, resize_v as scalar};
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
