//! The inverse DCT for x86-64 with AVX2, equal to the scalar twins bit for bit.
//!
//! Two neighbouring blocks are transformed at once, one in each 128-bit half of the vectors; nothing crosses the halves
//! before the samples are stored. Coefficients come in zigzag order: [`gather`] undoes it by byte shuffles, and puts
//! side by side what a pairwise multiply-add is to see next.
//!
//! # How a pass is laid out
//!
//! A pass works on the columns 0 to 3 (`low`) and then on the columns 4, 7, 6, 5 (`high`), four 32-bit sums in each half. After
//! the first pass, low and high interleave to the pairs (0, 4), (1, 7), (2, 6) and (3, 5) of each row, which are what the
//! second pass multiplies, so that rows become columns by a transposition of 4×4 pairs instead of 8×8 samples.
//!
//! Where a block pair holds numbers of no sane file, so that it matters which sums wrap, the reference takes over: see
//! [`is_extreme`].
//!
//! `unsafe` is used for stores of samples, rows apart, whose places are computed, and for the calls from the entry points,
//! which [`kernels`] hands out only on a machine that has AVX2.
#![expect(unsafe_code, reason = "stores to computed places, and calls of functions that need AVX2")]

mod full;
mod gather;
mod half;
mod quarter;

use std::arch::x86_64::{
    __m128i, __m256i, _mm_cvtsi128_si64, _mm256_add_epi16, _mm256_add_epi32, _mm256_castsi128_si256,
    _mm256_inserti128_si256, _mm256_madd_epi16, _mm256_mullo_epi16, _mm256_or_si256, _mm256_set1_epi16,
    _mm256_set1_epi32, _mm256_sub_epi32, _mm256_testz_si256,
};

pub(super) use full::{HIGH, LOW, ONE, corner, fill};
pub(super) use gather::{NONE, interleaved, place};
pub(super) use half::fill as half_fill;

use super::{Block, Dequant, Kernels, reduced};
use crate::vector::{load, store_at};

/// Returns the kernels of this module if the machine can run them.
pub(super) fn kernels() -> Option<Kernels> {
    // SAFETY (all three): the functions need AVX2 and nothing else, and this set exists only where it was detected.
    fn idct8(dequant: &Dequant, blocks: &[Block], last: &[u8], out: &mut [u8], stride: usize) {
        unsafe { full::idct8(dequant, blocks, last, out, stride) }
    }
    fn idct4(dequant: &Dequant, blocks: &[Block], last: &[u8], out: &mut [u8], stride: usize) {
        unsafe { half::idct4(dequant, blocks, last, out, stride) }
    }
    fn idct2(dequant: &Dequant, blocks: &[Block], last: &[u8], out: &mut [u8], stride: usize) {
        unsafe { quarter::idct2(dequant, blocks, last, out, stride) }
    }
    is_x86_feature_detected!("avx2").then_some(Kernels { idct8, idct4, idct2, idct1: reduced::idct1 })
}

/// The last place in zigzag order that lies within the first four rows and columns, as do all before it.
pub(super) const LAST_OF_CORNER: u8 = 9;

/// Loads eight coefficients of each of two blocks, and multiplies them by their steps.
#[inline]
#[target_feature(enable = "avx2")]
fn load_eight(dequant: &Dequant, [first, second]: [&Block; 2], eight: usize) -> __m256i {
    let (first, second) = (&first.0.as_chunks::<8>().0[eight], &second.0.as_chunks::<8>().0[eight]);
    let both = _mm256_inserti128_si256(_mm256_castsi128_si256(load(first)), load(second), 1);
    _mm256_mullo_epi16(both, load(&dequant.doubled[eight]))
}

/// Loads two blocks in zigzag order, multiplied by their steps.
#[inline]
#[target_feature(enable = "avx2")]
fn load_block(dequant: &Dequant, blocks: [&Block; 2]) -> [__m256i; 8] {
    let mut zigzag = [_mm256_set1_epi16(0); 8];
    for (eight, zigzag) in zigzag.iter_mut().enumerate() {
        *zigzag = load_eight(dequant, blocks, eight);
    }
    zigzag
}

/// Tells whether any DC or AC coefficient of the first row, which stand in the low halves of pairs, is beyond what can be
/// scaled by 4 in 16 bits: there it matters whether a pass clamps or cuts.
#[inline]
#[target_feature(enable = "avx2")]
fn is_extreme([low, high]: [__m256i; 2]) -> bool {
    let middle = _mm256_set1_epi16(0x2000);
    let (low, high) = (_mm256_add_epi16(low, middle), _mm256_add_epi16(high, middle));
    // A number within the range has its upper two bits clear now. The high halves of pairs held 0, so theirs are clear.
    _mm256_testz_si256(_mm256_or_si256(low, high), _mm256_set1_epi16(0xc000_u16.cast_signed())) == 0
}

/// A constant pair for [`dot`], eight times.
#[inline]
#[target_feature(enable = "avx2")]
fn pair(first: i16, second: i16) -> __m256i {
    _mm256_set1_epi32((i32::from(second) << 16) | i32::from(first.cast_unsigned()))
}

/// Multiplies pairs by a constant pair, and adds.
#[inline]
#[target_feature(enable = "avx2")]
fn dot(pairs: __m256i, [first, second]: [i16; 2]) -> __m256i {
    _mm256_madd_epi16(pairs, pair(first, second))
}

/// Adds and subtracts.
#[inline]
#[target_feature(enable = "avx2")]
fn butterfly(a: __m256i, b: __m256i) -> [__m256i; 2] {
    [_mm256_add_epi32(a, b), _mm256_sub_epi32(a, b)]
}

/// Where the samples of a pair of blocks go.
#[derive(Debug)]
pub(super) struct Target<'a> {
    /// From the first sample of the pair on.
    pub(super) out: &'a mut [u8],
    pub(super) stride: usize,
    /// Whether there are two blocks; otherwise the second half of a vector is of no use.
    pub(super) is_pair: bool,
}

impl Target<'_> {
    /// Stores rows of 8 and 8 samples, or of 8.
    ///
    /// # Safety
    ///
    /// The rows must lie within the output: `N - 1` strides and 16 samples, or 8 if there is one block.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn store_rows<const N: usize>(self, rows: [__m128i; N]) {
        if self.is_pair {
            for (y, row) in rows.into_iter().enumerate() {
                // SAFETY: the caller vouches for 16 bytes in each row.
                unsafe { store_at(self.out, y * self.stride, row) };
            }
        } else {
            for (y, row) in rows.into_iter().enumerate() {
                // SAFETY: the caller vouches for 8 bytes in each row.
                unsafe { store_at(self.out, y * self.stride, _mm_cvtsi128_si64(row).cast_unsigned()) };
            }
        }
    }

    /// Stores rows of 4 and 4 samples, or of 4.
    ///
    /// # Safety
    ///
    /// The rows must lie within the output: 3 strides and 8 samples, or 4 if there is one block.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn store_rows_of_8(self, rows: [u64; 4]) {
        for (y, row) in rows.into_iter().enumerate() {
            let [a, b, c, d, ..] = row.to_le_bytes();
            if self.is_pair {
                // SAFETY: the caller vouches for 8 bytes in each row.
                unsafe { store_at(self.out, y * self.stride, row) };
            } else {
                // SAFETY: the caller vouches for 4 bytes in each row.
                unsafe { store_at(self.out, y * self.stride, [a, b, c, d]) };
            }
        }
    }
}
