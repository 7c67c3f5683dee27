//! Random layers and nets.

use palmette_core::Size;
use palmette_core::net::{
    Add, AddTerms, Convolution, Input, Layer, Operation, Padding, Positions, Requantize, Table, ValueId, Window,
};
use palmette_models::Tensor;
use palmette_models::net::{About, Net};

/// Numbers that look random and are the same every time.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }

    /// One of those from `least` to `most`.
    pub(crate) fn between(&mut self, least: i64, most: i64) -> i64 {
        least + i64::try_from(self.next() % (most - least + 1).unsigned_abs()).unwrap()
    }

    pub(crate) fn count(&mut self, least: usize, most: usize) -> usize {
        usize::try_from(self.between(least.try_into().unwrap(), most.try_into().unwrap())).unwrap()
    }

    fn sample(&mut self, most: i64) -> i16 {
        i16::try_from(self.between(-most, most)).unwrap()
    }

    fn is_true(&mut self) -> bool {
        self.next() & 1 == 1
    }

    fn clamp(&mut self) -> [i16; 2] {
        [[-2048, 2047], [0, 2047], [0, 600], [-300, 1]][self.count(0, 3)]
    }
}

/// Samples of all the range, some of them extreme.
pub(crate) fn tensor(random: &mut Random, size: Size, channels: usize) -> Tensor {
    let kind = random.count(0, 3);
    let mut sample = || match kind {
        0 => 2047,
        1 => [-2048, 2047][random.count(0, 1)],
        _ => random.sample(2047),
    };
    let samples = (0..usize::try_from(size.area()).unwrap() * channels).map(|_| sample()).collect();
    Tensor { size, channels, samples }
}

pub(crate) fn window(random: &mut Random) -> Window {
    let taps = [random.count(1, 4), random.count(1, 4)];
    let padding = if random.is_true() {
        Padding::Same
    } else {
        Padding::Explicit([(); 2].map(|()| [random.count(0, 3), random.count(0, 5)]))
    };
    let pair = |random: &mut Random, most| [random.count(1, most), random.count(1, most)];
    Window { taps, stride: pair(random, 3), dilation: pair(random, 3), padding }
}

pub(crate) fn convolution(
    random: &mut Random,
    window: Window,
    in_channels: usize,
    out_channels: usize,
    is_depthwise: bool,
) -> Convolution {
    let taps = window.taps[0] * window.taps[1];
    let per_channel = if is_depthwise { taps } else { taps * in_channels };
    // As large as sums of 31 bits allow, with a bias of 30.
    let most = (((1_i64 << 30) - 1) / 2048 / i64::try_from(per_channel).unwrap()).min(32_767);
    let is_plain = random.is_true();
    let requantize = |random: &mut Random| {
        let multiplier = if is_plain { random.between(0, 32_767) } else { random.between(-32_767, 32_767) };
        let multiplier = i16::try_from(multiplier).unwrap();
        let [low, high] = random.clamp();
        Requantize {
            multiplier,
            negative_multiplier: if is_plain { multiplier } else { random.sample(32_767) },
            shift: u8::try_from([random.between(30, 38), random.between(17, 46)][random.count(0, 1)]).unwrap(),
            low,
            high,
        }
    };
    Convolution {
        window,
        in_channels,
        out_channels,
        is_depthwise,
        weights: (0..per_channel * out_channels).map(|_| random.sample(most)).collect(),
        biases: (0..out_channels).map(|_| i32::try_from(random.between(-(1 << 30), 1 << 30)).unwrap() >> 6).collect(),
        requantize: (0..out_channels).map(|_| requantize(random)).collect(),
    }
}

pub(crate) fn addition(random: &mut Random, channels: usize) -> Operation {
    let terms = |random: &mut Random| {
        let [low, high] = random.clamp();
        let multiplier = |random: &mut Random| random.sample(1 << 14);
        let multipliers = [multiplier(random), multiplier(random)];
        AddTerms { multipliers, shift: u8::try_from(random.between(1, 16)).unwrap(), low, high }
    };
    Operation::Add(Add { terms: (0..channels).map(|_| terms(random)).collect() })
}

pub(crate) fn table(random: &mut Random, channels: usize) -> Operation {
    let (lists, len) = ([1, channels][random.count(0, 1)], random.count(1, 4096));
    let entries = (0..lists).map(|_| (0..len).map(|_| random.sample(2047)).collect()).collect();
    Operation::Table(Table { low: random.sample(2048), entries })
}

/// A net that makes each of several values of one before it, not always of the last.
pub(crate) fn net(random: &mut Random, layers: usize) -> Net {
    let mut channels = vec![random.count(1, 40)];
    // Scale against the input, as a power of two.
    let mut scales = vec![0_i32];
    let mut made: Vec<Layer> = Vec::new();
    while made.len() < layers {
        let input = random.count(channels.len().saturating_sub(3), channels.len() - 1);
        let (count, scale) = (channels[input], scales[input]);
        let same: Vec<usize> = (0..channels.len()).filter(|&value| scales[value] == scale).collect();
        let mut inputs = vec![ValueId(input)];
        let size_stays = Window { stride: [1; 2], padding: Padding::Same, ..window(random) };
        let (operation, count, scale) = match random.count(0, 9) {
            0..=2 => {
                let out = random.count(1, 40);
                (Operation::Convolution(convolution(random, size_stays, count, out, false)), out, scale)
            }
            3 => (Operation::Convolution(convolution(random, size_stays, count, count, true)), count, scale),
            4 if scale > -2 => {
                let half = Window { stride: [2; 2], ..size_stays };
                (Operation::Convolution(convolution(random, half, count, count, false)), count, scale - 1)
            }
            5 if scale > -2 => {
                let half = Window { stride: [2; 2], dilation: [1; 2], ..size_stays };
                (Operation::MaxPool(half), count, scale - 1)
            }
            6 if scale < 1 => (Operation::Bilinear { factor: 2, positions: Positions::HalfPixel }, count, scale + 1),
            6 if count % 4 == 0 => (Operation::Nearest { factor: 2 }, count, scale + 1),
            7 => {
                inputs.extend(same.iter().rev().take(2).map(|&value| ValueId(value)));
                let count = inputs.iter().map(|input| channels[input.0]).sum();
                (Operation::Concat, count, scale)
            }
            8 => match same.iter().rev().find(|&&value| channels[value] == count) {
                Some(&value) => {
                    inputs.push(ValueId(value));
                    (addition(random, count), count, scale)
                }
                None => (Operation::PadChannels { channels: count + 3 }, count + 3, scale),
            },
            _ => (table(random, count), count, scale),
        };
        if scale > 1 || count > 90 {
            continue;
        }
        channels.push(count);
        scales.push(scale);
        made.push(Layer { operation, inputs });
    }
    let outputs = [channels.len() - 1, random.count(0, channels.len() - 1)].map(ValueId).to_vec();
    let input = Input { channels: channels[0], low: -2048, high: 2047 };
    Net::new(About::default(), vec![input], made, outputs).unwrap()
}
