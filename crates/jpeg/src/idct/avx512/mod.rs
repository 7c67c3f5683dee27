//! The inverse DCT for x86-64 with AVX-512, equal to the scalar twins bit for bit.
//!
//! The arithmetic is that of [`super::avx2`]. The zigzag is undone by permutations of a whole block, one or two where AVX2 takes
//! some thirty shuffles, so less pays for blocks with few coefficients: only [`full`] leaves them to AVX2.
#![expect(unsafe_code, reason = "calls of functions that need AVX-512, and that store to computed places")]
#![expect(clippy::cast_possible_truncation, reason = "places in a block, and in 64 bytes")]

mod full;
mod half;
mod quarter;

use std::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_madd_epi16, _mm512_maskz_permutex2var_epi16, _mm512_mullo_epi16,
    _mm512_permutex2var_epi16, _mm512_set1_epi32, _mm512_shuffle_i32x4, _mm512_sub_epi32,
};

use super::avx2::{self, NONE};
use super::{Block, Dequant, Kernels};
use crate::vector::load;

/// The first numbers of all pairs, as a mask.
const FIRST: u32 = 0x5555_5555;

/// Returns the kernels of this module if the machine can run them; those of AVX2 among them.
pub(super) fn kernels() -> Option<Kernels> {
    // SAFETY (all three): the functions need these features and nothing else, and this set exists only where they were
    // detected.
    fn idct8(dequant: &Dequant, blocks: &[Block], last: &[u8], out: &mut [u8], stride: usize) {
        unsafe { full::idct8(dequant, blocks, last, out, stride) }
    }
    fn idct4(dequant: &Dequant, blocks: &[Block], last: &[u8], out: &mut [u8], stride: usize) {
        unsafe { half::idct4(dequant, blocks, last, out, stride) }
    }
    fn idct2(dequant: &Dequant, blocks: &[Block], last: &[u8], out: &mut [u8], stride: usize) {
        unsafe { quarter::idct2(dequant, blocks, last, out, stride) }
    }
    let has_all = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vbmi");
    if has_all { avx2::kernels().map(|avx2| Kernels { idct8, idct4, idct2, ..avx2 }) } else { None }
}

/// Joins four lists of places in zigzag order, one for each part of a vector.
const fn places(parts: [[u8; 8]; 4]) -> [u16; 32] {
    let mut places = [0; 32];
    let mut i = 0;
    while i < 32 {
        places[i] = parts[i / 8][i % 8] as u16;
        i += 1;
    }
    places
}

/// Repeats a pair of factors in each of four parts of a vector.
const fn factors(parts: [[i16; 2]; 4]) -> [i16; 32] {
    let mut factors = [0; 32];
    let mut i = 0;
    while i < 32 {
        factors[i] = parts[i / 8][i % 2];
        i += 1;
    }
    factors
}

/// What collects 32 coefficients of a block and multiplies them by their steps.
#[derive(Clone, Copy)]
struct Gather {
    places: __m512i,
    /// The steps of these places; nothing where there is no coefficient.
    steps: __m512i,
}

impl Gather {
    /// Prepares for [`places`], some of which may be [`NONE`].
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn new(wanted: &[u16; 32], dequant: &Dequant) -> Self {
        let is_wanted = wanted.iter().rev().fold(0, |mask, &place| mask << 1 | u32::from(place != NONE.into()));
        let [low, high] = halves(&dequant.steps);
        let places = load(wanted);
        Self { places, steps: _mm512_maskz_permutex2var_epi16(is_wanted, low, places, high) }
    }

    /// Collects the coefficients.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn collect(self, [low, high]: [__m512i; 2]) -> __m512i {
        _mm512_mullo_epi16(_mm512_permutex2var_epi16(low, self.places, high), self.steps)
    }
}

/// Loads 64 numbers.
#[inline]
#[target_feature(enable = "avx512f")]
fn halves(numbers: &[i16; 64]) -> [__m512i; 2] {
    let [low, high] = numbers.as_chunks::<32>().0 else { return [_mm512_set1_epi32(0); 2] };
    [load(low), load(high)]
}

/// Multiplies pairs by a constant pair, and adds.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn dot(pairs: __m512i, [first, second]: [i16; 2]) -> __m512i {
    let constants = _mm512_set1_epi32((i32::from(second) << 16) | i32::from(first.cast_unsigned()));
    _mm512_madd_epi16(pairs, constants)
}

/// Adds and subtracts.
#[inline]
#[target_feature(enable = "avx512f")]
fn butterfly(a: __m512i, b: __m512i) -> [__m512i; 2] {
    [_mm512_add_epi32(a, b), _mm512_sub_epi32(a, b)]
}

/// Turns the parts of four vectors like a matrix of four by four.
#[inline]
#[target_feature(enable = "avx512f")]
fn turn_parts([a, b, c, d]: [__m512i; 4]) -> [__m512i; 4] {
    let ab_low = _mm512_shuffle_i32x4(a, b, 0b01_00_01_00);
    let ab_high = _mm512_shuffle_i32x4(a, b, 0b11_10_11_10);
    let cd_low = _mm512_shuffle_i32x4(c, d, 0b01_00_01_00);
    let cd_high = _mm512_shuffle_i32x4(c, d, 0b11_10_11_10);
    [
        _mm512_shuffle_i32x4(ab_low, cd_low, 0b10_00_10_00),
        _mm512_shuffle_i32x4(ab_low, cd_low, 0b11_01_11_01),
        _mm512_shuffle_i32x4(ab_high, cd_high, 0b10_00_10_00),
        _mm512_shuffle_i32x4(ab_high, cd_high, 0b11_01_11_01),
    ]
}

/// Names the bytes of two rows of two blocks, as the first pass leaves them (four columns, those opposite to them, and the same of
/// the second block), in the order of pairs of columns: a part of a vector for each of the four, and in it two rows of the
/// first block, then of the second.
#[inline]
#[target_feature(enable = "avx512f")]
fn pairs_of_columns() -> __m512i {
    const BYTES: [u8; 64] = {
        let mut bytes = [0; 64];
        let mut i = 0;
        while i < 64 {
            let (pair, block, row, is_high, byte) = (i / 16, i / 8 % 2, i / 4 % 2, i / 2 % 2, i % 2);
            bytes[i] = (32 * block + 16 * is_high + 8 * row + 2 * pair + byte) as u8;
            i += 1;
        }
        bytes
    };
    load(&BYTES)
}
