//! The inverse DCT at 1/2, two blocks at once.
//!
//! The 49 coefficients that count fit two vectors. In the second pass one half of a vector has the even half, the other one the
//! odd half of other outputs: so four multiplications are enough.

use std::arch::x86_64::{
    __m512i, _mm256_extract_epi64, _mm512_add_epi16, _mm512_add_epi32, _mm512_castsi512_si256, _mm512_madd_epi16,
    _mm512_mask_test_epi16_mask, _mm512_packs_epi16, _mm512_packs_epi32, _mm512_permutex2var_epi64,
    _mm512_permutexvar_epi8, _mm512_set1_epi8, _mm512_set1_epi16, _mm512_set1_epi32, _mm512_setr_epi64,
    _mm512_shuffle_i32x4, _mm512_srai_epi32, _mm512_xor_si512,
};

use super::{FIRST, Gather, butterfly, dot, factors, halves, pairs_of_columns, places};
use crate::idct::avx2::{HIGH, LOW, NONE, Target, half_fill, interleaved};
use crate::idct::full::{CONST_BITS, PASS1_BITS};
use crate::idct::reduced::{fix, idct4_block};
use crate::idct::{Block, Dequant, check};
use crate::vector::load;

/// One, as the even half has it: the doubled constant of the mean of two.
const ONE: i16 = 1 << (CONST_BITS + 1);
/// How far the first pass scales down.
const SHIFT_1: u32 = CONST_BITS - PASS1_BITS + 1;
/// How far the second pass scales down.
const SHIFT_2: u32 = CONST_BITS + PASS1_BITS + 3 + 1;

/// Column 4 is not used.
const HIGH_BUT_4: [u8; 4] = [NONE, HIGH[1], HIGH[2], HIGH[3]];
/// The odd rows in pairs: rows 1 and 3, then 5 and 7, four columns and those opposite to them.
const ODD: [u16; 32] = places([
    interleaved([1, 3], LOW),
    interleaved([1, 3], HIGH_BUT_4),
    interleaved([5, 7], LOW),
    interleaved([5, 7], HIGH_BUT_4),
]);
/// The even rows in pairs: row 0 alone, then 2 and 6.
const EVEN: [u16; 32] = places([
    interleaved([0, NONE], LOW),
    interleaved([0, NONE], HIGH_BUT_4),
    interleaved([2, 6], LOW),
    interleaved([2, 6], HIGH_BUT_4),
]);

/// Twin of [`crate::idct::reduced::idct4`].
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512vbmi")]
pub(super) fn idct4(dequant: &Dequant, blocks: &[Block], last: &[u8], out: &mut [u8], stride: usize) {
    check(4, blocks, last, out, stride);
    let gather = [Gather::new(&ODD, dequant), Gather::new(&EVEN, dequant)];
    for (i, (blocks, last)) in blocks.chunks(2).zip(last.chunks(2)).enumerate() {
        let out = &mut out[8 * i..];
        let [first, second] = [&blocks[0], &blocks[blocks.len() - 1]];
        let rows = match last.iter().max() {
            Some(0) => Some(half_fill(dequant, [first.0[0], second.0[0]])),
            _ => whole(gather, [first, second]),
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

/// Transforms two blocks, unless a coefficient is extreme.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512vbmi")]
fn whole([odd, even]: [Gather; 2], blocks: [&Block; 2]) -> Option<[u64; 4]> {
    let [inner_1, inner_3, inner_5, inner_7] = fix::HALF_INNER;
    let [outer_1, outer_3, outer_5, outer_7] = fix::HALF_OUTER;
    let [first, second] = [halves(&blocks[0].0), halves(&blocks[1].0)];
    let [rows_13, rows_57] = by_rows([odd.collect(first), odd.collect(second)]);
    let [row_0, rows_26] = by_rows([even.collect(first), even.collect(second)]);
    // See `avx2::is_extreme`.
    let (middle, beyond) = (_mm512_set1_epi16(0x2000), _mm512_set1_epi16(0xc000_u16.cast_signed()));
    if _mm512_mask_test_epi16_mask(FIRST, _mm512_add_epi16(row_0, middle), beyond) != 0 {
        return None;
    }
    let inner = _mm512_add_epi32(dot(rows_13, [inner_1, inner_3]), dot(rows_57, [inner_5, inner_7]));
    let outer = _mm512_add_epi32(dot(rows_13, [outer_1, outer_3]), dot(rows_57, [outer_5, outer_7]));
    let even = _mm512_add_epi32(dot(row_0, [ONE, 0]), _mm512_set1_epi32(1 << (SHIFT_1 - 1)));
    let [outer_even, inner_even] = butterfly(even, dot(rows_26, fix::HALF_EVEN));
    let [[a, d], [b, c]] = [butterfly(outer_even, outer), butterfly(inner_even, inner)];
    Some(rows_of_samples(columns(packed([a, b]), packed([c, d]))))
}

/// From the rows of each block to both blocks of each pair of rows.
#[inline]
#[target_feature(enable = "avx512f")]
fn by_rows([first, second]: [__m512i; 2]) -> [__m512i; 2] {
    [_mm512_shuffle_i32x4(first, second, 0b01_00_01_00), _mm512_shuffle_i32x4(first, second, 0b11_10_11_10)]
}

/// Scales down the sums of the first pass, two rows, and clamps them: a part for each pair of columns.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn packed([first, second]: [__m512i; 2]) -> __m512i {
    let rows = _mm512_packs_epi32(_mm512_srai_epi32::<SHIFT_1>(first), _mm512_srai_epi32::<SHIFT_1>(second));
    _mm512_permutexvar_epi8(pairs_of_columns(), rows)
}

/// The second pass of the upper two rows and the lower two: columns 0 and 1, then 3 and 2.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn columns(upper: __m512i, lower: __m512i) -> [__m512i; 2] {
    const INNER: [i16; 4] = fix::HALF_INNER;
    const OUTER: [i16; 4] = fix::HALF_OUTER;
    const ROTATED: [i16; 2] = fix::HALF_EVEN;
    // The even half of the outer columns beside the odd half of the inner ones: of columns 0 and 1 and their opposites, then
    // of 2 and 3. The column opposite to 0 has no weight.
    const OUTER_EVEN: [[i16; 32]; 2] = [
        factors([[ONE, 0], [ONE, 0], [INNER[0], INNER[3]], [INNER[0], INNER[3]]]),
        factors([ROTATED, ROTATED, [INNER[1], INNER[2]], [INNER[1], INNER[2]]]),
    ];
    const OPPOSITE: [i16; 2] = [-ROTATED[0], -ROTATED[1]];
    // The other way round.
    const INNER_EVEN: [[i16; 32]; 2] = [
        factors([[ONE, 0], [ONE, 0], [OUTER[0], OUTER[3]], [OUTER[0], OUTER[3]]]),
        factors([OPPOSITE, OPPOSITE, [OUTER[1], OUTER[2]], [OUTER[1], OUTER[2]]]),
    ];

    let pairs = [
        _mm512_permutex2var_epi64(upper, _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), lower),
        _mm512_permutex2var_epi64(upper, _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15), lower),
    ];
    let (outer_even, inner_even) = (sum(pairs, &OUTER_EVEN), sum(pairs, &INNER_EVEN));
    let even = _mm512_shuffle_i32x4(outer_even, inner_even, 0b01_00_01_00);
    let odd = _mm512_shuffle_i32x4(inner_even, outer_even, 0b11_10_11_10);
    butterfly(_mm512_add_epi32(even, _mm512_set1_epi32(1 << (SHIFT_2 - 1))), odd)
}

/// Multiplies pairs by factors, and adds all four.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn sum([first, second]: [__m512i; 2], [by_first, by_second]: &[[i16; 32]; 2]) -> __m512i {
    _mm512_add_epi32(_mm512_madd_epi16(first, load(by_first)), _mm512_madd_epi16(second, load(by_second)))
}

/// Scales down the sums of the second pass, and turns them into rows of samples: 4 of the first block, 4 of the second.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512vbmi")]
fn rows_of_samples([columns_01, columns_32]: [__m512i; 2]) -> [u64; 4] {
    /// Where the samples of a row are: each part has two rows of both blocks, of column 0 and then 3, or of 1 and 2.
    const ROWS: [u8; 64] = {
        let mut bytes = [0; 64];
        let mut i = 0;
        while i < 32 {
            let (row, block, column) = (i / 8, i / 4 % 2, i % 4);
            let (is_inner, is_right) = (column == 1 || column == 2, column / 2);
            let part = row / 2 + if is_inner { 2 } else { 0 };
            bytes[i] = (16 * part + 4 * is_right + 2 * block + row % 2) as u8;
            i += 1;
        }
        bytes
    };

    let words = _mm512_packs_epi32(_mm512_srai_epi32::<SHIFT_2>(columns_01), _mm512_srai_epi32::<SHIFT_2>(columns_32));
    let bytes = _mm512_permutexvar_epi8(load(&ROWS), _mm512_packs_epi16(words, words));
    let rows = _mm512_castsi512_si256(_mm512_xor_si512(bytes, _mm512_set1_epi8(-128)));
    [
        _mm256_extract_epi64(rows, 0),
        _mm256_extract_epi64(rows, 1),
        _mm256_extract_epi64(rows, 2),
        _mm256_extract_epi64(rows, 3),
    ]
    .map(i64::cast_unsigned)
}
