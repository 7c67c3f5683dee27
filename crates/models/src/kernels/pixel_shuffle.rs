//! A row of the squares that pixels become.

use crate::layout::{CHANNELS, Lanes, RowLayout};

/// Makes row `sub_row` of the squares of a row: see [`palmette_core::net::Operation::PixelShuffle`].
pub fn pixel_shuffle(
    factor: usize,
    sub_row: usize,
    input: &[Lanes],
    from: &RowLayout,
    output: &mut [Lanes],
    to: &RowLayout,
) {
    for channel in 0..to.channels {
        let pixels = to.block_mut(output, channel / CHANNELS);
        for column in 0..factor {
            let source = (channel * factor + sub_row) * factor + column;
            let lanes = from.block(input, source / CHANNELS);
            for (pixel, lanes) in pixels.iter_mut().skip(column).step_by(factor).zip(lanes) {
                pixel.0[channel % CHANNELS] = lanes.0[source % CHANNELS];
            }
        }
    }
}
