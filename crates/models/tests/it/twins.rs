//! Every set of kernels, in bands and in parts, gives what the plain loops give.

use palmette_core::net::{Convolution, Input, Layer, Operation, Padding, Positions, ValueId, Window};
use palmette_core::{Deadline, IdleCores, Size};
use palmette_models::kernels::Kernels;
use palmette_models::net::{About, Net};
use palmette_models::{Runner, Schedule, Tensor};

use crate::naive;
use crate::random::{self, Random};

/// Compares without printing thousands of numbers.
#[track_caller]
fn assert_same(actual: &[Tensor], expected: &[Tensor], what: &str) {
    assert_eq!(actual.len(), expected.len());
    for (actual, expected) in actual.iter().zip(expected) {
        assert_eq!((actual.size, actual.channels), (expected.size, expected.channels), "{what}");
        let mut pairs = actual.samples.iter().zip(&expected.samples).enumerate();
        let difference = pairs.find(|(_, (a, b))| a != b);
        assert!(difference.is_none(), "{what}: first difference (index, (actual, expected)): {difference:?}");
    }
}

/// Runs a net in all ways.
#[track_caller]
pub(crate) fn check(net: &Net, inputs: &[Tensor], what: &str) {
    let expected = naive::run(net, inputs);
    let sizes: Vec<Size> = inputs.iter().map(|input| input.size).collect();
    for (name, kernels) in Kernels::all() {
        let runner = Runner::with_kernels(net.clone(), kernels);
        let whole = runner.run_whole(inputs, Deadline::NONE).unwrap();
        assert_same(&whole, &expected, &format!("{name}, {what}"));
        for band_rows in [1, 3] {
            let schedule = Schedule::new(net, &sizes, band_rows).unwrap();
            let banded = runner.run_tensors(&schedule, inputs, Deadline::NONE).unwrap();
            assert_same(&banded, &expected, &format!("{name}, bands of {band_rows}, {what}"));
        }
        // Parts hand out their rows and no others, so that they add up to the whole.
        let mut sums: Vec<Tensor> = expected.clone();
        sums.iter_mut().for_each(|sum| sum.samples.fill(0));
        for part in 0..3 {
            let schedule = Schedule::part(net, &sizes, 2, [part, 3]).unwrap();
            let made = runner.run_tensors(&schedule, inputs, Deadline::NONE).unwrap();
            for (sum, part) in sums.iter_mut().zip(made) {
                sum.samples.iter_mut().zip(part.samples).for_each(|(sum, sample)| *sum += sample);
            }
        }
        assert_same(&sums, &expected, &format!("{name}, in parts, {what}"));
    }
}

/// A net of one layer, which reads all inputs.
fn one(operation: Operation, channels: &[usize]) -> Net {
    let inputs = channels.iter().map(|&channels| Input { channels, low: -2048, high: 2047 }).collect();
    let layer = Layer { operation, inputs: (0..channels.len()).map(ValueId).collect() };
    Net::new(About::default(), inputs, vec![layer], vec![ValueId(channels.len())]).unwrap()
}

fn check_one(random: &mut Random, operation: Operation, channels: &[usize], size: Size) {
    let what = format!("{} of {channels:?} channels, {size}", operation.name());
    let net = one(operation, channels);
    let inputs: Vec<Tensor> = channels.iter().map(|&channels| random::tensor(random, size, channels)).collect();
    if net.sizes(&vec![size; channels.len()]).is_ok() {
        check(&net, &inputs, &what);
    }
}

fn size(random: &mut Random) -> Size {
    let mut side = || u32::try_from(random.count(1, 20)).unwrap();
    Size::new(side(), side())
}

#[test]
fn twins_convolve() {
    let mut random = Random::new(1);
    for _ in 0..150 {
        let (window, size) = (random::window(&mut random), size(&mut random));
        let (from, to) = (random.count(1, 50), random.count(1, 50));
        let convolution = random::convolution(&mut random, window, from, to, false);
        check_one(&mut random, Operation::Convolution(convolution), &[from], size);
    }
}

#[test]
fn twins_convolve_depthwise() {
    let mut random = Random::new(2);
    for _ in 0..150 {
        let (window, size) = (random::window(&mut random), size(&mut random));
        let channels = random.count(1, 50);
        let convolution = random::convolution(&mut random, window, channels, channels, true);
        check_one(&mut random, Operation::Convolution(convolution), &[channels], size);
    }
}

#[test]
fn twins_requantize_extremes() {
    // Sums at the limits of 32 bits, with every sign of multiplier and the least and the largest shift.
    let mut random = Random::new(3);
    let size = Size::new(7, 1);
    for multiplier in [-32_767, -1, 0, 1, 32_767] {
        for shift in [17, 18, 31, 32, 46] {
            let mut convolution = random::convolution(&mut random, Window::square(1), 16, 32, false);
            convolution.weights.fill(32_767);
            for (index, bias) in convolution.biases.iter_mut().enumerate() {
                let most = i32::MAX - 16 * 2048 * 32_767;
                *bias = [most, -most, 0, 1, -1][index % 5];
            }
            for (index, requantize) in convolution.requantize.iter_mut().enumerate() {
                requantize.multiplier = multiplier;
                requantize.negative_multiplier = if index % 2 == 0 { multiplier } else { -multiplier };
                requantize.shift = shift;
                (requantize.low, requantize.high) = (i16::MIN, i16::MAX);
            }
            let net = one(Operation::Convolution(convolution), &[16]);
            for fill in [-2048, 2047, 0, 1] {
                let samples = vec![fill; 7 * 16];
                check(&net, &[Tensor { size, channels: 16, samples }], &format!("{multiplier} >> {shift} of {fill}"));
            }
        }
    }
}

#[test]
fn twins_add() {
    let mut random = Random::new(4);
    for _ in 0..40 {
        let (channels, size) = (random.count(1, 50), size(&mut random));
        let operation = random::addition(&mut random, channels);
        check_one(&mut random, operation, &[channels; 2], size);
    }
}

#[test]
fn twins_pool() {
    let mut random = Random::new(5);
    for _ in 0..60 {
        let (channels, size) = (random.count(1, 50), size(&mut random));
        let taps = [random.count(1, 4), random.count(1, 4)];
        let pads = taps.map(|taps| [random.count(0, taps - 1), random.count(0, taps - 1)]);
        let padding = [Padding::Same, Padding::Explicit(pads)][random.count(0, 1)];
        let window = Window { taps, stride: [random.count(1, 3), random.count(1, 3)], dilation: [1; 2], padding };
        check_one(&mut random, Operation::MaxPool(window), &[channels], size);
        check_one(&mut random, Operation::GlobalAverage, &[channels], size);
    }
}

#[test]
fn twins_enlarge() {
    let mut random = Random::new(6);
    for factor in [2, 3, 4, 5, 32] {
        for positions in [Positions::HalfPixel, Positions::Corner, Positions::AlignCorners] {
            let (channels, size) = (random.count(1, 20), size(&mut random));
            check_one(&mut random, Operation::Bilinear { factor, positions }, &[channels], size);
            check_one(&mut random, Operation::Nearest { factor }, &[channels], size);
        }
        let channels = factor * factor * random.count(1, 3);
        let size = size(&mut random);
        check_one(&mut random, Operation::PixelShuffle { factor }, &[channels], size);
    }
}

#[test]
fn twins_move_channels() {
    let mut random = Random::new(7);
    for _ in 0..40 {
        let size = size(&mut random);
        let channels: Vec<usize> =
            (0..random.count(1, 4)).map(|_| [random.count(1, 40), 16][random.count(0, 1)]).collect();
        check_one(&mut random, Operation::Concat, &channels, size);
        let more = channels[0] + random.count(0, 40);
        check_one(&mut random, Operation::PadChannels { channels: more }, &channels[..1], size);
        let table = random::table(&mut random, channels[0]);
        check_one(&mut random, table, &channels[..1], size);
    }
}

#[test]
fn twins_run_random_nets() {
    for seed in 0..120 {
        let mut random = Random::new(seed);
        let layers = random.count(1, 16);
        let net = random::net(&mut random, layers);
        // Sides that every scale divides: values of one scale have one size.
        let mut side = || 8 * u32::try_from(random.count(1, 3)).unwrap();
        let size = Size::new(side(), side());
        let input = random::tensor(&mut random, size, net.inputs()[0].channels);
        check(&net, &[input], &format!("net {seed}"));
    }
}

/// A net as the enlargement has it: convolutions, a shuffle, and the enlarged input added.
fn enlargement(random: &mut Random) -> Net {
    let mut layers = Vec::new();
    let convolve = |random: &mut Random, from, to| -> Convolution {
        random::convolution(random, Window::square(3), from, to, false)
    };
    for (from, to) in [(3, 16), (16, 16), (16, 16), (16, 48)] {
        let operation = Operation::Convolution(convolve(random, from, to));
        layers.push(Layer { operation, inputs: vec![ValueId(layers.len())] });
    }
    layers.push(Layer { operation: Operation::PixelShuffle { factor: 4 }, inputs: vec![ValueId(4)] });
    layers.push(Layer { operation: Operation::Nearest { factor: 4 }, inputs: vec![ValueId(0)] });
    layers.push(Layer { operation: random::addition(random, 3), inputs: vec![ValueId(5), ValueId(6)] });
    let input = Input { channels: 3, low: 0, high: 255 };
    Net::new(About::default(), vec![input], layers, vec![ValueId(7)]).unwrap()
}

#[test]
fn bands_keep_some_rows() {
    let mut random = Random::new(8);
    let net = enlargement(&mut random);
    let size = Size::new(40, 200);
    let memory = |band_rows| Schedule::new(&net, &[size], band_rows).unwrap().memory_bytes();
    // Bands of a row of input: 3 or 4 rows of each of four values with a border, 3 of 48 channels, the input for as long as the
    // result is behind it, and 4 rows of each of the three large values.
    assert!(memory(4) < 250_000, "{}", memory(4));
    assert!(memory(usize::MAX) > 5_000_000, "{}", memory(usize::MAX));
    let input = random::tensor(&mut random, size, 3);
    check(&net, &[input], "enlargement");
}

#[test]
fn runs_end_with_their_deadline() {
    let net = enlargement(&mut Random::new(9));
    let size = Size::new(8, 8);
    let input = Tensor { size, channels: 3, samples: vec![0; 8 * 8 * 3] };
    let error = Runner::new(net).run_whole(&[input], Deadline::at(std::time::Instant::now())).unwrap_err();
    assert!(matches!(error, palmette_models::Error::Core(palmette_core::Error::DeadlineExceeded)), "{error}");
}

#[test]
fn runs_refuse_other_inputs() {
    let runner = Runner::new(enlargement(&mut Random::new(9)));
    let input = Tensor { size: Size::new(8, 8), channels: 3, samples: vec![0; 8 * 8] };
    assert_eq!(runner.run_whole(&[], Deadline::NONE).unwrap_err().to_string(), "0 inputs for a net that takes 1");
    let error = runner.run_whole(&[input], Deadline::NONE).unwrap_err();
    assert_eq!(error.to_string(), "64 samples instead of 192");
}

#[test]
fn runs_refuse_what_no_memory_holds() {
    let layers = (0..4).map(|layer| {
        let operation = Operation::Nearest { factor: 60 };
        Layer { operation, inputs: vec![ValueId(layer)] }
    });
    let input = Input { channels: 1, low: 0, high: 1 };
    let mut layers: Vec<Layer> = layers.collect();
    layers.push(Layer { operation: Operation::GlobalAverage, inputs: vec![ValueId(4)] });
    let net = Net::new(About::default(), vec![input], layers, vec![ValueId(5)]).unwrap();
    let error = Schedule::new(&net, &[Size::new(300, 300)], 1).unwrap_err();
    assert!(matches!(error, palmette_models::Error::Core(palmette_core::Error::OutOfMemory { .. })), "{error}");
}

#[test]
fn idle_cores_change_no_byte() {
    let mut random = Random::new(10);
    let mut layers = Vec::new();
    for (from, to) in [(3, 32), (32, 48), (48, 5)] {
        let mut convolution = random::convolution(&mut random, Window::square(3), from, to, false);
        // Coarse enough for tiles.
        convolution.weights.iter_mut().for_each(|weight| *weight /= 8);
        layers.push(Layer { operation: Operation::Convolution(convolution), inputs: vec![ValueId(layers.len())] });
    }
    let net = Net::new(About::default(), vec![Input { channels: 3, low: 0, high: 255 }], layers, vec![ValueId(3)]);
    let net = net.unwrap();
    let size = Size::new(93, 47);
    let input = [random::tensor(&mut random, size, 3)];
    let expected = naive::run(&net, &input);
    for (name, kernels) in Kernels::all() {
        for cores in 0..=3 {
            let idle = IdleCores::new(cores);
            let runner = Runner::with_kernels(net.clone(), kernels).with_idle_cores(&idle);
            for band_rows in [7, usize::MAX] {
                let schedule = Schedule::new(&net, &[size], band_rows).unwrap();
                let made = runner.run_tensors(&schedule, &input, Deadline::NONE).unwrap();
                assert_same(&made, &expected, &format!("{name}, {cores} idle cores, bands of {band_rows}"));
            }
            assert_eq!(idle.borrow(9).count(), cores, "they are given back");
        }
    }
}
