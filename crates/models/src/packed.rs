//! Layers as kernels want them: weights by blocks of channels, in the order in which they are read.

use palmette_core::net::{Add, AddTerms, Convolution, Requantize};

use crate::layout::{CHANNELS, Lanes, SUM_ORDER};

/// Weights of a pair of inputs, for each sum of a block, in [`SUM_ORDER`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C, align(64))]
pub struct PairWeights(pub [[i16; 2]; CHANNELS]);

impl PairWeights {
    /// Makes them of what each channel of a block has.
    pub(crate) fn of(of_channel: impl Fn(usize) -> [i16; 2]) -> Self {
        Self(SUM_ORDER.map(of_channel))
    }
}

/// 32-bit numbers, one for each sum of a block, in [`SUM_ORDER`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C, align(64))]
pub struct Words(pub [i32; CHANNELS]);

impl Words {
    /// Makes them of what each channel of a block has.
    pub(crate) fn of(of_channel: impl Fn(usize) -> i32) -> Self {
        Self(SUM_ORDER.map(of_channel))
    }
}

/// What begins and ends the sums of a block of output channels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// What sums begin with.
    pub biases: Words,
    /// Multipliers of sums from 0.
    pub multipliers: Words,
    /// Multipliers of sums below 0.
    pub negative_multipliers: Words,
    /// Half of what is shifted out, of the high part.
    pub halves: Words,
    /// Shifts of the high part.
    pub shifts: Words,
    /// The least samples, by channel.
    pub low: Lanes,
    /// The largest samples, by channel.
    pub high: Lanes,
    /// Whether both multipliers of all channels are the same and not negative, as without an activation and with ReLU.
    pub is_plain: bool,
}

impl Ends {
    /// Packs what belongs to a block; channels that are not there make 0.
    pub(crate) fn new(biases: &[i32], requantize: &[Requantize], block: usize) -> Self {
        let of = |channel: usize| requantize.get(block * CHANNELS + channel).copied().unwrap_or(Requantize::NONE);
        let all: [Requantize; CHANNELS] = std::array::from_fn(of);
        Self {
            biases: Words::of(|channel| biases.get(block * CHANNELS + channel).copied().unwrap_or(0)),
            multipliers: Words::of(|channel| all[channel].multiplier.into()),
            negative_multipliers: Words::of(|channel| all[channel].negative_multiplier.into()),
            halves: Words::of(|channel| 1 << (all[channel].shift - 17)),
            shifts: Words::of(|channel| i32::from(all[channel].shift) - 16),
            low: Lanes(all.map(|one| one.low)),
            high: Lanes(all.map(|one| one.high)),
            is_plain: all.iter().all(|one| one.multiplier == one.negative_multiplier && one.multiplier >= 0),
        }
    }
}

/// A convolution by blocks.
#[derive(Clone, Debug, PartialEq)]
pub struct PackedConvolution {
    /// Whether each channel is summed by itself.
    pub is_depthwise: bool,
    /// Blocks of input channels.
    pub in_blocks: usize,
    /// Pairs of channels in the last block of the input; those before have 8.
    pub last_pairs: usize,
    /// Pairs that make a sum.
    pub pairs: usize,
    /// For each block of output channels: by vertical tap, block of the input, horizontal tap, pair of channels. If depthwise, by
    /// pair of taps instead; a last tap without partner has a weight of 0 beside it.
    pub weights: Vec<PairWeights>,
    /// For each block of output channels.
    pub ends: Vec<Ends>,
}

impl PackedConvolution {
    /// Packs a convolution that was checked.
    #[must_use]
    pub fn new(convolution: &Convolution) -> Self {
        let Convolution { window, in_channels, out_channels, is_depthwise, weights, biases, requantize } = convolution;
        let in_blocks = in_channels.div_ceil(CHANNELS);
        let out_blocks = out_channels.div_ceil(CHANNELS);
        let last_pairs = (in_channels - (in_blocks - 1) * CHANNELS).div_ceil(2);
        let taps = window.taps[0] * window.taps[1];
        let per_tap = (in_blocks - 1) * CHANNELS / 2 + last_pairs;
        let pairs = if *is_depthwise { taps.div_ceil(2) } else { taps * per_tap };
        let mut packed = Vec::new();
        for block in 0..out_blocks {
            let pack = |weight: &dyn Fn(usize, usize) -> i16| {
                let of = |channel: usize| {
                    let channel = block * CHANNELS + channel;
                    if channel < *out_channels { [weight(channel, 0), weight(channel, 1)] } else { [0, 0] }
                };
                PairWeights::of(of)
            };
            if *is_depthwise {
                packed.extend((0..pairs).map(|pair| {
                    pack(&|channel, side| {
                        let tap = 2 * pair + side;
                        if tap < taps { weights[channel * taps + tap] } else { 0 }
                    })
                }));
                continue;
            }
            for row in 0..window.taps[0] {
                for in_block in 0..in_blocks {
                    let of_block = if in_block + 1 == in_blocks { last_pairs } else { CHANNELS / 2 };
                    for column in 0..window.taps[1] {
                        packed.extend((0..of_block).map(|pair| {
                            pack(&|channel, side| {
                                let input = in_block * CHANNELS + 2 * pair + side;
                                let tap = (channel * window.taps[0] + row) * window.taps[1] + column;
                                if input < *in_channels { weights[tap * in_channels + input] } else { 0 }
                            })
                        }));
                    }
                }
            }
        }
        let ends = (0..out_blocks).map(|block| Ends::new(biases, requantize, block)).collect();
        Self { is_depthwise: *is_depthwise, in_blocks, last_pairs, pairs, weights: packed, ends }
    }

    /// Returns the weights of a block of output channels.
    ///
    /// # Panics
    ///
    /// If there is no such block.
    #[must_use]
    pub fn weights_of(&self, block: usize) -> &[PairWeights] {
        &self.weights[block * self.pairs..][..self.pairs]
    }
}

/// How a block of channels is added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PackedAdd {
    /// Multipliers of both samples.
    pub multipliers: PairWeights,
    /// Half of what is shifted out.
    pub halves: Words,
    /// Shifts.
    pub shifts: Words,
    /// The least samples, by channel.
    pub low: Lanes,
    /// The largest samples, by channel.
    pub high: Lanes,
}

impl PackedAdd {
    /// Packs an addition, block by block; channels that are not there make 0.
    #[must_use]
    pub fn blocks(add: &Add) -> Vec<Self> {
        let pack = |terms: &[AddTerms]| {
            let all: [AddTerms; CHANNELS] =
                std::array::from_fn(|channel| terms.get(channel).copied().unwrap_or(AddTerms::NONE));
            Self {
                multipliers: PairWeights::of(|channel| all[channel].multipliers),
                halves: Words::of(|channel| 1 << (all[channel].shift - 1)),
                shifts: Words::of(|channel| all[channel].shift.into()),
                low: Lanes(all.map(|one| one.low)),
                high: Lanes(all.map(|one| one.high)),
            }
        };
        add.terms.chunks(CHANNELS).map(pack).collect()
    }
}
