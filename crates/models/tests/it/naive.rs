//! Nets in plain loops over whole values, in 64 bits, as the documentation of the layers says.

use palmette_core::Size;
use palmette_core::net::{AddTerms, Convolution, Operation, Positions, Requantize, ValueId, Window};
use palmette_models::Tensor;
use palmette_models::net::Net;

/// Runs a net.
pub(crate) fn run(net: &Net, inputs: &[Tensor]) -> Vec<Tensor> {
    let sizes = net.sizes(&inputs.iter().map(|input| input.size).collect::<Vec<_>>()).unwrap();
    let mut values = inputs.to_vec();
    for (value, input) in values.iter_mut().zip(net.inputs()) {
        value.samples.iter_mut().for_each(|sample| *sample = (*sample).clamp(input.low, input.high));
    }
    for layer in net.layers() {
        let inputs: Vec<&Tensor> = layer.inputs.iter().map(|input| &values[input.0]).collect();
        let (size, channels) = (sizes[values.len()], net.channels(ValueId(values.len())));
        let mut samples = Vec::new();
        for y in 0..size.height as usize {
            for x in 0..size.width as usize {
                for channel in 0..channels {
                    let sample = sample(&layer.operation, &inputs, [y, x], channel);
                    samples.push(i16::try_from(sample).unwrap());
                }
            }
        }
        values.push(Tensor { size, channels, samples });
    }
    net.outputs().iter().map(|output| values[output.0].clone()).collect()
}

/// A sample, nothing outside the picture.
fn at(tensor: &Tensor, y: i64, x: i64, channel: usize) -> Option<i64> {
    let Size { width, height } = tensor.size;
    let is_inside = (0..i64::from(height)).contains(&y) && (0..i64::from(width)).contains(&x);
    let index = |y: i64, x: i64| usize::try_from(y * i64::from(width) + x).unwrap() * tensor.channels + channel;
    is_inside.then(|| tensor.samples[index(y, x)].into())
}

fn signed(number: usize) -> i64 {
    i64::try_from(number).unwrap()
}

/// The pixels under a window, by tap.
fn under(window: &Window, tensor: &Tensor, position: [usize; 2]) -> Vec<[i64; 2]> {
    let sides = [tensor.size.height as usize, tensor.size.width as usize];
    let place = |axis: usize, tap: usize| {
        signed(position[axis] * window.stride[axis] + tap * window.dilation[axis])
            - signed(window.before(axis, sides[axis]))
    };
    let taps = (0..window.taps[0]).flat_map(|row| (0..window.taps[1]).map(move |column| [row, column]));
    taps.map(|[row, column]| [place(0, row), place(1, column)]).collect()
}

fn sample(operation: &Operation, inputs: &[&Tensor], position: [usize; 2], channel: usize) -> i64 {
    let input = inputs[0];
    let [y, x] = position.map(signed);
    match operation {
        Operation::Convolution(convolution) => convolve(convolution, input, position, channel),
        Operation::Add(add) => {
            let AddTerms { multipliers, shift, low, high } = add.terms[channel];
            let of = |index: usize| at(inputs[index], y, x, channel).unwrap() * i64::from(multipliers[index]);
            ((of(0) + of(1) + (1 << (shift - 1))) >> shift).clamp(low.into(), high.into())
        }
        Operation::MaxPool(window) => {
            let under = under(window, input, position);
            under.iter().filter_map(|&[y, x]| at(input, y, x, channel)).max().unwrap()
        }
        Operation::GlobalAverage => {
            let samples = input.samples.iter().skip(channel).step_by(input.channels);
            let count = f64::from(input.size.width * input.size.height);
            (samples.map(|&sample| f64::from(sample)).sum::<f64>() / count + 0.5).floor() as i64
        }
        Operation::Nearest { factor } => at(input, y / signed(*factor), x / signed(*factor), channel).unwrap(),
        Operation::Bilinear { factor, positions } => bilinear(*factor, *positions, input, position, channel),
        Operation::Concat => {
            let mut channel = channel;
            for input in inputs {
                if channel < input.channels {
                    return at(input, y, x, channel).unwrap();
                }
                channel -= input.channels;
            }
            unreachable!("the net has no more channels")
        }
        Operation::PadChannels { .. } if channel < input.channels => at(input, y, x, channel).unwrap(),
        Operation::PadChannels { .. } => 0,
        Operation::PixelShuffle { factor } => {
            let [row, column] = position.map(|index| index % factor);
            let channel = (channel * factor + row) * factor + column;
            at(input, y / signed(*factor), x / signed(*factor), channel).unwrap()
        }
        Operation::Table(table) => {
            let entries = &table.entries[channel % table.entries.len()];
            let last = i64::from(table.low) + signed(entries.len()) - 1;
            let sample = at(input, y, x, channel).unwrap().clamp(table.low.into(), last);
            entries[usize::try_from(sample - i64::from(table.low)).unwrap()].into()
        }
    }
}

fn convolve(convolution: &Convolution, input: &Tensor, position: [usize; 2], channel: usize) -> i64 {
    let mut sum = i64::from(convolution.biases[channel]);
    let taps = under(&convolution.window, input, position);
    for (tap, &[y, x]) in taps.iter().enumerate() {
        let tap = channel * taps.len() + tap;
        if convolution.is_depthwise {
            sum += at(input, y, x, channel).unwrap_or(0) * i64::from(convolution.weights[tap]);
            continue;
        }
        for channel in 0..input.channels {
            let weight = convolution.weights[tap * input.channels + channel];
            sum += at(input, y, x, channel).unwrap_or(0) * i64::from(weight);
        }
    }
    assert!(i32::try_from(sum).is_ok(), "the net was checked for that");
    let Requantize { multiplier, negative_multiplier, shift, low, high } = convolution.requantize[channel];
    let multiplier = i64::from(if sum < 0 { negative_multiplier } else { multiplier });
    ((sum * multiplier + (1 << (shift - 1))) >> shift).clamp(low.into(), high.into())
}

/// In real numbers, except the weights and the rounding at the end.
fn bilinear(factor: usize, positions: Positions, input: &Tensor, position: [usize; 2], channel: usize) -> i64 {
    let sides = [input.size.height, input.size.width].map(f64::from);
    let place = |axis: usize| {
        let (index, factor) = (position[axis] as f64, factor as f64);
        let exact = match positions {
            Positions::HalfPixel => ((index + 0.5) / factor - 0.5).max(0.0),
            Positions::Corner => index / factor,
            Positions::AlignCorners => index * (sides[axis] - 1.0) / (sides[axis] * factor - 1.0),
        };
        // Weights of 7 bits; halves are exact in binary, but a quotient may be a little beside one.
        let units = (exact * 128.0 + 0.5 + 1e-9).floor() as i64;
        (units / 128, units % 128)
    };
    let ((y, down), (x, right)) = (place(0), place(1));
    let clamped = |y: i64, x: i64| at(input, y.min(sides[0] as i64 - 1), x.min(sides[1] as i64 - 1), channel).unwrap();
    let top = clamped(y, x) * (128 - right) + clamped(y, x + 1) * right;
    let bottom = clamped(y + 1, x) * (128 - right) + clamped(y + 1, x + 1) * right;
    (top * (128 - down) + bottom * down + (1 << 13)) >> 14
}
