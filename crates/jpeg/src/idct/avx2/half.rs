//! The inverse DCT at 1/2, two blocks at once.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_castps_si256, _mm256_castsi256_ps, _mm256_extract_epi64, _mm256_packs_epi16,
    _mm256_packs_epi32, _mm256_permutevar8x32_epi32, _mm256_set1_epi8, _mm256_set1_epi16, _mm256_set1_epi32,
    _mm256_setr_epi8, _mm256_setr_epi32, _mm256_shuffle_epi8, _mm256_shuffle_ps, _mm256_srai_epi32,
    _mm256_unpackhi_epi16, _mm256_unpacklo_epi16, _mm256_xor_si256,
};

use super::full::{HIGH, LOW, transpose_pairs};
use super::gather::{Gather, NONE};
use super::{LAST_OF_CORNER, Target, butterfly, dot, is_extreme, load_block, load_eight};
use crate::idct::full::{CONST_BITS, PASS1_BITS, flat_level};
use crate::idct::reduced::{fix, idct4_block};
use crate::idct::{Block, Dequant, check};

/// One, as the even half has it: the doubled constant of the mean of two.
const ONE: i16 = 1 << (CONST_BITS + 1);
/// How far the first pass scales down.
const SHIFT_1: i32 = (CONST_BITS - PASS1_BITS + 1).cast_signed();
/// How far the second pass scales down.
const SHIFT_2: i32 = (CONST_BITS + PASS1_BITS + 3 + 1).cast_signed();

/// Twin of [`crate::idct::reduced::idct4`].
#[target_feature(enable = "avx2")]
pub(super) fn idct4(dequant: &Dequant, blocks: &[Block], last: &[u8], out: &mut [u8], stride: usize) {
    check(4, blocks, last, out, stride);
    for (i, (blocks, last)) in blocks.chunks(2).zip(last.chunks(2)).enumerate() {
        let out = &mut out[8 * i..];
        let [first, second] = [&blocks[0], &blocks[blocks.len() - 1]];
        let rows = match last.iter().max() {
            Some(0) => Some(fill(dequant, [first.0[0], second.0[0]])),
            Some(..=LAST_OF_CORNER) => corner(dequant, [first, second]),
            _ => whole(dequant, [first, second]),
        };
        if let Some(rows) = rows {
            let target = Target { out, stride, is_pair: blocks.len() == 2 };
            // SAFETY: `check` has seen that 4 rows of all the blocks lie within the output.
            unsafe { target.store_rows_of_8(rows) };
        } else {
            for (b, (block, &last)) in blocks.iter().zip(last).enumerate() {
                idct4_block(dequant, block, last, &mut out[4 * b..], stride);
            }
        }
    }
}

/// Fills two blocks that have nothing but a DC coefficient.
pub(in crate::idct) fn fill(dequant: &Dequant, dc: [i16; 2]) -> [u64; 4] {
    let [[a, ..], [b, ..]] = dc.map(|dc| [flat_level(dequant, dc); 4]);
    [u64::from_le_bytes([a, a, a, a, b, b, b, b]); 4]
}

/// Transforms two blocks, unless a coefficient is extreme.
#[inline]
#[target_feature(enable = "avx2")]
fn whole(dequant: &Dequant, blocks: [&Block; 2]) -> Option<[u64; 4]> {
    /// Column 4 is not used.
    const HIGH_BUT_4: [u8; 4] = [NONE, HIGH[1], HIGH[2], HIGH[3]];
    const ROW_0: [Gather; 2] = [Gather::rows([0, NONE], LOW), Gather::rows([0, NONE], HIGH_BUT_4)];
    const ROWS_26: [Gather; 2] = [Gather::rows([2, 6], LOW), Gather::rows([2, 6], HIGH_BUT_4)];
    const ROWS_13: [Gather; 2] = [Gather::rows([1, 3], LOW), Gather::rows([1, 3], HIGH_BUT_4)];
    const ROWS_57: [Gather; 2] = [Gather::rows([5, 7], LOW), Gather::rows([5, 7], HIGH_BUT_4)];

    let [inner_1, inner_3, inner_5, inner_7] = fix::HALF_INNER;
    let [outer_1, outer_3, outer_5, outer_7] = fix::HALF_OUTER;
    let zigzag = load_block(dequant, blocks);
    let row_0 = [ROW_0[0].collect(&zigzag), ROW_0[1].collect(&zigzag)];
    if is_extreme(row_0) {
        return None;
    }
    let mut packed = [[_mm256_set1_epi16(0); 2]; 2];
    for half in 0..2 {
        let rows_13 = ROWS_13[half].collect(&zigzag);
        let rows_57 = ROWS_57[half].collect(&zigzag);
        let inner = _mm256_add_epi32(dot(rows_13, [inner_1, inner_3]), dot(rows_57, [inner_5, inner_7]));
        let outer = _mm256_add_epi32(dot(rows_13, [outer_1, outer_3]), dot(rows_57, [outer_5, outer_7]));
        let even = _mm256_add_epi32(dot(row_0[half], [ONE, 0]), _mm256_set1_epi32(1 << (SHIFT_1 - 1)));
        packed[half] = packed_rows(outputs(even, dot(ROWS_26[half].collect(&zigzag), fix::HALF_EVEN), inner, outer));
    }
    let [low, high] = packed;
    // Each vector: the four rows of one pair of columns. The column opposite to 0 has no weight.
    let [column_0, pairs_17, pairs_26, pairs_35] = transpose_pairs([
        _mm256_unpacklo_epi16(low[0], high[0]),
        _mm256_unpackhi_epi16(low[0], high[0]),
        _mm256_unpacklo_epi16(low[1], high[1]),
        _mm256_unpackhi_epi16(low[1], high[1]),
    ]);
    let inner = _mm256_add_epi32(dot(pairs_17, [inner_1, inner_7]), dot(pairs_35, [inner_3, inner_5]));
    let outer = _mm256_add_epi32(dot(pairs_17, [outer_1, outer_7]), dot(pairs_35, [outer_3, outer_5]));
    let even = _mm256_add_epi32(dot(column_0, [ONE, 0]), _mm256_set1_epi32(1 << (SHIFT_2 - 1)));
    Some(rows_of_samples(outputs(even, dot(pairs_26, fix::HALF_EVEN), inner, outer)))
}

/// Transforms two blocks with coefficients in their first four rows and columns only, unless one is extreme.
#[inline]
#[target_feature(enable = "avx2")]
fn corner(dequant: &Dequant, blocks: [&Block; 2]) -> Option<[u64; 4]> {
    // In this order the first pass leaves the pairs (0, 2) and (1, 3) of each row side by side.
    const COLUMNS: [u8; 4] = [0, 2, 1, 3];
    const ROW_0: Gather = Gather::rows([0, NONE], COLUMNS);
    const ROWS_02: Gather = Gather::rows([0, 2], COLUMNS);
    const ROWS_13: Gather = Gather::rows([1, 3], COLUMNS);

    let zigzag = [load_eight(dequant, blocks, 0), load_eight(dequant, blocks, 1)];
    let row_0 = ROW_0.collect(&zigzag);
    if is_extreme([row_0, row_0]) {
        return None;
    }
    let [first, second] =
        packed_rows(corner_pass(ROWS_02.collect(&zigzag), ROWS_13.collect(&zigzag), 1 << (SHIFT_1 - 1)));
    let (first, second) = (_mm256_castsi256_ps(first), _mm256_castsi256_ps(second));
    let pairs_02 = _mm256_castps_si256(_mm256_shuffle_ps(first, second, 0b10_00_10_00));
    let pairs_13 = _mm256_castps_si256(_mm256_shuffle_ps(first, second, 0b11_01_11_01));
    Some(rows_of_samples(corner_pass(pairs_02, pairs_13, 1 << (SHIFT_2 - 1))))
}

/// Scales down the sums of the first pass and clamps them: two rows of four columns in each half.
#[inline]
#[target_feature(enable = "avx2")]
fn packed_rows([a, b, c, d]: [__m256i; 4]) -> [__m256i; 2] {
    [
        _mm256_packs_epi32(_mm256_srai_epi32(a, SHIFT_1), _mm256_srai_epi32(b, SHIFT_1)),
        _mm256_packs_epi32(_mm256_srai_epi32(c, SHIFT_1), _mm256_srai_epi32(d, SHIFT_1)),
    ]
}

/// The last butterflies of a pass: an even half of input 0, one of inputs 2 and 6, and the odd halves.
#[inline]
#[target_feature(enable = "avx2")]
fn outputs(even: __m256i, rotated: __m256i, inner: __m256i, outer: __m256i) -> [__m256i; 4] {
    let [outer_even, inner_even] = butterfly(even, rotated);
    let [[a, d], [b, c]] = [butterfly(outer_even, outer), butterfly(inner_even, inner)];
    [a, b, c, d]
}

/// One-dimensional transform of inputs 0 to 3 only, the others being zero.
#[inline]
#[target_feature(enable = "avx2")]
fn corner_pass(pairs_02: __m256i, pairs_13: __m256i, round: i32) -> [__m256i; 4] {
    let round = _mm256_set1_epi32(round);
    let [by_2, _] = fix::HALF_EVEN;
    let outer_even = _mm256_add_epi32(dot(pairs_02, [ONE, by_2]), round);
    let inner_even = _mm256_add_epi32(dot(pairs_02, [ONE, -by_2]), round);
    let [a, d] = butterfly(outer_even, dot(pairs_13, [fix::HALF_OUTER[0], fix::HALF_OUTER[1]]));
    let [b, c] = butterfly(inner_even, dot(pairs_13, [fix::HALF_INNER[0], fix::HALF_INNER[1]]));
    [a, b, c, d]
}

/// Scales down the sums of the second pass, four columns, and turns them into rows of samples: 4 of the first block, 4 of
/// the second.
#[inline]
#[target_feature(enable = "avx2")]
fn rows_of_samples([a, b, c, d]: [__m256i; 4]) -> [u64; 4] {
    let left = _mm256_packs_epi32(_mm256_srai_epi32(a, SHIFT_2), _mm256_srai_epi32(b, SHIFT_2));
    let right = _mm256_packs_epi32(_mm256_srai_epi32(c, SHIFT_2), _mm256_srai_epi32(d, SHIFT_2));
    let bytes = _mm256_packs_epi16(left, right);
    let rows = _mm256_shuffle_epi8(
        bytes,
        _mm256_setr_epi8(
            0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15,
        ),
    );
    let rows = _mm256_permutevar8x32_epi32(rows, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
    let rows = _mm256_xor_si256(rows, _mm256_set1_epi8(-128));
    [
        _mm256_extract_epi64(rows, 0),
        _mm256_extract_epi64(rows, 1),
        _mm256_extract_epi64(rows, 2),
        _mm256_extract_epi64(rows, 3),
    ]
    .map(i64::cast_unsigned)
}
