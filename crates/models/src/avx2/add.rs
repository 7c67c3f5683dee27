//! A row of the sum of two values: samples of both side by side, and one multiplication of pairs.

use std::arch::x86_64::{
    _mm256_add_epi32, _mm256_madd_epi16, _mm256_srav_epi32, _mm256_unpackhi_epi16, _mm256_unpacklo_epi16,
};

use super::{load, load_weights, load_words, pack, store};
use crate::layout::Lanes;
use crate::packed::PackedAdd;

/// [`crate::kernels::add::add`]
#[target_feature(enable = "avx2")]
pub(super) fn add(add: &PackedAdd, inputs: [&[Lanes]; 2], output: &mut [Lanes]) {
    let multipliers = load_weights(&add.multipliers);
    let (halves, shifts) = (load_words(&add.halves), load_words(&add.shifts));
    let (low, high) = (load(&add.low), load(&add.high));
    for ((pixel, first), second) in output.iter_mut().zip(inputs[0]).zip(inputs[1]) {
        let (first, second) = (load(first), load(second));
        let pairs = [_mm256_unpacklo_epi16(first, second), _mm256_unpackhi_epi16(first, second)];
        let sum = |half: usize| {
            let products = _mm256_madd_epi16(pairs[half], multipliers[half]);
            _mm256_srav_epi32(_mm256_add_epi32(products, halves[half]), shifts[half])
        };
        store(pixel, pack([sum(0), sum(1)], low, high));
    }
}
