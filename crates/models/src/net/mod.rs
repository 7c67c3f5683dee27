//! A net: layers in fixed point, and what is known of them before they meet a picture.
//!
//! # Values
//!
//! A value is a stack of channels, each a picture of 16-bit signed samples. Every value has a number ([`ValueId`]): the inputs first,
//! then one for each layer, in the order of the list; a layer reads only what comes before it. A channel keeps within limits
//! ([`Range`]) that are known beforehand, from the clamp of the layer that makes it.
//!
//! What a sample means, the scale of a channel, is known to the converter and to the reader of the outputs: it is folded into
//! the weights and multipliers of the layers.
//!
//! # Sums
//!
//! [`Net::new`] adds up, for each output channel, the largest and the least products that the weights allow, and refuses a net
//! that could leave 32 bits ([`Error::SumTooLarge`]). Any order of addition, and any part of a sum, then stays inside, so a
//! kernel may add as it likes. Padding is 0 and so never makes a sum larger.

mod bounds;
mod shapes;

use std::sync::Arc;

use palmette_core::Size;
use palmette_core::net::{
    Add, AddTerms, Convolution, Graph, Input, Layer, Operation, Padding, Requantize, Table, ValueId, Window,
};
use palmette_core::plan::NetArithmetic;

pub use bounds::Range;

use crate::Error;

/// What the file of a net says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Its name, as explanations show it.
    pub name: String,
    /// The version of what it was converted from.
    pub version: String,
    /// The licence of the weights, in full, with the notice that it asks for.
    pub license: String,
    /// The SHA-256 of each file that it was converted from.
    pub sources: Vec<[u8; 32]>,
    /// Numbers that are needed to prepare inputs and to read outputs, by name.
    pub numbers: Vec<(String, Vec<i32>)>,
}

impl About {
    /// Returns the numbers of that name.
    #[must_use]
    pub fn numbers(&self, name: &str) -> Option<&[i32]> {
        self.numbers.iter().find(|(known, _)| known == name).map(|(_, numbers)| &numbers[..])
    }
}

/// A net that has been checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Net {
    about: About,
    graph: Arc<Graph>,
    /// The limits of each channel of each value.
    ranges: Vec<Vec<Range>>,
}

impl Net {
    /// Values have at most so many channels.
    pub const MAX_CHANNELS: usize = 4096;
    /// A net has at most so many layers.
    pub const MAX_LAYERS: usize = 2048;

    /// Makes a net, and checks it.
    ///
    /// # Errors
    ///
    /// [`Error::InLayer`], which names the layer, if its parts do not fit together or its sums could overflow;
    /// [`Error::NoSuchValue`] for an output that nothing makes, [`Error::TooMany`] beyond the limits above.
    pub fn new(about: About, inputs: Vec<Input>, layers: Vec<Layer>, outputs: Vec<ValueId>) -> Result<Self, Error> {
        if layers.len() > Self::MAX_LAYERS {
            return Err(Error::TooMany { what: "layers", count: layers.len(), most: Self::MAX_LAYERS });
        }
        let mut ranges = inputs.iter().map(bounds::of_input).collect::<Result<Vec<_>, _>>()?;
        for (index, layer) in layers.iter().enumerate() {
            let made = bounds::check(layer, &ranges).map_err(|source| Error::InLayer {
                index,
                kind: layer.operation.name(),
                source: Box::new(source),
            })?;
            ranges.push(made);
        }
        let values = ranges.len();
        if let Some(&ValueId(value)) = outputs.iter().find(|output| output.0 >= values) {
            return Err(Error::NoSuchValue { value, values });
        }
        if inputs.is_empty() || outputs.is_empty() {
            return Err(Error::Empty);
        }
        Ok(Self { about, graph: Arc::new(Graph { inputs, layers, outputs }), ranges })
    }

    /// Returns what its file says of it.
    #[must_use]
    pub const fn about(&self) -> &About {
        &self.about
    }

    /// Returns its inputs, layers and outputs, as engines share them.
    #[must_use]
    pub const fn graph(&self) -> &Arc<Graph> {
        &self.graph
    }

    /// Returns what goes in.
    #[must_use]
    pub fn inputs(&self) -> &[Input] {
        &self.graph.inputs
    }

    /// Returns the layers, in the order in which they run.
    #[must_use]
    pub fn layers(&self) -> &[Layer] {
        &self.graph.layers
    }

    /// Returns the values that come out.
    #[must_use]
    pub fn outputs(&self) -> &[ValueId] {
        &self.graph.outputs
    }

    /// Returns the number of the value that a layer makes.
    #[must_use]
    pub fn made_by(&self, layer: usize) -> ValueId {
        ValueId(self.graph.inputs.len() + layer)
    }

    /// Returns the number of values.
    #[must_use]
    pub fn values(&self) -> usize {
        self.ranges.len()
    }

    /// Returns the limits of each channel of a value.
    ///
    /// # Panics
    ///
    /// If there is no such value.
    #[must_use]
    pub fn ranges(&self, value: ValueId) -> &[Range] {
        &self.ranges[value.0]
    }

    /// Returns the number of channels of a value.
    ///
    /// # Panics
    ///
    /// If there is no such value.
    #[must_use]
    pub fn channels(&self, value: ValueId) -> usize {
        self.ranges[value.0].len()
    }

    /// Returns how many products convolutions add up, for inputs of these sizes: what a run costs, about.
    ///
    /// # Errors
    ///
    /// Those of [`Net::sizes`].
    pub fn products(&self, inputs: &[Size]) -> Result<u64, Error> {
        let sizes = self.sizes(inputs)?;
        let of_layer = |(layer, size): (&Layer, &Size)| match &layer.operation {
            Operation::Convolution(convolution) => size.area().saturating_mul(convolution.weights.len() as u64),
            _ => 0,
        };
        Ok(self.graph.layers.iter().zip(&sizes[self.graph.inputs.len()..]).map(of_layer).fold(0, u64::saturating_add))
    }

    /// Returns the size of every value, for inputs of these sizes.
    ///
    /// # Errors
    ///
    /// [`Error::WrongInputs`] if there is not one size for each input; [`Error::InLayer`] with [`Error::Empty`] where nothing would be
    /// left of a value, [`Error::SizesDiffer`] where inputs of a layer do not fit together.
    pub fn sizes(&self, inputs: &[Size]) -> Result<Vec<Size>, Error> {
        if inputs.len() != self.graph.inputs.len() {
            return Err(Error::WrongInputs { given: inputs.len(), taken: self.graph.inputs.len() });
        }
        let mut sizes = inputs.to_vec();
        for (index, layer) in self.graph.layers.iter().enumerate() {
            let size = shapes::size_of(layer, &sizes).map_err(|source| Error::InLayer {
                index,
                kind: layer.operation.name(),
                source: Box::new(source),
            })?;
            sizes.push(size);
        }
        Ok(sizes)
    }
}

/// Counts what a net computes that takes one picture, of this size; nothing for one of another size than it can take.
pub(crate) fn arithmetic(net: &Net, picture: Size) -> NetArithmetic {
    net.graph().sizes(&[picture]).map_or(NetArithmetic::default(), |sizes| net.graph().arithmetic(&sizes))
}

#[cfg(test)]
mod tests;
