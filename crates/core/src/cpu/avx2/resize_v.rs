//! Twin of [`crate::cpu::kernels::resize_v`]: 16 columns and 2 rows at once, and four such blocks, so that weights are spread and
//! rows are found once for 64 columns.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_madd_epi16, _mm256_packs_epi32, _mm256_permute2x128_si256, _mm256_set1_epi32,
    _mm256_setzero_si256, _mm256_unpackhi_epi16, _mm256_unpacklo_epi16,
};

use super::{load_8_sums, load_16, round_shift, store_8_sums, store_16, weight_pair};
use crate::cpu::kernels::resize_v::{VerticalTaps, resize_v as scalar, resize_v_chunk as scalar_chunk};
use crate::plan::weights::WeightTable;

/// Columns of a block.
const BLOCK: usize = 16;

/// Blocks of a wide step.
const WIDE: usize = 4;

#[target_feature(enable = "avx2")]
pub(in crate::cpu) fn resize_v(taps: VerticalTaps<'_>, rows: &[&[i16]], output: &mut [i16]) {
    assert_eq!(rows.len(), taps.weights.len(), "a weight for each row");
    if output.len() >= WIDE * BLOCK {
        steps::<WIDE>(taps, rows, output);
    } else if output.len() >= BLOCK {
        steps::<1>(taps, rows, output);
    } else {
        scalar(taps, rows, output);
    }
}

/// Makes a row that has room for a step of `N` blocks.
#[inline]
#[target_feature(enable = "avx2")]
fn steps<const N: usize>(taps: VerticalTaps<'_>, rows: &[&[i16]], output: &mut [i16]) {
    // The last step overlaps the one before it, where the columns are not a multiple: it computes the same again.
    let last = output.len() - N * BLOCK;
    for first in (0..last).step_by(N * BLOCK).chain([last]) {
        let sums = if taps.chunk_shift == 0 {
            dot::<N>(taps.weights, rows, first)
        } else {
            let mut total = [[_mm256_setzero_si256(); 2]; N];
            let chunks = taps.weights.chunks(WeightTable::CHUNK_TAPS).zip(rows.chunks(WeightTable::CHUNK_TAPS));
            for (weights, rows) in chunks {
                let partial = dot::<N>(weights, rows, first);
                for block in 0..N {
                    for half in 0..2 {
                        let rounded = round_shift(partial[block][half], taps.chunk_shift);
                        total[block][half] = _mm256_add_epi32(total[block][half], rounded);
                    }
                }
            }
            total
        };
        let blocks = output[first..].as_chunks_mut::<BLOCK>().0;
        for (block, [low, high]) in blocks.iter_mut().zip(sums) {
            store_16(block, _mm256_packs_epi32(round_shift(low, taps.shift), round_shift(high, taps.shift)));
        }
    }
}

#[target_feature(enable = "avx2")]
pub(in crate::cpu) fn resize_v_chunk(taps: VerticalTaps<'_>, rows: &[&[i16]], sums: &mut [i32]) {
    assert_eq!(rows.len(), taps.weights.len(), "a weight for each row");
    let done = sums.len() - sums.len() % (WIDE * BLOCK);
    let (wide, rest) = sums.split_at_mut(done);
    add_steps::<WIDE>(taps, rows, 0, wide);
    let (narrow, rest) = rest.split_at_mut(rest.len() - rest.len() % BLOCK);
    add_steps::<1>(taps, rows, done, narrow);
    if !rest.is_empty() {
        let done = done + narrow.len();
        let rows: Vec<&[i16]> = rows.iter().map(|row| &row[done..]).collect();
        scalar_chunk(taps, &rows, rest);
    }
}

/// Adds a chunk to sums, a multiple of a step of `N` blocks, that stand for the columns from `from` on.
#[inline]
#[target_feature(enable = "avx2")]
fn add_steps<const N: usize>(taps: VerticalTaps<'_>, rows: &[&[i16]], from: usize, sums: &mut [i32]) {
    for (step, sums) in sums.chunks_exact_mut(N * BLOCK).enumerate() {
        let partial = dot::<N>(taps.weights, rows, from + step * N * BLOCK);
        for ([low, high], sums) in partial.into_iter().zip(sums.as_chunks_mut::<BLOCK>().0) {
            let (low, high) = (round_shift(low, taps.chunk_shift), round_shift(high, taps.chunk_shift));
            let (left, right) = sums.split_at_mut(8);
            add_8(left.as_mut_array().expect("half of 16"), _mm256_permute2x128_si256::<0x20>(low, high));
            add_8(right.as_mut_array().expect("half of 16"), _mm256_permute2x128_si256::<0x31>(low, high));
        }
    }
}

/// Adds 8 numbers.
#[inline]
#[target_feature(enable = "avx2")]
fn add_8(sums: &mut [i32; 8], more: __m256i) {
    store_8_sums(sums, _mm256_add_epi32(load_8_sums(sums), more));
}

/// Adds up rows, each times its weight, for `N` blocks: the columns of each as unpacking orders them, low and high.
#[inline]
#[target_feature(enable = "avx2")]
fn dot<const N: usize>(weights: &[i16], rows: &[&[i16]], first: usize) -> [[__m256i; 2]; N] {
    let (pairs, single) = rows.as_chunks::<2>();
    let (weight_pairs, weight_single) = weights.as_chunks::<2>();
    let mut sums = [[_mm256_setzero_si256(); 2]; N];
    for (&[first_weight, second_weight], &[upper, lower]) in weight_pairs.iter().zip(pairs) {
        let (upper, lower) = (blocks::<N>(upper, first), blocks::<N>(lower, first));
        let weights = _mm256_set1_epi32(weight_pair(first_weight, second_weight));
        for block in 0..N {
            add(&mut sums[block], load_16(&upper[block]), load_16(&lower[block]), weights);
        }
    }
    for (&weight, row) in weight_single.iter().zip(single) {
        let row = blocks::<N>(row, first);
        let weights = _mm256_set1_epi32(weight_pair(weight, 0));
        for block in 0..N {
            add(&mut sums[block], load_16(&row[block]), _mm256_setzero_si256(), weights);
        }
    }
    sums
}

/// Adds two rows of a block, each times its weight.
#[inline]
#[target_feature(enable = "avx2")]
fn add(sums: &mut [__m256i; 2], upper: __m256i, lower: __m256i, weights: __m256i) {
    sums[0] = _mm256_add_epi32(sums[0], _mm256_madd_epi16(_mm256_unpacklo_epi16(upper, lower), weights));
    sums[1] = _mm256_add_epi32(sums[1], _mm256_madd_epi16(_mm256_unpackhi_epi16(upper, lower), weights));
}

/// Returns `N` blocks of a row.
#[inline(always)]
fn blocks<const N: usize>(row: &[i16], first: usize) -> &[[i16; BLOCK]; N] {
    row[first..].as_chunks().0.first_chunk().expect("rows are as long as the output")
}
