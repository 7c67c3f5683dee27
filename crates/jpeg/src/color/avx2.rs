//! The twin of the conversion for x86-64 with AVX2, equal to the scalar one bit for bit.
//!
//! Factors above 16 bits are split: what is whole of them is added, what is left is multiplied. `(2·c·f >> 16) + 1 >> 1`
//! is `c·f` scaled down by 16 bits and rounded, since rounding down twice is rounding down once.
#![expect(unsafe_code, reason = "calls of functions that need AVX2")]

use std::arch::x86_64::{
    __m128i, __m256i, _mm256_add_epi16, _mm256_add_epi32, _mm256_cvtepu8_epi16, _mm256_madd_epi16, _mm256_mulhi_epi16,
    _mm256_mulhrs_epi16, _mm256_packs_epi32, _mm256_packus_epi16, _mm256_permute2x128_si256, _mm256_set1_epi16,
    _mm256_set1_epi32, _mm256_srai_epi16, _mm256_srai_epi32, _mm256_sub_epi16, _mm256_unpackhi_epi8,
    _mm256_unpackhi_epi16, _mm256_unpacklo_epi8, _mm256_unpacklo_epi16,
};

use super::{CB_FROM_GREEN, CB_TO_BLUE, CR_FROM_GREEN, CR_TO_RED, Kernels, SCALE_BITS, short};
use crate::vector::{self, store};

/// Pixels of a step.
const STEP: usize = 16;
/// One, as the factors have it.
const ONE: i32 = 1 << SCALE_BITS;
/// The factor of red less 1.
const RED: i16 = short(CR_TO_RED - ONE);
/// Half of the factor of blue less 2.
const BLUE: i16 = short((CB_TO_BLUE - 2 * ONE) / 2);
/// The factors of green, that of Cr without -1.
const GREEN: [i16; 2] = [short(-CB_FROM_GREEN), short(ONE - CR_FROM_GREEN)];

/// Returns the kernels of this module if the machine can run them.
pub(super) fn kernels() -> Option<Kernels> {
    // SAFETY: the function needs AVX2 and nothing else, and this set exists only where it was detected.
    fn ycc_to_rgba(planes: [&[u8]; 3], out: &mut [u8]) {
        unsafe { self::ycc_to_rgba(planes, out) }
    }
    is_x86_feature_detected!("avx2").then_some(Kernels { ycc_to_rgba })
}

/// Twin of [`super::ycc_to_rgba`].
#[target_feature(enable = "avx2")]
fn ycc_to_rgba(planes: [&[u8]; 3], out: &mut [u8]) {
    let pixels = planes.iter().map(|plane| plane.len()).fold(out.len() / 4, usize::min);
    let (planes, out) = (planes.map(|plane| &plane[..pixels]), &mut out[..4 * pixels]);
    let [y, cb, cr] = planes.map(|plane| plane.as_chunks::<STEP>().0);
    for (((out, y), cb), cr) in out.as_chunks_mut::<{ 4 * STEP }>().0.iter_mut().zip(y).zip(cb).zip(cr) {
        convert([y, cb, cr], out);
    }
    let done = pixels - pixels % STEP;
    super::ycc_to_rgba(planes.map(|plane| &plane[done..]), &mut out[4 * done..]);
}

/// Converts sixteen pixels.
#[inline]
#[target_feature(enable = "avx2")]
fn convert([y, cb, cr]: [&[u8; STEP]; 3], out: &mut [u8; 4 * STEP]) {
    let middle = _mm256_set1_epi16(128);
    let y = load(y);
    let cb = _mm256_sub_epi16(load(cb), middle);
    let cr = _mm256_sub_epi16(load(cr), middle);
    let one = _mm256_set1_epi16(1);
    let twice_cr = _mm256_add_epi16(cr, cr);
    let red = _mm256_mulhi_epi16(twice_cr, _mm256_set1_epi16(RED));
    let red = _mm256_add_epi16(_mm256_srai_epi16(_mm256_add_epi16(red, one), 1), cr);
    let blue = _mm256_mulhrs_epi16(cb, _mm256_set1_epi16(BLUE));
    let blue = _mm256_add_epi16(blue, _mm256_add_epi16(cb, cb));
    let factors = _mm256_set1_epi32((i32::from(GREEN[1]) << 16) | i32::from(GREEN[0].cast_unsigned()));
    let green = [_mm256_unpacklo_epi16(cb, cr), _mm256_unpackhi_epi16(cb, cr)].map(|pairs| {
        let sum = _mm256_add_epi32(_mm256_madd_epi16(pairs, factors), _mm256_set1_epi32(ONE / 2));
        _mm256_srai_epi32(sum, SCALE_BITS.cast_signed())
    });
    let green = _mm256_sub_epi16(_mm256_packs_epi32(green[0], green[1]), cr);
    let [red, green, blue] = [red, green, blue].map(|added| _mm256_add_epi16(y, added));

    // Bytes: eight of red and eight of green in each half; of blue and alpha likewise.
    let red_green = _mm256_packus_epi16(red, green);
    let blue_alpha = _mm256_packus_epi16(blue, _mm256_set1_epi16(255));
    let red_blue = _mm256_unpacklo_epi8(red_green, blue_alpha);
    let green_alpha = _mm256_unpackhi_epi8(red_green, blue_alpha);
    let low = _mm256_unpacklo_epi8(red_blue, green_alpha);
    let high = _mm256_unpackhi_epi8(red_blue, green_alpha);
    if let [first, second] = out.as_chunks_mut::<32>().0 {
        store(first, _mm256_permute2x128_si256(low, high, 0x20));
        store(second, _mm256_permute2x128_si256(low, high, 0x31));
    }
}

/// Loads 16 samples, each into 16 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn load(samples: &[u8; STEP]) -> __m256i {
    _mm256_cvtepu8_epi16(vector::load::<__m128i, _, _>(samples))
}
