//! Twin of [`crate::cpu::kernels::resize_h_plane`]: 16 taps of two rows in a vector.
//!
//! Blocks and their masks are those of the twin for AVX2. What differs is how four sums of four rows are added up: together,
//! so that most of the work of moving parts beside each other is shared. And windows of one to three blocks, which all tables
//! have that are not summed in chunks, have loops of their own without a check between blocks.

use std::arch::x86_64::{
    __m512i, _mm_unpackhi_epi64, _mm256_castsi256_si128, _mm256_extracti128_si256, _mm256_permutexvar_epi16,
    _mm256_set_m128i, _mm256_setr_epi16, _mm512_add_epi32, _mm512_and_si512, _mm512_broadcast_i64x4,
    _mm512_cvtepu8_epi16, _mm512_cvtsepi32_epi16, _mm512_dpwssd_epi32, _mm512_setzero_si512, _mm512_shuffle_i32x4,
    _mm512_slli_epi32, _mm512_unpackhi_epi32, _mm512_unpackhi_epi64, _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
};

use super::round_shift;
use crate::cpu::avx2::resize_h_plane::{BLOCK, Blocks, GROUP, four};
use crate::cpu::avx2::{load_16, load_16_bytes, store_4};
use crate::cpu::kernels::UNITS_PER_LEVEL;
use crate::cpu::kernels::resize_h::resample_one;
use crate::cpu::kernels::resize_h_opaque::ROWS;
use crate::plan::weights::WeightTable;

/// Bits of [`UNITS_PER_LEVEL`].
const UNIT_SHIFT: u32 = UNITS_PER_LEVEL.trailing_zeros();

#[target_feature(enable = "avx2,avx512f,avx512bw,avx512vl,avx512vnni")]
pub(super) fn resize_h_plane(table: &WeightTable, sources: [&[u8]; ROWS], mut outputs: [&mut [i16]; ROWS]) {
    let blocks = Blocks::new(table);
    // Rows of the same length, so that one check of a window is one of all.
    let [a, b, c, d] = sources;
    let len = a.len().min(b.len()).min(c.len()).min(d.len());
    let rows = [&a[..len], &b[..len], &c[..len], &d[..len]];
    let vectorised = blocks.groups(len);
    for first in (0..vectorised).step_by(GROUP) {
        let sums = match (blocks.chunk_shift, blocks.taps / BLOCK) {
            (0, 1) => whole::<1>(&blocks, first, rows),
            (0, 2) => whole::<2>(&blocks, first, rows),
            (0, 3) => whole::<3>(&blocks, first, rows),
            // Only windows of more taps are summed in chunks; where one were not, its chunks would not be rounded.
            _ => in_chunks(&blocks, first, rows),
        };
        let samples = _mm512_cvtsepi32_epi16(round_shift(sums, blocks.shift));
        // Rows 0 and 2 of two samples and rows 1 and 3 of them, and the same of the other two.
        let by_row = _mm256_setr_epi16(0, 2, 8, 10, 4, 6, 12, 14, 1, 3, 9, 11, 5, 7, 13, 15);
        let samples = _mm256_permutexvar_epi16(by_row, samples);
        let (upper, lower) = (_mm256_castsi256_si128(samples), _mm256_extracti128_si256::<1>(samples));
        store_4(four(outputs[0], first), upper);
        store_4(four(outputs[1], first), _mm_unpackhi_epi64(upper, upper));
        store_4(four(outputs[2], first), lower);
        store_4(four(outputs[3], first), _mm_unpackhi_epi64(lower, lower));
    }
    for (source, output) in sources.into_iter().zip(&mut outputs) {
        for (i, (start, weights)) in table.iter().enumerate().skip(vectorised) {
            output[i] = resample_one::<u8, UNITS_PER_LEVEL>(table, weights, &source[start..]);
        }
    }
}

/// Resamples four neighbours in each row, by a table that is not summed in chunks and has windows of `N` blocks.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512vl,avx512vnni")]
fn whole<const N: usize>(blocks: &Blocks<'_>, first: usize, [a, b, c, d]: [&[u8]; ROWS]) -> __m512i {
    let mask = _mm512_broadcast_i64x4(blocks.mask);
    let mut upper = [_mm512_setzero_si512(); GROUP];
    let mut lower = [_mm512_setzero_si512(); GROUP];
    let starts: &[u32; GROUP] = blocks.starts[first..].first_chunk().expect("a group of samples");
    for i in 0..GROUP {
        let window = starts[i] as usize..starts[i] as usize + N * BLOCK;
        let weights = exactly::<i16, N>(&blocks.weights[(first + i) * blocks.window..][..N * BLOCK]);
        let (a, b) = (exactly::<u8, N>(&a[window.clone()]), exactly::<u8, N>(&b[window.clone()]));
        let (c, d) = (exactly::<u8, N>(&c[window.clone()]), exactly::<u8, N>(&d[window]));
        for block in 0..N {
            let all = _mm512_broadcast_i64x4(load_16(&weights[block]));
            let weights = if block + 1 == N { _mm512_and_si512(all, mask) } else { all };
            upper[i] = _mm512_dpwssd_epi32(upper[i], widen(&a[block], &b[block]), weights);
            lower[i] = _mm512_dpwssd_epi32(lower[i], widen(&c[block], &d[block]), weights);
        }
    }
    _mm512_slli_epi32::<UNIT_SHIFT>(join(fold(upper, lower)))
}

/// Cuts `N` blocks.
#[inline(always)]
fn exactly<T, const N: usize>(numbers: &[T]) -> &[[T; BLOCK]; N] {
    numbers.as_chunks().0.first_chunk().expect("as many as asked for")
}

/// Resamples four neighbours in each row, by a table that is summed in chunks: a block is two, which [`fold`] keeps apart.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512vl,avx512vnni")]
fn in_chunks(blocks: &Blocks<'_>, first: usize, [a, b, c, d]: [&[u8]; ROWS]) -> __m512i {
    let mask = _mm512_broadcast_i64x4(blocks.mask);
    let zero = _mm512_setzero_si512();
    let mut totals = [zero; 2];
    for from in (0..blocks.taps).step_by(BLOCK) {
        let (mut upper, mut lower) = ([zero; GROUP], [zero; GROUP]);
        for i in 0..GROUP {
            let (window, weights) = at(blocks, first + i);
            let all = _mm512_broadcast_i64x4(load_16(&weights[from / BLOCK]));
            let weights = if from + BLOCK == blocks.taps { _mm512_and_si512(all, mask) } else { all };
            upper[i] = _mm512_dpwssd_epi32(zero, widen(block(a, window + from), block(b, window + from)), weights);
            lower[i] = _mm512_dpwssd_epi32(zero, widen(block(c, window + from), block(d, window + from)), weights);
        }
        let chunks = fold(upper, lower);
        let left = round_shift(_mm512_slli_epi32::<UNIT_SHIFT>(chunks[0]), blocks.chunk_shift);
        let right = round_shift(_mm512_slli_epi32::<UNIT_SHIFT>(chunks[1]), blocks.chunk_shift);
        totals = [_mm512_add_epi32(totals[0], left), _mm512_add_epi32(totals[1], right)];
    }
    join(totals)
}

/// Returns where the window of an output sample begins, and its weights.
#[inline(always)]
fn at<'a>(blocks: &Blocks<'a>, output: usize) -> (usize, &'a [[i16; BLOCK]]) {
    let weights = &blocks.weights[output * blocks.window..][..blocks.taps];
    (blocks.starts[output] as usize, weights.as_chunks().0)
}

/// Returns the 16 levels from `first` on.
#[inline(always)]
fn block(row: &[u8], first: usize) -> &[u8; BLOCK] {
    row[first..].first_chunk().expect("blocks end inside")
}

/// Widens 16 levels of each of two rows.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512bw")]
fn widen(upper: &[u8; BLOCK], lower: &[u8; BLOCK]) -> __m512i {
    _mm512_cvtepu8_epi16(_mm256_set_m128i(load_16_bytes(lower), load_16_bytes(upper)))
}

/// Adds up the quarters of the sums of four samples, rows 0 and 1 in `upper` and 2 and 3 in `lower`. A quarter of the first
/// vector then has rows 0 and 2 of the first two samples, and of taps of one chunk; or rows 1 and 3. The second vector has the
/// other two samples.
#[inline]
#[target_feature(enable = "avx512f")]
fn fold(upper: [__m512i; GROUP], lower: [__m512i; GROUP]) -> [__m512i; 2] {
    let mut halves = [_mm512_setzero_si512(); GROUP];
    for i in 0..GROUP {
        let (left, right) = (_mm512_unpacklo_epi32(upper[i], lower[i]), _mm512_unpackhi_epi32(upper[i], lower[i]));
        halves[i] = _mm512_add_epi32(left, right);
    }
    let [a, b, c, d] = halves;
    [
        _mm512_add_epi32(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b)),
        _mm512_add_epi32(_mm512_unpacklo_epi64(c, d), _mm512_unpackhi_epi64(c, d)),
    ]
}

/// Adds the two chunks of every block.
#[inline]
#[target_feature(enable = "avx512f")]
fn join([first, second]: [__m512i; 2]) -> __m512i {
    let even = _mm512_shuffle_i32x4::<0b10_00_10_00>(first, second);
    let odd = _mm512_shuffle_i32x4::<0b11_01_11_01>(first, second);
    _mm512_add_epi32(even, odd)
}
