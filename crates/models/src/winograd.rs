//! Convolutions of 3×3 by tiles, after Winograd: 16 products for four pixels instead of 36, and still exact.
//!
//! A tile is a square of 2×2 results, made of a square of 4×4 samples `d` with the nine weights `g`:
//!
//! ```text
//! results = Aᵀ · [ (G·g·Gᵀ) ∘ (Bᵀ·d·B) ] · A
//!
//!      1  0 −1  0         2  0  0
//! Bᵀ = 0  1  1  0    G =  1  1  1    Aᵀ = 1  1  1  0
//!      0 −1  1  0         1 −1  1         0  1 −1 −1
//!      0  1  0 −1         0  0  2
//! ```
//!
//! where `∘` multiplies place by place: a sum over the channels of the input for each of the 16 places, which is where the time
//! goes. Textbooks have halves in `G`. Here it is twice that, so that weights stay integers, and results come out four times too large.
//!
//! # Why it is exact
//!
//! Transformed samples are sums of four, so samples up to 8,191 stay within 16 bits; transformed weights are looked at one by one. Sums of
//! products may leave 32 bits on the way, but as additions wrap, four times the result is right modulo 2³², and the result modulo 2³⁰. The limits of
//! the channels say in which range the result lies ([`Range`]); if that is smaller than 2³⁰, one number alone is meant. So the bytes are those of
//! the sum of nine products, the definition. A layer for which this does not hold is convolved directly ([`PackedWinograd::new`]);
//! the converter sees to it that it holds for those where most of the time goes.

use palmette_core::net::{Convolution, Window};

use crate::layout::CHANNELS;
use crate::net::Range;
use crate::packed::{Ends, PairWeights, Words};

/// Places of a tile.
pub const PLACES: usize = 16;

/// The place whose product is added to all four results.
pub const CENTER: usize = 5;

/// Tiles side by side that are worked on at a time: what lies between the stages stays in the nearest caches.
pub const GROUP: usize = 24;

/// The range of a sum must be smaller.
pub(crate) const MAX_RANGE: i64 = 1 << 30;

/// The largest sample: sums of four stay within 16 bits.
const MAX_SAMPLE: i16 = i16::MAX / 4;

/// Tells whether a window can be convolved by tiles.
#[must_use]
pub(crate) fn fits(window: &Window) -> bool {
    window.taps == [3; 2] && window.stride == [1; 2] && window.dilation == [1; 2]
}

/// Tells whether transforming takes less than it saves, with so many channels of the input and the output.
#[must_use]
pub(crate) const fn pays(in_channels: usize, out_channels: usize) -> bool {
    in_channels >= CHANNELS && out_channels >= CHANNELS
}

/// Transforms the weights of a channel of the input, by row and column: `G·g·Gᵀ`.
#[must_use]
pub(crate) fn transformed(weights: [[i32; 3]; 3]) -> [[i32; 4]; 4] {
    let along = |[a, b, c]: [i32; 3]| [2 * a, a + b + c, a - b + c, 2 * c];
    let rows = weights.map(along);
    let column = |x: usize| along([rows[0][x], rows[1][x], rows[2][x]]);
    let columns = [column(0), column(1), column(2), column(3)];
    std::array::from_fn(|y| std::array::from_fn(|x| columns[x][y]))
}

/// A convolution by tiles, its weights transformed.
#[derive(Clone, Debug, PartialEq)]
pub struct PackedWinograd {
    /// Blocks of input channels.
    pub in_blocks: usize,
    /// Pairs of channels in the last block of the input; those before have 8.
    pub last_pairs: usize,
    /// Pairs that make a sum of a place.
    pub pairs: usize,
    /// For each block of output channels: by place, block of the input, pair of channels.
    weights: Vec<PairWeights>,
    /// For each block of output channels, what sums of [`CENTER`] begin with: it moves the range of results around 0.
    pub starts: Vec<Words>,
    /// For each block of output channels; biases move the range back.
    pub ends: Vec<Ends>,
}

impl PackedWinograd {
    /// Packs a convolution that was checked; `ranges` are those of the channels of its input. Nothing if it does not fit, would not be
    /// exact, or would gain nothing.
    #[must_use]
    pub fn new(convolution: &Convolution, ranges: &[Range]) -> Option<Self> {
        let Convolution { window, in_channels, out_channels, weights, biases, .. } = convolution;
        let is_small = |range: &Range| range.low >= -MAX_SAMPLE && range.high <= MAX_SAMPLE;
        if convolution.is_depthwise
            || !fits(window)
            || !pays(*in_channels, *out_channels)
            || !ranges.iter().all(is_small)
        {
            return None;
        }
        let per_channel = 9 * in_channels;
        // By output and input channel.
        let mut all = Vec::new();
        for weights in weights.chunks_exact(per_channel) {
            for input in 0..*in_channels {
                let weight = |y: usize, x: usize| i32::from(weights[(3 * y + x) * in_channels + input]);
                let square = std::array::from_fn(|y| std::array::from_fn(|x| weight(y, x)));
                let mut places = [0; PLACES];
                for (place, &weight) in places.iter_mut().zip(transformed(square).as_flattened()) {
                    *place = i16::try_from(weight).ok()?;
                }
                all.push(places);
            }
        }
        let middles =
            weights.chunks_exact(per_channel).map(|weights| middle(weights, ranges)).collect::<Option<Vec<i32>>>()?;

        let in_blocks = in_channels.div_ceil(CHANNELS);
        let last_pairs = (in_channels - (in_blocks - 1) * CHANNELS).div_ceil(2);
        let pairs = (in_blocks - 1) * CHANNELS / 2 + last_pairs;
        let weight = |[channel, input]: [usize; 2], place: usize| {
            let is_there = channel < *out_channels && input < *in_channels;
            if is_there { all[channel * in_channels + input][place] } else { 0 }
        };
        let mut packed = Vec::new();
        let blocks = || 0..out_channels.div_ceil(CHANNELS);
        for (block, place) in blocks().flat_map(|block| (0..PLACES).map(move |place| (block, place))) {
            packed.extend((0..pairs).map(|pair| {
                PairWeights::of(|channel| {
                    [0, 1].map(|side| weight([block * CHANNELS + channel, 2 * pair + side], place))
                })
            }));
        }
        let moved: Vec<i32> = biases.iter().zip(&middles).map(|(bias, middle)| bias + middle).collect();
        let start = |block: usize| {
            Words::of(|channel| middles.get(block * CHANNELS + channel).map_or(0, |middle| middle.wrapping_mul(-4)))
        };
        Some(Self {
            in_blocks,
            last_pairs,
            pairs,
            weights: packed,
            starts: blocks().map(start).collect(),
            ends: blocks().map(|block| Ends::new(&moved, &convolution.requantize, block)).collect(),
        })
    }

    /// Returns the weights of a place for a block of output channels.
    ///
    /// # Panics
    ///
    /// If there is no such block or place.
    #[must_use]
    pub fn weights_of(&self, block: usize, place: usize) -> &[PairWeights] {
        &self.weights[(block * PLACES + place) * self.pairs..][..self.pairs]
    }
}

/// Returns the middle of the range of a sum without its bias, if the range is small enough.
fn middle(weights: &[i16], ranges: &[Range]) -> Option<i32> {
    let (mut least, mut most) = (0, 0);
    for weights in weights.chunks_exact(ranges.len()) {
        for (range, &weight) in ranges.iter().zip(weights) {
            let [low, high] = range.times(weight);
            least += low;
            most += high;
        }
    }
    // Less the middle, rounded up, it lies between −2²⁹ and 2²⁹ − 1 then, and four times that fits.
    if most - least < MAX_RANGE { i32::try_from((least + most + 1).div_euclid(2)).ok() } else { None }
}

/// Returns how many lanes lie between the stages, for so many channels of the input.
pub(crate) const fn scratch_lanes(in_channels: usize) -> usize {
    PLACES * GROUP * in_channels.div_ceil(CHANNELS)
}
