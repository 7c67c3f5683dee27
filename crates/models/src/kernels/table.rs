//! A row of samples that are looked up.

use palmette_core::net::Table;

use crate::layout::{CHANNELS, Lanes, RowLayout};

/// Looks a row up: see [`Table`].
pub fn look_up(table: &Table, input: &[Lanes], from: &RowLayout, output: &mut [Lanes], to: &RowLayout) {
    let low = i32::from(table.low);
    for channel in 0..to.channels {
        let entries = &table.entries[channel % table.entries.len()];
        let (block, lane) = (channel / CHANNELS, channel % CHANNELS);
        for (pixel, lanes) in to.block_mut(output, block).iter_mut().zip(from.block(input, block)) {
            let place = usize::try_from(i32::from(lanes.0[lane]) - low).unwrap_or(0).min(entries.len() - 1);
            pixel.0[lane] = entries[place];
        }
    }
}
