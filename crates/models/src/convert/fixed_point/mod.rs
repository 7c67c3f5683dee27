//! Makes a net in integers of a graph in real numbers.
//!
//! Every channel of a value has a *step*: what one unit of its samples is worth. Steps are folded into the weights of the convolution that
//! reads them, so channels of very different reach cost nothing at run time, and pools, enlargements and concatenations keep them. A step is
//! the geometric mean of what the channel reaches and what the value reaches, so that small channels get more units, but not so many that
//! the weights that read them vanish.
//!
//! Weights are made as fine as 16 bits and the sum allow: the bound of each sum is computed from the weights, and where it is too large, the
//! weights of that channel get coarser. All arithmetic is in `f64` in a fixed order, with square roots alone, so every machine makes the same
//! file.

mod rounding;

use rounding::{Channel, Demands, multipliers, sample, terms, weights_of};

use palmette_core::net::{Add, Convolution, Input, Layer, Operation, Padding, Positions, Table, ValueId, Window};

use super::Error;
use super::graph::{self, Conv, Graph, Op, Value};
use super::ranges::Ranges;
use crate::foreground::ONE as SIGMOID_ONE;
use crate::net::{About, Net};
use crate::winograd;

/// What converting needs beside the graph.
#[derive(Debug)]
pub struct Recipe<'a> {
    /// What the values reach.
    pub ranges: &'a Ranges,
    /// How many times further than measured values may go.
    pub margin: f64,
    /// The largest sample of a value that has no fixed step.
    pub most: i16,
    /// Whether the mean error of rounded weights is taken off.
    pub corrects_bias: bool,
    /// What goes in.
    pub input: Entry,
    /// Values whose step is given.
    pub fixed: Vec<Fixed>,
    /// What the file says of the net.
    pub about: About,
}

/// What goes into a net.
#[derive(Clone, Debug)]
pub enum Entry {
    /// Samples within limits, all of one step.
    Samples {
        /// What one unit is worth.
        step: f64,
        /// The least.
        low: i16,
        /// The largest.
        high: i16,
    },
    /// Levels from 0 to 255, looked up in a table for each channel.
    Levels {
        /// What one unit of the table's entries is worth.
        step: f64,
        /// The table of each channel, in real numbers.
        tables: Vec<Vec<f64>>,
    },
}

/// A value whose step is given.
#[derive(Clone, Copy, Debug)]
pub struct Fixed {
    /// The value.
    pub value: Value,
    /// What one unit is worth.
    pub step: f64,
    /// The least sample.
    pub low: i16,
    /// The largest.
    pub high: i16,
}

/// A value in fixed point.
#[derive(Clone, Debug)]
struct Placed {
    /// Its number in the net.
    id: ValueId,
    /// Its channels.
    channels: Vec<Channel>,
}

/// What follows a convolution or a sum in the same layer.
#[derive(Clone, Copy, Debug)]
enum Activation<'a> {
    /// Nothing.
    None,
    /// Nothing below 0.
    Relu,
    /// A slope a channel below 0.
    Prelu(&'a [f32]),
}

/// Makes the net.
///
/// # Errors
///
/// [`Error::Inconsistent`] for a graph that does not fit together, [`Error::Unfit`] where fixed point cannot hold what it computes,
/// [`Error::Net`] if the net is refused.
pub fn convert(graph: &Graph, recipe: Recipe<'_>) -> Result<Net, Error> {
    let channels = graph.channels()?;
    let mut converter = Converter { graph, recipe, channels, layers: Vec::new(), placed: Vec::new() };
    converter.placed.resize(graph.nodes.len() + 1, None);
    let input = converter.entry()?;
    let followers = followers(graph);
    for (index, follower) in followers.iter().enumerate() {
        match follower {
            Follower::Done => {}
            Follower::Node(value) => converter.node(index, *value)?,
        }
    }
    let outputs = graph.outputs.iter().map(|&output| Ok(converter.placed(output)?.id));
    let outputs = outputs.collect::<Result<Vec<_>, Error>>()?;
    Ok(Net::new(converter.recipe.about, vec![input], converter.layers, outputs)?)
}

/// Whether a node has a layer.
#[derive(Clone, Copy, Debug)]
enum Follower {
    /// It belongs to the layer of the node before.
    Done,
    /// It has one, which makes this value: its own, or that of the activation that belongs to it.
    Node(Value),
}

/// Tells which activations belong to the layers before them.
fn followers(graph: &Graph) -> Vec<Follower> {
    let mut readers = vec![0_u32; graph.nodes.len() + 1];
    graph.nodes.iter().flat_map(|node| &node.inputs).chain(&graph.outputs).for_each(|&value| readers[value] += 1);
    let mut followers: Vec<_> = (0..graph.nodes.len()).map(|index| Follower::Node(index + 1)).collect();
    for (index, node) in graph.nodes.iter().enumerate() {
        let Some(&input @ 1..) = node.inputs.first() else { continue };
        let can_take = match node.op {
            Op::Relu => matches!(graph.nodes[input - 1].op, Op::Conv(_) | Op::Add(_)),
            Op::Prelu(_) => matches!(graph.nodes[input - 1].op, Op::Conv(_)),
            _ => false,
        };
        if can_take && readers[input] == 1 {
            followers[input - 1] = Follower::Node(index + 1);
            followers[index] = Follower::Done;
        }
    }
    followers
}

/// Returns the values that are made by sums, once activations have joined them.
#[must_use]
pub fn summed(graph: &Graph) -> Vec<Value> {
    let nodes = graph.nodes.iter().zip(followers(graph));
    let value = |(node, follower): (&graph::Node, Follower)| match (&node.op, follower) {
        (Op::Conv(_) | Op::Add(_), Follower::Node(value)) => Some(value),
        _ => None,
    };
    nodes.filter_map(value).collect()
}

/// Tells whether a convolution should run by tiles.
fn is_by_tiles(conv: &Conv) -> bool {
    let is_small = conv.kernel == [3; 2] && conv.stride == 1 && conv.dilation == 1;
    is_small && !conv.is_depthwise && winograd::pays(conv.inputs, conv.outputs)
}

/// The state of converting.
#[derive(Debug)]
struct Converter<'a> {
    /// The graph.
    graph: &'a Graph,
    /// What else is known.
    recipe: Recipe<'a>,
    /// The channels of each value of the graph.
    channels: Vec<usize>,
    /// The layers so far.
    layers: Vec<Layer>,
    /// Each value of the graph, once it is made.
    placed: Vec<Option<Placed>>,
}

impl<'a> Converter<'a> {
    /// Places the input, and its tables if it has any.
    fn entry(&mut self) -> Result<Input, Error> {
        let channels = self.graph.input_channels;
        match self.recipe.input.clone() {
            Entry::Samples { step, low, high } => {
                let channel = Channel { step, limits: [low, high], mean: 0.0 };
                self.placed[0] = Some(Placed { id: ValueId(0), channels: vec![channel; channels] });
                Ok(Input { channels, low, high })
            }
            Entry::Levels { step, tables } => {
                let round =
                    |table: &Vec<f64>| table.iter().map(|value| sample(value / step)).collect::<Result<Vec<_>, _>>();
                let entries = tables.iter().map(round).collect::<Result<Vec<_>, _>>()?;
                let made = entries.iter().map(|entries| {
                    let limits =
                        [entries.iter().copied().min().unwrap_or(0), entries.iter().copied().max().unwrap_or(0)];
                    Channel { step, limits, mean: 0.0 }
                });
                let made = made.collect();
                let id = self.layer(Operation::Table(Table { low: 0, entries }), vec![ValueId(0)]);
                self.placed[0] = Some(Placed { id, channels: made });
                Ok(Input { channels, low: 0, high: 255 })
            }
        }
    }

    /// Appends a layer.
    fn layer(&mut self, operation: Operation, inputs: Vec<ValueId>) -> ValueId {
        self.layers.push(Layer { operation, inputs });
        // After the one input.
        ValueId(self.layers.len())
    }

    /// Returns a value that was made.
    fn placed(&self, value: Value) -> Result<&Placed, Error> {
        self.placed.get(value).and_then(Option::as_ref).ok_or(Error::Inconsistent { node: value })
    }

    /// Makes the layer of a node, and of the activation that belongs to it.
    fn node(&mut self, index: usize, made: Value) -> Result<(), Error> {
        let node = &self.graph.nodes[index];
        let activation = match &self.graph.nodes[made - 1].op {
            _ if made == index + 1 => Activation::None,
            Op::Prelu(slopes) => Activation::Prelu(slopes),
            _ => Activation::Relu,
        };
        let inputs = node.inputs.iter().map(|&input| self.placed(input).cloned()).collect::<Result<Vec<_>, _>>()?;
        let first = inputs.first().ok_or(Error::Inconsistent { node: index })?;
        let unfit = |what| Error::Unfit { node: index, what };
        let (operation, channels) = match &node.op {
            Op::Conv(conv) => {
                let out = self.steps(made, matches!(activation, Activation::Relu)).ok_or(unfit("has no range"))?;
                let convolution = self.convolution(conv, first, &out, activation).map_err(unfit)?;
                (Operation::Convolution(convolution), out)
            }
            Op::Add(times) => {
                let out = self.steps(made, matches!(activation, Activation::Relu)).ok_or(unfit("has no range"))?;
                let second = inputs.get(1).ok_or(Error::Inconsistent { node: index })?;
                let terms = first
                    .channels
                    .iter()
                    .zip(&second.channels)
                    .zip(&out)
                    .map(|((a, b), out)| terms([a, b], *times, out));
                let terms = terms.collect::<Option<Vec<_>>>().ok_or(unfit("adds what is too different"))?;
                (Operation::Add(Add { terms }), out)
            }
            Op::MaxPool => {
                let window = Window { taps: [2; 2], stride: [2; 2], dilation: [1; 2], padding: Padding::Same };
                (Operation::MaxPool(window), first.channels.clone())
            }
            Op::PadChannels(more) => {
                let mut channels = first.channels.clone();
                channels.resize(channels.len() + more, Channel { step: 1.0, limits: [0; 2], mean: 0.0 });
                (Operation::PadChannels { channels: channels.len() }, channels)
            }
            Op::Bilinear(factor) => {
                let operation = Operation::Bilinear { factor: *factor, positions: Positions::HalfPixel };
                (operation, first.channels.clone())
            }
            Op::Nearest(factor) => (Operation::Nearest { factor: *factor }, first.channels.clone()),
            Op::Concat => (Operation::Concat, inputs.iter().flat_map(|input| input.channels.iter().copied()).collect()),
            Op::PixelShuffle(factor) => {
                let groups = first.channels.chunks_exact(factor * factor);
                if groups.clone().any(|group| group.iter().any(|channel| channel.step != group[0].step)) {
                    return Err(unfit("mixes channels of several steps"));
                }
                let channels = groups.map(|group| group[0]).collect();
                (Operation::PixelShuffle { factor: *factor }, channels)
            }
            Op::Sigmoid => {
                let [input] = first.channels[..] else { return Err(unfit("is a sigmoid of several channels")) };
                let entries = (input.limits[0]..=input.limits[1]).map(|entry| {
                    let value = 1.0 / (1.0 + libm::exp(-f64::from(entry) * input.step));
                    sample(value * f64::from(SIGMOID_ONE))
                });
                let entries = vec![entries.collect::<Result<Vec<_>, _>>()?];
                let channel = Channel { step: 1.0 / f64::from(SIGMOID_ONE), limits: [0, SIGMOID_ONE], mean: 0.0 };
                (Operation::Table(Table { low: input.limits[0], entries }), vec![channel])
            }
            Op::Relu | Op::Prelu(_) => return Err(unfit("is an activation of what others read too")),
        };
        let id = self.layer(operation, inputs.iter().map(|input| input.id).collect());
        self.placed[made] = Some(Placed { id, channels });
        Ok(())
    }

    /// Chooses the steps of a value.
    fn steps(&self, value: Value, is_positive: bool) -> Option<Vec<Channel>> {
        if let Some(fixed) = self.recipe.fixed.iter().find(|fixed| fixed.value == value) {
            let channel = Channel { step: fixed.step, limits: [fixed.low, fixed.high], mean: 0.0 };
            return Some(vec![channel; self.channels[value]]);
        }
        let reaches = self.recipe.ranges.of(value).filter(|reaches| reaches.len() == self.channels[value])?;
        let largest = reaches.iter().fold(0.0, |largest: f64, reach| largest.max(reach.most));
        let most = self.recipe.most;
        let channel = |reach: &super::ranges::Reach| {
            let reached = reach.most.max(largest * 1e-3).max(1e-9);
            let step = (reached * largest.max(1e-9)).sqrt() * self.recipe.margin / f64::from(most);
            // What is far beyond what was seen tells nothing, and would make sums large.
            let high = sample((reached * self.recipe.margin * 2.0 / step).ceil().min(f64::from(most))).ok()?;
            Some(Channel { step, limits: [if is_positive { 0 } else { -high }, high], mean: reach.mean })
        };
        reaches.iter().map(channel).collect()
    }

    /// Makes a convolution.
    fn convolution(
        &self,
        conv: &Conv,
        input: &Placed,
        out: &[Channel],
        activation: Activation<'_>,
    ) -> Result<Convolution, &'static str> {
        let taps = conv.kernel[0] * conv.kernel[1];
        let demands = Demands { corrects_bias: self.recipe.corrects_bias, by_tiles: is_by_tiles(conv) };
        let (mut weights, mut biases, mut requantize) = (Vec::new(), Vec::new(), Vec::new());
        for (index, out) in out.iter().enumerate() {
            let inputs = if conv.is_depthwise { &input.channels[index..=index] } else { &input.channels[..] };
            let stored = &conv.weights[index * conv.inputs * taps..][..conv.inputs * taps];
            // By row, column, channel, in units of the inputs' steps.
            let mut folded = Vec::new();
            for tap in 0..taps {
                let channels = inputs.iter().enumerate();
                folded.extend(channels.map(|(at, channel)| f64::from(stored[at * taps + tap]) * channel.step));
            }
            let (rounded, bias, step) = weights_of(&folded, inputs, f64::from(conv.bias[index]), out.step, demands)?;
            weights.extend(rounded);
            biases.push(bias);
            let slope = match activation {
                Activation::Prelu(slopes) => f64::from(slopes[index]),
                Activation::None | Activation::Relu => 1.0,
            };
            requantize.push(multipliers(step / out.step, slope, out.limits).ok_or("has sums of too small a step")?);
        }
        let padding = match conv.padding {
            graph::Padding::Even(pad) => Padding::Explicit([[pad; 2]; 2]),
            graph::Padding::Same => Padding::Same,
        };
        let window = Window { taps: conv.kernel, stride: [conv.stride; 2], dilation: [conv.dilation; 2], padding };
        Ok(Convolution {
            window,
            in_channels: input.channels.len(),
            out_channels: conv.outputs,
            is_depthwise: conv.is_depthwise,
            weights,
            biases,
            requantize,
        })
    }
}
