//! Twin of [`crate::cpu::kernels::resize_h`] for 4 channels: a pixel is half a vector, and meets its weight as it is.

use std::arch::aarch64::{
    int32x4_t, vaddq_s32, vdupq_n_s32, vget_low_s16, vmlal_high_lane_s16, vmlal_lane_s16, vmlal_n_s16, vqmovn_s32,
};

use super::{load_4, load_8, round_shift, store_4};
use crate::plan::weights::WeightTable;

#[target_feature(enable = "neon")]
pub(super) fn resize_h_rgba(table: &WeightTable, source: &[i16], output: &mut [i16]) {
    let pixels = source.as_chunks::<4>().0;
    for ((start, weights), output) in table.iter().zip(output.as_chunks_mut::<4>().0) {
        let window = &pixels[start..start + weights.len()];
        let total = if table.chunk_shift() == 0 {
            dot(weights, window)
        } else {
            let mut total = vdupq_n_s32(0);
            for (weights, window) in weights.chunks(WeightTable::CHUNK_TAPS).zip(window.chunks(WeightTable::CHUNK_TAPS))
            {
                total = vaddq_s32(total, round_shift(dot(weights, window), table.chunk_shift()));
            }
            total
        };
        store_4(output, vqmovn_s32(round_shift(total, table.shift())));
    }
}

/// Adds up pixels, each times its weight; the 4 channels stay apart.
#[inline]
#[target_feature(enable = "neon")]
fn dot(weights: &[i16], pixels: &[[i16; 4]]) -> int32x4_t {
    let (quads, rest) = pixels.as_chunks::<4>();
    let (weight_quads, weight_rest) = weights.as_chunks::<4>();
    // Two sums, so that an addition need not wait for the one before it.
    let (mut even, mut odd) = (vdupq_n_s32(0), vdupq_n_s32(0));
    for (weights, quad) in weight_quads.iter().zip(quads) {
        let weights = load_4(weights);
        let (left, right) = quad.as_flattened().split_at(8);
        let left = load_8(left.as_array().expect("2 pixels of 4 channels"));
        let right = load_8(right.as_array().expect("2 pixels of 4 channels"));
        even = vmlal_lane_s16::<0>(even, vget_low_s16(left), weights);
        odd = vmlal_high_lane_s16::<1>(odd, left, weights);
        even = vmlal_lane_s16::<2>(even, vget_low_s16(right), weights);
        odd = vmlal_high_lane_s16::<3>(odd, right, weights);
    }
    for (&weight, pixel) in weight_rest.iter().zip(rest) {
        even = vmlal_n_s16(even, load_4(pixel), weight);
    }
    vaddq_s32(even, odd)
}
