//! Twin of [`crate::cpu::kernels::resize_h`] for 4 channels: 4 taps at once.

use std::arch::x86_64::{
    __m128i, __m256i, _mm_add_epi32, _mm_madd_epi16, _mm_packs_epi32, _mm_set1_epi32, _mm_setr_epi8, _mm_setzero_si128,
    _mm_shuffle_epi8, _mm_storeu_si64, _mm_unpacklo_epi16, _mm256_add_epi32, _mm256_broadcastsi128_si256,
    _mm256_castsi256_si128, _mm256_extracti128_si256, _mm256_madd_epi16, _mm256_setzero_si256, _mm256_shuffle_epi8,
};

use super::{load_4, load_8, load_16, round_shift_4, spread, weight_pair};
use crate::plan::weights::WeightTable;

#[target_feature(enable = "avx2")]
pub(super) fn resize_h_rgba(table: &WeightTable, source: &[i16], output: &mut [i16]) {
    let pixels = source.as_chunks::<4>().0;
    for ((start, weights), output) in table.iter().zip(output.as_chunks_mut::<4>().0) {
        let window = &pixels[start..start + weights.len()];
        let total = if table.chunk_shift() == 0 {
            dot(weights, window)
        } else {
            let mut total = _mm_setzero_si128();
            for (weights, window) in weights.chunks(WeightTable::CHUNK_TAPS).zip(window.chunks(WeightTable::CHUNK_TAPS))
            {
                total = _mm_add_epi32(total, round_shift_4(dot(weights, window), table.chunk_shift()));
            }
            total
        };
        let rounded = round_shift_4(total, table.shift());
        let pixel = _mm_packs_epi32(rounded, rounded);
        // SAFETY: writes the 8 bytes of the array, at any alignment.
        unsafe { _mm_storeu_si64(output.as_mut_ptr().cast(), pixel) };
    }
}

/// Adds up pixels, each times its weight; the 4 channels stay apart.
#[inline]
#[target_feature(enable = "avx2")]
fn dot(weights: &[i16], pixels: &[[i16; 4]]) -> __m128i {
    let (quads, rest) = pixels.as_chunks::<4>();
    let (weight_quads, weight_rest) = weights.as_chunks::<4>();
    // Two sums, so that an addition need not wait for the one before it.
    let mut even = _mm256_setzero_si256();
    let mut odd = _mm256_setzero_si256();
    let products = |weights: &[i16; 4], quad: &[[i16; 4]; 4]| {
        let samples = load_16(quad.as_flattened().as_array().expect("4 pixels of 4 channels"));
        _mm256_madd_epi16(interleave(samples), spread(weights))
    };
    let (double_quads, quad) = quads.as_chunks::<2>();
    let (double_weights, weight_quad) = weight_quads.as_chunks::<2>();
    for (weights, quads) in double_weights.iter().zip(double_quads) {
        even = _mm256_add_epi32(even, products(&weights[0], &quads[0]));
        odd = _mm256_add_epi32(odd, products(&weights[1], &quads[1]));
    }
    for (weights, quad) in weight_quad.iter().zip(quad) {
        even = _mm256_add_epi32(even, products(weights, quad));
    }
    let sums = _mm256_add_epi32(even, odd);
    let mut sum = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256::<1>(sums));
    let (pairs, single) = rest.as_chunks::<2>();
    let (weight_pairs, weight_single) = weight_rest.as_chunks::<2>();
    for (&[first, second], pair) in weight_pairs.iter().zip(pairs) {
        let samples = load_8(pair.as_flattened().as_array().expect("2 pixels of 4 channels"));
        let samples = _mm_shuffle_epi8(samples, _mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15));
        sum = _mm_add_epi32(sum, _mm_madd_epi16(samples, _mm_set1_epi32(weight_pair(first, second))));
    }
    for (&weight, pixel) in weight_single.iter().zip(single) {
        let samples = _mm_unpacklo_epi16(load_4(pixel), _mm_setzero_si128());
        sum = _mm_add_epi32(sum, _mm_madd_epi16(samples, _mm_set1_epi32(weight_pair(weight, 0))));
    }
    sum
}

/// Puts the same channels of neighbouring pixels side by side, in both halves.
#[inline]
#[target_feature(enable = "avx2")]
fn interleave(samples: __m256i) -> __m256i {
    let pair = _mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
    _mm256_shuffle_epi8(samples, _mm256_broadcastsi128_si256(pair))
}
