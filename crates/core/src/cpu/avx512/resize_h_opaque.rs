//! Twin of [`crate::cpu::kernels::resize_h_opaque`]: as with AVX2, but one vector holds all four rows, and products are added in
//! the instruction that makes them.

use std::arch::x86_64::{
    __m512i, _mm_unpackhi_epi64, _mm256_castsi256_si128, _mm256_extracti128_si256, _mm512_add_epi32,
    _mm512_cvtsepi32_epi16, _mm512_dpwssd_epi32, _mm512_set1_epi32, _mm512_setzero_si512, _mm512_sllv_epi32,
    _mm512_srav_epi32,
};

use super::{load_32, round_shift};
use crate::cpu::avx2::resize_h_opaque::{ChunkRounding, Tile};
use crate::cpu::avx2::{store_4, weight_pair};
use crate::cpu::kernels::resize_h_opaque::ROWS;
use crate::plan::weights::WeightTable;

#[target_feature(enable = "avx2,avx512f,avx512bw,avx512vnni")]
pub(super) fn resize_h_opaque(table: &WeightTable, sources: [&[u8]; ROWS], outputs: [&mut [i16]; ROWS]) -> bool {
    let [a, b, c, d] = sources.map(|row| row.as_chunks::<4>().0);
    // Rows of the same length, so that one check of a window is one of all.
    let len = a.len().min(b.len()).min(c.len()).min(d.len());
    let rows = [&a[..len], &b[..len], &c[..len], &d[..len]];
    let [a, b, c, d] = outputs.map(|row| &mut row.as_chunks_mut::<4>().0[..table.len()]);
    let is_whole = table.chunk_shift() == 0 && table.taps() <= Tile::TAPS;
    let rounding = ChunkRounding::new(table.chunk_shift());
    let left = _mm512_set1_epi32(rounding.left);
    let (zero, shift) = (_mm512_setzero_si512(), table.shift());
    let mut tile = Tile::empty();
    for (((((start, weights), a), b), c), d) in table.iter().zip(a).zip(b).zip(c).zip(d) {
        // A closure that a function of the standard library calls is not compiled for vectors with it, hence no `map`.
        let sums = if is_whole {
            let Some(pairs) = tile.window(rows, start, weights.len()) else { return false };
            dot(weights, pairs, start % 2 == 1, zero)
        } else {
            let Some(sums) = in_parts(weights, rows, start, &mut tile, rounding) else { return false };
            sums
        };
        let pixels = _mm512_cvtsepi32_epi16(round_shift(_mm512_sllv_epi32(sums, left), shift));
        let (upper, lower) = (_mm256_castsi256_si128(pixels), _mm256_extracti128_si256::<1>(pixels));
        store_4(a, upper);
        store_4(b, _mm_unpackhi_epi64(upper, upper));
        store_4(c, lower);
        store_4(d, _mm_unpackhi_epi64(lower, lower));
    }
    true
}

/// Adds up one output sample of a table that is summed in chunks, or whose windows do not fit a tile.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512vnni")]
fn in_parts(
    weights: &[i16],
    rows: [&[[u8; 4]]; ROWS],
    start: usize,
    tile: &mut Tile,
    rounding: ChunkRounding,
) -> Option<__m512i> {
    const TAPS: usize = WeightTable::CHUNK_TAPS;
    let (bias, right) = (_mm512_set1_epi32(rounding.bias), _mm512_set1_epi32(rounding.right));
    let mut total = _mm512_setzero_si512();
    for (part, weights) in weights.chunks(Tile::TAPS).enumerate() {
        let start = start + part * Tile::TAPS;
        let pairs = tile.window(rows, start, weights.len())?;
        for (chunk, weights) in weights.chunks(TAPS).enumerate() {
            let sums = dot(weights, &pairs[chunk * (TAPS / 2)..], start % 2 == 1, bias);
            total = _mm512_add_epi32(total, _mm512_srav_epi32(sums, right));
        }
    }
    Some(total)
}

/// Adds up pixels, each times its weight, in levels: a row in each quarter.
///
/// Where the window begins with the second pixel of a pair, the first one counts nothing.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512vnni")]
fn dot(weights: &[i16], pairs: &[[i16; 32]], begins_odd: bool, bias: __m512i) -> __m512i {
    // Two sums, so that an addition need not wait for the one before it.
    let (mut even, mut odd) = (bias, _mm512_setzero_si512());
    let (mut weights, mut pairs) = (weights, pairs);
    if begins_odd && let ([weight, more @ ..], [pair, rest @ ..]) = (weights, pairs) {
        odd = add(odd, pair, weight_pair(0, *weight));
        (weights, pairs) = (more, rest);
    }
    let (weight_pairs, last) = weights.as_chunks::<2>();
    let (inner, outer) = pairs.split_at(weight_pairs.len());
    let (weight_quads, weight_rest) = weight_pairs.as_chunks::<4>();
    let (quads, rest) = inner.as_chunks::<4>();
    for (weights, quad) in weight_quads.iter().zip(quads) {
        even = add(even, &quad[0], weight_pair(weights[0][0], weights[0][1]));
        odd = add(odd, &quad[1], weight_pair(weights[1][0], weights[1][1]));
        even = add(even, &quad[2], weight_pair(weights[2][0], weights[2][1]));
        odd = add(odd, &quad[3], weight_pair(weights[3][0], weights[3][1]));
    }
    for (&[left, right], pair) in weight_rest.iter().zip(rest) {
        even = add(even, pair, weight_pair(left, right));
    }
    if let ([weight], [pair, ..]) = (last, outer) {
        odd = add(odd, pair, weight_pair(*weight, 0));
    }
    _mm512_add_epi32(even, odd)
}

/// Adds the products of a pair of pixels of four rows.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn add(sum: __m512i, pair: &[i16; 32], weights: i32) -> __m512i {
    _mm512_dpwssd_epi32(sum, load_32(pair), _mm512_set1_epi32(weights))
}
