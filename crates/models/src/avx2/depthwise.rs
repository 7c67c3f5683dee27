//! A row of a convolution whose channels are added up one by one: two taps of a pixel side by side make a pair.

use std::arch::x86_64::{_mm256_add_epi32, _mm256_madd_epi16, _mm256_unpackhi_epi16, _mm256_unpacklo_epi16};

use super::{load, load_weights, load_words, requantize, store};
use crate::layout::{Lanes, Taps};
use crate::packed::PackedConvolution;

/// Pixels at once.
const PIXELS: usize = 4;

/// [`crate::kernels::depthwise::depthwise`]
#[target_feature(enable = "avx2")]
pub(super) fn depthwise(convolution: &PackedConvolution, block: usize, taps: &Taps<'_>, output: &mut [Lanes]) {
    let weights = convolution.weights_of(block);
    // What each tap reads, the last one twice where it has no partner: its weight is 0 then.
    let mut inputs: Vec<&[Lanes]> = taps
        .rows
        .iter()
        .flat_map(|row| (0..taps.count).map(move |tap| &row[block * taps.pitch + taps.start + tap * taps.step..]))
        .collect();
    if let (true, Some(&last)) = (inputs.len() % 2 == 1, inputs.last()) {
        inputs.push(last);
    }
    let ends = &convolution.ends[block];
    for (group, pixels) in output.chunks_mut(PIXELS).enumerate() {
        let mut sums = [load_words(&ends.biases); PIXELS];
        for (weights, inputs) in weights.iter().zip(inputs.as_chunks::<2>().0) {
            let weights = load_weights(weights);
            for (index, sums) in sums[..pixels.len()].iter_mut().enumerate() {
                let at = (group * PIXELS + index) * taps.stride;
                let (first, second) = (load(&inputs[0][at]), load(&inputs[1][at]));
                let pairs = [_mm256_unpacklo_epi16(first, second), _mm256_unpackhi_epi16(first, second)];
                for half in 0..2 {
                    sums[half] = _mm256_add_epi32(sums[half], _mm256_madd_epi16(pairs[half], weights[half]));
                }
            }
        }
        for (pixel, sums) in pixels.iter_mut().zip(sums) {
            store(pixel, requantize(sums, ends));
        }
    }
}
