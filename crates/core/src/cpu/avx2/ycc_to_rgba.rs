//! Twin of [`crate::cpu::kernels::ycc_to_rgba`]: 16 pixels at once.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_add_ps, _mm256_cvtepi32_ps, _mm256_cvttps_epi32, _mm256_madd_epi16,
    _mm256_max_epi32, _mm256_min_epi32, _mm256_min_epu16, _mm256_mul_ps, _mm256_mulhi_epu16, _mm256_or_si256,
    _mm256_packus_epi32, _mm256_permute2x128_si256, _mm256_set1_epi16, _mm256_set1_epi32, _mm256_set1_ps,
    _mm256_setzero_si256, _mm256_slli_epi16, _mm256_srai_epi32, _mm256_srli_epi16, _mm256_unpackhi_epi16,
    _mm256_unpacklo_epi16,
};

use super::{load_16, store_pixels, weight_pair};
use crate::cpu::kernels::UNITS_PER_LEVEL;
use crate::cpu::kernels::ycc_to_rgba::{
    BLUE_CB, BLUE_OFFSET, GREEN_CB, GREEN_CR, GREEN_OFFSET, GREEN_ONE, RED_BLUE_ONE, RED_CR, RED_OFFSET,
    ycc_to_rgba as scalar,
};

/// Pixels of a block.
const BLOCK: usize = 16;

#[target_feature(enable = "avx2")]
pub(super) fn ycc_to_rgba([luma, blue, red]: [&[i16]; 3], output: &mut [u8]) {
    let (blocks, rest) = output.as_chunks_mut::<{ 4 * BLOCK }>();
    let [(luma, luma_rest), (blue, blue_rest), (red, red_rest)] = [luma, blue, red].map(|row| row.as_chunks::<BLOCK>());
    assert!([luma, blue, red].iter().all(|row| row.len() == blocks.len()), "a sample for each pixel");
    for (((output, luma), blue), red) in blocks.iter_mut().zip(luma).zip(blue).zip(red) {
        let (luma, blue, red) = (load_16(luma), load_16(blue), load_16(red));
        let with_blue = [_mm256_unpacklo_epi16(luma, blue), _mm256_unpackhi_epi16(luma, blue)];
        let with_red = [_mm256_unpacklo_epi16(luma, red), _mm256_unpackhi_epi16(luma, red)];
        let r = red_or_blue(with_red, RED_CR, RED_OFFSET);
        let b = red_or_blue(with_blue, BLUE_CB, BLUE_OFFSET);
        let g = green(with_blue, with_red);
        let red_green = _mm256_or_si256(r, _mm256_slli_epi16::<8>(g));
        let blue_alpha = _mm256_or_si256(b, _mm256_set1_epi16(0xff00_u16.cast_signed()));
        // Pixels 0 to 3 and 8 to 11, and the others.
        let (low, high) = (_mm256_unpacklo_epi16(red_green, blue_alpha), _mm256_unpackhi_epi16(red_green, blue_alpha));
        let (left, right) = output.split_at_mut(2 * BLOCK);
        let (left, right) = (left.as_mut_array().expect("half of 64"), right.as_mut_array().expect("half of 64"));
        store_pixels(left, _mm256_permute2x128_si256::<0x20>(low, high));
        store_pixels(right, _mm256_permute2x128_si256::<0x31>(low, high));
    }
    scalar([luma_rest, blue_rest, red_rest], rest);
}

/// Two factors as a pairwise multiply-add takes them.
#[inline]
#[target_feature(enable = "avx2")]
fn factors(first: i32, second: i32) -> __m256i {
    let narrow = |factor: i32| i16::try_from(factor).expect("factors have 16 bits");
    _mm256_set1_epi32(weight_pair(narrow(first), narrow(second)))
}

/// Makes levels of red or blue: luma and chroma in pairs.
///
/// The divisor, 32,000, is 2⁸·125. What is left after the shift is clamped to the first 256 multiples of 125, so it has 15 bits;
/// there multiplying by 33,555 / 2²² is dividing by 125, rounded down.
#[inline]
#[target_feature(enable = "avx2")]
fn red_or_blue([low, high]: [__m256i; 2], chroma: i32, offset: i32) -> __m256i {
    const SHIFT: i32 = 8;
    const DIVISOR: i32 = (RED_BLUE_ONE * UNITS_PER_LEVEL) >> SHIFT;
    const { assert!(DIVISOR == 125 && DIVISOR << SHIFT == RED_BLUE_ONE * UNITS_PER_LEVEL) };
    let (factors, offset) = (factors(RED_BLUE_ONE, chroma), _mm256_set1_epi32(offset));
    let low = _mm256_srai_epi32::<SHIFT>(_mm256_add_epi32(_mm256_madd_epi16(low, factors), offset));
    let high = _mm256_srai_epi32::<SHIFT>(_mm256_add_epi32(_mm256_madd_epi16(high, factors), offset));
    let largest = _mm256_set1_epi16(256 * 125 - 1);
    let levels = _mm256_min_epu16(_mm256_packus_epi32(low, high), largest);
    _mm256_srli_epi16::<6>(_mm256_mulhi_epu16(levels, _mm256_set1_epi16(33_555_u16.cast_signed())))
}

/// Makes levels of green: luma and Cb in pairs, and luma and Cr.
#[inline]
#[target_feature(enable = "avx2")]
fn green(with_blue: [__m256i; 2], with_red: [__m256i; 2]) -> __m256i {
    let (blue, red) = (factors(0, -GREEN_CB), factors(GREEN_ONE, -GREEN_CR));
    let low = _mm256_add_epi32(_mm256_madd_epi16(with_blue[0], blue), _mm256_madd_epi16(with_red[0], red));
    let high = _mm256_add_epi32(_mm256_madd_epi16(with_blue[1], blue), _mm256_madd_epi16(with_red[1], red));
    _mm256_packus_epi32(green_levels(low), green_levels(high))
}

/// Divides 8 sums of green, rounded down, and clamps.
///
/// The divisor, 22,000 · 64, is 2¹⁰·1375. What is left after the shift is clamped to the first 256 multiples of 1375, so it is
/// exact in single precision, half more too. Half more than an integer is at least 1 / 2750 away from a multiple of 1375 on
/// either side, and below 256 the product is off by at most 2⁻¹⁵: it never reaches one.
#[inline]
#[target_feature(enable = "avx2")]
fn green_levels(sums: __m256i) -> __m256i {
    const SHIFT: i32 = 10;
    const DIVISOR: i32 = (GREEN_ONE * UNITS_PER_LEVEL) >> SHIFT;
    const { assert!(DIVISOR == 1375 && DIVISOR << SHIFT == GREEN_ONE * UNITS_PER_LEVEL) };
    let sums = _mm256_srai_epi32::<SHIFT>(_mm256_add_epi32(sums, _mm256_set1_epi32(GREEN_OFFSET)));
    let sums = _mm256_min_epi32(_mm256_max_epi32(sums, _mm256_setzero_si256()), _mm256_set1_epi32(256 * DIVISOR - 1));
    let halves = _mm256_add_ps(_mm256_cvtepi32_ps(sums), _mm256_set1_ps(0.5));
    _mm256_cvttps_epi32(_mm256_mul_ps(halves, _mm256_set1_ps(1.0 / 1375.0)))
}
