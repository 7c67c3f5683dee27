//! Nets on the device, against the scalar kernels of `palmette-models`: every kind of layer by itself, and random nets whole.

#[path = "../../../../crates/models/tests/it/random.rs"]
#[expect(clippy::unwrap_used, reason = "it is a module of tests")]
pub(crate) mod random;

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use palmette_core::net::{Graph, Input, Layer, Operation, Positions, ValueId, Window};
use palmette_core::{Deadline, DeviceFault, Size};
use palmette_gpu::{AdapterChoice, GpuEngine, GpuOptions};
use palmette_models::kernels::Kernels;
use palmette_models::net::{About, Net};
use palmette_models::{Runner, Tensor};
use palmette_tests::gpu;
use random::Random;

/// Opens an engine once; nothing without an adapter.
fn engine() -> Option<&'static GpuEngine> {
    static ENGINE: OnceLock<Option<GpuEngine>> = OnceLock::new();
    let open = || {
        gpu::engines()?;
        let options = GpuOptions { adapter: AdapterChoice::Any, ..GpuOptions::default() };
        Some(GpuEngine::open(&options).expect("an adapter that opened before"))
    };
    ENGINE.get_or_init(open).as_ref()
}

/// Runs a net on both, and compares all outputs.
fn compare(net: &Net, inputs: &[Tensor]) {
    let Some(engine) = engine() else { return };
    let runner = Runner::with_kernels(net.clone(), Kernels::SCALAR);
    let expected = runner.run_whole(inputs, Deadline::NONE).expect("a small net");
    let samples: Vec<(Size, &[i16])> = inputs.iter().map(|input| (input.size, &input.samples[..])).collect();
    // Twice, since the second run finds buffers that the first one left.
    for _ in 0..2 {
        let made = engine.run_net(net.graph(), &samples, Deadline::NONE).expect("a small net");
        for (index, (expected, made)) in expected.iter().zip(&made).enumerate() {
            let wrong = expected.samples.iter().zip(made).filter(|(a, b)| a != b).count();
            assert_eq!(expected.samples.len(), made.len());
            assert_eq!(wrong, 0, "output {index} of {}: {net:?}", expected.size);
        }
    }
}

/// Compares one layer on values of these sizes and channels.
fn compare_layer(random: &mut Random, operation: Operation, values: &[(Size, usize)]) {
    let inputs = values.iter().map(|&(_, channels)| Input { channels, low: -2048, high: 2047 }).collect();
    let layer = Layer { operation, inputs: (0..values.len()).map(ValueId).collect() };
    let net = Net::new(About::default(), inputs, vec![layer], vec![ValueId(values.len())]).expect("a layer");
    let tensors: Vec<Tensor> = values.iter().map(|&(size, channels)| random::tensor(random, size, channels)).collect();
    if net.sizes(&tensors.iter().map(|tensor| tensor.size).collect::<Vec<_>>()).is_ok() {
        compare(&net, &tensors);
    }
}

/// A size that no workgroup divides.
fn size(random: &mut Random) -> Size {
    let mut side = || u32::try_from(random.count(1, 45)).expect("a small number");
    Size::new(side(), side())
}

#[test]
fn parity_net_convolve_in_every_window() {
    let mut random = Random::new(1);
    for _ in 0..40 {
        let (window, inputs, outputs) = (random::window(&mut random), random.count(1, 37), random.count(1, 37));
        let convolution = random::convolution(&mut random, window, inputs, outputs, false);
        let size = size(&mut random);
        compare_layer(&mut random, Operation::Convolution(convolution), &[(size, inputs)]);
    }
    let window = Window::square(1);
    let convolution = random::convolution(&mut random, window, 64, 64, false);
    compare_layer(&mut random, Operation::Convolution(convolution), &[(Size::new(100, 3), 64)]);
}

#[test]
fn parity_net_convolve_in_bands() {
    let mut random = Random::new(2);
    let convolution = random::convolution(&mut random, Window::square(3), 40, 40, false);
    compare_layer(&mut random, Operation::Convolution(convolution), &[(Size::new(300, 90), 40)]);
}

#[test]
fn parity_net_depthwise_in_every_window() {
    let mut random = Random::new(3);
    for _ in 0..25 {
        let (window, channels) = (random::window(&mut random), random.count(1, 37));
        let convolution = random::convolution(&mut random, window, channels, channels, true);
        let size = size(&mut random);
        compare_layer(&mut random, Operation::Convolution(convolution), &[(size, channels)]);
    }
}

#[test]
fn parity_net_add_of_two_values() {
    let mut random = Random::new(4);
    for channels in [1, 2, 7, 32] {
        let (add, size) = (random::addition(&mut random, channels), size(&mut random));
        compare_layer(&mut random, add, &[(size, channels), (size, channels)]);
    }
}

#[test]
fn parity_net_max_pool_in_windows() {
    let mut random = Random::new(5);
    for taps in 1..5 {
        for stride in 1..4 {
            let window = Window { stride: [stride; 2], ..Window::square(taps) };
            let size = size(&mut random);
            compare_layer(&mut random, Operation::MaxPool(window), &[(size, 1 + taps * stride)]);
        }
    }
}

#[test]
fn parity_net_average_of_pictures() {
    let mut random = Random::new(6);
    for channels in [1, 2, 9, 70] {
        let size = size(&mut random);
        compare_layer(&mut random, Operation::GlobalAverage, &[(size, channels)]);
    }
}

#[test]
fn parity_net_sum_of_more_pixels_than_32_bits_can_add() {
    let mut random = Random::new(14);
    for size in [Size::new(301, 257), Size::new(128, 128), Size::new(129, 127), Size::new(500, 400)] {
        compare_layer(&mut random, Operation::GlobalAverage, &[(size, 3)]);
    }
    for sample in [i16::MIN, i16::MAX] {
        let (size, low, high) = (Size::new(700, 300), i16::MIN, i16::MAX);
        let layer = Layer { operation: Operation::GlobalAverage, inputs: vec![ValueId(0)] };
        let inputs = vec![Input { channels: 1, low, high }];
        let Ok(net) = Net::new(About::default(), inputs, vec![layer], vec![ValueId(1)]) else { continue };
        compare(&net, &[Tensor { size, channels: 1, samples: vec![sample; 210_000] }]);
    }
}

#[test]
fn parity_net_nearest_by_factors() {
    let mut random = Random::new(7);
    for factor in [2, 3, 8] {
        let size = size(&mut random);
        compare_layer(&mut random, Operation::Nearest { factor }, &[(size, 5)]);
    }
}

#[test]
fn parity_net_bilinear_at_all_positions() {
    let mut random = Random::new(8);
    for positions in [Positions::HalfPixel, Positions::Corner, Positions::AlignCorners] {
        for factor in [2, 3, 8] {
            let size = size(&mut random);
            compare_layer(&mut random, Operation::Bilinear { factor, positions }, &[(size, 5)]);
        }
    }
}

#[test]
fn parity_net_place_behind_any_channel() {
    let mut random = Random::new(9);
    for counts in [&[1, 1][..], &[2, 3, 4], &[5, 1, 1, 8], &[3], &[64, 1]] {
        let size = size(&mut random);
        let values: Vec<(Size, usize)> = counts.iter().map(|&channels| (size, channels)).collect();
        compare_layer(&mut random, Operation::Concat, &values);
    }
    for (channels, all) in [(1, 2), (3, 3), (3, 10), (4, 9)] {
        let size = size(&mut random);
        compare_layer(&mut random, Operation::PadChannels { channels: all }, &[(size, channels)]);
    }
}

#[test]
fn parity_net_pixel_shuffle_by_factors() {
    let mut random = Random::new(10);
    for factor in [2, 3, 4] {
        for channels in [1, 3, 4] {
            let size = size(&mut random);
            compare_layer(&mut random, Operation::PixelShuffle { factor }, &[(size, channels * factor * factor)]);
        }
    }
}

#[test]
fn parity_net_table_of_any_length() {
    let mut random = Random::new(11);
    for _ in 0..12 {
        let channels = random.count(1, 9);
        let (table, size) = (random::table(&mut random, channels), size(&mut random));
        compare_layer(&mut random, table, &[(size, channels)]);
    }
}

#[test]
fn parity_of_random_nets() {
    let mut random = Random::new(12);
    for _ in 0..25 {
        let net = random::net(&mut random, 12);
        let size = Size::new(16, 8);
        let input = random::tensor(&mut random, size, net.inputs()[0].channels);
        compare(&net, &[input]);
    }
}

#[test]
fn net_that_is_late_or_too_large_or_lost_says_so() {
    let Some(engine) = engine() else { return };
    let mut random = Random::new(13);
    let net = random::net(&mut random, 6);
    let input = random::tensor(&mut random, Size::new(8, 8), net.inputs()[0].channels);
    let late = Deadline::at(Instant::now());
    let error = engine.run_net(net.graph(), &[(input.size, &input.samples[..])], late).expect_err("no time at all");
    assert!(matches!(error, palmette_gpu::Error::Core(palmette_core::Error::DeadlineExceeded)), "{error:?}");

    // Pages of 1024 words.
    let options = GpuOptions { adapter: AdapterChoice::Any, page_shift: 10, ..GpuOptions::default() };
    let small = GpuEngine::open(&options).expect("an adapter that opened before");
    let enlarging = Arc::new(Graph {
        inputs: vec![Input { channels: 4, low: -9, high: 9 }],
        layers: vec![Layer { operation: Operation::Nearest { factor: 2 }, inputs: vec![ValueId(0)] }],
        outputs: vec![ValueId(1)],
    });
    let large: (Size, &[i16]) = (Size::new(20, 20), &[0; 1600]);
    let error = small.run_net(&enlarging, &[large], Deadline::NONE).expect_err("3200 words");
    assert_eq!(error.fault(), Some(DeviceFault::TooLarge), "{error:?}");

    small.lose();
    let tiny: (Size, &[i16]) = (Size::new(2, 2), &[0; 16]);
    let error = small.run_net(&enlarging, &[tiny], Deadline::NONE).expect_err("the device is gone");
    assert_eq!(error.fault(), Some(DeviceFault::Lost), "{error:?}");
}
