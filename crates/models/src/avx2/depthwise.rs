//! A row of a convolution whose channels are added up one by one, four pixels at once: two taps of a pixel side by side make a pair.

use std::arch::x86_64::{_mm256_add_epi32, _mm256_madd_epi16, _mm256_unpackhi_epi16, _mm256_unpacklo_epi16};

use super::{load, load_weights, load_words, requantize, store};
use crate::layout::{Lanes, Taps};
use crate::packed::{Ends, PackedConvolution, PairWeights};

/// Pixels at once: more do not fit into the registers.
const MOST: usize = 4;

/// Windows of up to so many taps, 7×7, need no memory for their list.
const FEW: usize = 50;

/// [`crate::kernels::depthwise::depthwise`]
#[target_feature(enable = "avx2")]
pub(super) fn depthwise(convolution: &PackedConvolution, block: usize, taps: &Taps<'_>, output: &mut [Lanes]) {
    assert!(taps.cover(block + 1, output.len()), "what is read lies inside the rows");
    let (ends, weights) = (&convolution.ends[block], convolution.weights_of(block));
    let start = block * taps.pitch + taps.start;
    // The samples of each tap of the first position, the last one twice where it has no partner: its weight is 0 then.
    let count = taps.rows.len() * taps.count;
    let mut few = [const { std::ptr::null() }; FEW];
    let mut many = Vec::new();
    let inputs = if count <= FEW {
        &mut few[..count.next_multiple_of(2)]
    } else {
        many.resize(count.next_multiple_of(2), std::ptr::null());
        &mut many[..]
    };
    let places =
        taps.rows.iter().flat_map(|row| (0..taps.count).map(move |tap| &raw const row[start + tap * taps.step]));
    for (input, place) in inputs.iter_mut().zip(places) {
        *input = place;
    }
    inputs[inputs.len() - 1] = inputs[count - 1];
    let inputs = inputs.as_chunks::<2>().0;
    assert_eq!(inputs.len(), weights.len(), "a pair of taps has its weights");
    let mut first = 0;
    // SAFETY: positions from `first` on are fewer than the output has, all inside the rows.
    unsafe {
        while output.len() - first >= MOST {
            some::<MOST>(ends, weights, inputs, first * taps.stride, taps.stride, &mut output[first..]);
            first += MOST;
        }
        let rest = &mut output[first..];
        match rest.len() {
            3 => some::<3>(ends, weights, inputs, first * taps.stride, taps.stride, rest),
            2 => some::<2>(ends, weights, inputs, first * taps.stride, taps.stride, rest),
            1 => some::<1>(ends, weights, inputs, first * taps.stride, taps.stride, rest),
            _ => {}
        }
    }
}

/// Makes `N` pixels.
///
/// # Safety
///
/// `first` behind each of `inputs` there must be `N` pixels that are `stride` apart.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn some<const N: usize>(
    ends: &Ends,
    weights: &[PairWeights],
    inputs: &[[*const Lanes; 2]],
    first: usize,
    stride: usize,
    output: &mut [Lanes],
) {
    let mut sums = [load_words(&ends.biases); N];
    for (weights, taps) in weights.iter().zip(inputs) {
        let weights = load_weights(weights);
        for (index, sums) in sums.iter_mut().enumerate() {
            // SAFETY: the caller's promise.
            let [a, b] = taps.map(|tap| load(unsafe { &*tap.add(first + index * stride) }));
            let pairs = [_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b)];
            sums[0] = _mm256_add_epi32(sums[0], _mm256_madd_epi16(pairs[0], weights[0]));
            sums[1] = _mm256_add_epi32(sums[1], _mm256_madd_epi16(pairs[1], weights[1]));
        }
    }
    for (pixel, sums) in output.iter_mut().zip(sums) {
        store(pixel, requantize(sums, ends));
    }
}
