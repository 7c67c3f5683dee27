//! A row whose pixels are repeated.

use crate::layout::Lanes;

/// Repeats pixels of one block of channels.
pub fn nearest(factor: usize, input: &[Lanes], output: &mut [Lanes]) {
    for (pixels, lanes) in output.chunks_mut(factor).zip(input) {
        pixels.fill(*lanes);
    }
}
