//! A net as packages ship it: real numbers, one operation a node, before anything is rounded.
//!
//! The three importers fill the same structure; the float executor, the calibration and the converter read it. Values are planes: channel,
//! then row, then column.

use super::Error;

/// A net in real numbers.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// Channels of the picture that goes in.
    pub input_channels: usize,
    /// The nodes. Each takes the input or nodes before it.
    pub nodes: Vec<Node>,
    /// The values that come out.
    pub outputs: Vec<Value>,
}

/// A value of a graph: 0 is the input, and n + 1 what node n makes.
pub type Value = usize;

/// An operation and what it takes.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it does.
    pub op: Op,
    /// The values that it takes.
    pub inputs: Vec<Value>,
}

/// An operation.
#[derive(Clone, Debug)]
pub enum Op {
    /// A convolution.
    Conv(Conv),
    /// Numbers below 0 become 0.
    Relu,
    /// Numbers below 0 are multiplied by the slope of their channel.
    Prelu(Vec<f32>),
    /// The largest of two by two; a row or column left over is taken by itself.
    MaxPool,
    /// The sum of two values, each times a number.
    Add([f32; 2]),
    /// Appends this many channels of zeros.
    PadChannels(usize),
    /// Enlarges each side this many times, linearly between the middles of pixels; edges are repeated.
    Bilinear(usize),
    /// Repeats each pixel this many times along both axes.
    Nearest(usize),
    /// Appends the channels of all values.
    Concat,
    /// Spreads groups of this many squared channels over a square of pixels.
    PixelShuffle(usize),
    /// 1 / (1 + e⁻ˣ).
    Sigmoid,
}

/// A convolution, over all channels or each by itself.
#[derive(Clone, Debug)]
pub struct Conv {
    /// Channels that come out.
    pub outputs: usize,
    /// Channels that each of them sums: all, or 1 if each channel goes by itself.
    pub inputs: usize,
    /// Rows and columns of the filter.
    pub kernel: [usize; 2],
    /// Weights: channel out, channel in, row, column.
    pub weights: Vec<f32>,
    /// A number to be added, for each channel.
    pub bias: Vec<f32>,
    /// Pixels from one window to the next.
    pub stride: usize,
    /// Pixels from one tap to the next.
    pub dilation: usize,
    /// Whether each channel goes by itself.
    pub is_depthwise: bool,
    /// How much zero lies around the picture.
    pub padding: Padding,
}

/// How much zero lies around a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// This many pixels on every side.
    Even(usize),
    /// As much as makes the result `ceil(side / stride)`; of an odd number, the larger half is at the end.
    Same,
}

impl Padding {
    /// Returns the zeros before the first pixel, and the length that comes out.
    #[must_use]
    pub fn along(self, len: usize, kernel: usize, stride: usize, dilation: usize) -> (usize, usize) {
        let reach = (kernel - 1) * dilation + 1;
        match self {
            Self::Even(pad) => (pad, (len + 2 * pad).saturating_sub(reach) / stride + 1),
            Self::Same => {
                let out = len.div_ceil(stride);
                (((out - 1) * stride + reach).saturating_sub(len) / 2, out)
            }
        }
    }
}

impl Op {
    /// The plain sum of two values.
    pub const PLAIN_ADD: Self = Self::Add([1.0; 2]);
}

impl Graph {
    /// Appends a node and returns its value.
    pub fn push(&mut self, op: Op, inputs: Vec<Value>) -> Value {
        self.nodes.push(Node { op, inputs });
        self.nodes.len()
    }

    /// Returns the channels of every value, the input's first.
    ///
    /// # Errors
    ///
    /// [`Error::Inconsistent`] if a node takes a value that is not there, or other channels than its weights are for.
    pub fn channels(&self) -> Result<Vec<usize>, Error> {
        let mut channels = vec![self.input_channels];
        for (index, node) in self.nodes.iter().enumerate() {
            let made = node.channels(&channels).ok_or(Error::Inconsistent { node: index })?;
            channels.push(made);
        }
        match self.outputs.iter().find(|&&output| output >= channels.len()) {
            Some(&node) => Err(Error::Inconsistent { node }),
            None => Ok(channels),
        }
    }
}

impl Node {
    /// Returns the channels that come out, if those that go in fit.
    fn channels(&self, known: &[usize]) -> Option<usize> {
        let inputs = self.inputs.iter().map(|&input| known.get(input).copied()).collect::<Option<Vec<_>>>()?;
        let first = *inputs.first()?;
        let (takes, made) = match &self.op {
            Op::Conv(conv) => {
                let [rows, columns] = conv.kernel;
                let weights = conv.outputs.checked_mul(conv.inputs)?.checked_mul(rows)?.checked_mul(columns)?;
                let wanted = if conv.is_depthwise { conv.outputs } else { conv.inputs };
                let fits = weights == conv.weights.len()
                    && weights > 0
                    && conv.bias.len() == conv.outputs
                    && (1..=16).contains(&conv.stride)
                    && (1..=64).contains(&conv.dilation)
                    && (!conv.is_depthwise || conv.inputs == 1)
                    && wanted == first;
                return (fits && inputs.len() == 1).then_some(conv.outputs);
            }
            Op::Prelu(slopes) if slopes.len() != first => return None,
            Op::Prelu(_) | Op::Relu | Op::MaxPool | Op::Bilinear(1..=64) | Op::Nearest(1..=64) | Op::Sigmoid => {
                (1, first)
            }
            Op::Bilinear(_) | Op::Nearest(_) => return None,
            Op::Add(_) if inputs.get(1) != Some(&first) => return None,
            Op::Add(_) => (2, first),
            Op::PadChannels(more) => (1, first.checked_add(*more)?),
            Op::Concat => return Some(inputs.iter().sum()),
            Op::PixelShuffle(side @ 1..=16) if first.is_multiple_of(side * side) => (1, first / (side * side)),
            Op::PixelShuffle(_) => return None,
        };
        (inputs.len() == takes).then_some(made)
    }
}

impl Graph {
    /// Leaves out nodes that no output needs.
    #[must_use]
    pub fn without_idle_nodes(self) -> Self {
        let mut is_needed = vec![false; self.nodes.len() + 1];
        for &output in &self.outputs {
            is_needed[output] = true;
        }
        for (index, node) in self.nodes.iter().enumerate().rev() {
            if is_needed[index + 1] {
                for &input in &node.inputs {
                    is_needed[input] = true;
                }
            }
        }
        let mut kept = Self { input_channels: self.input_channels, ..Self::default() };
        let mut renamed = vec![0];
        for (index, node) in self.nodes.into_iter().enumerate() {
            let inputs = node.inputs.iter().map(|&input| renamed[input]).collect();
            renamed.push(if is_needed[index + 1] { kept.push(node.op, inputs) } else { 0 });
        }
        kept.outputs = self.outputs.iter().map(|&output| renamed[output]).collect();
        kept
    }
}
