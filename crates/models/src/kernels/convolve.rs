//! A row of a convolution that adds all channels of the input up.

use super::requantize;
use crate::layout::{CHANNELS, Lanes, Taps};
use crate::packed::PackedConvolution;

/// Makes one block of output channels of a row. Arguments: the convolution, the block, what is read, what is made.
pub type Convolve = fn(&PackedConvolution, usize, &Taps<'_>, &mut [Lanes]);

/// Makes one block of output channels of a row.
pub fn convolve(convolution: &PackedConvolution, block: usize, taps: &Taps<'_>, output: &mut [Lanes]) {
    let ends = &convolution.ends[block];
    for (x, pixel) in output.iter_mut().enumerate() {
        let mut sums = ends.biases.0;
        let mut weights = convolution.weights_of(block).iter();
        for row in taps.rows {
            for in_block in 0..convolution.in_blocks {
                let pairs = if in_block + 1 == convolution.in_blocks { convolution.last_pairs } else { CHANNELS / 2 };
                for tap in 0..taps.count {
                    let lanes = &row[in_block * taps.pitch + taps.start + x * taps.stride + tap * taps.step];
                    for (inputs, weights) in lanes.0.as_chunks::<2>().0[..pairs].iter().zip(weights.by_ref()) {
                        for (sum, weights) in sums.iter_mut().zip(&weights.0) {
                            *sum += i32::from(inputs[0]) * i32::from(weights[0])
                                + i32::from(inputs[1]) * i32::from(weights[1]);
                        }
                    }
                }
            }
        }
        *pixel = requantize(&sums, ends);
    }
}
