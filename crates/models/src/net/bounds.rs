//! What each channel can hold, and whether every sum fits.

use super::shapes::wide;
use super::{Add, AddTerms, Convolution, Input, Layer, Net, Operation, Padding, Requantize, Table, Window};
use crate::Error;

/// What a channel keeps within.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The least sample.
    pub low: i16,
    /// The largest sample.
    pub high: i16,
}

impl Range {
    /// Returns what holds both.
    fn joined(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    /// Returns the least and the largest product with a weight, 0 among them: padding is 0.
    pub(crate) fn times(self, weight: i16) -> [i64; 2] {
        let products = [self.low, self.high].map(|sample| i64::from(sample) * i64::from(weight));
        [products[0].min(products[1]).min(0), products[0].max(products[1]).max(0)]
    }
}

/// Returns the limits of the channels of an input.
pub(super) fn of_input(input: &Input) -> Result<Vec<Range>, Error> {
    check_channels(input.channels)?;
    check_clamp(input.low, input.high)?;
    Ok(vec![Range { low: input.low, high: input.high }; input.channels])
}

/// Checks a layer; returns the limits of the channels that it makes.
pub(super) fn check(layer: &Layer, values: &[Vec<Range>]) -> Result<Vec<Range>, Error> {
    let expected = match layer.operation {
        Operation::Add(_) => 2,
        Operation::Concat => layer.inputs.len().max(1),
        _ => 1,
    };
    check_count("inputs", layer.inputs.len(), expected)?;
    if let Some(input) = layer.inputs.iter().find(|input| input.0 >= values.len()) {
        return Err(Error::NoSuchValue { value: input.0, values: values.len() });
    }
    let first = &values[layer.inputs[0].0];
    let made = match &layer.operation {
        Operation::Convolution(convolution) => of_convolution(convolution, first)?,
        Operation::Add(add) => of_add(add, first, &values[layer.inputs[1].0])?,
        Operation::MaxPool(window) => {
            check_window(window)?;
            check_pool(window)?;
            first.clone()
        }
        Operation::Nearest { factor } | Operation::Bilinear { factor, .. } => {
            check_range("factor", wide(*factor), 2, wide(Operation::MAX_FACTOR))?;
            first.clone()
        }
        Operation::GlobalAverage => first.clone(),
        Operation::Concat => layer.inputs.iter().flat_map(|input| values[input.0].iter().copied()).collect(),
        Operation::PadChannels { channels } => {
            check_range("channels", wide(*channels), wide(first.len()), wide(Net::MAX_CHANNELS))?;
            let mut made = first.clone();
            made.resize(*channels, Range { low: 0, high: 0 });
            made
        }
        Operation::PixelShuffle { factor } => {
            check_range("factor", wide(*factor), 2, wide(Operation::MAX_FACTOR))?;
            let area = factor * factor;
            check_count("channels", first.len(), first.len().next_multiple_of(area))?;
            let join = |ranges: &[Range]| ranges.iter().copied().reduce(Range::joined);
            first.chunks_exact(area).filter_map(join).collect()
        }
        Operation::Table(table) => of_table(table, first)?,
    };
    check_channels(made.len())?;
    Ok(made)
}

/// Checks a convolution: its parts, and the sum of every channel.
fn of_convolution(convolution: &Convolution, input: &[Range]) -> Result<Vec<Range>, Error> {
    let Convolution { window, in_channels, out_channels, is_depthwise, weights, biases, requantize } = convolution;
    check_window(window)?;
    check_count("input channels", input.len(), *in_channels)?;
    check_channels(*out_channels)?;
    if *is_depthwise {
        check_count("output channels", *out_channels, *in_channels)?;
    }
    let taps = window.taps[0] * window.taps[1];
    let per_channel = if *is_depthwise { taps } else { taps * in_channels };
    check_count("weights", weights.len(), per_channel * out_channels)?;
    check_count("biases", biases.len(), *out_channels)?;
    check_count("multipliers", requantize.len(), *out_channels)?;
    for (channel, (weights, &bias)) in weights.chunks_exact(per_channel).zip(biases).enumerate() {
        let inputs = if *is_depthwise { &input[channel..=channel] } else { input };
        let (mut least, mut most) = (i64::from(bias).min(0), i64::from(bias).max(0));
        for weights in weights.chunks_exact(inputs.len()) {
            for (range, &weight) in inputs.iter().zip(weights) {
                let [low, high] = range.times(weight);
                least += low;
                most += high;
            }
        }
        // One less than 32 bits could: sums are negated.
        let bits = 65 - most.max(-least).leading_zeros();
        if bits > 32 {
            return Err(Error::SumTooLarge { channel, bits });
        }
    }
    requantize.iter().map(of_requantize).collect()
}

/// Checks what is made of a sum.
fn of_requantize(requantize: &Requantize) -> Result<Range, Error> {
    let &Requantize { multiplier, negative_multiplier, shift, low, high } = requantize;
    for multiplier in [multiplier, negative_multiplier] {
        check_range("multiplier", multiplier.into(), -i64::from(i16::MAX), i16::MAX.into())?;
    }
    let (least, most) = (Requantize::SHIFTS.start(), Requantize::SHIFTS.end());
    check_range("shift", shift.into(), (*least).into(), (*most).into())?;
    check_clamp(low, high)
}

/// Checks an addition.
fn of_add(add: &Add, first: &[Range], second: &[Range]) -> Result<Vec<Range>, Error> {
    check_count("channels", second.len(), first.len())?;
    check_count("multipliers", add.terms.len(), first.len())?;
    let check = |(channel, (terms, ranges)): (usize, (&AddTerms, [Range; 2]))| {
        let most = i64::from(AddTerms::MAX_MULTIPLIER);
        let mut largest = 1_i64 << (terms.shift.clamp(1, 63) - 1);
        for (multiplier, range) in terms.multipliers.into_iter().zip(ranges) {
            check_range("multiplier", multiplier.into(), -most, most)?;
            let [low, high] = range.times(multiplier);
            largest += high.max(-low);
        }
        let (least, most) = (AddTerms::SHIFTS.start(), AddTerms::SHIFTS.end());
        check_range("shift", terms.shift.into(), (*least).into(), (*most).into())?;
        let bits = 65 - largest.leading_zeros();
        if bits > 32 {
            return Err(Error::SumTooLarge { channel, bits });
        }
        check_clamp(terms.low, terms.high)
    };
    let pairs = first.iter().zip(second).map(|(&first, &second)| [first, second]);
    add.terms.iter().zip(pairs).enumerate().map(check).collect()
}

/// Checks a table.
fn of_table(table: &Table, input: &[Range]) -> Result<Vec<Range>, Error> {
    if table.entries.len() != 1 {
        check_count("tables", table.entries.len(), input.len())?;
    }
    let len = table.entries[0].len();
    check_range("entries", wide(len), 1, 1 << 16)?;
    check_range("last entry", i64::from(table.low) + wide(len) - 1, i16::MIN.into(), i16::MAX.into())?;
    let mut ranges = Vec::new();
    for entries in &table.entries {
        check_count("entries", entries.len(), len)?;
        let one = |&sample: &i16| Range { low: sample, high: sample };
        ranges.extend(entries.iter().map(one).reduce(Range::joined));
    }
    // One table for all channels makes one range.
    Ok(ranges.iter().copied().cycle().take(input.len()).collect())
}

/// Checks a window.
fn check_window(window: &Window) -> Result<(), Error> {
    let most = wide(Window::MAX_STEP);
    for axis in 0..2 {
        check_range("window", wide(window.taps[axis]), 1, wide(Window::MAX_TAPS))?;
        check_range("stride", wide(window.stride[axis]), 1, most)?;
        check_range("dilation", wide(window.dilation[axis]), 1, most)?;
        if let Padding::Explicit(pads) = window.padding {
            check_range("padding", wide(pads[axis][0]), 0, most)?;
            check_range("padding", wide(pads[axis][1]), 0, most)?;
        }
    }
    Ok(())
}

/// Checks that some pixel of the picture lies under every position of a pool.
fn check_pool(window: &Window) -> Result<(), Error> {
    for axis in 0..2 {
        check_range("dilation of a pool", wide(window.dilation[axis]), 1, 1)?;
        if let Padding::Explicit(pads) = window.padding {
            let most = wide(window.taps[axis]) - 1;
            check_range("padding of a pool", wide(pads[axis][0]), 0, most)?;
            check_range("padding of a pool", wide(pads[axis][1]), 0, most)?;
        }
    }
    Ok(())
}

/// Checks the limits of a clamp.
fn check_clamp(low: i16, high: i16) -> Result<Range, Error> {
    check_range("lower limit", low.into(), i16::MIN.into(), high.into())?;
    Ok(Range { low, high })
}

/// Checks a number of channels.
fn check_channels(channels: usize) -> Result<(), Error> {
    check_range("channels", wide(channels), 1, wide(Net::MAX_CHANNELS))
}

/// Checks a number.
fn check_range(what: &'static str, given: i64, least: i64, most: i64) -> Result<(), Error> {
    if (least..=most).contains(&given) { Ok(()) } else { Err(Error::OutOfRange { what, given, least, most }) }
}

/// Checks the length of a list.
fn check_count(what: &'static str, given: usize, expected: usize) -> Result<(), Error> {
    if given == expected { Ok(()) } else { Err(Error::WrongCount { what, given, expected }) }
}
