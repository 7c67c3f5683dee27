//! Convolutions by tiles: exact up to the bounds that are proved, and not used beyond.

use palmette_core::Size;
use palmette_core::net::{Convolution, Input, Layer, Operation, Padding, Requantize, ValueId, Window};
use palmette_models::Tensor;
use palmette_models::net::{About, Net, Range};
use palmette_models::winograd::PackedWinograd;

use crate::random::{self, Random};
use crate::twins::check;

/// Sums of a convolution by tiles lie in a range smaller than this.
const RANGE: i64 = 1 << 30;

/// What a sum becomes: enough of it to tell two apart that differ in their highest or their lowest bits.
fn requantize(random: &mut Random) -> Requantize {
    let shift = u8::try_from(random.count(17, 32)).unwrap();
    let multiplier = [1, 32_767, -3][random.count(0, 2)];
    Requantize { multiplier, negative_multiplier: -multiplier, shift, low: i16::MIN, high: i16::MAX }
}

/// A convolution whose weights are as large as tiles allow, for samples between limits.
fn convolution(random: &mut Random, channels: [usize; 2], range: Range, padding: Padding) -> Convolution {
    let [in_channels, out_channels] = channels;
    let span = i64::from(range.high) - i64::from(range.low);
    let per_channel = 9 * in_channels;
    let mut weights: Vec<i16> = Vec::new();
    for _ in 0..out_channels {
        // Until the range of the sum is used up; each transformed weight is a sum of up to nine, and four times as large in a corner.
        let mut left = (RANGE - 1) / span;
        let mut of_channel = vec![0_i16; per_channel];
        while left > 0 && of_channel.contains(&0) {
            let most = (left.min(if random.count(0, 3) == 0 { 3_640 } else { 200 })).max(1);
            let place = random.count(0, per_channel - 1);
            if of_channel[place] == 0 {
                let weight = random.between(1, most);
                left -= weight;
                of_channel[place] = i16::try_from(if random.count(0, 1) == 0 { weight } else { -weight }).unwrap();
            }
        }
        weights.extend(of_channel);
    }
    Convolution {
        window: Window { padding, ..Window::square(3) },
        in_channels,
        out_channels,
        is_depthwise: false,
        weights,
        biases: (0..out_channels).map(|_| i32::try_from(random.between(-RANGE + 1, RANGE - 1)).unwrap()).collect(),
        requantize: (0..out_channels).map(|_| requantize(random)).collect(),
    }
}

/// A net of one convolution.
fn net(convolution: Convolution, range: Range) -> Net {
    let input = Input { channels: convolution.in_channels, low: range.low, high: range.high };
    let layer = Layer { operation: Operation::Convolution(convolution), inputs: vec![ValueId(0)] };
    Net::new(About::default(), vec![input], vec![layer], vec![ValueId(1)]).unwrap()
}

/// Tells whether a convolution runs by tiles.
fn is_by_tiles(convolution: &Convolution, range: Range) -> bool {
    PackedWinograd::new(convolution, &vec![range; convolution.in_channels]).is_some()
}

/// Samples that make the sums of the first channel as small or as large as they get where nothing but they lies under the window: each has
/// the sign of a weight, as the windows of every third row and column see it.
fn extreme(convolution: &Convolution, range: Range, size: Size, is_largest: bool) -> Tensor {
    let channels = convolution.in_channels;
    let mut samples = Vec::new();
    for y in 0..size.height as usize {
        for x in 0..size.width as usize {
            let weights = &convolution.weights[(y % 3 * 3 + x % 3) * channels..][..channels];
            samples
                .extend(weights.iter().map(|&weight| if (weight > 0) == is_largest { range.high } else { range.low }));
        }
    }
    Tensor { size, channels, samples }
}

#[test]
fn winograd_is_exact() {
    let mut random = Random::new(11);
    let ranges = [[-8191, 8191], [0, 4095], [-4095, 4095], [-7, 2047]].map(|[low, high]| Range { low, high });
    for round in 0..60 {
        let range = ranges[round % ranges.len()];
        let channels = [random.count(16, 50), random.count(16, 40)];
        let pads = [(); 2].map(|()| [random.count(0, 3), random.count(0, 3)]);
        let padding = [Padding::Same, Padding::Explicit([[1; 2]; 2]), Padding::Explicit(pads)][random.count(0, 2)];
        let convolution = convolution(&mut random, channels, range, padding);
        assert!(is_by_tiles(&convolution, range), "round {round}");
        let mut side = || u32::try_from(random.count(3, 9)).unwrap();
        let size = [Size::new(side(), side()), Size::new(101, 3), Size::new(3, 4)][round % 3];
        let inputs = [
            extreme(&convolution, range, size, true),
            extreme(&convolution, range, size, false),
            random::tensor(&mut random, size, channels[0]),
        ];
        let net = net(convolution, range);
        for input in inputs {
            check(&net, &[input], &format!("round {round}, {size}"));
        }
    }
}

#[test]
fn winograd_makes_single_pixels() {
    let mut random = Random::new(12);
    let range = Range { low: -4095, high: 4095 };
    for size in [Size::new(1, 1), Size::new(1, 9), Size::new(2, 1), Size::new(49, 1)] {
        let convolution = convolution(&mut random, [16, 16], range, Padding::Same);
        assert!(is_by_tiles(&convolution, range));
        let input = random::tensor(&mut random, size, 16);
        check(&net(convolution, range), &[input], &format!("{size}"));
    }
}

#[test]
fn winograd_is_left_where_it_would_not_be_exact() {
    let mut random = Random::new(13);
    let range = Range { low: -4096, high: 4096 };
    let mut convolution = convolution(&mut random, [32, 16], range, Padding::Same);
    let mut set = |weights: &[(usize, i16)]| {
        convolution.weights.fill(0);
        weights.iter().for_each(|&(place, weight)| convolution.weights[place] = weight);
        convolution.biases.fill(0);
        let input = extreme(&convolution, range, Size::new(9, 9), true);
        check(&net(convolution.clone(), range), &[input], &format!("{weights:?}"));
        is_by_tiles(&convolution, range)
    };
    // 16 weights of 8,191 and one of 16 are 2¹⁷ − 1 in all, times 2¹³ just below 2³⁰; one more is beyond.
    let most: Vec<(usize, i16)> = (0..16).map(|place| (place, 8191)).collect();
    assert!(set(&[&most[..], &[(20, 15)]].concat()));
    assert!(!set(&[&most[..], &[(20, 16)]].concat()));
    // A corner of the weights is taken four times, and the sum of all nine once.
    assert!(set(&[(0, 8191)]) && !set(&[(0, 8192)]) && set(&[(32, 16_383)]) && !set(&[(32, 16_384)]));
    assert!(set(&[(128, 32_767)]), "the middle is taken once");
    let wide = Range { low: -8192, high: 0 };
    assert!(!is_by_tiles(&convolution, wide), "four samples have to fit into 16 bits");
    convolution.window.dilation = [2; 2];
    assert!(!is_by_tiles(&convolution, range));
}
