//! Twins of the upsampling kernels for x86-64 with AVX2, equal to the scalar ones bit for bit.
//!
//! Sixteen samples at a time, in 16 bits each; their neighbours are loaded again, one byte off. The ends of a row, and what
//! is left of it, are left to the scalar functions.
#![expect(unsafe_code, reason = "calls of functions that need AVX2")]

use std::arch::x86_64::{
    __m128i, __m256i, _mm_unpacklo_epi64, _mm256_add_epi16, _mm256_castsi256_si128, _mm256_cvtepu8_epi16,
    _mm256_extracti128_si256, _mm256_or_si256, _mm256_packus_epi16, _mm256_set1_epi16, _mm256_slli_epi16,
    _mm256_srli_epi16,
};

use super::{Kernels, across_part, both_part};
use crate::vector::{self, part, part_mut, store};

/// Samples of a step.
const STEP: usize = 16;

/// Returns the kernels of this module if the machine can run them.
pub(super) fn kernels() -> Option<Kernels> {
    // SAFETY (all four): the functions need AVX2 and nothing else, and this set exists only where it was detected.
    fn across(row: &[u8], out: &mut [u8]) {
        unsafe { self::across(row, out) }
    }
    fn both(near: &[u8], far: &[u8], out: &mut [u8]) {
        unsafe { self::both(near, far, out) }
    }
    fn above(near: &[u8], far: &[u8], out: &mut [u8]) {
        unsafe { down::<1>(near, far, out) }
    }
    fn below(near: &[u8], far: &[u8], out: &mut [u8]) {
        unsafe { down::<2>(near, far, out) }
    }
    is_x86_feature_detected!("avx2").then_some(Kernels { across, both, above, below })
}

/// Twin of [`super::across`].
#[target_feature(enable = "avx2")]
fn across(row: &[u8], out: &mut [u8]) {
    let n = row.len();
    assert!(n >= 2 && out.len() == 2 * n, "{n} samples become {}", out.len());
    out[0] = row[0];
    let mut at = 0;
    across_part(row, out, 0..1);
    at += 1;
    while at + STEP < n {
        let (left, middle, right) = (load(row, at - 1), load(row, at), load(row, at + 1));
        let three = triple(middle);
        let even = _mm256_add_epi16(_mm256_add_epi16(three, left), _mm256_set1_epi16(1));
        let odd = _mm256_add_epi16(_mm256_add_epi16(three, right), _mm256_set1_epi16(2));
        store_pairs(out, at, _mm256_srli_epi16(even, 2), _mm256_srli_epi16(odd, 2));
        at += STEP;
    }
    across_part(row, out, at..n);
    out[2 * n - 1] = row[n - 1];
}

/// Twin of [`super::both`].
#[target_feature(enable = "avx2")]
fn both(near: &[u8], far: &[u8], out: &mut [u8]) {
    let n = near.len();
    assert!(n >= 2 && far.len() == n && out.len() == 2 * n, "{n} and {} samples become {}", far.len(), out.len());
    both_part(near, far, out, 0..1);
    let mut at = 1;
    while at + STEP < n {
        let (left, middle, right) = (column(near, far, at - 1), column(near, far, at), column(near, far, at + 1));
        let three = triple(middle);
        let even = _mm256_add_epi16(_mm256_add_epi16(three, left), _mm256_set1_epi16(8));
        let odd = _mm256_add_epi16(_mm256_add_epi16(three, right), _mm256_set1_epi16(7));
        store_pairs(out, at, _mm256_srli_epi16(even, 4), _mm256_srli_epi16(odd, 4));
        at += STEP;
    }
    both_part(near, far, out, at..n);
}

/// Twin of [`super::down`].
#[target_feature(enable = "avx2")]
fn down<const BIAS: u16>(near: &[u8], far: &[u8], out: &mut [u8]) {
    let n = near.len().min(far.len()).min(out.len());
    let mut at = 0;
    while at + STEP <= n {
        let sum = column(near, far, at);
        let levels = _mm256_srli_epi16(_mm256_add_epi16(sum, _mm256_set1_epi16(BIAS.cast_signed())), 2);
        let bytes = _mm256_packus_epi16(levels, levels);
        let (low, high) = (_mm256_castsi256_si128(bytes), _mm256_extracti128_si256(bytes, 1));
        store(part_mut::<STEP>(out, at), _mm_unpacklo_epi64(low, high));
        at += STEP;
    }
    super::down::<BIAS>(&near[at..n], &far[at..n], &mut out[at..n]);
}

/// Three times the near row and the far one, of 16 samples.
#[inline]
#[target_feature(enable = "avx2")]
fn column(near: &[u8], far: &[u8], at: usize) -> __m256i {
    _mm256_add_epi16(triple(load(near, at)), load(far, at))
}

/// Loads 16 samples, each into 16 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn load(row: &[u8], at: usize) -> __m256i {
    _mm256_cvtepu8_epi16(vector::load::<__m128i, _, _>(part::<STEP>(row, at)))
}

/// Stores 16 pairs of levels, each of a sample that stands at `at` in its row.
#[inline]
#[target_feature(enable = "avx2")]
fn store_pairs(out: &mut [u8], at: usize, even: __m256i, odd: __m256i) {
    let pairs = _mm256_or_si256(even, _mm256_slli_epi16(odd, 8));
    store(part_mut::<{ 2 * STEP }>(out, 2 * at), pairs);
}

/// Multiplies by three.
#[inline]
#[target_feature(enable = "avx2")]
fn triple(samples: __m256i) -> __m256i {
    _mm256_add_epi16(_mm256_add_epi16(samples, samples), samples)
}
