//! Twin of [`crate::cpu::kernels::premultiply`]: 8 pixels at once.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_blend_epi16, _mm256_castsi256_si128, _mm256_cmpeq_epi8, _mm256_cvtepu8_epi16,
    _mm256_extracti128_si256, _mm256_movemask_epi8, _mm256_mullo_epi16, _mm256_or_si256, _mm256_packus_epi32,
    _mm256_set1_epi8, _mm256_set1_epi32, _mm256_setzero_si256, _mm256_shufflehi_epi16, _mm256_shufflelo_epi16,
    _mm256_slli_epi16, _mm256_slli_epi32, _mm256_srli_epi32, _mm256_unpackhi_epi16, _mm256_unpacklo_epi16,
};

use super::{UNIT_SHIFT, load_pixels, store_16};
use crate::cpu::kernels::premultiply::premultiply as scalar;
use crate::pixmap::is_opaque as scalar_is_opaque;

#[target_feature(enable = "avx2")]
pub(super) fn premultiply(straight: &[u8], premultiplied: &mut [i16]) {
    assert_eq!(straight.len(), premultiplied.len(), "one sample each");
    let (blocks, rest) = straight.as_chunks::<32>();
    let (output_blocks, output_rest) = premultiplied.as_chunks_mut::<32>();
    for (pixels, output) in blocks.iter().zip(output_blocks) {
        let pixels = load_pixels(pixels);
        let low = _mm256_cvtepu8_epi16(_mm256_castsi256_si128(pixels));
        let high = _mm256_cvtepu8_epi16(_mm256_extracti128_si256::<1>(pixels));
        let (low, high) = if are_opaque(pixels) {
            (_mm256_slli_epi16::<UNIT_SHIFT>(low), _mm256_slli_epi16::<UNIT_SHIFT>(high))
        } else {
            (associate(low), associate(high))
        };
        let (output_low, output_high) = output.split_at_mut(16);
        store_16(output_low.as_mut_array().expect("half of 32"), low);
        store_16(output_high.as_mut_array().expect("half of 32"), high);
    }
    scalar(rest, output_rest);
}

/// Twin of [`crate::pixmap::is_opaque`]: 8 pixels at once.
#[target_feature(enable = "avx2")]
pub(super) fn is_opaque(row: &[u8]) -> bool {
    let (blocks, rest) = row.as_chunks::<32>();
    for block in blocks {
        if !are_opaque(load_pixels(block)) {
            return false;
        }
    }
    scalar_is_opaque(rest)
}

/// Says whether all 8 pixels have alpha 255.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn are_opaque(pixels: __m256i) -> bool {
    let color = _mm256_set1_epi32(0x00ff_ffff);
    let full = _mm256_cmpeq_epi8(_mm256_or_si256(pixels, color), _mm256_set1_epi8(-1));
    _mm256_movemask_epi8(full) == -1
}

/// Multiplies the colour of 4 pixels by their alpha, levels in and units out.
#[inline]
#[target_feature(enable = "avx2")]
fn associate(levels: __m256i) -> __m256i {
    let alpha = _mm256_shufflehi_epi16::<0xff>(_mm256_shufflelo_epi16::<0xff>(levels));
    // At most 65,025: unsigned.
    let products = _mm256_mullo_epi16(levels, alpha);
    let zero = _mm256_setzero_si256();
    let low = divide(_mm256_unpacklo_epi16(products, zero));
    let high = divide(_mm256_unpackhi_epi16(products, zero));
    let color = _mm256_packus_epi32(low, high);
    _mm256_blend_epi16::<0b1000_1000>(color, _mm256_slli_epi16::<UNIT_SHIFT>(levels))
}

/// Returns `round(64·x / 255)` of eight products of levels.
///
/// 1 / 255 = 1/2⁸ · (1 + 1/2⁸ · (1 + 1/2⁸ · …)); two steps of that and a carry of 1 floor the quotient of every numerator
/// that occurs. The test of this module tries them all.
#[inline]
#[target_feature(enable = "avx2")]
fn divide(products: __m256i) -> __m256i {
    let numerator = _mm256_add_epi32(_mm256_slli_epi32::<UNIT_SHIFT>(products), _mm256_set1_epi32(127));
    let inner = _mm256_srli_epi32::<8>(_mm256_add_epi32(numerator, _mm256_srli_epi32::<8>(numerator)));
    let outer = _mm256_add_epi32(_mm256_add_epi32(numerator, inner), _mm256_set1_epi32(1));
    _mm256_srli_epi32::<8>(outer)
}
