//! Files that come back as they went, and files that are none.

use palmette_core::net::{
    Add, AddTerms, Convolution, Input, Layer, Operation, Padding, Positions, Requantize, Table, ValueId, Window,
};

use super::*;
use crate::net::About;

/// A net with every kind of layer.
fn net() -> Net {
    let padded = Window { padding: Padding::Explicit([[1, 1], [0, 2]]), ..Window::square(3) };
    let requantize = Requantize { multiplier: 3, negative_multiplier: -4, shift: 20, low: -7, high: 900 };
    let convolution = |window: Window, is_depthwise| {
        Operation::Convolution(Convolution {
            window,
            in_channels: 4,
            out_channels: 4,
            is_depthwise,
            weights: (0..if is_depthwise { 36 } else { 144 }).collect(),
            biases: vec![-1, 2, -3, 1 << 20],
            requantize: vec![requantize; 4],
        })
    };
    let terms = AddTerms { multipliers: [1 << 14, -5], shift: 14, low: -2048, high: 2047 };
    let layers = [
        (convolution(Window::square(3), false), vec![0]),
        (convolution(Window { dilation: [2, 3], ..padded }, true), vec![1]),
        (Operation::MaxPool(Window { stride: [2; 2], ..Window::square(2) }), vec![1]),
        (Operation::Nearest { factor: 2 }, vec![3]),
        (Operation::Bilinear { factor: 2, positions: Positions::Corner }, vec![3]),
        (Operation::Add(Add { terms: vec![terms; 4] }), vec![4, 5]),
        (Operation::Concat, vec![4, 6]),
        (Operation::PadChannels { channels: 12 }, vec![7]),
        (Operation::PixelShuffle { factor: 2 }, vec![8]),
        (Operation::Table(Table { low: -2, entries: vec![vec![5, 6, 7]] }), vec![9]),
        (Operation::GlobalAverage, vec![10]),
        (Operation::Bilinear { factor: 3, positions: Positions::HalfPixel }, vec![11]),
        (Operation::Bilinear { factor: 3, positions: Positions::AlignCorners }, vec![11]),
    ];
    let layer = |(operation, inputs): (Operation, Vec<usize>)| Layer {
        operation,
        inputs: inputs.into_iter().map(ValueId).collect(),
    };
    let about = About {
        name: "every kind".into(),
        version: "1.2".into(),
        license: "Ça va".into(),
        sources: vec![[1; 32], [2; 32]],
        numbers: vec![("anchors".into(), vec![1, -2, i32::MAX]), ("none".into(), vec![])],
    };
    let input = Input { channels: 4, low: 0, high: 255 };
    Net::new(about, vec![input], layers.map(layer).into(), vec![ValueId(13), ValueId(2)]).unwrap()
}

/// Puts the checksum right after a change.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.len() - 4;
    let checksum = crc32fast::hash(&bytes[..end]);
    bytes[end..].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

#[test]
fn format_comes_back() {
    let net = net();
    let bytes = net.write();
    let again = Net::read(&bytes).unwrap();
    assert_eq!(again, net);
    assert_eq!(again.write(), bytes);
    assert_eq!(again.about().numbers("anchors"), Some(&[1, -2, i32::MAX][..]));
    assert_eq!(again.about().numbers("anchor"), None);
}

#[test]
fn format_refuses_what_is_none() {
    let bytes = net().write();
    let refusal = |bytes: &[u8]| Net::read(bytes).unwrap_err().to_string();
    assert_eq!(refusal(b""), "this is no file of a net");
    assert_eq!(refusal(b"palmnet\n\x01\0"), "the file of the net ends too early");
    let mut other = bytes.clone();
    other[8] = 2;
    assert_eq!(refusal(&sealed(other)), "the file of the net has version 2, and this program reads version 1");
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    assert_eq!(refusal(&flipped), "the file of the net is damaged: its checksum is wrong");
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(refusal(&sealed(longer)), "the file of the net is malformed: end");
}

#[test]
fn format_survives_cuts_and_flips() {
    let bytes = net().write();
    for len in 0..bytes.len() {
        assert!(Net::read(&bytes[..len]).is_err());
        if len > 16 {
            assert!(Net::read(&sealed(bytes[..len].to_vec())).is_err(), "{len}");
        }
    }
    // If the changed bytes are still those of a net, it is written as it was read.
    let mut read = 0;
    for at in 12..bytes.len() - 4 {
        for change in [0x01, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[at] ^= change;
            let changed = sealed(changed);
            if let Ok(net) = Net::read(&changed) {
                assert_eq!(net.write(), changed, "{at}");
                read += 1;
            }
        }
    }
    assert!(read > 100, "most weights may be others: {read}");
}

#[test]
fn format_takes_no_memory_for_what_is_not_there() {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend(u32::MAX.to_le_bytes());
    bytes.extend([0; 4]);
    assert!(matches!(Net::read(&sealed(bytes)), Err(Error::Truncated)));
}
