//! Writes a net to a file.

use palmette_core::net::{Add, Convolution, Layer, Operation, Padding, Positions, Table, ValueId, Window};

use super::kind;
use crate::net::Net;

/// Writes everything between the version and the checksum.
pub(super) fn net(net: &Net, bytes: &mut Vec<u8>) {
    let about = net.about();
    for text in [&about.name, &about.version, &about.license] {
        list(bytes, text.as_bytes(), |bytes, &byte| bytes.push(byte));
    }
    list(bytes, &about.sources, |bytes, source| bytes.extend(source));
    list(bytes, &about.numbers, |bytes, (name, numbers)| {
        list(bytes, name.as_bytes(), |bytes, &byte| bytes.push(byte));
        list(bytes, numbers, |bytes, number| bytes.extend(number.to_le_bytes()));
    });
    list(bytes, net.inputs(), |bytes, input| {
        count(bytes, input.channels);
        samples(bytes, [input.low, input.high]);
    });
    list(bytes, net.layers(), layer);
    list(bytes, net.outputs(), value);
}

/// Writes a layer.
fn layer(bytes: &mut Vec<u8>, layer: &Layer) {
    bytes.push(match &layer.operation {
        Operation::Convolution(Convolution { is_depthwise: false, .. }) => kind::CONVOLUTION,
        Operation::Convolution(Convolution { is_depthwise: true, .. }) => kind::DEPTHWISE,
        Operation::Add(_) => kind::ADD,
        Operation::MaxPool(_) => kind::MAX_POOL,
        Operation::GlobalAverage => kind::GLOBAL_AVERAGE,
        Operation::Nearest { .. } => kind::NEAREST,
        Operation::Bilinear { .. } => kind::BILINEAR,
        Operation::Concat => kind::CONCAT,
        Operation::PadChannels { .. } => kind::PAD_CHANNELS,
        Operation::PixelShuffle { .. } => kind::PIXEL_SHUFFLE,
        Operation::Table(_) => kind::TABLE,
    });
    list(bytes, &layer.inputs, value);
    match &layer.operation {
        Operation::Convolution(one) => convolution(bytes, one),
        Operation::Add(add) => addition(bytes, add),
        Operation::MaxPool(one) => window(bytes, one),
        Operation::GlobalAverage | Operation::Concat => {}
        Operation::Nearest { factor } | Operation::PixelShuffle { factor } => small(bytes, *factor),
        Operation::Bilinear { factor, positions } => {
            small(bytes, *factor);
            bytes.push(match positions {
                Positions::HalfPixel => 0,
                Positions::Corner => 1,
                Positions::AlignCorners => 2,
            });
        }
        Operation::PadChannels { channels } => count(bytes, *channels),
        Operation::Table(one) => table(bytes, one),
    }
}

/// Writes a convolution: window, channels, weights, and for each output channel its bias, multipliers, shift and limits.
fn convolution(bytes: &mut Vec<u8>, convolution: &Convolution) {
    window(bytes, &convolution.window);
    count(bytes, convolution.in_channels);
    count(bytes, convolution.out_channels);
    list(bytes, &convolution.weights, |bytes, &weight| samples(bytes, [weight]));
    list(bytes, &convolution.biases, |bytes, bias| bytes.extend(bias.to_le_bytes()));
    list(bytes, &convolution.requantize, |bytes, one| {
        samples(bytes, [one.multiplier, one.negative_multiplier, one.low, one.high]);
        bytes.push(one.shift);
    });
}

/// Writes an addition: for each channel its multipliers, limits and shift.
fn addition(bytes: &mut Vec<u8>, add: &Add) {
    list(bytes, &add.terms, |bytes, terms| {
        samples(bytes, [terms.multipliers[0], terms.multipliers[1], terms.low, terms.high]);
        bytes.push(terms.shift);
    });
}

/// Writes a window: taps, stride, dilation, whether the padding is explicit, and then that.
fn window(bytes: &mut Vec<u8>, window: &Window) {
    for number in [window.taps, window.stride, window.dilation].into_iter().flatten() {
        small(bytes, number);
    }
    match window.padding {
        Padding::Same => bytes.push(0),
        Padding::Explicit(pads) => {
            bytes.push(1);
            pads.into_iter().flatten().for_each(|pad| small(bytes, pad));
        }
    }
}

/// Writes a table: the first sample, and lists of entries.
fn table(bytes: &mut Vec<u8>, table: &Table) {
    samples(bytes, [table.low]);
    list(bytes, &table.entries, |bytes, entries| list(bytes, entries, |bytes, &entry| samples(bytes, [entry])));
}

/// Writes the number of a value.
fn value(bytes: &mut Vec<u8>, value: &ValueId) {
    count(bytes, value.0);
}

/// Writes a list: its length, and each item.
fn list<T>(bytes: &mut Vec<u8>, items: &[T], item: impl Fn(&mut Vec<u8>, &T)) {
    count(bytes, items.len());
    items.iter().for_each(|one| item(bytes, one));
}

/// Writes samples.
fn samples<const N: usize>(bytes: &mut Vec<u8>, samples: [i16; N]) {
    samples.into_iter().for_each(|sample| bytes.extend(sample.to_le_bytes()));
}

/// Writes a count.
fn count(bytes: &mut Vec<u8>, count: usize) {
    bytes.extend(u32::try_from(count).expect("no net has that many of anything").to_le_bytes());
}

/// Writes a number that was checked to be small.
fn small(bytes: &mut Vec<u8>, number: usize) {
    bytes.push(u8::try_from(number).expect("a net was checked for it"));
}
