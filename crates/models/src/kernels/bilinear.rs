//! A row between two others, whose pixels lie between those of the input.

use crate::layout::Lanes;
use crate::net::Positions;

/// Bits of a weight on an axis.
const WEIGHT_BITS: u32 = 7;

/// Where a pixel of the result lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The pixel of the input before it, and the one behind.
    pub pixels: [usize; 2],
    /// The weight of the one behind, of 128.
    pub weight: u8,
}

impl Place {
    /// Finds a pixel of an axis that is `factor` times as long as its input of `len` pixels.
    #[must_use]
    pub fn new(positions: Positions, factor: usize, len: usize, index: usize) -> Self {
        // The position as a fraction.
        let (numerator, denominator) = match positions {
            Positions::HalfPixel => ((2 * index + 1).saturating_sub(factor), 2 * factor),
            Positions::Corner => (index, factor),
            Positions::AlignCorners => (index * (len - 1), len * factor - 1),
        };
        let weight = (((numerator % denominator) << (WEIGHT_BITS + 1)) / denominator).div_ceil(2);
        let pixel = numerator / denominator + (weight >> WEIGHT_BITS);
        let weight = u8::try_from(weight % (1 << WEIGHT_BITS)).expect("7 bits");
        Self { pixels: [pixel, pixel + 1].map(|pixel| pixel.min(len - 1)), weight }
    }
}

/// Weighs one block of channels. Arguments: columns, the weight of the second row of 128, two rows, what is made.
pub type Bilinear = fn(&[Place], u8, [&[Lanes]; 2], &mut [Lanes]);

/// Weighs one block of channels of two rows.
#[expect(clippy::cast_possible_truncation, reason = "weights of 7 bits make no sample larger")]
#[inline(always)]
pub fn bilinear(places: &[Place], weight: u8, rows: [&[Lanes]; 2], output: &mut [Lanes]) {
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
