//! The model of the probe's scene: an enlargement by a net with every kind of layer, and a mask by a tiny one. Its weights are noise; no
//! picture is better for it. It has programs alone: a test runs them with scalar kernels, and keeps the answer true.

use std::sync::Arc;

use palmette_core::model::{Ability, Enlarging, Line, Model, Program, Segmenting};
use palmette_core::net::{
    Add, AddTerms, Convolution, Graph, Input, Layer, Operation, Positions, Requantize, Table, ValueId, Window,
};
use palmette_core::{ModelError, Pixmap, Size};

use super::Noise;

/// Channels between layers.
const CHANNELS: usize = 32;

/// How many times wider and higher the net makes a picture.
const FACTOR: usize = 4;

/// The side of the picture that it enlarges, times the scale of the scene.
pub(super) const SIDE_PX: u32 = 8;

/// The size of the copy that the other net looks at.
const COPY: Size = Size::new(11, 6);

/// What the net says of foreground.
const ONE: i16 = 1 << 10;

/// See above.
#[derive(Debug)]
pub(super) struct ProbeModel {
    enlarging: Arc<Graph>,
    segmenting: Arc<Graph>,
}

impl ProbeModel {
    /// Makes the model for a scene of a scale.
    pub(super) fn new(scale: u32) -> Self {
        Self { enlarging: Arc::new(enlarging(scale as usize)), segmenting: Arc::new(segmenting()) }
    }
}

impl Model for ProbeModel {
    fn name(&self, _ability: Ability) -> &str {
        "probe"
    }

    fn can(&self, ability: Ability) -> bool {
        matches!(ability, Ability::Enlarge | Ability::Foreground)
    }

    fn program(&self, ability: Ability, picture: Size, made: Size) -> Option<Program> {
        let factor = u32::try_from(FACTOR).expect("a small number");
        match ability {
            Ability::Faces => None,
            Ability::Foreground => Some(Program::Segment(Segmenting {
                net: Arc::clone(&self.segmenting),
                copy: COPY,
                one: ONE,
                prepare,
                lines,
            })),
            Ability::Enlarge => {
                Some(Program::Enlarge(Enlarging { net: Arc::clone(&self.enlarging), factor, shrink: 2, picture, made }))
            }
        }
    }
}

/// Takes levels as they are.
fn prepare(copy: &Pixmap) -> Result<Vec<i16>, ModelError> {
    Ok(copy.data().chunks_exact(Pixmap::PIXEL_BYTES).flat_map(|pixel| &pixel[..3]).map(|&level| level.into()).collect())
}

/// Makes lines that rise and fall, steeper than any picture's.
fn lines(mask: &[i16], _copy: &Pixmap) -> Result<Vec<Line>, ModelError> {
    let line = |&mask: &i16| [i64::from(mask) * 3_000 - 70_000, (i64::from(mask) << 15) - (i64::from(mask) << 19) + 9];
    Ok(mask.iter().map(line).collect())
}

/// Makes the net with every kind of layer.
fn enlarging(scale: usize) -> Graph {
    let mut noise = Noise::new(77);
    let mut layers = Vec::new();
    let mut push = |operation, inputs: &[usize]| {
        layers.push(Layer { operation, inputs: inputs.iter().map(|&input| ValueId(input)).collect() });
        layers.len()
    };
    let levels = push(convolution(&mut noise, 3, 3, CHANNELS, 17, [-2000, 2000]), &[0]);
    let window = Window { dilation: [2, 1], ..Window::square(3) };
    let depthwise = push(self::depthwise(&mut noise, window), &[levels]);
    let terms = AddTerms { multipliers: [9_000, -7_000], shift: 13, low: -1800, high: 2047 };
    let added = push(Operation::Add(Add { terms: vec![terms; CHANNELS] }), &[levels, depthwise]);
    // Most of the arithmetic, as in a net that is worth a device.
    let mixed = push(convolution(&mut noise, 3, CHANNELS, CHANNELS, 23, [-2000, 2000]), &[added]);
    let halved = push(Operation::MaxPool(Window { stride: [2; 2], ..Window::square(3) }), &[mixed]);
    let again = push(Operation::Bilinear { factor: 2, positions: Positions::HalfPixel }, &[halved]);
    let mean = push(Operation::GlobalAverage, &[mixed]);
    let mut even = push(Operation::Nearest { factor: SIDE_PX as usize }, &[mean]);
    if scale > 1 {
        even = push(Operation::Nearest { factor: scale }, &[even]);
    }
    let both = push(Operation::Concat, &[again, even]);
    let padded = push(Operation::PadChannels { channels: 2 * CHANNELS + 2 }, &[both]);
    let entries = (0..4096).map(|entry: i16| (entry - 2048) - (entry % 64) * 5).collect();
    let table = push(Operation::Table(Table { low: -2048, entries: vec![entries] }), &[padded]);
    let last = convolution(&mut noise, 1, 2 * CHANNELS + 2, 3 * FACTOR * FACTOR, 22, [-300, 500]);
    let last = push(last, &[table]);
    let output = push(Operation::PixelShuffle { factor: FACTOR }, &[last]);
    Graph { inputs: vec![Input { channels: 3, low: 0, high: 255 }], layers, outputs: vec![ValueId(output)] }
}

/// Makes the net of the mask.
fn segmenting() -> Graph {
    let operation = convolution(&mut Noise::new(78), 5, 3, 1, 18, [0, ONE]);
    let layers = vec![Layer { operation, inputs: vec![ValueId(0)] }];
    Graph { inputs: vec![Input { channels: 3, low: 0, high: 255 }], layers, outputs: vec![ValueId(1)] }
}

/// Makes a convolution of noise, in a square window.
fn convolution(
    noise: &mut Noise,
    taps: usize,
    in_channels: usize,
    out_channels: usize,
    shift: u8,
    [low, high]: [i16; 2],
) -> Operation {
    Operation::Convolution(Convolution {
        window: Window::square(taps),
        in_channels,
        out_channels,
        is_depthwise: false,
        weights: (0..out_channels * taps * taps * in_channels).map(|_| noise.weight()).collect(),
        biases: (0..out_channels).map(|_| 1_000 * i32::from(noise.weight())).collect(),
        requantize: (0..out_channels)
            .map(|_| Requantize {
                multiplier: 16_000 + 20 * noise.weight(),
                negative_multiplier: 200 * noise.weight(),
                shift,
                low,
                high,
            })
            .collect(),
    })
}

/// Makes a convolution of each channel by itself.
fn depthwise(noise: &mut Noise, window: Window) -> Operation {
    let taps = window.taps[0] * window.taps[1];
    let requantize = Requantize { multiplier: 18_000, negative_multiplier: -9_000, shift: 20, low: -2047, high: 2047 };
    Operation::Convolution(Convolution {
        window,
        in_channels: CHANNELS,
        out_channels: CHANNELS,
        is_depthwise: true,
        weights: (0..CHANNELS * taps).map(|_| noise.weight()).collect(),
        biases: vec![-500; CHANNELS],
        requantize: vec![requantize; CHANNELS],
    })
}
