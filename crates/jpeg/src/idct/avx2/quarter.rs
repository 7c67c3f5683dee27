//! The inverse DCT at 1/4, two blocks at once.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_extract_epi32, _mm256_madd_epi16, _mm256_packs_epi16, _mm256_packs_epi32,
    _mm256_set1_epi8, _mm256_set1_epi32, _mm256_setr_epi16, _mm256_setr_epi32, _mm256_shuffle_epi32, _mm256_sign_epi32,
    _mm256_slli_epi32, _mm256_srai_epi32, _mm256_xor_si256,
};

use super::gather::{Gather, NONE};
use super::{butterfly, dot, load_block};
use crate::idct::full::{CONST_BITS, PASS1_BITS};
use crate::idct::reduced::fix;
use crate::idct::{Block, Dequant, check};

/// How far the first pass scales down.
const SHIFT_1: i32 = (CONST_BITS - PASS1_BITS + 2).cast_signed();
/// How far the second pass scales down.
const SHIFT_2: i32 = (CONST_BITS + PASS1_BITS + 3 + 2).cast_signed();

/// Twin of [`crate::idct::reduced::idct2`].
#[target_feature(enable = "avx2")]
pub(super) fn idct2(dequant: &Dequant, blocks: &[Block], last: &[u8], out: &mut [u8], stride: usize) {
    check(2, blocks, last, out, stride);
    let mut pairs = blocks.chunks_exact(2);
    let mut at = 0;
    for pair in &mut pairs {
        let rows = samples(dequant, [&pair[0], &pair[1]]);
        for (y, [a, b, c, d]) in rows.into_iter().enumerate() {
            out[at + y * stride..][..4].copy_from_slice(&[a, b, c, d]);
        }
        at += 4;
    }
    if let [block] = pairs.remainder() {
        for (y, [a, b, ..]) in samples(dequant, [block, block]).into_iter().enumerate() {
            out[at + y * stride..][..2].copy_from_slice(&[a, b]);
        }
    }
}

/// Transforms two blocks into two rows: 2 samples of the first block, 2 of the second.
#[inline]
#[target_feature(enable = "avx2")]
fn samples(dequant: &Dequant, blocks: [&Block; 2]) -> [[u8; 4]; 2] {
    const ODD_COLUMNS: [u8; 4] = [1, 3, 5, 7];
    const DC: Gather = Gather::rows([NONE, 0], [0; 4]);
    const ROW_0: Gather = Gather::rows([NONE, 0], ODD_COLUMNS);
    const ROWS_13: Gather = Gather::rows([1, 3], ODD_COLUMNS);
    const ROWS_57: Gather = Gather::rows([5, 7], ODD_COLUMNS);
    /// Rows 1, 3, 5 and 7 of column 0, which stand in zigzag order at these places.
    const COLUMN_0: Gather = Gather::new([2, 9, 20, 35, NONE, NONE, NONE, NONE]);

    let [c1, c3, c5, c7] = fix::QUARTER;
    let odds = _mm256_setr_epi16(c1, c3, c5, c7, c1, c3, c5, c7, c1, c3, c5, c7, c1, c3, c5, c7);
    let zigzag = load_block(dequant, blocks);

    // The first pass: the odd columns, then column 0, which is not clamped: upper, upper, lower, lower. Inputs of the even
    // half stand in the upper 16 bits: shifted down by one, they are scaled by 15 bits.
    let even = _mm256_srai_epi32(ROW_0.collect(&zigzag), 1);
    let odd = _mm256_add_epi32(dot(ROWS_13.collect(&zigzag), [c1, c3]), dot(ROWS_57.collect(&zigzag), [c5, c7]));
    let [upper, lower] = butterfly(even, odd);
    let (upper, lower) = (descale(upper), descale(lower));
    let column_0 = _mm256_madd_epi16(COLUMN_0.collect(&zigzag), odds);
    let odd =
        _mm256_add_epi32(_mm256_shuffle_epi32(column_0, 0b00_00_00_00), _mm256_shuffle_epi32(column_0, 0b01_01_01_01));
    let odd = _mm256_sign_epi32(odd, _mm256_setr_epi32(1, 1, -1, -1, 1, 1, -1, -1));
    let column_0 = descale(_mm256_add_epi32(_mm256_srai_epi32(DC.collect(&zigzag), 1), odd));

    // The second pass, of the upper row and the lower row at once.
    let odd = _mm256_madd_epi16(_mm256_packs_epi32(upper, lower), odds);
    let odd = _mm256_add_epi32(odd, _mm256_shuffle_epi32(odd, 0b10_11_00_01));
    let odd = _mm256_sign_epi32(odd, _mm256_setr_epi32(1, -1, 1, -1, 1, -1, 1, -1));
    let even = _mm256_slli_epi32(column_0, CONST_BITS.cast_signed() + 2);
    let sums = _mm256_add_epi32(_mm256_add_epi32(even, odd), _mm256_set1_epi32(1 << (SHIFT_2 - 1)));
    let words = _mm256_packs_epi32(_mm256_srai_epi32(sums, SHIFT_2), sums);
    let bytes = _mm256_xor_si256(_mm256_packs_epi16(words, words), _mm256_set1_epi8(-128));
    let [a, b, c, d] = _mm256_extract_epi32(bytes, 0).to_le_bytes();
    let [e, f, g, h] = _mm256_extract_epi32(bytes, 4).to_le_bytes();
    [[a, b, e, f], [c, d, g, h]]
}

/// Scales down a sum of the first pass.
#[inline]
#[target_feature(enable = "avx2")]
fn descale(sum: __m256i) -> __m256i {
    _mm256_srai_epi32(_mm256_add_epi32(sum, _mm256_set1_epi32(1 << (SHIFT_1 - 1))), SHIFT_1)
}
