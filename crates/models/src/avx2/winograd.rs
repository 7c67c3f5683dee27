//! The stages of a convolution by tiles: see [`crate::winograd`].

use std::arch::x86_64::{
    __m256i, _mm256_add_epi16, _mm256_add_epi32, _mm256_setzero_si256, _mm256_srai_epi32, _mm256_store_si256,
    _mm256_sub_epi16, _mm256_sub_epi32,
};

use super::convolve::{PAIRS, add_pairs};
use super::{load, load_words, requantize, store};
use crate::kernels::winograd::Sums;
use crate::layout::Lanes;
use crate::packed::{PairWeights, Words};
use crate::winograd::{CENTER, GROUP, PLACES, PackedWinograd};

/// [`crate::kernels::winograd::Transform`]
#[target_feature(enable = "avx2")]
pub(super) fn transform(rows: [&[Lanes]; 4], tiles: usize, output: &mut [Lanes], pitch: usize) {
    let [a, b, c, d] = rows;
    let width = 2 * tiles + 2;
    let rows = [&a[..width], &b[..width], &c[..width], &d[..width]];
    let mut places = output.chunks_mut(pitch);
    let places: [&mut [Lanes]; PLACES] =
        std::array::from_fn(|_| &mut places.next().expect("one for each place")[..tiles]);
    // Columns that the tile before has transformed already.
    let mut left = [column(&rows, 0), column(&rows, 1)];
    for (tile, x) in (0..tiles).zip((2..).step_by(2)) {
        let right = [column(&rows, x), column(&rows, x + 1)];
        for y in 0..4 {
            let made = spread([left[0][y], left[1][y], right[0][y], right[1][y]]);
            for (x, made) in made.iter().enumerate() {
                store(&mut places[4 * y + x][tile], *made);
            }
        }
        left = right;
    }
}

/// Transforms a column.
#[target_feature(enable = "avx2")]
#[inline]
fn column(rows: &[&[Lanes]; 4], x: usize) -> [__m256i; 4] {
    spread([load(&rows[0][x]), load(&rows[1][x]), load(&rows[2][x]), load(&rows[3][x])])
}

/// [`crate::kernels::winograd::Multiply`]
#[target_feature(enable = "avx2")]
pub(super) fn multiply(convolution: &PackedWinograd, block: usize, samples: &[Lanes], tiles: usize, sums: &mut Sums) {
    let PackedWinograd { in_blocks, last_pairs, pairs, .. } = *convolution;
    assert!(samples.len() >= PLACES * in_blocks * GROUP && tiles <= GROUP, "all tiles of all places are there");
    assert!(last_pairs <= PAIRS && pairs == (in_blocks - 1) * PAIRS + last_pairs, "a block has no more channels");
    for (place, sums) in sums.iter_mut().enumerate() {
        let weights = convolution.weights_of(block, place);
        let start = if place == CENTER { convolution.starts[block] } else { Words::default() };
        let samples = &samples[place * in_blocks * GROUP..];
        let mut first = 0;
        // SAFETY: tiles from `first` on are fewer than there are, each block of them is [`GROUP`] behind the last, and
        // there are as many weights as pairs.
        unsafe {
            while tiles - first >= 6 {
                some::<6>(convolution, weights, &start, samples.as_ptr().add(first), &mut sums[first..]);
                first += 6;
            }
            let (samples, sums) = (samples.as_ptr().add(first), &mut sums[first..]);
            match tiles - first {
                5 => some::<5>(convolution, weights, &start, samples, sums),
                4 => some::<4>(convolution, weights, &start, samples, sums),
                3 => some::<3>(convolution, weights, &start, samples, sums),
                2 => some::<2>(convolution, weights, &start, samples, sums),
                1 => some::<1>(convolution, weights, &start, samples, sums),
                _ => {}
            }
        }
    }
}

/// Makes the sums of `N` tiles at a place.
///
/// # Safety
///
/// From `samples` on there are `N` tiles for each block of the input, [`GROUP`] apart; `weights` are all pairs of the convolution.
#[target_feature(enable = "avx2")]
#[inline]
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
        unsafe {
            let output: *mut __m256i = output.0.as_mut_ptr().cast();
            _mm256_store_si256(output, sums[0]);
            _mm256_store_si256(output.add(1), sums[1]);
        }
    }
}

/// [`crate::kernels::winograd::Finish`]
#[target_feature(enable = "avx2")]
pub(super) fn finish(convolution: &PackedWinograd, block: usize, sums: &Sums, rows: [&mut [Lanes]; 2]) {
    let ends = &convolution.ends[block];
    let biases = load_words(&ends.biases);
    let [first, second] = rows;
    let mut second = second.chunks_mut(2);
    for (tile, first) in first.chunks_mut(2).enumerate() {
        let second = second.next().unwrap_or_default();
        let halves = [results(sums, tile, 0), results(sums, tile, 1)];
        for (at, (low, high)) in halves[0].iter().zip(&halves[1]).enumerate() {
            let row = if at < 2 { &mut *first } else { &mut *second };
            if let Some(pixel) = row.get_mut(at % 2) {
                let low = _mm256_add_epi32(_mm256_srai_epi32::<2>(*low), biases[0]);
                let high = _mm256_add_epi32(_mm256_srai_epi32::<2>(*high), biases[1]);
                store(pixel, requantize([low, high], ends));
            }
        }
    }
}

/// Makes four times the results of a tile, row by row, for half of the channels.
// Without closures: they are not compiled into functions that take them, which know nothing of AVX2.
#[target_feature(enable = "avx2")]
#[inline]
fn results(sums: &Sums, tile: usize, half: usize) -> [__m256i; 4] {
    let mut columns = [[_mm256_setzero_si256(); 2]; 4];
    for (x, column) in columns.iter_mut().enumerate() {
        let [a, b, c, d] = [&sums[x][tile], &sums[4 + x][tile], &sums[8 + x][tile], &sums[12 + x][tile]];
        *column = along([load_words(a)[half], load_words(b)[half], load_words(c)[half], load_words(d)[half]]);
    }
    let [a, b, c, d] = columns;
    let ([first, second], [third, fourth]) = (along([a[0], b[0], c[0], d[0]]), along([a[1], b[1], c[1], d[1]]));
    [first, second, third, fourth]
}

/// Takes a row or a column of `Aᵀ·m·A`.
#[target_feature(enable = "avx2")]
#[inline]
fn along([a, b, c, d]: [__m256i; 4]) -> [__m256i; 2] {
    [_mm256_add_epi32(_mm256_add_epi32(a, b), c), _mm256_sub_epi32(_mm256_sub_epi32(b, c), d)]
}

/// Takes a row or a column of `Bᵀ·d·B`.
#[target_feature(enable = "avx2")]
#[inline]
fn spread([a, b, c, d]: [__m256i; 4]) -> [__m256i; 4] {
    [_mm256_sub_epi16(a, c), _mm256_add_epi16(b, c), _mm256_sub_epi16(c, b), _mm256_sub_epi16(b, d)]
}
