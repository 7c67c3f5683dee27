//! Reads the graph of an ONNX file: protobuf messages, of which only what u2netp uses is understood.
//!
//! Such a graph computes sizes by nodes of their own (`Shape`, `Gather`, `Concat`, …), so that any size would do. The size of the input is
//! given here, so these nodes are computed while reading, and a resize is left with its factor.

use std::collections::HashMap;

use super::Error;
use super::bytes::floats;
use super::graph::{Conv, Graph, Op, Padding, Value};
use super::protobuf::{Wire, fields};

/// What a name of the file stands for.
#[derive(Clone, Debug)]
enum Known {
    /// Weights, with their sides.
    Reals(Vec<f32>, Vec<usize>),
    /// Numbers that count.
    Integers(Vec<i64>),
    /// A value of the graph: its channels, rows and columns.
    Value(Value, [usize; 3]),
}

/// A node of the file.
#[derive(Debug, Default)]
struct RawNode<'a> {
    /// What it does.
    kind: &'a str,
    /// Names that it takes.
    inputs: Vec<&'a str>,
    /// Names that it makes.
    outputs: Vec<&'a str>,
    /// Numbers among its attributes.
    numbers: HashMap<&'a str, Vec<i64>>,
    /// Words among its attributes.
    words: HashMap<&'a str, &'a [u8]>,
}

/// Reads the graph for an input of this many rows and columns; only its first output is kept, and what leads to it.
///
/// # Errors
///
/// [`Error::Broken`] if the bytes are no such file; [`Error::Foreign`] if it holds what u2netp does not.
pub fn read(file: &[u8], size: [usize; 2]) -> Result<Graph, Error> {
    let model = fields(file)?;
    let graph = model.iter().find(|field| field.0 == 7).ok_or(Error::Broken { at: 0 })?.1.bytes()?;
    let graph = fields(graph)?;
    let mut reader = Reader::default();
    let (mut input, mut output) = (None, None);
    for (number, wire) in &graph {
        match number {
            5 => {
                let (name, known) = tensor(wire.bytes()?)?;
                reader.known.insert(name, known);
            }
            11 | 12 => {
                let name = fields(wire.bytes()?)?.into_iter().find(|field| field.0 == 1);
                let name = name.ok_or(Error::Broken { at: 0 })?.1.text()?;
                let slot = if *number == 11 { &mut input } else { &mut output };
                slot.get_or_insert(name);
            }
            _ => {}
        }
    }
    let (Some(input), Some(output)) = (input, output) else { return Err(Error::Broken { at: 0 }) };
    reader.graph.input_channels = 3;
    reader.known.insert(input, Known::Value(0, [3, size[0], size[1]]));
    for (_, wire) in graph.iter().filter(|field| field.0 == 1) {
        reader.node(node(wire.bytes()?)?)?;
    }
    let (output, _) = reader.value(output)?;
    reader.graph.outputs = vec![output];
    Ok(reader.graph.without_idle_nodes())
}

/// Reads a tensor: its name and its numbers.
fn tensor(message: &[u8]) -> Result<(&str, Known), Error> {
    let (mut name, mut kind, mut sides, mut raw, mut listed) = ("", 0, Vec::new(), &[][..], Vec::new());
    for (number, wire) in fields(message)? {
        match number {
            1 => sides.extend(wire.numbers()?),
            2 => kind = wire.numbers()?[0],
            7 => listed.extend(wire.numbers()?),
            8 => name = wire.text()?,
            9 => raw = wire.bytes()?,
            _ => {}
        }
    }
    let sides = sides.into_iter().map(usize::try_from).collect::<Result<Vec<_>, _>>();
    let sides = sides.map_err(|_| Error::Broken { at: 0 })?;
    let known = match kind {
        1 => Known::Reals(floats(raw), sides),
        7 => {
            let (words, _) = raw.as_chunks::<8>();
            listed.extend(words.iter().map(|&word| i64::from_le_bytes(word)));
            Known::Integers(listed)
        }
        _ => return Err(Error::Foreign { what: "numbers of another kind" }),
    };
    Ok((name, known))
}

/// Reads a node.
fn node(message: &[u8]) -> Result<RawNode<'_>, Error> {
    let mut node = RawNode::default();
    for (number, wire) in fields(message)? {
        match number {
            1 => node.inputs.push(wire.text()?),
            2 => node.outputs.push(wire.text()?),
            4 => node.kind = wire.text()?,
            5 => attribute(wire.bytes()?, &mut node)?,
            _ => {}
        }
    }
    Ok(node)
}

/// Reads an attribute of a node.
fn attribute<'a>(message: &'a [u8], node: &mut RawNode<'a>) -> Result<(), Error> {
    let (mut name, mut numbers, mut word) = ("", Vec::new(), None);
    for (number, wire) in fields(message)? {
        match (number, wire) {
            (1, _) => name = wire.text()?,
            (3 | 8, _) => numbers.extend(wire.numbers()?),
            (4, _) => word = Some(wire.bytes()?),
            (5, Wire::Bytes(bytes)) => match tensor(bytes)?.1 {
                Known::Integers(integers) => numbers = integers,
                // The empty scales of a resize.
                Known::Reals(..) | Known::Value(..) => {}
            },
            _ => {}
        }
    }
    if let Some(word) = word {
        node.words.insert(name, word);
    }
    node.numbers.insert(name, numbers);
    Ok(())
}

/// The state of reading.
#[derive(Debug, Default)]
struct Reader<'a> {
    /// What each name stands for.
    known: HashMap<&'a str, Known>,
    /// The nodes that were read so far.
    graph: Graph,
}

impl<'a> Reader<'a> {
    /// Returns what a name stands for.
    fn get(&self, name: &str) -> Result<&Known, Error> {
        self.known.get(name).ok_or(Error::Foreign { what: "a name that nothing makes" })
    }

    /// Returns the value that a name stands for, and its sides.
    fn value(&self, name: &str) -> Result<(Value, [usize; 3]), Error> {
        match self.get(name)? {
            Known::Value(value, sides) => Ok((*value, *sides)),
            _ => Err(Error::Foreign { what: "a constant where a picture belongs" }),
        }
    }

    /// Returns the integers that a name stands for.
    fn integers(&self, name: &str) -> Result<&[i64], Error> {
        match self.get(name)? {
            Known::Integers(integers) => Ok(integers),
            _ => Err(Error::Foreign { what: "a size that is computed from pixels" }),
        }
    }

    /// Reads a node.
    fn node(&mut self, node: RawNode<'a>) -> Result<(), Error> {
        let output = *node.outputs.first().ok_or(Error::Broken { at: 0 })?;
        let known = match self.integer_node(&node)? {
            Some(integers) => Known::Integers(integers),
            None => {
                let (op, sides, inputs) = self.op(&node)?;
                Known::Value(self.graph.push(op, inputs), sides)
            }
        };
        self.known.insert(output, known);
        Ok(())
    }

    /// Computes a node that only sizes go through.
    fn integer_node(&self, node: &RawNode<'a>) -> Result<Option<Vec<i64>>, Error> {
        let input = |index: usize| self.integers(node.inputs.get(index).copied().unwrap_or_default());
        let outside = Error::Foreign { what: "a size out of its list" };
        Ok(Some(match node.kind {
            "Constant" => node.numbers.get("value").cloned().unwrap_or_default(),
            "Shape" => {
                let sides = self.value(node.inputs.first().copied().unwrap_or_default())?.1;
                let sides = sides.map(|side| i64::try_from(side).expect("a side of a picture"));
                vec![1, sides[0], sides[1], sides[2]]
            }
            "Gather" => {
                let index = input(1)?.first().and_then(|&index| usize::try_from(index).ok());
                vec![*index.and_then(|index| input(0).ok()?.get(index)).ok_or(outside)?]
            }
            "Slice" => {
                let bound = |list: &[i64]| list.first().and_then(|&bound| usize::try_from(bound).ok());
                let (start, end) = (bound(input(1)?).ok_or(outside)?, bound(input(2)?).unwrap_or(usize::MAX));
                let list = input(0)?;
                list.get(start..end.min(list.len())).ok_or(Error::Foreign { what: "a size out of its list" })?.to_vec()
            }
            "Unsqueeze" | "Cast" => input(0)?.to_vec(),
            "Concat" if input(0).is_ok() => {
                let lists = (0..node.inputs.len()).map(input).collect::<Result<Vec<_>, _>>()?;
                lists.concat()
            }
            _ => return Ok(None),
        }))
    }

    /// Reads a node that computes: what it does, the sides of what it makes, and what it takes.
    fn op(&self, node: &RawNode<'a>) -> Result<(Op, [usize; 3], Vec<Value>), Error> {
        let name = node.inputs.first().copied().unwrap_or_default();
        let (value, [channels, rows, columns]) = self.value(name)?;
        let same = [channels, rows, columns];
        Ok(match node.kind {
            "Conv" => {
                let conv = self.conv(node)?;
                let along = |len, side: usize| conv.padding.along(len, conv.kernel[side], conv.stride, conv.dilation).1;
                let sides = [conv.outputs, along(rows, 0), along(columns, 1)];
                (Op::Conv(conv), sides, vec![value])
            }
            "Relu" => (Op::Relu, same, vec![value]),
            "Sigmoid" => (Op::Sigmoid, same, vec![value]),
            "MaxPool"
                if ["kernel_shape", "strides"].iter().all(|&name| node.numbers.get(name) == Some(&vec![2, 2])) =>
            {
                (Op::MaxPool, [channels, rows.div_ceil(2), columns.div_ceil(2)], vec![value])
            }
            "Add" | "Concat" => {
                let inputs = node.inputs.iter().map(|name| self.value(name)).collect::<Result<Vec<_>, _>>()?;
                if inputs.iter().any(|(_, sides)| sides[1..] != [rows, columns]) {
                    return Err(Error::Foreign { what: "pictures of several sizes in one operation" });
                }
                let all = inputs.iter().map(|(_, sides)| sides[0]).sum();
                let values = inputs.iter().map(|&(value, _)| value).collect();
                let is_sum = node.kind == "Add";
                let (op, channels) = if is_sum { (Op::PLAIN_ADD, channels) } else { (Op::Concat, all) };
                (op, [channels, rows, columns], values)
            }
            "Resize" => {
                let to = self.integers(node.inputs.last().copied().unwrap_or_default())?;
                let to = to.iter().map(|&side| usize::try_from(side).unwrap_or(0)).collect::<Vec<_>>();
                let scale = to.get(2).copied().unwrap_or(0) / rows.max(1);
                let is_linear = node.words.get("mode") == Some(&&b"linear"[..]);
                let middles = node.words.get("coordinate_transformation_mode") == Some(&&b"pytorch_half_pixel"[..]);
                if !(is_linear && middles && to == [1, channels, rows * scale, columns * scale]) {
                    return Err(Error::Foreign { what: "a resize of another kind" });
                }
                (Op::Bilinear(scale), [channels, rows * scale, columns * scale], vec![value])
            }
            _ => return Err(Error::Foreign { what: "an operator of another net" }),
        })
    }

    /// Reads a convolution.
    fn conv(&self, node: &RawNode<'a>) -> Result<Conv, Error> {
        let foreign = Error::Foreign { what: "a convolution of another kind" };
        let [_, weights, bias] = node.inputs[..] else { return Err(foreign) };
        let (Known::Reals(weights, sides), Known::Reals(bias, _)) = (self.get(weights)?, self.get(bias)?) else {
            return Err(foreign);
        };
        let &[outputs, inputs, height, width] = &sides[..] else { return Err(foreign) };
        let even = |name: &str| {
            let numbers = node.numbers.get(name)?;
            let first = *numbers.first()?;
            numbers.iter().all(|&number| number == first).then(|| usize::try_from(first).ok())?
        };
        let (Some(stride), Some(dilation), Some(pad), Some(1)) =
            (even("strides"), even("dilations"), even("pads"), even("group"))
        else {
            return Err(foreign);
        };
        let are_small = [height, width, stride, dilation].iter().all(|count| (1..=64).contains(count));
        if !are_small || pad > 64 {
            return Err(foreign);
        }
        Ok(Conv {
            outputs,
            inputs,
            kernel: [height, width],
            weights: weights.clone(),
            bias: bias.clone(),
            stride,
            dilation,
            is_depthwise: false,
            padding: Padding::Even(pad),
        })
    }
}
