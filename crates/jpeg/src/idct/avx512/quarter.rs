//! The inverse DCT at 1/4, four blocks at once.
//!
//! The 25 coefficients that count fit one vector, and their products are summed there; then each part of a vector is a block.

use std::arch::x86_64::{
    __m512i, _mm_set1_epi8, _mm_setr_epi8, _mm_shuffle_epi8, _mm_xor_si128, _mm512_add_epi32, _mm512_cvtsepi32_epi8,
    _mm512_madd_epi16, _mm512_mask_sub_epi32, _mm512_packs_epi32, _mm512_set1_epi32, _mm512_shuffle_epi32,
    _mm512_slli_epi32, _mm512_srai_epi32, _mm512_sub_epi32,
};

use super::{Gather, factors, halves, places, turn_parts};
use crate::idct::avx2::{NONE, interleaved, place};
use crate::idct::full::{CONST_BITS, PASS1_BITS};
use crate::idct::reduced::fix;
use crate::idct::{Block, Dequant, check};
use crate::vector::{load, store};

/// How far the first pass scales down.
const SHIFT_1: u32 = CONST_BITS - PASS1_BITS + 2;
/// How far the second pass scales down.
const SHIFT_2: u32 = CONST_BITS + PASS1_BITS + 3 + 2;

/// Blocks that are transformed at once.
const STEP: usize = 4;

/// Twin of [`crate::idct::reduced::idct2`].
#[target_feature(enable = "avx2,avx512f,avx512bw")]
pub(super) fn idct2(dequant: &Dequant, blocks: &[Block], last: &[u8], out: &mut [u8], stride: usize) {
    check(2, blocks, last, out, stride);
    let gather = Gather::new(&PLACES, dequant);
    let (steps, rest) = blocks.as_chunks::<STEP>();
    for (i, blocks) in steps.iter().enumerate() {
        let rows = samples(gather, blocks.each_ref());
        for (y, row) in rows.iter().enumerate() {
            out[y * stride + 2 * STEP * i..][..2 * STEP].copy_from_slice(row);
        }
    }
    if let Some(block) = rest.last() {
        let rows = samples(gather, std::array::from_fn(|i| rest.get(i).unwrap_or(block)));
        for (y, row) in rows.iter().enumerate() {
            out[y * stride + 2 * STEP * steps.len()..][..2 * rest.len()].copy_from_slice(&row[..2 * rest.len()]);
        }
    }
}

/// The coefficients, in pairs: of rows 1 and 3, then 5 and 7, then row 0 alone, all of the odd columns; then column 0, its odd
/// rows and DC.
const PLACES: [u16; 32] = {
    const ODD_COLUMNS: [u8; 4] = [1, 3, 5, 7];
    places([
        interleaved([1, 3], ODD_COLUMNS),
        interleaved([5, 7], ODD_COLUMNS),
        interleaved([0, NONE], ODD_COLUMNS),
        [place(1, 0), place(3, 0), place(5, 0), place(7, 0), place(0, 0), NONE, NONE, NONE],
    ])
};

/// What they are multiplied by. The even half comes out negative, since its factor of 15 bits has no positive number.
const FACTORS: [i16; 32] = {
    let [c1, c3, c5, c7] = fix::QUARTER;
    let mut all = factors([[c1, c3], [c5, c7], [i16::MIN, 0], [0, 0]]);
    [all[24], all[25], all[26], all[27], all[28]] = [c1, c3, c5, c7, i16::MIN];
    all
};

/// The factors of the second pass.
const ODDS: [i16; 32] = {
    let mut odds = [0; 32];
    let mut i = 0;
    while i < 32 {
        odds[i] = fix::QUARTER[i % 4];
        i += 1;
    }
    odds
};

/// Transforms four blocks into two rows: two samples of each block.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512bw")]
fn samples(gather: Gather, blocks: [&Block; STEP]) -> [[u8; 2 * STEP]; 2] {
    const LOWER: u16 = 0b1100_1100_1100_1100;
    const RIGHT: u16 = 0b1010_1010_1010_1010;

    // An array of vectors made by `map` would go through memory.
    let [a, b, c, d] = blocks;
    let sums = [sums(gather, a), sums(gather, b), sums(gather, c), sums(gather, d)];
    let [rows_13, rows_57, row_0, column_0] = turn_parts(sums);

    // The first pass: the odd columns, then column 0, which is not clamped: upper, upper, lower, lower.
    let round = _mm512_set1_epi32(1 << (SHIFT_1 - 1));
    let (even, odd) = (_mm512_sub_epi32(round, row_0), _mm512_add_epi32(rows_13, rows_57));
    let upper = _mm512_srai_epi32::<SHIFT_1>(_mm512_add_epi32(even, odd));
    let lower = _mm512_srai_epi32::<SHIFT_1>(_mm512_sub_epi32(even, odd));
    let odd = _mm512_add_epi32(
        _mm512_shuffle_epi32::<0b00_00_00_00>(column_0),
        _mm512_shuffle_epi32::<0b01_01_01_01>(column_0),
    );
    let even = _mm512_sub_epi32(round, _mm512_shuffle_epi32::<0b10_10_10_10>(column_0));
    let column_0 = _mm512_srai_epi32::<SHIFT_1>(plus_minus(even, odd, LOWER));

    // The second pass, of the upper row and the lower row at once.
    let odd = _mm512_madd_epi16(_mm512_packs_epi32(upper, lower), load(&ODDS));
    let odd = _mm512_add_epi32(odd, _mm512_shuffle_epi32::<0b10_11_00_01>(odd));
    let even = _mm512_slli_epi32::<{ CONST_BITS + 2 }>(column_0);
    let even = _mm512_add_epi32(even, _mm512_set1_epi32(1 << (SHIFT_2 - 1)));
    let sums = _mm512_srai_epi32::<SHIFT_2>(plus_minus(even, odd, RIGHT));
    let bytes = _mm_xor_si128(_mm512_cvtsepi32_epi8(sums), _mm_set1_epi8(-128));
    let order = _mm_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15);
    let mut rows = [[0; 2 * STEP]; 2];
    store(&mut rows, _mm_shuffle_epi8(bytes, order));
    rows
}

/// Multiplies the coefficients of a block by their factors, and adds pairs.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn sums(gather: Gather, block: &Block) -> __m512i {
    _mm512_madd_epi16(gather.collect(halves(&block.0)), load(&FACTORS))
}

/// Adds, or subtracts where the mask says so.
#[inline]
#[target_feature(enable = "avx512f")]
fn plus_minus(a: __m512i, b: __m512i, minus: u16) -> __m512i {
    _mm512_mask_sub_epi32(_mm512_add_epi32(a, b), minus, a, b)
}
