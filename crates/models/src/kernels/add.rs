//! A row of the sum of two values.

use crate::layout::{Lanes, SUM_ORDER};
use crate::packed::PackedAdd;

/// Adds one block of channels of two rows.
pub type AddRow = fn(&PackedAdd, [&[Lanes]; 2], &mut [Lanes]);

/// Adds one block of channels of two rows: see [`palmette_core::net::Add`].
#[expect(clippy::cast_possible_truncation, reason = "clamped")]
pub fn add(add: &PackedAdd, inputs: [&[Lanes]; 2], output: &mut [Lanes]) {
    for ((pixel, first), second) in output.iter_mut().zip(inputs[0]).zip(inputs[1]) {
        for (place, &channel) in SUM_ORDER.iter().enumerate() {
            let [a, b] = add.multipliers.0[place].map(i32::from);
            let sum = i32::from(first.0[channel]) * a + i32::from(second.0[channel]) * b + add.halves.0[place];
            let (low, high) = (add.low.0[channel].into(), add.high.0[channel].into());
            pixel.0[channel] = (sum >> add.shifts.0[place]).clamp(low, high) as i16;
        }
    }
}
