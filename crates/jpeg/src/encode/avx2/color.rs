//! Twin of [`crate::encode::color`]: eight samples at once.
//!
//! # Exactness
//!
//! Weights are binary fractions, each the nearest to the exact one, so a result is wrong by less than a half of the last
//! place for each unit of its three channels. Exact results stand on a grid of 1 / denominator, so between one that has to be
//! rounded up and the next lower one there is a step of the grid; half of it is added before rounding down. As long as
//! errors stay below that, every result is the exact one:
//!
//! | | bits | greatest error, in last places | half of a step |
//! | --- | --- | --- | --- |
//! | luma | 19 | 255 · (0.1 + 0.1) | 2^19 / 2000 = 262 |
//! | blue, of four pixels | 23 | 1020 · 0.44 | 2^23 / 14,176 = 591 |
//! | red, of four pixels | 23 | 1020 · 0.2 | 2^23 / 11,216 = 747 |
//!
//! The weights of chroma add up to zero, so the errors of two of them have opposite signs, and count once each way. Weights
//! have more than 16 bits, so they are split in two; the higher part is multiplied by itself.

use std::arch::x86_64::{
    __m128i, __m256i, _mm_unpacklo_epi16, _mm_unpacklo_epi32, _mm256_add_epi16, _mm256_add_epi32,
    _mm256_castsi256_si128, _mm256_extracti128_si256, _mm256_hadd_epi32, _mm256_madd_epi16, _mm256_packus_epi16,
    _mm256_packus_epi32, _mm256_set1_epi32, _mm256_set1_epi64x, _mm256_setzero_si256, _mm256_slli_epi16,
    _mm256_slli_epi32, _mm256_srai_epi32, _mm256_unpackhi_epi8, _mm256_unpackhi_epi64, _mm256_unpacklo_epi8,
    _mm256_unpacklo_epi64,
};

use super::{load_pixels, store_eight_bytes};
use crate::encode::color::{self as scalar, BLUE, BLUE_OVER, LUMA, LUMA_OVER, PIXEL, RED, RED_OVER};

/// Bytes of eight pixels.
const EIGHT: usize = 8 * PIXEL;

/// Bits of the lower part of a weight.
const LOWER_BITS: i32 = 11;

/// Weights of red, green and blue, with what is added before rounding down, for a result of `BITS` binary places.
#[derive(Clone, Copy)]
struct Weights<const BITS: i32> {
    /// The higher parts, 16 bits each, and 0 for alpha.
    higher: i64,
    /// The lower parts.
    lower: i64,
    bias: i32,
}

impl<const BITS: i32> Weights<BITS> {
    /// Prepares weights of numerators over a denominator.
    const fn new(numerators: [i32; 3], denominator: i32) -> Self {
        let (mut higher, mut lower) = (0, 0);
        let mut i = 0;
        while i < 3 {
            // To nearest: with twice the denominator, of an odd number of halves.
            let doubled = (numerators[i] as i64) << (BITS + 1);
            let weight = (doubled + denominator as i64).div_euclid(2 * denominator as i64);
            higher |= ((weight >> LOWER_BITS) & 0xffff) << (16 * i);
            lower |= (weight & ((1 << LOWER_BITS) - 1)) << (16 * i);
            i += 1;
        }
        Self { higher, lower, bias: (1 << (BITS - 1)) + (1 << BITS) / (2 * denominator) }
    }
}

const TO_LUMA: Weights<19> = Weights::new(LUMA, LUMA_OVER);
const TO_BLUE: Weights<23> = Weights::new(BLUE, 4 * BLUE_OVER);
const TO_RED: Weights<23> = Weights::new(RED, 4 * RED_OVER);

#[target_feature(enable = "avx2")]
pub(super) fn to_luma(row: &[u8], luma: &mut [u8]) {
    let (eights, rest) = row.as_chunks::<EIGHT>();
    let (luma_eights, luma_rest) = luma.as_chunks_mut::<8>();
    for (pixels, luma) in eights.iter().zip(luma_eights) {
        let [low, high] = widen(pixels);
        store_eight_bytes(luma, in_order(weigh(&TO_LUMA, low, high, 0)));
    }
    scalar::to_luma(rest, luma_rest);
}

#[target_feature(enable = "avx2")]
pub(super) fn to_chroma(rows: [&[u8]; 2], blue: &mut [u8], red: &mut [u8]) {
    let [(upper, upper_rest), (lower, lower_rest)] = rows.map(|row| row.as_chunks::<EIGHT>());
    let (blue, blue_rest) = blue.as_chunks_mut::<8>();
    let (red, red_rest) = red.as_chunks_mut::<8>();
    for ((upper, lower), (blue, red)) in upper.iter().zip(lower).zip(blue.iter_mut().zip(red)) {
        let [low, high] = add(upper, lower);
        // The weights are for four pixels.
        let (low, high) = (_mm256_slli_epi16::<1>(low), _mm256_slli_epi16::<1>(high));
        store_eight_bytes(blue, in_order(weigh(&TO_BLUE, low, high, 128)));
        store_eight_bytes(red, in_order(weigh(&TO_RED, low, high, 128)));
    }
    if !upper_rest.is_empty() {
        scalar::to_chroma([upper_rest, lower_rest], blue_rest, red_rest);
    }
}

#[target_feature(enable = "avx2")]
pub(super) fn to_half_chroma(rows: [&[u8]; 2], blue: &mut [u8], red: &mut [u8]) {
    let [(upper, upper_rest), (lower, lower_rest)] = rows.map(|row| row.as_chunks::<{ 2 * EIGHT }>());
    // With a last pixel of its own, chroma may have one more group of eight.
    let (blue, blue_rest) = blue.split_at_mut(8 * upper.len());
    let (red, red_rest) = red.split_at_mut(8 * upper.len());
    let eights = blue.as_chunks_mut::<8>().0.iter_mut().zip(red.as_chunks_mut::<8>().0);
    for ((upper, lower), (blue, red)) in upper.iter().zip(lower).zip(eights) {
        let ([left_upper, right_upper], [left_lower, right_lower]) = (halves(upper), halves(lower));
        let left = add_neighbours(add(left_upper, left_lower));
        let right = add_neighbours(add(right_upper, right_lower));
        store_eight_bytes(blue, in_order_of_pairs(weigh(&TO_BLUE, left, right, 128)));
        store_eight_bytes(red, in_order_of_pairs(weigh(&TO_RED, left, right, 128)));
    }
    if !upper_rest.is_empty() {
        scalar::to_half_chroma([upper_rest, lower_rest], blue_rest, red_rest);
    }
}

/// Splits sixteen pixels.
#[inline]
fn halves(pixels: &[u8; 2 * EIGHT]) -> [&[u8; EIGHT]; 2] {
    let (left, right) = pixels.as_chunks::<EIGHT>().0.split_at(1);
    [&left[0], &right[0]]
}

/// Widens eight pixels to 16 bits a sample: pixels 0, 1, 4, 5 and 2, 3, 6, 7.
#[inline]
#[target_feature(enable = "avx2")]
fn widen(pixels: &[u8; EIGHT]) -> [__m256i; 2] {
    let (pixels, zero) = (load_pixels(pixels), _mm256_setzero_si256());
    [_mm256_unpacklo_epi8(pixels, zero), _mm256_unpackhi_epi8(pixels, zero)]
}

/// Adds eight pixels of two rows.
#[inline]
#[target_feature(enable = "avx2")]
fn add(upper: &[u8; EIGHT], lower: &[u8; EIGHT]) -> [__m256i; 2] {
    let (upper, lower) = (widen(upper), widen(lower));
    [_mm256_add_epi16(upper[0], lower[0]), _mm256_add_epi16(upper[1], lower[1])]
}

/// Adds pixels 0 and 1, 2 and 3, 4 and 5, 6 and 7.
#[inline]
#[target_feature(enable = "avx2")]
fn add_neighbours([low, high]: [__m256i; 2]) -> __m256i {
    _mm256_add_epi16(_mm256_unpacklo_epi64(low, high), _mm256_unpackhi_epi64(low, high))
}

/// Weighs the channels of eight pixels, four a vector; results are 32 bits each: those of the first vector's lower half,
/// the second one's lower half, and the upper halves likewise.
#[inline]
#[target_feature(enable = "avx2")]
fn weigh<const BITS: i32>(weights: &Weights<BITS>, first: __m256i, second: __m256i, offset: i32) -> __m256i {
    let sum = _mm256_hadd_epi32(weigh_pairs(weights, first), weigh_pairs(weights, second));
    let rounded = _mm256_srai_epi32::<BITS>(_mm256_add_epi32(sum, _mm256_set1_epi32(weights.bias)));
    _mm256_add_epi32(rounded, _mm256_set1_epi32(offset))
}

/// Weighs red and green, and blue, of four pixels.
#[inline]
#[target_feature(enable = "avx2")]
fn weigh_pairs<const BITS: i32>(weights: &Weights<BITS>, pixels: __m256i) -> __m256i {
    let higher = _mm256_madd_epi16(pixels, _mm256_set1_epi64x(weights.higher));
    let lower = _mm256_madd_epi16(pixels, _mm256_set1_epi64x(weights.lower));
    _mm256_add_epi32(_mm256_slli_epi32::<LOWER_BITS>(higher), lower)
}

/// Cuts eight results to bytes, those of the lower half first; 256 becomes 255.
#[inline]
#[target_feature(enable = "avx2")]
fn in_order(results: __m256i) -> __m128i {
    let [lower, upper] = to_bytes(results);
    _mm_unpacklo_epi32(lower, upper)
}

/// Cuts eight results to bytes, two of the lower half, two of the upper half, and so on.
#[inline]
#[target_feature(enable = "avx2")]
fn in_order_of_pairs(results: __m256i) -> __m128i {
    let [lower, upper] = to_bytes(results);
    _mm_unpacklo_epi16(lower, upper)
}

/// Cuts the four results of each half to bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn to_bytes(results: __m256i) -> [__m128i; 2] {
    let words = _mm256_packus_epi32(results, results);
    let bytes = _mm256_packus_epi16(words, words);
    [_mm256_castsi256_si128(bytes), _mm256_extracti128_si256::<1>(bytes)]
}
