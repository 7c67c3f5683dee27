//! A row between two others, whose pixels lie between those of the input.

use palmette_core::net::Place;

use crate::layout::Lanes;

/// Weighs one block of channels. Arguments: columns, the weight of the second row of 128, two rows, what is made.
pub type Bilinear = fn(&[Place], u8, [&[Lanes]; 2], &mut [Lanes]);

/// Weighs one block of channels of two rows.
#[expect(clippy::cast_possible_truncation, reason = "weights of 7 bits make no sample larger")]
#[inline(always)]
pub fn bilinear(places: &[Place], weight: u8, rows: [&[Lanes]; 2], output: &mut [Lanes]) {
    const WEIGHT_BITS: u32 = Place::WEIGHT_BITS;
    const ONE: i32 = 1 << WEIGHT_BITS;
    let down = i32::from(weight);
    for (pixel, place) in output.iter_mut().zip(places) {
        let right = i32::from(place.weight);
        let [[a, b], [c, d]] = rows.map(|row| place.pixels.map(|pixel| &row[pixel].0));
        for (channel, sample) in pixel.0.iter_mut().enumerate() {
            let [a, b, c, d] = [a, b, c, d].map(|lanes| i32::from(lanes[channel]));
            let top = a * (ONE - right) + b * right;
            let bottom = c * (ONE - right) + d * right;
            let sum = top * (ONE - down) + bottom * down;
            *sample = ((sum + (1 << (2 * WEIGHT_BITS - 1))) >> (2 * WEIGHT_BITS)) as i16;
        }
    }
}
