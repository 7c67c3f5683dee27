//! Rows whose channels come from several places: concatenation, and channels of 0.

use crate::layout::{CHANNELS, Lanes, RowLayout};

/// Puts the channels of a row behind the first `offset` of another one.
pub fn place(input: &[Lanes], from: &RowLayout, offset: usize, output: &mut [Lanes], to: &RowLayout) {
    for block in 0..from.blocks() {
        let first = offset + block * CHANNELS;
        let source = from.block(input, block);
        if first.is_multiple_of(CHANNELS) {
            // Numbers behind the last channel are overwritten by the next value, or never read.
            to.block_mut(output, first / CHANNELS).copy_from_slice(source);
            continue;
        }
        for channel in 0..CHANNELS.min(from.channels - block * CHANNELS) {
            let (target, lane) = ((first + channel) / CHANNELS, (first + channel) % CHANNELS);
            for (pixel, lanes) in to.block_mut(output, target).iter_mut().zip(source) {
                pixel.0[lane] = lanes.0[channel];
            }
        }
    }
}

/// Makes channels 0 from one on.
pub fn clear_from(channel: usize, row: &mut [Lanes], layout: &RowLayout) {
    for block in channel / CHANNELS..layout.blocks() {
        let first = channel.saturating_sub(block * CHANNELS);
        for pixel in layout.block_mut(row, block) {
            pixel.0[first..].fill(0);
        }
    }
}
