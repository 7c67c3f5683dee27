//! The inverse DCT at full size: two blocks at once, all their columns in one vector.
//!
//! A vector has four parts: four columns of the first block, those opposite to them, and the same of the second block. Blocks
//! with few coefficients are left to AVX2.

use std::arch::x86_64::{
    __m128i, __m512i, _mm512_add_epi16, _mm512_add_epi32, _mm512_castsi512_si128, _mm512_extracti32x4_epi32,
    _mm512_mask_blend_epi16, _mm512_mask_blend_epi64, _mm512_mullo_epi16, _mm512_packs_epi16, _mm512_packs_epi32,
    _mm512_permutex2var_epi16, _mm512_permutexvar_epi8, _mm512_rol_epi32, _mm512_set1_epi8, _mm512_set1_epi16,
    _mm512_srai_epi32, _mm512_srli_epi32, _mm512_sub_epi16, _mm512_test_epi16_mask, _mm512_unpackhi_epi32,
    _mm512_unpackhi_epi64, _mm512_unpacklo_epi32, _mm512_unpacklo_epi64, _mm512_xor_si512,
};

use super::{FIRST, butterfly, dot, halves, pairs_of_columns, turn_parts};
use crate::idct::avx2::{HIGH, LAST_OF_CORNER, LOW, ONE, Target, corner, fill, interleaved};
use crate::idct::full::{CONST_BITS, PASS1_BITS, fix, idct8_block};
use crate::idct::{Block, Dequant, check};
use crate::vector::load;

/// How far the first pass scales down.
const SHIFT_1: u32 = CONST_BITS - PASS1_BITS;
/// How far the second pass scales down.
const SHIFT_2: u32 = CONST_BITS + PASS1_BITS + 3;

/// Twin of [`crate::idct::full::idct8`].
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512vbmi")]
pub(super) fn idct8(dequant: &Dequant, blocks: &[Block], last: &[u8], out: &mut [u8], stride: usize) {
    check(8, blocks, last, out, stride);
    for (i, (blocks, last)) in blocks.chunks(2).zip(last.chunks(2)).enumerate() {
        let out = &mut out[16 * i..];
        let [first, second] = [&blocks[0], &blocks[blocks.len() - 1]];
        let target = Target { out, stride, is_pair: blocks.len() == 2 };
        // SAFETY (all three): `check` has seen that 8 rows of all the blocks lie within the output.
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

/// Transforms two blocks.
///
/// Returns whether it was done: not if a coefficient is extreme.
///
/// # Safety
///
/// As [`Target::store_rows`].
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512vbmi")]
unsafe fn whole(dequant: &Dequant, blocks: [&Block; 2], target: Target<'_>) -> bool {
    const ROWS_04: [u16; 32] = rows([0, 4]);
    const ROWS_26: [u16; 32] = rows([2, 6]);
    const ROWS_17: [u16; 32] = rows([1, 7]);
    const ROWS_53: [u16; 32] = rows([5, 3]);

    let zigzag = [load_block(dequant, blocks[0]), load_block(dequant, blocks[1])];
    let rows_04 = gather(&ROWS_04, zigzag);
    // The first row, whose coefficients are the first of pairs; see `avx2::is_extreme`.
    let middle = _mm512_set1_epi16(0x2000);
    let beyond = _mm512_set1_epi16(0xc000_u16.cast_signed());
    if _mm512_test_epi16_mask(_mm512_add_epi16(rows_04, middle), beyond) & FIRST != 0 {
        return false;
    }
    // A one beside each sum of rows 0 and 4 is multiplied by the rounding term.
    let one = _mm512_set1_epi16(1);
    let rows_40 = _mm512_rol_epi32(rows_04, 16);
    let sum = _mm512_mask_blend_epi16(!FIRST, _mm512_add_epi16(rows_04, rows_40), one);
    let difference = _mm512_mask_blend_epi16(!FIRST, _mm512_sub_epi16(rows_04, rows_40), one);
    let evens = [dot(sum, [ONE, 1 << (SHIFT_1 - 1)]), dot(difference, [ONE, 1 << (SHIFT_1 - 1)])];
    let (rows_17, rows_53) = (gather(&ROWS_17, zigzag), gather(&ROWS_53, zigzag));
    let rows = pass(evens, gather(&ROWS_26, zigzag), rows_17, rows_53);

    let [pairs_04, pairs_17, pairs_26, pairs_35] = columns(rows);
    // 16 beside each sum of columns 0 and 4, times ONE, is the rounding term.
    let column_4 = _mm512_srli_epi32(pairs_04, 16);
    let sixteen = _mm512_set1_epi16(1 << (SHIFT_2 - 1 - CONST_BITS));
    let sum = _mm512_mask_blend_epi16(!FIRST, _mm512_add_epi16(pairs_04, column_4), sixteen);
    let difference = _mm512_mask_blend_epi16(!FIRST, _mm512_sub_epi16(pairs_04, column_4), sixteen);
    let evens = [dot(sum, [ONE, ONE]), dot(difference, [ONE, ONE])];
    let columns = pass(evens, pairs_26, pairs_17, _mm512_rol_epi32(pairs_35, 16));
    // SAFETY: as the caller says.
    unsafe { target.store_rows(rows_of_samples(columns)) };
    true
}

/// Names the coefficients of two rows, in pairs, by their places in zigzag order: four columns, then those opposite to
/// them; and the same for the second block.
const fn rows(rows: [u8; 2]) -> [u16; 32] {
    super::places([interleaved(rows, LOW), interleaved(rows, HIGH), interleaved(rows, LOW), interleaved(rows, HIGH)])
}

/// Loads a block in zigzag order, multiplied by its steps.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn load_block(dequant: &Dequant, block: &Block) -> [__m512i; 2] {
    let ([low, high], [low_steps, high_steps]) = (halves(&block.0), halves(&dequant.steps));
    [_mm512_mullo_epi16(low, low_steps), _mm512_mullo_epi16(high, high_steps)]
}

/// Collects coefficients that [`rows`] names: of the first block for the lower half, of the second for the upper.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn gather(places: &[u16; 32], [[a0, a1], [b0, b1]]: [[__m512i; 2]; 2]) -> __m512i {
    let places = load(places);
    let (first, second) = (_mm512_permutex2var_epi16(a0, places, a1), _mm512_permutex2var_epi16(b0, places, b1));
    _mm512_mask_blend_epi64(0xf0, first, second)
}

/// One-dimensional transform: [`crate::idct::full::pass`] of given sums and differences of inputs 0 and 4, scaled and with
/// the rounding term.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn pass([even_0, even_1]: [__m512i; 2], pairs_26: __m512i, pairs_17: __m512i, pairs_53: __m512i) -> [__m512i; 8] {
    use fix::*;

    let sums = _mm512_add_epi16(pairs_17, pairs_53);
    let even_2 = dot(pairs_26, [F0_541, F0_541 - F1_847]);
    let even_3 = dot(pairs_26, [F0_541 + F0_765, F0_541]);
    let shared_3 = dot(sums, [F1_175, F1_175 - F1_961]);
    let shared_4 = dot(sums, [F1_175 - F0_390, F1_175]);
    let odd_0 = _mm512_add_epi32(dot(pairs_17, [-F0_899, F0_298 - F0_899]), shared_3);
    let odd_1 = _mm512_add_epi32(dot(pairs_53, [F2_053 - F2_562, -F2_562]), shared_4);
    let odd_2 = _mm512_add_epi32(dot(pairs_53, [-F2_562, F3_072 - F2_562]), shared_3);
    let odd_3 = _mm512_add_epi32(dot(pairs_17, [F1_501 - F0_899, -F0_899]), shared_4);
    let [outer, inner] = [butterfly(even_0, even_3), butterfly(even_1, even_2)];
    let [[a, h], [d, e]] = [butterfly(outer[0], odd_3), butterfly(outer[1], odd_0)];
    let [[b, g], [c, f]] = [butterfly(inner[0], odd_2), butterfly(inner[1], odd_1)];
    [a, b, c, d, e, f, g, h]
}

/// Scales down the sums of the first pass, clamps them, and turns rows into pairs of columns: 0 and 4, 1 and 7, 2 and 6, 3 and
/// 5. Each part of a vector has two rows of the first block, then the same of the second.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn columns(rows: [__m512i; 8]) -> [__m512i; 4] {
    let pairs = pairs_of_columns();
    let mut two_rows = [pairs; 4];
    for i in 0..4 {
        let [first, second] = [rows[2 * i], rows[2 * i + 1]];
        let packed = _mm512_packs_epi32(_mm512_srai_epi32::<SHIFT_1>(first), _mm512_srai_epi32::<SHIFT_1>(second));
        two_rows[i] = _mm512_permutexvar_epi8(pairs, packed);
    }
    turn_parts(two_rows)
}

/// Scales down the sums of the second pass, and turns columns into rows of samples: 8 of the first block, 8 of the second.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512vbmi")]
fn rows_of_samples(columns: [__m512i; 8]) -> [__m128i; 8] {
    /// Turns four by four bytes in each part.
    const TURN: [u8; 64] = turned_bytes();

    let columns = columns.map(|column| _mm512_srai_epi32::<SHIFT_2>(column));
    let left =
        _mm512_packs_epi16(_mm512_packs_epi32(columns[0], columns[1]), _mm512_packs_epi32(columns[2], columns[3]));
    let right =
        _mm512_packs_epi16(_mm512_packs_epi32(columns[4], columns[5]), _mm512_packs_epi32(columns[6], columns[7]));
    let turn = load(&TURN);
    let (left, right) = (_mm512_permutexvar_epi8(turn, left), _mm512_permutexvar_epi8(turn, right));
    // Two rows of the first block in each part, and of the second.
    let (first, second) = (_mm512_unpacklo_epi32(left, right), _mm512_unpackhi_epi32(left, right));
    let level = _mm512_set1_epi8(-128);
    let even = _mm512_xor_si512(_mm512_unpacklo_epi64(first, second), level);
    let odd = _mm512_xor_si512(_mm512_unpackhi_epi64(first, second), level);
    [
        _mm512_castsi512_si128(even),
        _mm512_castsi512_si128(odd),
        _mm512_extracti32x4_epi32(even, 1),
        _mm512_extracti32x4_epi32(odd, 1),
        _mm512_extracti32x4_epi32(even, 2),
        _mm512_extracti32x4_epi32(odd, 2),
        _mm512_extracti32x4_epi32(even, 3),
        _mm512_extracti32x4_epi32(odd, 3),
    ]
}

/// Names the bytes of a vector in the order in which each part, four by four, is turned.
const fn turned_bytes() -> [u8; 64] {
    let mut bytes = [0; 64];
    let mut i = 0;
    while i < 64 {
        bytes[i] = (i / 16 * 16 + i % 4 * 4 + i / 4 % 4) as u8;
        i += 1;
    }
    bytes
}
