//! Nets that are converted of graphs give what the graphs give.

use palmette_core::{Deadline, Size};
use palmette_models::convert::fixed_point::{self, Entry, Fixed, Recipe};
use palmette_models::convert::float::{self, Planes};
use palmette_models::convert::graph::{Conv, Graph, Op, Padding};
use palmette_models::convert::ranges::Ranges;
use palmette_models::net::About;
use palmette_models::{Runner, Tensor};

/// Numbers that look random, from −1 to 1.
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / (1 << 23) as f32 - 1.0
    }

    /// A convolution with weights that keep the size of what goes in, over channels of very different reach.
    fn conv(&mut self, inputs: usize, outputs: usize, side: usize, stride: usize) -> Conv {
        let is_depthwise = inputs == 1 && outputs > 1;
        let taps = side * side;
        let gain = 1.7 / ((inputs * taps) as f32).sqrt();
        let mut weights = Vec::new();
        for out in 0..outputs {
            let loudness = if out % 3 == 0 { 0.05 } else { 1.0 };
            weights.extend((0..inputs * taps).map(|_| self.next() * gain * loudness));
        }
        let bias = (0..outputs).map(|_| self.next() * 0.2).collect();
        let padding = if stride == 2 { Padding::Same } else { Padding::Even(side / 2) };
        Conv { outputs, inputs, kernel: [side; 2], weights, bias, stride, dilation: 1, is_depthwise, padding }
    }
}

/// A graph with everything in it.
fn graph() -> Graph {
    let mut noise = Noise(5);
    let mut graph = Graph { input_channels: 3, ..Graph::default() };
    let first = graph.push(Op::Conv(noise.conv(3, 8, 3, 1)), vec![0]);
    let slopes = (0..8).map(|_| noise.next() * 1.5).collect();
    let first = graph.push(Op::Prelu(slopes), vec![first]);
    let by_itself = graph.push(Op::Conv(noise.conv(1, 8, 3, 1)), vec![first]);
    let mixed = graph.push(Op::Conv(noise.conv(8, 12, 1, 1)), vec![by_itself]);
    let padded = graph.push(Op::PadChannels(4), vec![first]);
    let sum = graph.push(Op::Add([1.0, 0.7]), vec![padded, mixed]);
    let sum = graph.push(Op::Relu, vec![sum]);
    let pooled = graph.push(Op::MaxPool, vec![sum]);
    let strided = graph.push(Op::Conv(noise.conv(12, 6, 5, 2)), vec![sum]);
    let joined = graph.push(Op::Concat, vec![pooled, strided]);
    let last = graph.push(Op::Conv(noise.conv(18, 5, 3, 1)), vec![joined]);
    let last = graph.push(Op::Relu, vec![last]);
    let large = graph.push(Op::Bilinear(2), vec![last]);
    let narrow = graph.push(Op::Conv(noise.conv(5, 1, 1, 1)), vec![large]);
    let mask = graph.push(Op::Sigmoid, vec![narrow]);
    // And an enlargement, to which the input is added.
    let shuffled = graph.push(Op::Conv(noise.conv(12, 12, 3, 1)), vec![sum]);
    let shuffled = graph.push(Op::PixelShuffle(2), vec![shuffled]);
    let near = graph.push(Op::Nearest(2), vec![0]);
    let enlarged = graph.push(Op::PLAIN_ADD, vec![shuffled, near]);
    graph.outputs = vec![mask, enlarged];
    graph
}

/// Steps of what comes out: before the sigmoid, before the shuffle, and of the last sum.
fn fixed(graph: &Graph) -> Vec<Fixed> {
    let all = |value, step| Fixed { value, step, low: -i16::MAX, high: i16::MAX };
    let enlarged = graph.outputs[1];
    vec![all(graph.outputs[0] - 1, 1.0 / 512.0), all(enlarged - 3, 1.0 / 8192.0), all(enlarged, 1.0 / 8192.0)]
}

fn input(seed: u32) -> Tensor {
    let mut noise = Noise(seed);
    let samples = (0..16 * 12 * 3).map(|_| (noise.next() * 255.0) as i16).collect();
    Tensor { size: Size::new(16, 12), channels: 3, samples }
}

fn planes(tensor: &Tensor) -> Planes {
    let mut planes = Planes::zeros(3, 12, 16);
    for (at, &sample) in tensor.samples.iter().enumerate() {
        planes.data[at % 3 * 192 + at / 3] = f32::from(sample) / 255.0;
    }
    planes
}

fn recipe<'a>(graph: &Graph, ranges: &'a Ranges, corrects_bias: bool) -> Recipe<'a> {
    Recipe {
        ranges,
        margin: 1.5,
        most: 4095,
        corrects_bias,
        input: Entry::Samples { step: 1.0 / 255.0, low: -255, high: 255 },
        fixed: fixed(graph),
        about: About::default(),
    }
}

#[test]
fn converted_graphs_give_what_they_gave() {
    let graph = graph();
    let mut ranges = Ranges::default();
    for seed in 0..6 {
        float::run(&graph, planes(&input(seed)), |value, planes| ranges.see(value, planes, true, seed)).unwrap();
    }
    // Through the text, as it is committed.
    let ranges = Ranges::from_text(&ranges.to_text(true)).unwrap();
    for corrects_bias in [false, true] {
        let runner = Runner::new(fixed_point::convert(&graph, recipe(&graph, &ranges, corrects_bias)).unwrap());
        for seed in 20..24 {
            let tensor = input(seed);
            let exact = float::run(&graph, planes(&tensor), |_, _| {}).unwrap();
            let fixed = runner.run_whole(&[tensor], Deadline::NONE).unwrap();
            for (output, (step, tolerance)) in [(1.0 / 16320.0, 0.002), (1.0 / 8192.0, 0.008)].into_iter().enumerate() {
                let channels = fixed[output].channels;
                for (at, &sample) in fixed[output].samples.iter().enumerate() {
                    let exact = exact[output].plane(at % channels)[at / channels];
                    let found = f32::from(sample) * step;
                    assert!((found - exact).abs() < tolerance, "output {output} at {at}: {found} for {exact}");
                }
            }
        }
    }
}

#[test]
fn what_fixed_point_cannot_hold_is_refused() {
    let (mut graph, none) = (graph(), Ranges::default());
    let error = fixed_point::convert(&graph, recipe(&graph, &none, false)).unwrap_err();
    assert_eq!(error.to_string(), "node 0 has no range");
    graph.nodes[3].inputs = vec![999];
    let error = fixed_point::convert(&graph, recipe(&graph, &none, false)).unwrap_err();
    assert_eq!(error.to_string(), "node 3 does not fit what it takes");
}
