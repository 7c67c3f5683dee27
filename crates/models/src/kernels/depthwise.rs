//! A row of a convolution whose channels are added up one by one.

use super::requantize;
use crate::layout::{CHANNELS, Lanes, SUM_ORDER, Taps};
use crate::packed::PackedConvolution;

/// Makes one block of channels of a row.
pub fn depthwise(convolution: &PackedConvolution, block: usize, taps: &Taps<'_>, output: &mut [Lanes]) {
    let ends = &convolution.ends[block];
    let weights = convolution.weights_of(block);
    for (x, pixel) in output.iter_mut().enumerate() {
        let mut sums: [i32; CHANNELS] = ends.biases.0;
        for (row_tap, row) in taps.rows.iter().enumerate() {
            for tap in 0..taps.count {
                let lanes = &row[block * taps.pitch + taps.start + x * taps.stride + tap * taps.step];
                let index = row_tap * taps.count + tap;
                let weights = &weights[index / 2].0;
                for ((sum, weights), &channel) in sums.iter_mut().zip(weights).zip(&SUM_ORDER) {
                    *sum += i32::from(lanes.0[channel]) * i32::from(weights[index % 2]);
                }
            }
        }
        *pixel = requantize(&sums, ends);
    }
}
