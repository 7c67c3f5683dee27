//! The inverse DCT at full size, two blocks at once.

use std::arch::x86_64::{
    __m128i, __m256i, _mm_set_epi64x, _mm256_add_epi16, _mm256_add_epi32, _mm256_blend_epi16, _mm256_castps_si256,
    _mm256_castsi256_ps, _mm256_castsi256_si128, _mm256_extracti128_si256, _mm256_or_si256, _mm256_packs_epi16,
    _mm256_packs_epi32, _mm256_permute4x64_epi64, _mm256_set1_epi8, _mm256_set1_epi16, _mm256_set1_epi32,
    _mm256_setr_epi8, _mm256_shuffle_epi8, _mm256_shuffle_ps, _mm256_srai_epi16, _mm256_srai_epi32, _mm256_srli_epi32,
    _mm256_sub_epi16, _mm256_unpackhi_epi8, _mm256_unpackhi_epi16, _mm256_unpackhi_epi32, _mm256_unpackhi_epi64,
    _mm256_unpacklo_epi8, _mm256_unpacklo_epi16, _mm256_unpacklo_epi32, _mm256_unpacklo_epi64, _mm256_xor_si256,
};

use super::gather::{Gather, NONE};
use super::{LAST_OF_CORNER, Target, butterfly, dot, is_extreme, load_block, load_eight};
use crate::idct::full::{CONST_BITS, PASS1_BITS, fix, flat_level, idct8_block};
use crate::idct::{Block, Dequant, check};

/// One, as the constants have it.
pub(in crate::idct) const ONE: i16 = 1 << CONST_BITS;
/// How far the first pass scales down.
const SHIFT_1: i32 = (CONST_BITS - PASS1_BITS).cast_signed();
/// How far the second pass scales down.
const SHIFT_2: i32 = (CONST_BITS + PASS1_BITS + 3).cast_signed();

/// The columns that stand in the low sums of the first pass.
pub(in crate::idct) const LOW: [u8; 4] = [0, 1, 2, 3];
/// The columns that stand in the high sums of the first pass, each opposite to the one it will be paired with.
pub(in crate::idct) const HIGH: [u8; 4] = [4, 7, 6, 5];

/// Twin of [`crate::idct::full::idct8`].
#[target_feature(enable = "avx2")]
pub(super) fn idct8(dequant: &Dequant, blocks: &[Block], last: &[u8], out: &mut [u8], stride: usize) {
    check(8, blocks, last, out, stride);
    for (i, (blocks, last)) in blocks.chunks(2).zip(last.chunks(2)).enumerate() {
        let out = &mut out[16 * i..];
        let [first, second] = [&blocks[0], &blocks[blocks.len() - 1]];
        let target = Target { out, stride, is_pair: blocks.len() == 2 };
        // SAFETY (both): `check` has seen that 8 rows of all the blocks lie within the output.
        let is_done = match last.iter().max() {
            Some(0) => unsafe { fill(dequant, [first.0[0], second.0[0]], target) },
            Some(..=LAST_OF_CORNER) => unsafe { corner(dequant, [first, second], target) },
            _ => unsafe { whole(dequant, [first, second], target) },
        };
        if !is_done {
            for (b, (block, &last)) in blocks.iter().zip(last).enumerate() {
                idct8_block(dequant, block, last, &mut out[8 * b..], stride);
            }
        }
    }
}

/// Fills two blocks that have nothing but a DC coefficient.
///
/// # Safety
///
/// As [`Target::store_rows`].
#[inline]
#[target_feature(enable = "avx2")]
pub(in crate::idct) unsafe fn fill(dequant: &Dequant, dc: [i16; 2], target: Target<'_>) -> bool {
    let [first, second] = dc.map(|dc| i64::from_ne_bytes([flat_level(dequant, dc); 8]));
    // SAFETY: as the caller says.
    unsafe { target.store_rows([_mm_set_epi64x(second, first); 8]) };
    true
}

/// Transforms two blocks.
///
/// Returns whether it was done: not if a coefficient is extreme.
///
/// # Safety
///
/// As [`Target::store_rows`].
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn whole(dequant: &Dequant, blocks: [&Block; 2], target: Target<'_>) -> bool {
    const ROW_0: [Gather; 2] = [Gather::rows([0, NONE], LOW), Gather::rows([0, NONE], HIGH)];
    const ROW_4: [Gather; 2] = [Gather::rows([4, NONE], LOW), Gather::rows([4, NONE], HIGH)];
    const ROWS_26: [Gather; 2] = [Gather::rows([2, 6], LOW), Gather::rows([2, 6], HIGH)];
    const ROWS_17: [Gather; 2] = [Gather::rows([1, 7], LOW), Gather::rows([1, 7], HIGH)];
    const ROWS_53: [Gather; 2] = [Gather::rows([5, 3], LOW), Gather::rows([5, 3], HIGH)];

    let zigzag = load_block(dequant, blocks);
    let row_0 = [ROW_0[0].collect(&zigzag), ROW_0[1].collect(&zigzag)];
    if is_extreme(row_0) {
        return false;
    }
    let mut packed = [[_mm256_set1_epi16(0); 4]; 2];
    for half in 0..2 {
        // A one beside each sum of rows 0 and 4 is multiplied by the rounding term.
        let row_0 = _mm256_or_si256(row_0[half], _mm256_set1_epi32(1 << 16));
        let row_4 = ROW_4[half].collect(&zigzag);
        let round = 1 << (SHIFT_1 - 1);
        let even_0 = dot(_mm256_add_epi16(row_0, row_4), [ONE, round]);
        let even_1 = dot(_mm256_sub_epi16(row_0, row_4), [ONE, round]);
        let rows_17 = ROWS_17[half].collect(&zigzag);
        let rows_53 = ROWS_53[half].collect(&zigzag);
        let sums = _mm256_add_epi16(rows_17, rows_53);
        let rows = pass([even_0, even_1], ROWS_26[half].collect(&zigzag), rows_17, rows_53, sums);
        packed[half] = packed_rows(rows);
    }
    let [low, high] = packed;

    // Each vector: four rows of one pair of columns. First the upper four rows, then the lower ones.
    let mut columns = [[_mm256_set1_epi16(0); 8]; 2];
    for (half, columns) in columns.iter_mut().enumerate() {
        let [first, second] = [2 * half, 2 * half + 1];
        let [pairs_04, pairs_17, pairs_26, pairs_35] = transpose_pairs([
            _mm256_unpacklo_epi16(low[first], high[first]),
            _mm256_unpackhi_epi16(low[first], high[first]),
            _mm256_unpacklo_epi16(low[second], high[second]),
            _mm256_unpackhi_epi16(low[second], high[second]),
        ]);
        // 16 beside each sum of columns 0 and 4, times ONE, is what rounds.
        let column_4 = _mm256_srli_epi32(pairs_04, 16);
        let sixteen = _mm256_set1_epi16(1 << (SHIFT_2 - 1 - CONST_BITS.cast_signed()));
        let sum = _mm256_blend_epi16(_mm256_add_epi16(pairs_04, column_4), sixteen, 0b1010_1010);
        let difference = _mm256_blend_epi16(_mm256_sub_epi16(pairs_04, column_4), sixteen, 0b1010_1010);
        let pairs_53 = swap_within_pairs(pairs_35);
        let sums = _mm256_add_epi16(pairs_17, pairs_53);
        *columns = pass([dot(sum, [ONE, ONE]), dot(difference, [ONE, ONE])], pairs_26, pairs_17, pairs_53, sums);
    }
    // SAFETY: as the caller says.
    unsafe { target.store_rows(rows_of_samples(columns)) };
    true
}

/// Transforms two blocks with coefficients in their first four rows and columns only.
///
/// Returns whether it was done: not if a coefficient is extreme.
///
/// # Safety
///
/// As [`Target::store_rows`].
#[inline]
#[target_feature(enable = "avx2")]
pub(in crate::idct) unsafe fn corner(dequant: &Dequant, blocks: [&Block; 2], target: Target<'_>) -> bool {
    // In this order the first pass leaves the pairs (0, 2) and (1, 3) of each row side by side.
    const COLUMNS: [u8; 4] = [0, 2, 1, 3];
    const ROW_0: Gather = Gather::rows([0, NONE], COLUMNS);
    const ROWS_02: Gather = Gather::rows([0, 2], COLUMNS);
    const ROWS_13: Gather = Gather::rows([1, 3], COLUMNS);

    let zigzag = [load_eight(dequant, blocks, 0), load_eight(dequant, blocks, 1)];
    let row_0 = ROW_0.collect(&zigzag);
    if is_extreme([row_0, row_0]) {
        return false;
    }
    let rows = corner_pass(ROWS_02.collect(&zigzag), ROWS_13.collect(&zigzag), 1 << (SHIFT_1 - 1));
    let packed = packed_rows(rows);
    let columns = [corner_columns(packed[0], packed[1]), corner_columns(packed[2], packed[3])];
    // SAFETY: as the caller says.
    unsafe { target.store_rows(rows_of_samples(columns)) };
    true
}

/// Scales down the sums of the first pass and clamps them: two rows of four columns in each half.
#[inline]
#[target_feature(enable = "avx2")]
fn packed_rows(rows: [__m256i; 8]) -> [__m256i; 4] {
    let mut packed = [rows[0]; 4];
    for i in 0..4 {
        let [first, second] = [rows[2 * i], rows[2 * i + 1]];
        packed[i] = _mm256_packs_epi32(_mm256_srai_epi32(first, SHIFT_1), _mm256_srai_epi32(second, SHIFT_1));
    }
    packed
}

/// The second pass of four rows whose pairs stand side by side.
#[inline]
#[target_feature(enable = "avx2")]
fn corner_columns(first: __m256i, second: __m256i) -> [__m256i; 8] {
    let (first, second) = (_mm256_castsi256_ps(first), _mm256_castsi256_ps(second));
    let pairs_02 = _mm256_castps_si256(_mm256_shuffle_ps(first, second, 0b10_00_10_00));
    let pairs_13 = _mm256_castps_si256(_mm256_shuffle_ps(first, second, 0b11_01_11_01));
    corner_pass(pairs_02, pairs_13, 1 << (SHIFT_2 - 1))
}

/// One-dimensional transform, four in each half: [`crate::idct::full::pass`] of given sums and differences of inputs 0
/// and 4, scaled and with the rounding term.
///
/// `sums` are inputs 1 + 5 and 7 + 3.
#[inline]
#[target_feature(enable = "avx2")]
fn pass(
    [even_0, even_1]: [__m256i; 2],
    pairs_26: __m256i,
    pairs_17: __m256i,
    pairs_53: __m256i,
    sums: __m256i,
) -> [__m256i; 8] {
    use fix::*;

    let even_2 = dot(pairs_26, [F0_541, F0_541 - F1_847]);
    let even_3 = dot(pairs_26, [F0_541 + F0_765, F0_541]);
    let shared_3 = dot(sums, [F1_175, F1_175 - F1_961]);
    let shared_4 = dot(sums, [F1_175 - F0_390, F1_175]);
    let odd_0 = _mm256_add_epi32(dot(pairs_17, [-F0_899, F0_298 - F0_899]), shared_3);
    let odd_1 = _mm256_add_epi32(dot(pairs_53, [F2_053 - F2_562, -F2_562]), shared_4);
    let odd_2 = _mm256_add_epi32(dot(pairs_53, [-F2_562, F3_072 - F2_562]), shared_3);
    let odd_3 = _mm256_add_epi32(dot(pairs_17, [F1_501 - F0_899, -F0_899]), shared_4);
    outputs([even_0, even_1, even_2, even_3], [odd_0, odd_1, odd_2, odd_3])
}

/// One-dimensional transform of inputs 0 to 3 only, the others being zero: a part of [`pass`].
#[inline]
#[target_feature(enable = "avx2")]
fn corner_pass(pairs_02: __m256i, pairs_13: __m256i, round: i32) -> [__m256i; 8] {
    use fix::*;

    let round = _mm256_set1_epi32(round);
    let odd_0 = dot(pairs_13, [F1_175 - F0_899, F1_175 - F1_961]);
    let odd_1 = dot(pairs_13, [F1_175 - F0_390, F1_175 - F2_562]);
    let odd_2 = dot(pairs_13, [F1_175, (F1_175 - F1_961) + (F3_072 - F2_562)]);
    let odd_3 = dot(pairs_13, [(F1_175 - F0_390) + (F1_501 - F0_899), F1_175]);
    let outer = F0_541 + F0_765;
    let [a, h] = butterfly(_mm256_add_epi32(dot(pairs_02, [ONE, outer]), round), odd_3);
    let [b, g] = butterfly(_mm256_add_epi32(dot(pairs_02, [ONE, F0_541]), round), odd_2);
    let [c, f] = butterfly(_mm256_add_epi32(dot(pairs_02, [ONE, -F0_541]), round), odd_1);
    let [d, e] = butterfly(_mm256_add_epi32(dot(pairs_02, [ONE, -outer]), round), odd_0);
    [a, b, c, d, e, f, g, h]
}

/// The last butterflies of a pass.
#[inline]
#[target_feature(enable = "avx2")]
fn outputs([even_0, even_1, even_2, even_3]: [__m256i; 4], [odd_0, odd_1, odd_2, odd_3]: [__m256i; 4]) -> [__m256i; 8] {
    let [outer, inner] = [butterfly(even_0, even_3), butterfly(even_1, even_2)];
    let [[a, h], [d, e]] = [butterfly(outer[0], odd_3), butterfly(outer[1], odd_0)];
    let [[b, g], [c, f]] = [butterfly(inner[0], odd_2), butterfly(inner[1], odd_1)];
    [a, b, c, d, e, f, g, h]
}

/// Turns four rows of four pairs into four columns of pairs, in each half.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn transpose_pairs([a, b, c, d]: [__m256i; 4]) -> [__m256i; 4] {
    let (ab_low, cd_low) = (_mm256_unpacklo_epi32(a, b), _mm256_unpacklo_epi32(c, d));
    let (ab_high, cd_high) = (_mm256_unpackhi_epi32(a, b), _mm256_unpackhi_epi32(c, d));
    [
        _mm256_unpacklo_epi64(ab_low, cd_low),
        _mm256_unpackhi_epi64(ab_low, cd_low),
        _mm256_unpacklo_epi64(ab_high, cd_high),
        _mm256_unpackhi_epi64(ab_high, cd_high),
    ]
}

/// Swaps the two numbers of each pair.
#[inline]
#[target_feature(enable = "avx2")]
fn swap_within_pairs(pairs: __m256i) -> __m256i {
    let swap = _mm256_setr_epi8(
        2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13,
    );
    _mm256_shuffle_epi8(pairs, swap)
}

/// Scales down the sums of the second pass, columns of the upper and of the lower four rows, and turns them into rows of
/// samples: 8 of the first block, 8 of the second.
#[inline]
#[target_feature(enable = "avx2")]
fn rows_of_samples([upper, lower]: [[__m256i; 8]; 2]) -> [__m128i; 8] {
    // The upper 16 bits of the sums, rows in the order 0 4 1 5 2 6 3 7; then the rest of the shift, which loses nothing.
    let mut columns = upper;
    for x in 0..8 {
        let joined = _mm256_blend_epi16(_mm256_srli_epi32(upper[x], 16), lower[x], 0b1010_1010);
        columns[x] = _mm256_srai_epi16(joined, SHIFT_2 - 16);
    }
    let mut bytes = [columns[0]; 4];
    for x in 0..4 {
        bytes[x] = _mm256_xor_si256(_mm256_packs_epi16(columns[x], columns[x + 4]), _mm256_set1_epi8(-128));
    }
    let columns_01 = _mm256_unpacklo_epi8(bytes[0], bytes[1]);
    let columns_45 = _mm256_unpackhi_epi8(bytes[0], bytes[1]);
    let columns_23 = _mm256_unpacklo_epi8(bytes[2], bytes[3]);
    let columns_67 = _mm256_unpackhi_epi8(bytes[2], bytes[3]);
    let left_0415 = _mm256_unpacklo_epi16(columns_01, columns_23);
    let left_2637 = _mm256_unpackhi_epi16(columns_01, columns_23);
    let right_0415 = _mm256_unpacklo_epi16(columns_45, columns_67);
    let right_2637 = _mm256_unpackhi_epi16(columns_45, columns_67);
    let rows_04 = both_blocks(_mm256_unpacklo_epi32(left_0415, right_0415));
    let rows_15 = both_blocks(_mm256_unpackhi_epi32(left_0415, right_0415));
    let rows_26 = both_blocks(_mm256_unpacklo_epi32(left_2637, right_2637));
    let rows_37 = both_blocks(_mm256_unpackhi_epi32(left_2637, right_2637));
    [
        _mm256_castsi256_si128(rows_04),
        _mm256_castsi256_si128(rows_15),
        _mm256_castsi256_si128(rows_26),
        _mm256_castsi256_si128(rows_37),
        _mm256_extracti128_si256(rows_04, 1),
        _mm256_extracti128_si256(rows_15, 1),
        _mm256_extracti128_si256(rows_26, 1),
        _mm256_extracti128_si256(rows_37, 1),
    ]
}

/// From two rows of each block to both blocks of each row.
#[inline]
#[target_feature(enable = "avx2")]
fn both_blocks(rows: __m256i) -> __m256i {
    _mm256_permute4x64_epi64(rows, 0b11_01_10_00)
}
