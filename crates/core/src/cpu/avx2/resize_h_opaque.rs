//! Twin of [`crate::cpu::kernels::resize_h_opaque`]: 4 rows and 4 taps at once.

use std::arch::x86_64::{
    __m128i, __m256i, _mm_setr_epi8, _mm_unpackhi_epi64, _mm256_add_epi32, _mm256_broadcastsi128_si256,
    _mm256_castsi256_si128, _mm256_extracti128_si256, _mm256_madd_epi16, _mm256_packs_epi32, _mm256_permute2x128_si256,
    _mm256_set_m128i, _mm256_set1_epi32, _mm256_setr_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8,
    _mm256_slli_epi32,
};

use super::{UNIT_SHIFT, load_4_bytes, load_8_bytes, load_16_bytes, round_shift, spread, store_4, weight_pair};
use crate::cpu::kernels::resize_h_opaque::ROWS;
use crate::plan::weights::WeightTable;

#[target_feature(enable = "avx2")]
pub(super) fn resize_h_opaque(table: &WeightTable, sources: [&[u8]; ROWS], outputs: [&mut [i16]; ROWS]) {
    let [a, b, c, d] = sources.map(|row| row.as_chunks::<4>().0);
    let outputs = outputs.map(|row| &mut row.as_chunks_mut::<4>().0[..table.len()]);
    let chunk_taps = if table.chunk_shift() == 0 { table.taps() } else { WeightTable::CHUNK_TAPS };
    for (i, (start, weights)) in table.iter().enumerate() {
        let [mut first, mut second] = [_mm256_setzero_si256(); 2];
        for (chunk, weights) in weights.chunks(chunk_taps).enumerate() {
            let from = start + chunk * chunk_taps;
            let to = from + weights.len();
            let sums = dot(weights, [&a[from..to], &b[from..to], &c[from..to], &d[from..to]]);
            first = _mm256_add_epi32(first, round_shift(sums[0], table.chunk_shift()));
            second = _mm256_add_epi32(second, round_shift(sums[1], table.chunk_shift()));
        }
        // Rows 0 and 2 in the low half, 1 and 3 in the high one.
        let pixels = _mm256_packs_epi32(round_shift(first, table.shift()), round_shift(second, table.shift()));
        let (even, odd) = (_mm256_castsi256_si128(pixels), _mm256_extracti128_si256::<1>(pixels));
        store_4(&mut outputs[0][i], even);
        store_4(&mut outputs[1][i], odd);
        store_4(&mut outputs[2][i], _mm_unpackhi_epi64(even, even));
        store_4(&mut outputs[3][i], _mm_unpackhi_epi64(odd, odd));
    }
}

/// Adds up pixels, each times its weight, in units: rows 0 and 1 in the halves of the first sum, 2 and 3 of the second.
// Loops over the rows are written out where vectors are concerned: a closure that a generic function of the standard
// library calls is not compiled for AVX2 with it, and passes every vector through memory.
#[inline]
#[target_feature(enable = "avx2")]
fn dot(weights: &[i16], windows: [&[[u8; 4]]; ROWS]) -> [__m256i; 2] {
    let (weight_quads, weight_rest) = weights.as_chunks::<4>();
    let [(a, rest_a), (b, rest_b), (c, rest_c), (d, rest_d)] = windows.map(|window| window.as_chunks::<4>());
    let mut sums = [_mm256_setzero_si256(); ROWS];
    for ((((weights, a), b), c), d) in weight_quads.iter().zip(a).zip(b).zip(c).zip(d) {
        let weights = spread(weights);
        sums[0] = _mm256_add_epi32(sums[0], _mm256_madd_epi16(interleave(a), weights));
        sums[1] = _mm256_add_epi32(sums[1], _mm256_madd_epi16(interleave(b), weights));
        sums[2] = _mm256_add_epi32(sums[2], _mm256_madd_epi16(interleave(c), weights));
        sums[3] = _mm256_add_epi32(sums[3], _mm256_madd_epi16(interleave(d), weights));
    }
    // The halves of a sum belong to different taps; afterwards each half is a row.
    let mut first = join(sums[0], sums[1]);
    let mut second = join(sums[2], sums[3]);
    let (weight_pairs, weight_single) = weight_rest.as_chunks::<2>();
    let mut done = 0;
    for &[left, right] in weight_pairs {
        let weights = _mm256_set1_epi32(weight_pair(left, right));
        let rows = [pair(rest_a), pair(rest_b), pair(rest_c), pair(rest_d)];
        first = _mm256_add_epi32(first, _mm256_madd_epi16(widen(rows[0], rows[1]), weights));
        second = _mm256_add_epi32(second, _mm256_madd_epi16(widen(rows[2], rows[3]), weights));
        done = 2;
    }
    for &weight in weight_single {
        let weights = _mm256_set1_epi32(weight_pair(weight, 0));
        let rows = [single(rest_a, done), single(rest_b, done), single(rest_c, done), single(rest_d, done)];
        first = _mm256_add_epi32(first, _mm256_madd_epi16(widen(rows[0], rows[1]), weights));
        second = _mm256_add_epi32(second, _mm256_madd_epi16(widen(rows[2], rows[3]), weights));
    }
    [_mm256_slli_epi32::<UNIT_SHIFT>(first), _mm256_slli_epi32::<UNIT_SHIFT>(second)]
}

/// Adds the two halves of each of two vectors: those of `low` in the low half.
#[inline]
#[target_feature(enable = "avx2")]
fn join(low: __m256i, high: __m256i) -> __m256i {
    _mm256_add_epi32(_mm256_permute2x128_si256::<0x20>(low, high), _mm256_permute2x128_si256::<0x31>(low, high))
}

/// Loads the first two pixels.
#[inline]
#[target_feature(enable = "avx2")]
fn pair(pixels: &[[u8; 4]]) -> __m128i {
    load_8_bytes(pixels.as_flattened().first_chunk().expect("a pixel for each weight"))
}

/// Loads pixel `index`.
#[inline]
#[target_feature(enable = "avx2")]
fn single(pixels: &[[u8; 4]], index: usize) -> __m128i {
    load_4_bytes(&pixels[index])
}

/// Widens two pixels of two rows and puts the same channels side by side: a row in each half.
#[inline]
#[target_feature(enable = "avx2")]
fn widen(low: __m128i, high: __m128i) -> __m256i {
    let pairs = _mm_setr_epi8(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1);
    _mm256_shuffle_epi8(_mm256_set_m128i(high, low), _mm256_broadcastsi128_si256(pairs))
}

/// Widens 4 pixels and puts the same channels of neighbours side by side: the first two in the low half.
#[inline]
#[target_feature(enable = "avx2")]
fn interleave(quad: &[[u8; 4]; 4]) -> __m256i {
    let pairs = _mm256_setr_epi8(
        0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1, 8, -1, 12, -1, 9, -1, 13, -1, 10, -1, 14, -1, 11, -1,
        15, -1,
    );
    let pixels = load_16_bytes(quad.as_flattened().as_array().expect("4 pixels of 4 channels"));
    _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(pixels), pairs)
}
