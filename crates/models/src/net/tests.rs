//! What is refused, and why.

use super::*;

/// A requantization that halves a channel of 16-bit sums.
const PLAIN: Requantize =
    Requantize { multiplier: 1 << 14, negative_multiplier: 1 << 14, shift: 24, low: -2048, high: 2047 };

fn convolution(in_channels: usize, out_channels: usize, weight: i16) -> Convolution {
    Convolution {
        window: Window::square(3),
        in_channels,
        out_channels,
        is_depthwise: false,
        weights: vec![weight; 9 * in_channels * out_channels],
        biases: vec![0; out_channels],
        requantize: vec![PLAIN; out_channels],
    }
}

fn net_of(channels: usize, operations: Vec<Operation>) -> Result<Net, Error> {
    let count = operations.len();
    let layer = |(index, operation)| Layer { operation, inputs: vec![ValueId(index)] };
    Net::new(
        About::default(),
        vec![Input { channels, low: -2048, high: 2047 }],
        operations.into_iter().enumerate().map(layer).collect(),
        vec![ValueId(count)],
    )
}

fn refusal(channels: usize, operation: Operation) -> String {
    net_of(channels, vec![operation]).unwrap_err().to_string()
}

#[test]
fn net_knows_its_sums() {
    // 9 · 57 channels · 2,048 · 2,046 = 2,149,650,432, just over 2³¹ − 1; with 56 channels it fits.
    let operation = Operation::Convolution(convolution(57, 1, 2046));
    assert_eq!(refusal(57, operation), "layer 0, convolution: sums of channel 0 can take 33 bits, and 32 is the limit");
    assert!(net_of(56, vec![Operation::Convolution(convolution(56, 1, 2046))]).is_ok());
    let mut biased = convolution(56, 2, 2046);
    biased.biases[1] = 1 << 26;
    assert_eq!(
        refusal(56, Operation::Convolution(biased)),
        "layer 0, convolution: sums of channel 1 can take 33 bits, and 32 is the limit"
    );
    // Signs that take turns do not help: a picture may have the same ones.
    let mut signed = convolution(57, 1, 2046);
    signed.weights.iter_mut().step_by(2).for_each(|weight| *weight = -2046);
    assert!(refusal(57, Operation::Convolution(signed)).contains("33 bits"));
}

#[test]
fn net_uses_what_it_knows_of_clamps() {
    let mut first = convolution(1, 57, 1);
    first.requantize.iter_mut().for_each(|requantize| requantize.low = 0);
    let layers = |first| vec![Operation::Convolution(first), Operation::Convolution(convolution(57, 1, 2046))];
    // From 0 to 2,047 the products are smaller than to −2,048: 9 · 57 · 2,047 · 2,046 is just over the limit still.
    assert!(net_of(1, layers(first.clone())).is_err());
    first.requantize.iter_mut().for_each(|requantize| requantize.high = 2000);
    let net = net_of(1, layers(first)).unwrap();
    assert_eq!(net.ranges(ValueId(1))[56], Range { low: 0, high: 2000 });
    assert_eq!(net.ranges(ValueId(2)), [Range { low: -2048, high: 2047 }]);
}

#[test]
fn net_refuses_parts_that_do_not_fit() {
    let mut short = convolution(2, 1, 1);
    short.weights.pop();
    assert_eq!(refusal(2, Operation::Convolution(short)), "layer 0, convolution: 17 weights instead of 18");
    let wrong = Operation::Convolution(convolution(2, 1, 1));
    assert_eq!(refusal(3, wrong), "layer 0, convolution: 3 input channels instead of 2");
    let mut steep = convolution(1, 1, 1);
    steep.requantize[0].shift = 16;
    assert_eq!(refusal(1, Operation::Convolution(steep)), "layer 0, convolution: shift of 16 is outside 17 to 46");
    let shuffle = Operation::PixelShuffle { factor: 2 };
    assert_eq!(refusal(6, shuffle), "layer 0, pixel shuffle: 6 channels instead of 8");
    let add = Operation::Add(Add { terms: vec![] });
    assert_eq!(refusal(1, add), "layer 0, add: 1 inputs instead of 2");
    let table = Operation::Table(Table { low: 32767, entries: vec![vec![1, 2]] });
    assert_eq!(refusal(1, table), "layer 0, table: last entry of 32768 is outside -32768 to 32767");
}

#[test]
fn net_refuses_values_from_later() {
    let input = Input { channels: 1, low: 0, high: 255 };
    let layer = Layer { operation: Operation::GlobalAverage, inputs: vec![ValueId(1)] };
    let error = Net::new(About::default(), vec![input], vec![layer], vec![ValueId(1)]).unwrap_err();
    assert_eq!(error.to_string(), "layer 0, global average: value 1 is not among the 1 that are made before");
    let error = Net::new(About::default(), vec![input], vec![], vec![ValueId(1)]).unwrap_err();
    assert_eq!(error.to_string(), "value 1 is not among the 1 that are made before");
}

#[test]
fn net_refuses_additions_that_overflow() {
    let terms = AddTerms { multipliers: [1 << 14; 2], shift: 14, low: i16::MIN, high: i16::MAX };
    let add = |low, high, shift| {
        let input = Input { channels: 1, low, high };
        let operation = Operation::Add(Add { terms: vec![AddTerms { shift, ..terms }] });
        let layer = Layer { operation, inputs: vec![ValueId(0), ValueId(0)] };
        Net::new(About::default(), vec![input], vec![layer], vec![ValueId(1)])
    };
    assert!(add(i16::MIN, i16::MAX, 14).is_ok());
    assert!(add(i16::MIN, i16::MAX, 30).is_ok());
    assert!(add(i16::MIN, i16::MAX, 31).is_err());
}

#[test]
fn net_has_sizes_for_every_picture() {
    let mut strided = convolution(1, 4, 1);
    strided.window.stride = [2, 2];
    let pool = Window { taps: [2, 2], stride: [2, 2], dilation: [1, 1], padding: Padding::Explicit([[0, 1], [0, 0]]) };
    let net = net_of(
        1,
        vec![
            Operation::Convolution(strided),
            Operation::PixelShuffle { factor: 2 },
            Operation::MaxPool(pool),
            Operation::Nearest { factor: 3 },
            Operation::GlobalAverage,
        ],
    )
    .unwrap();
    let sizes = net.sizes(&[Size::new(7, 6)]).unwrap();
    let expected = [(7, 6), (4, 3), (8, 6), (4, 3), (12, 9), (1, 1)].map(|(width, height)| Size::new(width, height));
    assert_eq!(sizes, expected);
    assert!(net.sizes(&[]).is_err());
    assert!(net.sizes(&[Size::new(u32::MAX, 1)]).is_err());
    assert_eq!(net.sizes(&[Size::new(0, 1)]).unwrap_err().to_string(), "layer 0, convolution: nothing is left");
}

#[test]
fn windows_pad_as_tensorflow_does() {
    let window = Window { taps: [3, 3], stride: [2, 2], dilation: [1, 1], padding: Padding::Same };
    // 128 pixels: 64 positions cover 129, so the missing one is behind; 127 and 64 positions: one on each side.
    assert_eq!([window.before(0, 128), window.before(0, 127)], [0, 1]);
    assert_eq!(Window { dilation: [8, 8], stride: [1, 1], ..window }.before(1, 20), 8);
}
