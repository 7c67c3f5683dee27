//! The stages of a convolution by tiles that gain by longer vectors: see [`crate::winograd`].

use std::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_setzero_si512, _mm512_srai_epi32, _mm512_store_si512, _mm512_sub_epi32,
};

use super::convolve::{PAIRS, add_pairs, load_words, requantize};
use crate::kernels::winograd::Sums;
use crate::layout::Lanes;
use crate::packed::{PairWeights, Words};
use crate::winograd::{CENTER, GROUP, PLACES, PackedWinograd};

/// The function that makes the sums of some tiles: as [`some`].
type Some = unsafe fn(&PackedWinograd, &[PairWeights], &Words, *const Lanes, &mut [Words]);

/// One for each number of tiles, from 1: all sums of a group fit into the registers.
const SOME: [Some; GROUP] = [
    some::<1>, some::<2>, some::<3>, some::<4>, some::<5>, some::<6>, some::<7>, some::<8>, some::<9>, some::<10>,
    some::<11>, some::<12>, some::<13>, some::<14>, some::<15>, some::<16>, some::<17>, some::<18>, some::<19>,
    some::<20>, some::<21>, some::<22>, some::<23>, some::<24>,
];

/// [`crate::kernels::winograd::Multiply`]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
pub(super) fn multiply(convolution: &PackedWinograd, block: usize, samples: &[Lanes], tiles: usize, sums: &mut Sums) {
    let PackedWinograd { in_blocks, last_pairs, pairs, .. } = *convolution;
    assert!(samples.len() >= PLACES * in_blocks * GROUP && tiles <= GROUP, "all tiles of all places are there");
    assert!(last_pairs <= PAIRS && pairs == (in_blocks - 1) * PAIRS + last_pairs, "a block has no more channels");
    for (place, sums) in sums.iter_mut().enumerate() {
        let weights = convolution.weights_of(block, place);
        let start = if place == CENTER { convolution.starts[block] } else { Words::default() };
        let samples = samples[place * in_blocks * GROUP..].as_ptr();
        // SAFETY: the features are there, each block of tiles is [`GROUP`] behind the last, and there are as many weights as pairs.
        unsafe { SOME[tiles - 1](convolution, weights, &start, samples, sums) };
    }
}

/// Makes the sums of `N` tiles at a place.
///
/// # Safety
///
/// From `samples` on there are `N` tiles for each block of the input, [`GROUP`] apart; `weights` are all pairs of the convolution.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
unsafe fn some<const N: usize>(
    convolution: &PackedWinograd,
    weights: &[PairWeights],
    start: &Words,
    samples: *const Lanes,
    output: &mut [Words],
) {
    let mut sums = [load_words(start); N];
    let mut weights = weights.as_ptr();
    for in_block in 0..convolution.in_blocks {
        let is_last = in_block + 1 == convolution.in_blocks;
        // SAFETY: the caller's promise.
        unsafe {
            let samples = samples.add(in_block * GROUP);
            if is_last && convolution.last_pairs != PAIRS {
                weights = add_pairs::<N>(&mut sums, samples, 1, weights, convolution.last_pairs);
            } else {
                weights = add_pairs::<N>(&mut sums, samples, 1, weights, PAIRS);
            }
        }
    }
    for (output, sums) in output.iter_mut().zip(sums) {
        // SAFETY: writes the 64 bytes of the words, which are aligned to 64.
        unsafe { _mm512_store_si512(output.0.as_mut_ptr().cast(), sums) };
    }
}

/// [`crate::kernels::winograd::Finish`]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
pub(super) fn finish(convolution: &PackedWinograd, block: usize, sums: &Sums, rows: [&mut [Lanes]; 2]) {
    let ends = &convolution.ends[block];
    let biases = load_words(&ends.biases);
    let [first, second] = rows;
    let mut second = second.chunks_mut(2);
    for (tile, first) in first.chunks_mut(2).enumerate() {
        let second = second.next().unwrap_or_default();
        let mut columns = [[_mm512_setzero_si512(); 2]; 4];
        for (x, column) in columns.iter_mut().enumerate() {
            let [a, b, c, d] = [&sums[x][tile], &sums[4 + x][tile], &sums[8 + x][tile], &sums[12 + x][tile]];
            *column = along([load_words(a), load_words(b), load_words(c), load_words(d)]);
        }
        let [a, b, c, d] = columns;
        let halves = [along([a[0], b[0], c[0], d[0]]), along([a[1], b[1], c[1], d[1]])];
        for (row, results) in [first, second].into_iter().zip(&halves) {
            for (pixel, result) in row.iter_mut().zip(results) {
                requantize(_mm512_add_epi32(_mm512_srai_epi32::<2>(*result), biases), ends, pixel);
            }
        }
    }
}

/// Takes a row or a column of `Aᵀ·m·A`.
#[target_feature(enable = "avx512f")]
#[inline]
fn along([a, b, c, d]: [__m512i; 4]) -> [__m512i; 2] {
    [_mm512_add_epi32(_mm512_add_epi32(a, b), c), _mm512_sub_epi32(_mm512_sub_epi32(b, c), d)]
}
