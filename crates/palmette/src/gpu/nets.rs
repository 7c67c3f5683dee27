//! What the arithmetic of nets takes on the CPU, measured on nets of one kind of layer each.

use std::time::Instant;

use palmette_core::net::{Convolution, Input, Layer, Operation, Positions, Requantize, ValueId, Window};
use palmette_core::plan::NetArithmetic;
use palmette_core::{Deadline, Size};
use palmette_models::net::{About, Net};
use palmette_models::{Error, Runner, Tensor};

use super::effort::float;

/// Channels of every value, as nets that take long have them.
const CHANNELS: usize = 32;

/// Layers one behind the other, so that what goes in and comes out counts little.
const LAYERS: usize = 4;

/// The first layer works on so many pixels.
const SIZE: Size = Size::new(48, 32);

/// Returns the nanoseconds that a product of a convolution takes, one of a convolution of each channel by itself, and a sample of other
/// layers.
///
/// # Errors
///
/// Those of running a net.
pub(super) fn measure() -> Result<[f64; 3], Error> {
    let [convolved, depthwise] = [false, true].map(|is_depthwise| Operation::Convolution(convolution(is_depthwise)));
    let enlarged = Operation::Bilinear { factor: 2, positions: Positions::HalfPixel };
    Ok([
        nanoseconds(&vec![convolved; LAYERS], |count| count.convolved)?,
        nanoseconds(&vec![depthwise; LAYERS], |count| count.depthwise)?,
        nanoseconds(&[enlarged.clone(), enlarged], |count| count.layered)?,
    ])
}

/// Times a net of layers in a row: the fastest of a few runs, for one of what counts.
fn nanoseconds(operations: &[Operation], of: fn(NetArithmetic) -> u64) -> Result<f64, Error> {
    const RUNS: usize = 3;
    let layer =
        |(index, operation): (usize, &Operation)| Layer { operation: operation.clone(), inputs: vec![ValueId(index)] };
    let layers: Vec<Layer> = operations.iter().enumerate().map(layer).collect();
    let inputs = vec![Input { channels: CHANNELS, low: -2048, high: 2047 }];
    let net = Net::new(About::default(), inputs, layers, vec![ValueId(operations.len())])?;
    let count = of(net.graph().arithmetic(&net.sizes(&[SIZE])?));
    let samples =
        (0..SIZE.area() * CHANNELS as u64).map(|at| i16::try_from(at * 37 % 4001).unwrap_or(0) - 2000).collect();
    let input = [Tensor { size: SIZE, channels: CHANNELS, samples }];
    let runner = Runner::new(net);
    let mut fastest = f64::INFINITY;
    for _ in 0..RUNS {
        let start = Instant::now();
        runner.run_whole(&input, Deadline::NONE)?;
        fastest = fastest.min(start.elapsed().as_secs_f64());
    }
    Ok(1e9 * fastest / float(count))
}

/// Makes a convolution of three by three.
fn convolution(is_depthwise: bool) -> Convolution {
    let inputs = if is_depthwise { 1 } else { CHANNELS };
    let requantize = Requantize { multiplier: 16_384, negative_multiplier: 4_096, shift: 22, low: -2048, high: 2047 };
    let weights = (0..CHANNELS * 9 * inputs).map(|at| i16::try_from(at * 53 % 101).unwrap_or(0) - 50).collect();
    Convolution {
        window: Window::square(3),
        in_channels: CHANNELS,
        out_channels: CHANNELS,
        is_depthwise,
        weights,
        biases: vec![0; CHANNELS],
        requantize: vec![requantize; CHANNELS],
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn nets_have_prices_and_a_product_is_the_cheapest() {
        let [convolved, depthwise, layered] = super::measure().unwrap();
        assert!(convolved > 0.0 && convolved < depthwise && convolved < layered, "{convolved} {depthwise} {layered}");
    }
}
