//! Twin of [`crate::encode::color`]: sixteen samples of luma, or eight of each chroma, at once.
//!
//! How it stays exact is said there: see [`LUMA_EIGHTHS`] and [`Doubled`]. Bytes are multiplied and added in pairs, which is
//! also how pixels are added: their colours are put side by side first, and multiplied by one.

use std::arch::x86_64::{
    __m128i, __m256i, _mm_cvtsi128_si64, _mm_extract_epi64, _mm_unpacklo_epi16, _mm_unpacklo_epi32, _mm256_add_epi16,
    _mm256_add_epi32, _mm256_castsi256_si128, _mm256_cvtepi32_ps, _mm256_cvttps_epi32, _mm256_extracti128_si256,
    _mm256_hadd_epi16, _mm256_hadd_epi32, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_mul_ps, _mm256_mulhi_epu16,
    _mm256_packus_epi16, _mm256_packus_epi32, _mm256_set1_epi8, _mm256_set1_epi16, _mm256_set1_epi32,
    _mm256_set1_epi64x, _mm256_set1_ps, _mm256_shuffle_epi8, _mm256_srli_epi16, _mm256_unpackhi_epi8,
    _mm256_unpacklo_epi8,
};

use crate::encode::color::{
    self as scalar, Doubled, LUMA_BIAS, LUMA_EIGHTHS, LUMA_OVER_EIGHT, LUMA_REST, PIXEL, TO_BLUE, TO_RED,
};
use crate::vector::{load, store};

/// Bytes of eight pixels.
const EIGHT: usize = 8 * PIXEL;

#[target_feature(enable = "avx2")]
pub(super) fn to_luma(row: &[u8], luma: &mut [u8]) {
    let (steps, rest) = row.as_chunks::<{ 2 * EIGHT }>();
    let (luma_steps, luma_rest) = luma.as_chunks_mut::<16>();
    for (pixels, luma) in steps.iter().zip(luma_steps) {
        let [left, right] = halves(pixels);
        let pixels = [load(left), load(right)];
        let rest = _mm256_add_epi16(dot(pixels, LUMA_REST), _mm256_set1_epi16(LUMA_BIAS.cast_signed()));
        let eighth = _mm256_add_epi16(dot(pixels, LUMA_EIGHTHS), _mm256_srli_epi16::<3>(rest));
        let upper = _mm256_mulhi_epu16(eighth, _mm256_set1_epi16(LUMA_OVER_EIGHT.cast_signed()));
        let samples = _mm256_srli_epi16::<6>(upper);
        let [lower, upper] = in_halves(_mm256_packus_epi16(samples, samples));
        store(luma, _mm_unpacklo_epi32(lower, upper));
    }
    scalar::to_luma(rest, luma_rest);
}

#[target_feature(enable = "avx2")]
pub(super) fn to_chroma(rows: [&[u8]; 2], blue: &mut [u8], red: &mut [u8]) {
    let [(upper, upper_rest), (lower, lower_rest)] = rows.map(|row| row.as_chunks::<EIGHT>());
    let (blue, blue_rest) = blue.as_chunks_mut::<8>();
    let (red, red_rest) = red.as_chunks_mut::<8>();
    for ((upper, lower), (blue, red)) in upper.iter().zip(lower).zip(blue.iter_mut().zip(red)) {
        let (upper, lower) = (load(upper), load(lower));
        // Pixels 0, 1, 4, 5 and 2, 3, 6, 7.
        let sums = [_mm256_unpacklo_epi8(upper, lower), _mm256_unpackhi_epi8(upper, lower)].map(|pixels| add(pixels));
        let [lower, upper] = weigh([&TO_BLUE[0], &TO_RED[0]], sums);
        store_both(blue, red, _mm_unpacklo_epi32(lower, upper));
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
        let sums = [add_four(left_upper, left_lower), add_four(right_upper, right_lower)];
        let [lower, upper] = weigh([&TO_BLUE[1], &TO_RED[1]], sums);
        store_both(blue, red, _mm_unpacklo_epi16(lower, upper));
    }
    if !upper_rest.is_empty() {
        scalar::to_half_chroma([upper_rest, lower_rest], blue_rest, red_rest);
    }
}

/// Stores eight samples of Cb, the low half of a vector, and eight of Cr, the high half.
#[inline]
#[target_feature(enable = "avx2")]
fn store_both(blue: &mut [u8; 8], red: &mut [u8; 8], samples: __m128i) {
    store(blue, _mm_cvtsi128_si64(samples).cast_unsigned());
    store(red, _mm_extract_epi64::<1>(samples).cast_unsigned());
}

/// Splits sixteen pixels.
#[inline]
fn halves(pixels: &[u8; 2 * EIGHT]) -> [&[u8; EIGHT]; 2] {
    let (left, right) = pixels.as_chunks::<EIGHT>().0.split_at(1);
    [&left[0], &right[0]]
}

/// Splits a vector.
#[inline]
#[target_feature(enable = "avx2")]
fn in_halves(vector: __m256i) -> [__m128i; 2] {
    [_mm256_castsi256_si128(vector), _mm256_extracti128_si256::<1>(vector)]
}

/// Multiplies the colours of sixteen pixels with a weight each, and adds: pixels 0 to 3, 8 to 11, 4 to 7, 12 to 15.
#[inline]
#[target_feature(enable = "avx2")]
fn dot(pixels: [__m256i; 2], [red, green, blue]: [u8; 3]) -> __m256i {
    let weights = _mm256_set1_epi32(i32::from_le_bytes([red, green, blue, 0]));
    let [first, second] = pixels.map(|pixels| _mm256_maddubs_epi16(pixels, weights));
    _mm256_hadd_epi16(first, second)
}

/// Adds neighbouring bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn add(bytes: __m256i) -> __m256i {
    _mm256_maddubs_epi16(bytes, _mm256_set1_epi8(1))
}

/// The bytes of two pixels side by side, channel by channel.
static NEIGHBOURS: [i8; 32] = [
    0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15, //
    0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15,
];

/// Adds pixels 0 and 1, 2 and 3, 4 and 5, 6 and 7 of two rows.
#[inline]
#[target_feature(enable = "avx2")]
fn add_four(upper: &[u8; EIGHT], lower: &[u8; EIGHT]) -> __m256i {
    let neighbours = load(&NEIGHBOURS);
    let [upper, lower] = [upper, lower].map(|row| add(_mm256_shuffle_epi8(load(row), neighbours)));
    _mm256_add_epi16(upper, lower)
}

/// Weighs sums of colours to Cb and Cr. Each half has results of the lower or upper halves of the first vector, and of the
/// second: four of Cb, then four of Cr.
#[inline]
#[target_feature(enable = "avx2")]
fn weigh(doubled: [&Doubled; 2], [first, second]: [__m256i; 2]) -> [__m128i; 2] {
    let [blue, red] = doubled.map(|doubled| {
        let weights = [doubled.red, doubled.green, doubled.blue, 0].map(i16::to_le_bytes);
        let [[a, b], [c, d], [e, f], [g, h]] = weights;
        let weights = _mm256_set1_epi64x(i64::from_le_bytes([a, b, c, d, e, f, g, h]));
        let sums = _mm256_hadd_epi32(_mm256_madd_epi16(first, weights), _mm256_madd_epi16(second, weights));
        let numerators = _mm256_cvtepi32_ps(_mm256_add_epi32(sums, _mm256_set1_epi32(doubled.bias)));
        _mm256_cvttps_epi32(_mm256_mul_ps(numerators, _mm256_set1_ps(doubled.factor)))
    });
    let words = _mm256_packus_epi32(blue, red);
    // 256 becomes 255.
    in_halves(_mm256_packus_epi16(words, words))
}
