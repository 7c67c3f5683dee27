//! Twin of [`crate::cpu::kernels::unpremultiply`]: 8 pixels at once.

use std::arch::x86_64::{
    __m128i, __m256i, _mm256_add_epi32, _mm256_adds_epi16, _mm256_and_si256, _mm256_blend_epi32,
    _mm256_castsi256_si128, _mm256_cmpeq_epi32, _mm256_cmpgt_epi32, _mm256_cvtepi16_epi32, _mm256_cvtepi32_ps,
    _mm256_cvttps_epi32, _mm256_div_ps, _mm256_extracti128_si256, _mm256_max_epi32, _mm256_min_epi32,
    _mm256_movemask_epi8, _mm256_mullo_epi32, _mm256_or_si256, _mm256_packs_epi32, _mm256_packus_epi16,
    _mm256_permute4x64_epi64, _mm256_permutevar8x32_epi32, _mm256_set_epi16, _mm256_set1_epi16, _mm256_set1_epi32,
    _mm256_setr_epi32, _mm256_setzero_si256, _mm256_shuffle_epi32, _mm256_slli_epi32, _mm256_srai_epi16,
};

use super::{UNIT_SHIFT, load_16, round_shift, store_pixels};
use crate::cpu::kernels::unpremultiply::{narrow as scalar_narrow, unpremultiply as scalar};
use crate::cpu::kernels::{UNITS_FULL, UNITS_PER_LEVEL};

/// Half of a level.
const HALF_LEVEL: i16 = 1 << (UNIT_SHIFT - 1);

#[target_feature(enable = "avx2")]
pub(super) fn unpremultiply(premultiplied: &[i16], straight: &mut [u8]) {
    assert_eq!(straight.len(), premultiplied.len(), "one sample each");
    let (blocks, rest) = premultiplied.as_chunks::<32>();
    let (output_blocks, output_rest) = straight.as_chunks_mut::<32>();
    for (samples, output) in blocks.iter().zip(output_blocks) {
        let (low, high) = samples.split_at(16);
        let low = load_16(low.as_array().expect("half of 32"));
        let high = load_16(high.as_array().expect("half of 32"));
        if is_opaque(low) && is_opaque(high) {
            store_pixels(output, narrow_32(low, high));
            continue;
        }
        let (a, b) = (_mm256_castsi256_si128(low), _mm256_extracti128_si256::<1>(low));
        let (c, d) = (_mm256_castsi256_si128(high), _mm256_extracti128_si256::<1>(high));
        let (a, b, c, d) = (dissociate(a), dissociate(b), dissociate(c), dissociate(d));
        // Packing works within halves of a vector: it leaves the pixels in the order 0 2 4 6 1 3 5 7.
        let packed = _mm256_packus_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d));
        store_pixels(output, _mm256_permutevar8x32_epi32(packed, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7)));
    }
    scalar(rest, output_rest);
}

/// Says whether 4 pixels have exactly full alpha.
#[inline]
#[target_feature(enable = "avx2")]
fn is_opaque(samples: __m256i) -> bool {
    const FULL: i16 = {
        assert!(UNITS_FULL <= i16::MAX as i32);
        #[expect(clippy::cast_possible_truncation, reason = "asserted")]
        {
            UNITS_FULL as i16
        }
    };
    let alpha = _mm256_set_epi16(-1, 0, 0, 0, -1, 0, 0, 0, -1, 0, 0, 0, -1, 0, 0, 0);
    let full = _mm256_set_epi16(FULL, 0, 0, 0, FULL, 0, 0, 0, FULL, 0, 0, 0, FULL, 0, 0, 0);
    _mm256_movemask_epi8(_mm256_cmpeq_epi32(_mm256_and_si256(samples, alpha), full)) == -1
}

/// Twin of [`crate::cpu::kernels::unpremultiply::narrow`]: 32 samples at once.
#[target_feature(enable = "avx2")]
pub(super) fn narrow(units: &[i16], levels: &mut [u8]) {
    assert_eq!(levels.len(), units.len(), "one sample each");
    let (blocks, rest) = units.as_chunks::<32>();
    let (output_blocks, output_rest) = levels.as_chunks_mut::<32>();
    for (samples, output) in blocks.iter().zip(output_blocks) {
        let (low, high) = samples.split_at(16);
        let low = load_16(low.as_array().expect("half of 32"));
        let high = load_16(high.as_array().expect("half of 32"));
        store_pixels(output, narrow_32(low, high));
    }
    scalar_narrow(rest, output_rest);
}

/// Rounds 32 samples without alpha to levels.
///
/// A sum that saturates is beyond 255 levels, as is the sum that it stands for.
#[inline]
#[target_feature(enable = "avx2")]
fn narrow_32(low: __m256i, high: __m256i) -> __m256i {
    let half = _mm256_set1_epi16(HALF_LEVEL);
    let low = _mm256_srai_epi16::<UNIT_SHIFT>(_mm256_adds_epi16(low, half));
    let high = _mm256_srai_epi16::<UNIT_SHIFT>(_mm256_adds_epi16(high, half));
    // Packing works within halves of a vector: it leaves eights in the order 0 2 1 3.
    _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packus_epi16(low, high))
}

/// Rounds units to levels, 0 to 255.
#[inline]
#[target_feature(enable = "avx2")]
fn levels(units: __m256i) -> __m256i {
    let rounded = round_shift(units, UNITS_PER_LEVEL.trailing_zeros());
    _mm256_max_epi32(_mm256_min_epi32(rounded, _mm256_set1_epi32(255)), _mm256_setzero_si256())
}

/// Divides the colour of 2 pixels by their alpha, and rounds everything to levels.
///
/// The quotient `(510·c + a) / 2a` is floored after a single-precision division. Both numbers are integers below 2²⁴, so
/// they are exact. A quotient that is not a whole number k is at least 1 / 2a > 2⁻¹⁶ below the next one, and below 256 the
/// division is off by at most 2⁻¹⁷: it never reaches k. From 256 on the result is 255 either way.
#[inline]
#[target_feature(enable = "avx2")]
fn dissociate(pair: __m128i) -> __m256i {
    let samples = _mm256_cvtepi16_epi32(pair);
    let zero = _mm256_setzero_si256();
    let alpha = _mm256_shuffle_epi32::<0xff>(samples);
    let level = levels(samples);
    // Where alpha is not positive the quotient is nonsense, and masked below.
    let color = _mm256_mullo_epi32(_mm256_max_epi32(samples, zero), _mm256_set1_epi32(510));
    let numerator = _mm256_cvtepi32_ps(_mm256_add_epi32(color, alpha));
    let denominator = _mm256_cvtepi32_ps(_mm256_slli_epi32::<1>(alpha));
    let quotient = _mm256_cvttps_epi32(_mm256_div_ps(numerator, denominator));
    let quotient = _mm256_min_epi32(quotient, _mm256_set1_epi32(255));
    let visible = _mm256_cmpgt_epi32(_mm256_shuffle_epi32::<0xff>(level), zero);
    let pixel = _mm256_blend_epi32::<0b1000_1000>(quotient, level);
    _mm256_and_si256(_mm256_or_si256(pixel, zero), visible)
}
