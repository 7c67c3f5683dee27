//! Runs a graph in real numbers: slowly and plainly, to measure what values reach, and to compare with what fixed point makes of it.

use super::Error;
use super::graph::{Conv, Graph, Node, Op};

/// A value: planes, one after the other, each row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Planes {
    /// Channels.
    pub channels: usize,
    /// Rows of each.
    pub rows: usize,
    /// Columns of each.
    pub columns: usize,
    /// The numbers.
    pub data: Vec<f32>,
}

impl Planes {
    /// Returns planes of zeros.
    #[must_use]
    pub fn zeros(channels: usize, rows: usize, columns: usize) -> Self {
        Self { channels, rows, columns, data: vec![0.0; channels * rows * columns] }
    }

    /// Returns a channel.
    #[must_use]
    pub fn plane(&self, channel: usize) -> &[f32] {
        let len = self.rows * self.columns;
        &self.data[channel * len..][..len]
    }

    /// Returns a channel to change.
    fn plane_mut(&mut self, channel: usize) -> &mut [f32] {
        let len = self.rows * self.columns;
        &mut self.data[channel * len..][..len]
    }

    /// Makes other numbers of all, each with its channel.
    fn map(&self, change: impl Fn(usize, f32) -> f32) -> Self {
        let len = (self.rows * self.columns).max(1);
        let data = self.data.iter().enumerate().map(|(at, &value)| change(at / len, value)).collect();
        Self { data, ..*self }
    }
}

/// Runs a graph; `see` is shown every value, the input first, with its number.
///
/// # Errors
///
/// [`Error::Inconsistent`] if values do not fit together.
pub fn run(graph: &Graph, input: Planes, mut see: impl FnMut(usize, &Planes)) -> Result<Vec<Planes>, Error> {
    let channels = graph.channels()?;
    if input.channels != channels[0] {
        return Err(Error::Inconsistent { node: 0 });
    }
    // Where each value is taken last.
    let mut last = vec![0; channels.len()];
    for (index, node) in graph.nodes.iter().enumerate() {
        for &value in &node.inputs {
            last[value] = index;
        }
    }
    for &output in &graph.outputs {
        last[output] = usize::MAX;
    }
    see(0, &input);
    let mut values = vec![Some(input)];
    for (index, node) in graph.nodes.iter().enumerate() {
        let made = run_node(node, &values).ok_or(Error::Inconsistent { node: index })?;
        see(index + 1, &made);
        values.push(Some(made));
        for &value in &node.inputs {
            if last[value] <= index {
                values[value] = None;
            }
        }
    }
    let output = |&output: &usize| values[output].clone().ok_or(Error::Inconsistent { node: output });
    graph.outputs.iter().map(output).collect()
}

/// Runs a node.
fn run_node(node: &Node, values: &[Option<Planes>]) -> Option<Planes> {
    let inputs = node.inputs.iter().map(|&value| values[value].as_ref()).collect::<Option<Vec<_>>>()?;
    let first = *inputs.first()?;
    Some(match &node.op {
        Op::Conv(conv) => convolve(conv, first),
        Op::Relu => first.map(|_, value| value.max(0.0)),
        Op::Prelu(slopes) => first.map(|channel, value| if value < 0.0 { value * slopes[channel] } else { value }),
        Op::Sigmoid => first.map(|_, value| 1.0 / (1.0 + (-value).exp())),
        Op::MaxPool => max_pool(first),
        Op::Add([a_times, b_times]) => {
            let second = *inputs.get(1)?;
            if (first.rows, first.columns) != (second.rows, second.columns) {
                return None;
            }
            let data = first.data.iter().zip(&second.data).map(|(a, b)| a * a_times + b * b_times).collect();
            Planes { data, ..*first }
        }
        Op::PadChannels(more) => {
            let mut planes = first.clone();
            planes.channels += more;
            planes.data.resize(planes.channels * planes.rows * planes.columns, 0.0);
            planes
        }
        Op::Concat => {
            if inputs.iter().any(|input| (input.rows, input.columns) != (first.rows, first.columns)) {
                return None;
            }
            let data: Vec<_> = inputs.iter().flat_map(|input| &input.data).copied().collect();
            Planes { channels: inputs.iter().map(|input| input.channels).sum(), data, ..*first }
        }
        Op::Nearest(scale) => spread(first, *scale, first.channels, |channel, y, x| {
            first.plane(channel)[y / scale * first.columns + x / scale]
        }),
        Op::PixelShuffle(side) => spread(first, *side, first.channels / (side * side), |channel, y, x| {
            let from = channel * side * side + y % side * side + x % side;
            first.plane(from)[y / side * first.columns + x / side]
        }),
        Op::Bilinear(scale) => {
            let (rows, columns) = (taps(first.rows, *scale), taps(first.columns, *scale));
            spread(first, *scale, first.channels, |channel, y, x| {
                let ([top, bottom], down) = rows[y];
                let ([left, right], along) = columns[x];
                let plane = first.plane(channel);
                let row = |y: usize| {
                    let [a, b] = [plane[y * first.columns + left], plane[y * first.columns + right]];
                    a + (b - a) * along
                };
                let [a, b] = [row(top), row(bottom)];
                a + (b - a) * down
            })
        }
    })
}

/// Makes planes that are larger.
fn spread(from: &Planes, scale: usize, channels: usize, value: impl Fn(usize, usize, usize) -> f32) -> Planes {
    let (rows, columns) = (from.rows * scale, from.columns * scale);
    let mut data = Vec::new();
    for channel in 0..channels {
        for y in 0..rows {
            data.extend((0..columns).map(|x| value(channel, y, x)));
        }
    }
    Planes { channels, rows, columns, data }
}

/// Returns the two pixels between which each pixel of an enlarged axis lies, and how far it is from the first to the second.
fn taps(len: usize, scale: usize) -> Vec<([usize; 2], f32)> {
    let taps = (0..len * scale).map(|at| {
        // In half pixels of the enlarged axis, from the middle of the first pixel.
        let halves = (2 * at + 1).saturating_sub(scale);
        let (whole, rest) = (halves / (2 * scale), halves % (2 * scale));
        #[expect(clippy::cast_precision_loss, reason = "factors are small")]
        let share = rest as f32 / (2 * scale) as f32;
        ([whole.min(len - 1), (whole + 1).min(len - 1)], share)
    });
    taps.collect()
}

/// Takes the largest of two by two.
fn max_pool(from: &Planes) -> Planes {
    let mut to = Planes::zeros(from.channels, from.rows.div_ceil(2), from.columns.div_ceil(2));
    let (rows, columns) = (to.rows, to.columns);
    for channel in 0..from.channels {
        let plane = from.plane(channel);
        for y in 0..rows {
            for x in 0..columns {
                let near = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(down, along)| {
                    let (y, x) = ((2 * y + down).min(from.rows - 1), (2 * x + along).min(from.columns - 1));
                    plane[y * from.columns + x]
                });
                to.plane_mut(channel)[y * columns + x] = near.into_iter().fold(f32::NEG_INFINITY, f32::max);
            }
        }
    }
    to
}

/// Convolves. Rows are summed as a whole, so that the compiler can use vectors.
fn convolve(conv: &Conv, from: &Planes) -> Planes {
    let along = |len, side: usize| conv.padding.along(len, conv.kernel[side], conv.stride, conv.dilation);
    let ((above, rows), (before, columns)) = (along(from.rows, 0), along(from.columns, 1));
    let mut to = Planes::zeros(conv.outputs, rows, columns);
    let taps = conv.kernel[0] * conv.kernel[1];
    for (out, plane) in to.data.chunks_exact_mut((rows * columns).max(1)).enumerate() {
        plane.fill(conv.bias[out]);
        for channel in 0..conv.inputs {
            let source = from.plane(if conv.is_depthwise { out } else { channel });
            let weights = &conv.weights[(out * conv.inputs + channel) * taps..][..taps];
            for (tap, &weight) in weights.iter().enumerate() {
                let (down, right) = (tap / conv.kernel[1] * conv.dilation, tap % conv.kernel[1] * conv.dilation);
                // The first and one past the last position whose tap lies inside.
                let inside = |shift: usize, pad: usize, len: usize, count: usize| {
                    let first = pad.saturating_sub(shift).div_ceil(conv.stride);
                    let end = (len + pad).saturating_sub(shift).div_ceil(conv.stride);
                    (first, end.min(count))
                };
                let (first, end) = inside(right, before, from.columns, columns);
                let (top, bottom) = inside(down, above, from.rows, rows);
                if first >= end {
                    continue;
                }
                for y in top..bottom {
                    let row = &source[(y * conv.stride + down - above) * from.columns..][..from.columns];
                    let row = &row[first * conv.stride + right - before..];
                    let sums = &mut plane[y * columns + first..y * columns + end];
                    if conv.stride == 1 {
                        sums.iter_mut().zip(row).for_each(|(sum, &value)| *sum += weight * value);
                    } else {
                        let row = row.iter().step_by(conv.stride);
                        sums.iter_mut().zip(row).for_each(|(sum, &value)| *sum += weight * value);
                    }
                }
            }
        }
    }
    to
}
