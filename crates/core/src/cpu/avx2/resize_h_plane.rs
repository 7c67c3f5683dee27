//! Twin of [`crate::cpu::kernels::resize_h_plane`], and of [`crate::cpu::kernels::resize_h`] of one channel: 16 taps at once.
//!
//! Taps are neighbours in memory, and so are their weights, so both are multiplied as they lie. What a register holds at the
//! end belongs to one output sample and is added up; four samples (of four rows, or four neighbours of one row) are added up
//! together. The last block of a window reads over its end, where the weights of the next sample lie: they are masked.

use std::arch::x86_64::{
    __m128i, __m256i, _mm_add_epi32, _mm_packs_epi32, _mm_unpackhi_epi16, _mm_unpackhi_epi64, _mm_unpacklo_epi16,
    _mm256_add_epi32, _mm256_and_si256, _mm256_castsi256_si128, _mm256_cvtepu8_epi16, _mm256_extracti128_si256,
    _mm256_hadd_epi32, _mm256_madd_epi16, _mm256_setzero_si256, _mm256_slli_epi32,
};

use super::{UNIT_SHIFT, load_16, load_16_bytes, round_shift, round_shift_4, store_4};
use crate::cpu::kernels::UNITS_PER_LEVEL;
use crate::cpu::kernels::resize_h::resample_one;
use crate::cpu::kernels::resize_h_opaque::ROWS;
use crate::plan::weights::WeightTable;

/// Taps of a block: two chunks of a table that is summed in chunks.
pub(in crate::cpu) const BLOCK: usize = 2 * WeightTable::CHUNK_TAPS;

/// Output samples that are made together.
pub(in crate::cpu) const GROUP: usize = 4;

#[target_feature(enable = "avx2")]
pub(super) fn resize_h_plane(table: &WeightTable, sources: [&[u8]; ROWS], mut outputs: [&mut [i16]; ROWS]) {
    let blocks = Blocks::new(table);
    // Rows of the same length, so that one check of a window is one of all.
    let [a, b, c, d] = sources;
    let len = a.len().min(b.len()).min(c.len()).min(d.len());
    let rows = [&a[..len], &b[..len], &c[..len], &d[..len]];
    let vectorised = blocks.groups(len);
    for first in (0..vectorised).step_by(GROUP) {
        let mut samples = [_mm256_castsi256_si128(_mm256_setzero_si256()); GROUP];
        for (i, samples) in (first..).zip(&mut samples) {
            *samples = blocks.rows(i, rows);
        }
        let (first_pair, second_pair) =
            (_mm_packs_epi32(samples[0], samples[1]), _mm_packs_epi32(samples[2], samples[3]));
        // The samples of a row are apart by 4 now: a transposition of 4 by 4.
        let even = _mm_unpacklo_epi16(first_pair, second_pair);
        let odd = _mm_unpackhi_epi16(first_pair, second_pair);
        let (upper, lower) = (_mm_unpacklo_epi16(even, odd), _mm_unpackhi_epi16(even, odd));
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

#[target_feature(enable = "avx2")]
pub(super) fn resize_h_gray(table: &WeightTable, source: &[i16], output: &mut [i16]) {
    let blocks = Blocks::new(table);
    let vectorised = blocks.groups(source.len());
    for first in (0..vectorised).step_by(GROUP) {
        let samples = blocks.neighbours(first, source);
        store_4(four(output, first), _mm_packs_epi32(samples, samples));
    }
    for (i, (start, weights)) in table.iter().enumerate().skip(vectorised) {
        output[i] = resample_one::<i16, 1>(table, weights, &source[start..]);
    }
}

/// Returns the four samples from `first` on.
#[inline(always)]
pub(in crate::cpu) fn four(row: &mut [i16], first: usize) -> &mut [i16; GROUP] {
    row[first..].first_chunk_mut().expect("a row has all samples of the table")
}

/// How the taps of a table are cut into blocks.
pub(in crate::cpu) struct Blocks<'a> {
    pub(in crate::cpu) starts: &'a [u32],
    pub(in crate::cpu) weights: &'a [i16],
    /// The taps of a sample.
    pub(in crate::cpu) window: usize,
    pub(in crate::cpu) shift: u32,
    pub(in crate::cpu) chunk_shift: u32,
    /// The taps of all blocks, some of which reach over the end of a window.
    pub(in crate::cpu) taps: usize,
    /// Which weights of the last block count.
    pub(in crate::cpu) mask: __m256i,
}

impl<'a> Blocks<'a> {
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(in crate::cpu) fn new(table: &'a WeightTable) -> Self {
        let taps = table.taps().next_multiple_of(BLOCK);
        let last = table.taps() - (taps - BLOCK);
        let mut mask = [0_i16; BLOCK];
        mask[..last].fill(-1);
        Self {
            starts: table.starts(),
            weights: table.weights(),
            window: table.taps(),
            shift: table.shift(),
            chunk_shift: table.chunk_shift(),
            taps,
            mask: load_16(&mask),
        }
    }

    /// Counts the first output samples, in groups, whose blocks end inside the source and inside the weights.
    pub(in crate::cpu) fn groups(&self, source_len: usize) -> usize {
        let inside = self.starts.partition_point(|&start| start as usize + self.taps <= source_len);
        let weighed = (self.weights.len() + self.window).saturating_sub(self.taps) / self.window;
        let samples = inside.min(weighed);
        samples - samples % GROUP
    }

    /// Resamples output sample `i` of four rows.
    // Loops over rows are written out: a closure that the standard library calls is not compiled for AVX2 with it.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn rows(&self, i: usize, [a, b, c, d]: [&[u8]; ROWS]) -> __m128i {
        let start = self.starts[i] as usize;
        let window = start..start + self.taps;
        let weights = self.weights[i * self.window..][..self.taps].as_chunks::<BLOCK>().0;
        let (a, b) = (a[window.clone()].as_chunks::<BLOCK>().0, b[window.clone()].as_chunks::<BLOCK>().0);
        let (c, d) = (c[window.clone()].as_chunks::<BLOCK>().0, d[window].as_chunks::<BLOCK>().0);
        let last = weights.len() - 1;
        assert!(a.len() > last && b.len() > last && c.len() > last && d.len() > last, "as many blocks");
        let mut total = _mm256_setzero_si256();
        if self.chunk_shift == 0 {
            let weights_last = _mm256_and_si256(load_16(&weights[last]), self.mask);
            let (mut sum_a, mut sum_b) = (product(&a[last], weights_last), product(&b[last], weights_last));
            let (mut sum_c, mut sum_d) = (product(&c[last], weights_last), product(&d[last], weights_last));
            for block in 0..last {
                let weights = load_16(&weights[block]);
                sum_a = _mm256_add_epi32(sum_a, product(&a[block], weights));
                sum_b = _mm256_add_epi32(sum_b, product(&b[block], weights));
                sum_c = _mm256_add_epi32(sum_c, product(&c[block], weights));
                sum_d = _mm256_add_epi32(sum_d, product(&d[block], weights));
            }
            total = _mm256_slli_epi32::<UNIT_SHIFT>(add_up([sum_a, sum_b, sum_c, sum_d]));
        } else {
            for block in 0..=last {
                let all = load_16(&weights[block]);
                let weights = if block == last { _mm256_and_si256(all, self.mask) } else { all };
                let (first, second) = (product(&a[block], weights), product(&b[block], weights));
                let (third, fourth) = (product(&c[block], weights), product(&d[block], weights));
                let chunks = _mm256_slli_epi32::<UNIT_SHIFT>(add_up([first, second, third, fourth]));
                total = _mm256_add_epi32(total, round_shift(chunks, self.chunk_shift));
            }
        }
        finish(total, self.shift)
    }

    /// Resamples four output samples of a row, from `first` on.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn neighbours(&self, first: usize, source: &[i16]) -> __m128i {
        let mut total = _mm256_setzero_si256();
        let mut sums = [_mm256_setzero_si256(); GROUP];
        let last = self.taps - BLOCK;
        for block in (0..self.taps).step_by(BLOCK) {
            let mut products = [_mm256_setzero_si256(); GROUP];
            for (i, product) in (first..).zip(&mut products) {
                let weights = load_16(sixteen(self.weights, i * self.window + block));
                let weights = if block == last { _mm256_and_si256(weights, self.mask) } else { weights };
                let samples = load_16(sixteen(source, self.starts[i] as usize + block));
                *product = _mm256_madd_epi16(samples, weights);
            }
            if self.chunk_shift == 0 {
                for (sum, product) in sums.iter_mut().zip(products) {
                    *sum = _mm256_add_epi32(*sum, product);
                }
            } else {
                total = _mm256_add_epi32(total, round_shift(add_up(products), self.chunk_shift));
            }
        }
        if self.chunk_shift == 0 {
            total = add_up(sums);
        }
        finish(total, self.shift)
    }
}

/// Multiplies 16 levels by their weights and adds neighbours.
#[inline]
#[target_feature(enable = "avx2")]
fn product(levels: &[u8; BLOCK], weights: __m256i) -> __m256i {
    _mm256_madd_epi16(_mm256_cvtepu8_epi16(load_16_bytes(levels)), weights)
}

/// Adds up the halves of four vectors: the low ones in the low half, one sum beside the other.
#[inline]
#[target_feature(enable = "avx2")]
fn add_up([a, b, c, d]: [__m256i; 4]) -> __m256i {
    _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d))
}

/// Adds the halves and rounds.
#[inline]
#[target_feature(enable = "avx2")]
fn finish(total: __m256i, shift: u32) -> __m128i {
    let total = _mm_add_epi32(_mm256_castsi256_si128(total), _mm256_extracti128_si256::<1>(total));
    round_shift_4(total, shift)
}

/// Returns the 16 numbers from `first` on.
#[inline(always)]
fn sixteen(numbers: &[i16], first: usize) -> &[i16; BLOCK] {
    numbers[first..].first_chunk().expect("blocks end inside")
}
