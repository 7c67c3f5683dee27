//! Layers as their kernels read them: weights and multipliers in words, on the device before a net runs.

use palmette_core::alloc;
use palmette_core::net::{Add, AddTerms, Convolution, Layer, Operation, Positions, Requantize, Table, ValueId, Window};

use crate::Error;
use crate::pool::Lease;
use crate::tables::pair_of;

/// Output channels that an invocation of a convolution makes.
const BLOCK: usize = 8;

/// A layer that is on the device.
#[derive(Debug)]
pub(super) struct DeviceLayer {
    pub(super) kind: Kind,
    /// The values that it reads.
    pub(super) inputs: Vec<ValueId>,
    /// What its kernel knows of it, if anything.
    pub(super) table: Option<Lease>,
}

/// What a layer does, without its numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Convolution(Window),
    Depthwise(Window),
    Add,
    MaxPool(Window),
    Average,
    Nearest {
        factor: u32,
    },
    Bilinear {
        factor: usize,
        positions: Positions,
    },
    /// Concatenation, and channels of 0 behind one value.
    Place,
    PixelShuffle {
        factor: u32,
    },
    Table {
        low: i32,
        entries: u32,
        list_words: u32,
    },
}

/// Returns what a layer does, and the words that its kernel reads.
pub(super) fn pack(layer: &Layer) -> Result<(Kind, Vec<u32>), Error> {
    let none = Vec::new();
    Ok(match &layer.operation {
        Operation::Convolution(convolution) if convolution.is_depthwise => {
            (Kind::Depthwise(convolution.window), depthwise(convolution)?)
        }
        Operation::Convolution(convolution) => (Kind::Convolution(convolution.window), self::convolution(convolution)?),
        Operation::Add(add) => (Kind::Add, addition(add)?),
        Operation::MaxPool(window) => (Kind::MaxPool(*window), none),
        Operation::GlobalAverage => (Kind::Average, none),
        Operation::Nearest { factor } => (Kind::Nearest { factor: narrow(*factor) }, none),
        &Operation::Bilinear { factor, positions } => (Kind::Bilinear { factor, positions }, none),
        Operation::Concat | Operation::PadChannels { .. } => (Kind::Place, none),
        Operation::PixelShuffle { factor } => (Kind::PixelShuffle { factor: narrow(*factor) }, none),
        Operation::Table(table) => {
            let len = table.entries.first().map_or(0, Vec::len);
            let list_words = if table.entries.len() == 1 { 0 } else { narrow(len.div_ceil(2)) };
            (Kind::Table { low: table.low.into(), entries: narrow(len), list_words }, lists(table)?)
        }
    })
}

/// Lays a convolution out: the ends of its sums, then its weights by block, row, column, pair of inputs, output channel.
fn convolution(convolution: &Convolution) -> Result<Vec<u32>, Error> {
    let Convolution { window, in_channels, out_channels, weights, .. } = convolution;
    let (blocks, pairs) = (out_channels.div_ceil(BLOCK), in_channels.div_ceil(2));
    let [taps_y, taps_x] = window.taps;
    let mut words = alloc::try_with_capacity(blocks * BLOCK * (END_WORDS + taps_y * taps_x * pairs))?;
    ends(convolution, blocks * BLOCK, &mut words);
    for block in 0..blocks {
        for tap in 0..taps_y * taps_x {
            for pair in 0..pairs {
                words.extend((0..BLOCK).map(|place| {
                    let channel = block * BLOCK + place;
                    let weight = |input: usize| match channel < *out_channels && input < *in_channels {
                        true => weights[(channel * taps_y * taps_x + tap) * in_channels + input],
                        false => 0,
                    };
                    pair_of([weight(2 * pair), weight(2 * pair + 1)])
                }));
            }
        }
    }
    Ok(words)
}

/// Lays a depthwise convolution out: the ends of its sums, then its weights by pair, row and column.
fn depthwise(convolution: &Convolution) -> Result<Vec<u32>, Error> {
    let Convolution { window, out_channels, weights, .. } = convolution;
    let (pairs, taps) = (out_channels.div_ceil(2), window.taps[0] * window.taps[1]);
    let mut words = alloc::try_with_capacity(pairs * (2 * END_WORDS + taps))?;
    ends(convolution, 2 * pairs, &mut words);
    for pair in 0..pairs {
        let weight = |channel: usize, tap| if channel < *out_channels { weights[channel * taps + tap] } else { 0 };
        words.extend((0..taps).map(|tap| pair_of([weight(2 * pair, tap), weight(2 * pair + 1, tap)])));
    }
    Ok(words)
}

/// Words of a channel's end of a sum.
const END_WORDS: usize = 4;

/// Adds what sums begin with and what is made of them, for so many channels; those that are not there make 0.
fn ends(convolution: &Convolution, channels: usize, words: &mut Vec<u32>) {
    for channel in 0..channels {
        let bias = convolution.biases.get(channel).copied().unwrap_or(0);
        let end = convolution.requantize.get(channel).copied().unwrap_or(Requantize::NONE);
        words.extend([
            bias.cast_unsigned(),
            pair_of([end.multiplier, end.negative_multiplier]),
            end.shift.into(),
            pair_of([end.low, end.high]),
        ]);
    }
}

/// Lays an addition out: for each channel both multipliers, the shift, both limits.
fn addition(add: &Add) -> Result<Vec<u32>, Error> {
    let channels = add.terms.len().next_multiple_of(2);
    let mut words = alloc::try_with_capacity(3 * channels)?;
    for channel in 0..channels {
        let terms = add.terms.get(channel).copied().unwrap_or(AddTerms::NONE);
        words.extend([pair_of(terms.multipliers), terms.shift.into(), pair_of([terms.low, terms.high])]);
    }
    Ok(words)
}

/// Lays tables out, each from a word on.
fn lists(table: &Table) -> Result<Vec<u32>, Error> {
    let len = table.entries.iter().map(|entries| entries.len().div_ceil(2)).sum();
    let mut words = alloc::try_with_capacity(len)?;
    for entries in &table.entries {
        words.extend(entries.chunks(2).map(|pair| pair_of([pair[0], pair.get(1).copied().unwrap_or(0)])));
    }
    Ok(words)
}

/// Returns a number of a layer, which was checked when its net was made.
pub(super) fn narrow(number: usize) -> u32 {
    u32::try_from(number).expect("a layer has small numbers")
}
