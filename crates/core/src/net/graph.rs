//! A whole net, and what follows from its layers alone: how large each value is, which part of it another part needs, and how much
//! arithmetic all of it is.

use std::ops::Range;

use super::{Convolution, Input, Layer, Operation, Padding, Place, ValueId, Window};
use crate::Size;
use crate::plan::NetArithmetic;

/// A net: what goes in, what is made of it, and what comes out. Whoever makes one has checked it, as `palmette_models::net::Net` does.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    /// What goes in.
    pub inputs: Vec<Input>,
    /// The layers, in the order in which they run.
    pub layers: Vec<Layer>,
    /// The values that come out.
    pub outputs: Vec<ValueId>,
}

impl Graph {
    /// Returns the number of values.
    #[must_use]
    pub const fn values(&self) -> usize {
        self.inputs.len() + self.layers.len()
    }

    /// Returns the layer that makes a value; absent for an input.
    #[must_use]
    pub fn maker(&self, value: usize) -> Option<&Layer> {
        value.checked_sub(self.inputs.len()).map(|layer| &self.layers[layer])
    }

    /// Returns the number of channels of each value.
    #[must_use]
    pub fn channels(&self) -> Vec<usize> {
        let mut channels: Vec<usize> = self.inputs.iter().map(|input| input.channels).collect();
        for layer in &self.layers {
            let of_inputs: Vec<usize> = layer.inputs.iter().map(|input| channels[input.0]).collect();
            channels.push(layer.operation.channels(&of_inputs));
        }
        channels
    }

    /// Returns the size of each value, for inputs of these sizes; nothing if nothing would be left of a value, if one had more pixels
    /// than can be counted, or if there is not one size for each input.
    #[must_use]
    pub fn sizes(&self, inputs: &[Size]) -> Option<Vec<Size>> {
        let mut sizes = (inputs.len() == self.inputs.len()).then(|| inputs.to_vec())?;
        for layer in &self.layers {
            let first = sizes[layer.inputs[0].0];
            let side = |axis: usize, px: u32| u32::try_from(layer.operation.side(axis, px as usize)?).ok();
            sizes.push(Size::new(side(1, first.width)?, side(0, first.height)?));
        }
        Some(sizes)
    }

    /// Returns the pixels of each value, along axis 0 (down) or 1 (across), that so many of the first output are made of. `lens` are the
    /// pixels of all values along that axis. A value that is not needed has none.
    #[must_use]
    pub fn spans(&self, axis: usize, lens: &[usize], made: Range<usize>) -> Vec<Range<usize>> {
        let mut spans = vec![0..0; lens.len()];
        if let Some(output) = self.outputs.first() {
            spans[output.0] = made;
        }
        for value in (0..spans.len()).rev() {
            let Some(layer) = self.maker(value).filter(|_| !spans[value].is_empty()) else { continue };
            for input in &layer.inputs {
                let read = layer.operation.reads(axis, spans[value].clone(), lens[input.0]);
                let known = &mut spans[input.0];
                *known =
                    if Range::is_empty(known) { read } else { known.start.min(read.start)..known.end.max(read.end) };
            }
        }
        spans
    }

    /// Counts the arithmetic of values of these sizes.
    #[must_use]
    pub fn arithmetic(&self, sizes: &[Size]) -> NetArithmetic {
        let mut sum = NetArithmetic::default();
        let channels = self.channels();
        for (value, size) in sizes.iter().enumerate().skip(self.inputs.len()) {
            let Some(layer) = self.maker(value) else { continue };
            match &layer.operation {
                Operation::Convolution(Convolution { weights, is_depthwise: false, .. }) => {
                    sum.convolved = sum.convolved.saturating_add(size.area().saturating_mul(weights.len() as u64));
                }
                Operation::Convolution(Convolution { weights, .. }) => {
                    sum.depthwise = sum.depthwise.saturating_add(size.area().saturating_mul(weights.len() as u64));
                }
                _ => sum.layered = sum.layered.saturating_add(size.area().saturating_mul(channels[value] as u64)),
            }
        }
        sum
    }
}

impl Operation {
    /// Returns the number of channels that it makes of inputs with so many.
    #[must_use]
    pub fn channels(&self, inputs: &[usize]) -> usize {
        let first = inputs.first().copied().unwrap_or(0);
        match self {
            Self::Convolution(convolution) => convolution.out_channels,
            Self::Concat => inputs.iter().sum(),
            Self::PadChannels { channels } => *channels,
            Self::PixelShuffle { factor } => first / (factor * factor),
            Self::Add(_)
            | Self::MaxPool(_)
            | Self::GlobalAverage
            | Self::Nearest { .. }
            | Self::Bilinear { .. }
            | Self::Table(_) => first,
        }
    }

    /// Returns how many pixels it makes along axis 0 (down) or 1 (across) of so many; nothing if none would be left, or too many.
    #[must_use]
    pub fn side(&self, axis: usize, px: usize) -> Option<usize> {
        match self {
            Self::Convolution(convolution) => convolution.window.positions(axis, px),
            Self::MaxPool(window) => window.positions(axis, px),
            Self::GlobalAverage => Some(1),
            Self::Nearest { factor } | Self::Bilinear { factor, .. } | Self::PixelShuffle { factor } => {
                px.checked_mul(*factor)
            }
            Self::Add(_) | Self::Concat | Self::PadChannels { .. } | Self::Table(_) => Some(px),
        }
    }

    /// Returns the pixels of an input, which has `len` along an axis, that some of the result are made of.
    #[must_use]
    pub fn reads(&self, axis: usize, made: Range<usize>, len: usize) -> Range<usize> {
        let under = |window: &Window| {
            let before = window.before(axis, len);
            let start = (made.start * window.stride[axis]).saturating_sub(before).min(len);
            let end = ((made.end - 1) * window.stride[axis] + window.extent(axis)).saturating_sub(before);
            start..end.clamp(start, len)
        };
        match self {
            Self::Convolution(convolution) => under(&convolution.window),
            Self::MaxPool(window) => under(window),
            Self::GlobalAverage => 0..len,
            Self::Nearest { factor } | Self::PixelShuffle { factor } => made.start / factor..made.end.div_ceil(*factor),
            Self::Bilinear { factor, positions } => {
                let place = |index| Place::new(*positions, *factor, len, index).pixels;
                place(made.start)[0]..place(made.end - 1)[1] + 1
            }
            Self::Add(_) | Self::Concat | Self::PadChannels { .. } | Self::Table(_) => made,
        }
    }
}

impl Window {
    /// Returns how many positions it has on an axis of so many pixels; nothing if there is none.
    #[must_use]
    pub fn positions(&self, axis: usize, px: usize) -> Option<usize> {
        let count = match self.padding {
            Padding::Same => px.div_ceil(self.stride[axis]),
            Padding::Explicit(pads) => (px + pads[axis][0] + pads[axis][1])
                .checked_sub(self.extent(axis))
                .map_or(0, |room| room / self.stride[axis] + 1),
        };
        (count > 0).then_some(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A window that halves, then one of three taps, then twice the pixels: as a small net that looks at surroundings.
    fn graph() -> Graph {
        let window = Window { stride: [2; 2], ..Window::square(2) };
        let layer = |operation, input| Layer { operation, inputs: vec![ValueId(input)] };
        Graph {
            inputs: vec![Input { channels: 3, low: 0, high: 255 }],
            layers: vec![
                layer(Operation::MaxPool(window), 0),
                layer(Operation::MaxPool(Window::square(3)), 1),
                layer(Operation::Nearest { factor: 2 }, 2),
            ],
            outputs: vec![ValueId(3)],
        }
    }

    #[test]
    fn graph_sizes_follow_from_its_inputs() {
        let size = Size::new;
        let sizes = graph().sizes(&[size(10, 7)]).unwrap();
        assert_eq!(sizes, [size(10, 7), size(5, 4), size(5, 4), size(10, 8)]);
        assert_eq!(graph().channels(), [3; 4]);
        assert_eq!(graph().sizes(&[]), None);
        assert_eq!(
            graph().sizes(&[size(u32::MAX, 1)]).map(|sizes| sizes[3].width),
            None,
            "one more than can be counted"
        );
    }

    #[test]
    fn graph_spans_are_what_is_read_and_inside() {
        let spans = |made| graph().spans(1, &[10, 5, 5, 10], made);
        assert_eq!(spans(4..6), [2..8, 1..4, 2..3, 4..6]);
        assert_eq!(spans(0..1), [0..4, 0..2, 0..1, 0..1]);
        assert_eq!(spans(0..10), [0..10, 0..5, 0..5, 0..10]);
    }

    #[test]
    fn graph_arithmetic_is_by_kind() {
        let sizes = graph().sizes(&[Size::new(10, 8)]).unwrap();
        let NetArithmetic { convolved, depthwise, layered } = graph().arithmetic(&sizes);
        assert_eq!((convolved, depthwise, layered), (0, 0, 3 * (20 + 20 + 80)));
    }
}
