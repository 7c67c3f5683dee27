//! Twin of [`crate::cpu::kernels::resize_h_opaque`]: 4 rows, all channels and 2 taps at once.
//!
//! A source pixel is part of some six output samples. So it is widened once, into a [`Tile`] that stays in the nearest cache,
//! where pairs of neighbours lie as a pairwise multiply-add takes them: the channels of a row beside each other, and the rows
//! beside each other. Every weight then meets what it is multiplied by without another shuffle, and every sum is one output
//! channel already.

use std::arch::x86_64::{
    __m256i, _mm_unpackhi_epi64, _mm256_add_epi32, _mm256_and_si256, _mm256_castsi256_si128, _mm256_extracti128_si256,
    _mm256_madd_epi16, _mm256_packs_epi32, _mm256_set_m128i, _mm256_set1_epi8, _mm256_set1_epi32, _mm256_setr_epi8,
    _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_sllv_epi32, _mm256_srav_epi32,
};

use super::premultiply::are_opaque;
use super::{UNIT_SHIFT, load_16, load_16_bytes, round_shift, store_4, store_16, weight_pair};
use crate::cpu::kernels::resize_h_opaque::ROWS;
use crate::plan::weights::WeightTable;

#[target_feature(enable = "avx2")]
pub(super) fn resize_h_opaque(table: &WeightTable, sources: [&[u8]; ROWS], outputs: [&mut [i16]; ROWS]) -> bool {
    let [a, b, c, d] = sources.map(|row| row.as_chunks::<4>().0);
    // Rows of the same length, so that one check of a window is one of all.
    let len = a.len().min(b.len()).min(c.len()).min(d.len());
    let rows = [&a[..len], &b[..len], &c[..len], &d[..len]];
    let [a, b, c, d] = outputs.map(|row| &mut row.as_chunks_mut::<4>().0[..table.len()]);
    let is_whole = table.chunk_shift() == 0 && table.taps() <= Tile::TAPS;
    let rounding = ChunkRounding::new(table.chunk_shift());
    let (zero, shift, left) = (_mm256_setzero_si256(), table.shift(), _mm256_set1_epi32(rounding.left));
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
        let [first, second] = [_mm256_sllv_epi32(sums[0], left), _mm256_sllv_epi32(sums[1], left)];
        // Rows 0 and 2 in the low half, 1 and 3 in the high one.
        let pixels = _mm256_packs_epi32(round_shift(first, shift), round_shift(second, shift));
        let (even, odd) = (_mm256_castsi256_si128(pixels), _mm256_extracti128_si256::<1>(pixels));
        store_4(a, even);
        store_4(b, odd);
        store_4(c, _mm_unpackhi_epi64(even, even));
        store_4(d, _mm_unpackhi_epi64(odd, odd));
    }
    true
}

/// Adds up one output sample of a table that is summed in chunks, or whose windows do not fit a tile.
#[inline]
#[target_feature(enable = "avx2")]
fn in_parts(
    weights: &[i16],
    rows: [&[[u8; 4]]; ROWS],
    start: usize,
    tile: &mut Tile,
    rounding: ChunkRounding,
) -> Option<[__m256i; 2]> {
    const TAPS: usize = WeightTable::CHUNK_TAPS;
    let (bias, right) = (_mm256_set1_epi32(rounding.bias), _mm256_set1_epi32(rounding.right));
    let mut totals = [_mm256_setzero_si256(); 2];
    for (part, weights) in weights.chunks(Tile::TAPS).enumerate() {
        let start = start + part * Tile::TAPS;
        let pairs = tile.window(rows, start, weights.len())?;
        for (chunk, weights) in weights.chunks(TAPS).enumerate() {
            // A chunk has an even number of taps, so all of them begin as the window does.
            let sums = dot(weights, &pairs[chunk * (TAPS / 2)..], start % 2 == 1, bias);
            totals[0] = _mm256_add_epi32(totals[0], _mm256_srav_epi32(sums[0], right));
            totals[1] = _mm256_add_epi32(totals[1], _mm256_srav_epi32(sums[1], right));
        }
    }
    Some(totals)
}

/// How the sum of a chunk, in levels, is rounded to what joins the total: to units, less [`WeightTable::chunk_shift`] bits.
///
/// Of `(64·sum + half) >> shift` the factor goes away: where it is the smaller power of two, `half` is a multiple of it, and
/// where it is not, nothing is lost by the shift, and what is left of the factor can wait for the total.
#[derive(Clone, Copy)]
pub(in crate::cpu) struct ChunkRounding {
    /// What is added to a chunk.
    pub(in crate::cpu) bias: i32,
    /// How far a chunk is shifted down.
    pub(in crate::cpu) right: i32,
    /// How far the total is shifted up.
    pub(in crate::cpu) left: i32,
}

impl ChunkRounding {
    /// Prepares for the chunks of a table.
    pub(in crate::cpu) const fn new(chunk_shift: u32) -> Self {
        match chunk_shift.cast_signed() - UNIT_SHIFT {
            right @ 1.. => Self { bias: 1 << (right - 1), right, left: 0 },
            left => Self { bias: 0, right: 0, left: -left },
        }
    }
}

/// Adds up pixels, each times its weight, in levels: rows 0 and 1 in the halves of the first sum, 2 and 3 of the second.
///
/// Where the window begins with the second pixel of a pair, the first one counts nothing.
#[inline]
#[target_feature(enable = "avx2")]
fn dot(weights: &[i16], pairs: &[[i16; 32]], begins_odd: bool, bias: __m256i) -> [__m256i; 2] {
    let mut sums = [bias; 2];
    let (mut weights, mut pairs) = (weights, pairs);
    if begins_odd && let ([weight, more @ ..], [pair, rest @ ..]) = (weights, pairs) {
        add(&mut sums, pair, weight_pair(0, *weight));
        (weights, pairs) = (more, rest);
    }
    let (weight_pairs, last) = weights.as_chunks::<2>();
    let (inner, outer) = pairs.split_at(weight_pairs.len());
    let (weight_quads, weight_rest) = weight_pairs.as_chunks::<4>();
    let (quads, rest) = inner.as_chunks::<4>();
    for (weights, quad) in weight_quads.iter().zip(quads) {
        add(&mut sums, &quad[0], weight_pair(weights[0][0], weights[0][1]));
        add(&mut sums, &quad[1], weight_pair(weights[1][0], weights[1][1]));
        add(&mut sums, &quad[2], weight_pair(weights[2][0], weights[2][1]));
        add(&mut sums, &quad[3], weight_pair(weights[3][0], weights[3][1]));
    }
    for (&[left, right], pair) in weight_rest.iter().zip(rest) {
        add(&mut sums, pair, weight_pair(left, right));
    }
    if let ([weight], [pair, ..]) = (last, outer) {
        add(&mut sums, pair, weight_pair(*weight, 0));
    }
    sums
}

/// Adds the products of a pair of pixels of four rows.
#[inline]
#[target_feature(enable = "avx2")]
fn add(sums: &mut [__m256i; 2], pair: &[i16; 32], weights: i32) {
    let weights = _mm256_set1_epi32(weights);
    let (upper, lower) = pair.split_at(16);
    let upper = load_16(upper.as_array().expect("half of 32"));
    let lower = load_16(lower.as_array().expect("half of 32"));
    sums[0] = _mm256_add_epi32(sums[0], _mm256_madd_epi16(upper, weights));
    sums[1] = _mm256_add_epi32(sums[1], _mm256_madd_epi16(lower, weights));
}

/// Some pixels of four rows, widened, in pairs: of each pair the channels of both pixels side by side, row by row.
#[repr(C, align(64))]
pub(in crate::cpu) struct Tile {
    pairs: [[i16; 32]; Self::PIXELS / 2],
    /// The first pixel, which is even.
    first: usize,
    /// The pixel after the last one.
    end: usize,
    /// Whether all pixels that were loaded have alpha 255.
    is_opaque: bool,
}

impl Tile {
    /// The pixels of a tile: 16 KiB, half of the nearest cache of any machine with AVX2.
    const PIXELS: usize = 512;

    /// Taps that a tile has room for, wherever they begin: a multiple of a chunk.
    pub(in crate::cpu) const TAPS: usize = Self::PIXELS - WeightTable::CHUNK_TAPS;

    /// Makes a tile without pixels.
    #[inline]
    pub(in crate::cpu) const fn empty() -> Self {
        Self { pairs: [[0; 32]; Self::PIXELS / 2], first: 0, end: 0, is_opaque: true }
    }

    /// Returns the pairs from the one that pixel `start` is part of, after loading what is missing of `taps` pixels; nothing if
    /// any pixel is not opaque.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(in crate::cpu) fn window(
        &mut self,
        rows: [&[[u8; 4]]; ROWS],
        start: usize,
        taps: usize,
    ) -> Option<&[[i16; 32]]> {
        if start < self.first || start + taps > self.end {
            self.load(rows, start - start % 2);
        }
        assert!(start + taps <= self.end, "a window lies inside the rows");
        if self.is_opaque { Some(&self.pairs[(start - self.first) / 2..]) } else { None }
    }

    /// Loads the pixels from `first` on, as many as there are and have room.
    #[target_feature(enable = "avx2")]
    fn load(&mut self, rows: [&[[u8; 4]]; ROWS], first: usize) {
        let len = rows[0].len().saturating_sub(first).min(Self::PIXELS);
        let [a, b, c, d] = rows.map(|row| &row[first..first + len]);
        let (a, b, c, d) = (a.as_chunks::<4>(), b.as_chunks::<4>(), c.as_chunks::<4>(), d.as_chunks::<4>());
        let (doubles, _) = self.pairs.as_chunks_mut::<2>();
        let mut seen = _mm256_set1_epi8(-1);
        for ((((double, a), b), c), d) in doubles.iter_mut().zip(a.0).zip(b.0).zip(c.0).zip(d.0) {
            seen = _mm256_and_si256(seen, widen(double, [a, b, c, d]));
        }
        if let Some(double) = doubles.get_mut(a.0.len()) {
            let padded = |rest: &[[u8; 4]]| {
                let mut quad = [[255; 4]; 4];
                quad[..rest.len()].copy_from_slice(rest);
                quad
            };
            let rest = widen(double, [&padded(a.1), &padded(b.1), &padded(c.1), &padded(d.1)]);
            seen = _mm256_and_si256(seen, rest);
        }
        (self.first, self.end) = (first, first + len);
        self.is_opaque &= are_opaque(seen);
    }
}

/// Widens two pairs of pixels of each row; returns the bits that the upper and the lower rows have in common.
#[inline]
#[target_feature(enable = "avx2")]
fn widen([first, second]: &mut [[i16; 32]; 2], [a, b, c, d]: [&[[u8; 4]; 4]; ROWS]) -> __m256i {
    let left = _mm256_setr_epi8(
        0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1, 0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1,
    );
    let right = _mm256_setr_epi8(
        8, -1, 12, -1, 9, -1, 13, -1, 10, -1, 14, -1, 11, -1, 15, -1, 8, -1, 12, -1, 9, -1, 13, -1, 10, -1, 14, -1, 11,
        -1, 15, -1,
    );
    let (upper, lower) = (two_rows(a, b), two_rows(c, d));
    store_pair(first, _mm256_shuffle_epi8(upper, left), _mm256_shuffle_epi8(lower, left));
    store_pair(second, _mm256_shuffle_epi8(upper, right), _mm256_shuffle_epi8(lower, right));
    _mm256_and_si256(upper, lower)
}

/// Loads 4 pixels of each of two rows: a row in each half.
#[inline]
#[target_feature(enable = "avx2")]
fn two_rows(low: &[[u8; 4]; 4], high: &[[u8; 4]; 4]) -> __m256i {
    let load = |quad: &[[u8; 4]; 4]| load_16_bytes(quad.as_flattened().as_array().expect("4 pixels of 4 channels"));
    _mm256_set_m128i(load(high), load(low))
}

/// Stores a pair of pixels of rows 0 and 1, and of rows 2 and 3.
#[inline]
#[target_feature(enable = "avx2")]
fn store_pair(pair: &mut [i16; 32], upper: __m256i, lower: __m256i) {
    let (first, second) = pair.split_at_mut(16);
    store_16(first.as_mut_array().expect("half of 32"), upper);
    store_16(second.as_mut_array().expect("half of 32"), lower);
}
