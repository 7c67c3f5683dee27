//! Reads the graph of a TensorFlow Lite file: a flatbuffer of tables, of which only what BlazeFace uses is understood.
//!
//! A table is a place with a signed distance back to its *vtable*, which lists where each field lies; a field that is not listed has its
//! default. No field number here is looked up in the schema at run time: they are those of version 3, which never changes.

use super::Error;
use super::bytes::{Bytes, floats, halves};
use super::graph::{Conv, Graph, Op, Padding, Value};

/// Codes of operators.
mod code {
    pub(super) const ADD: i32 = 0;
    pub(super) const CONCATENATION: i32 = 2;
    pub(super) const CONV_2D: i32 = 3;
    pub(super) const DEPTHWISE_CONV_2D: i32 = 4;
    pub(super) const DEQUANTIZE: i32 = 6;
    pub(super) const MAX_POOL_2D: i32 = 17;
    pub(super) const RELU: i32 = 19;
    pub(super) const RESHAPE: i32 = 22;
    pub(super) const RESIZE_BILINEAR: i32 = 23;
    pub(super) const PAD: i32 = 34;
}

/// A table of the flatbuffer.
#[derive(Clone, Copy, Debug)]
struct Table<'a> {
    /// The file.
    file: Bytes<'a>,
    /// Where it starts.
    at: usize,
}

impl<'a> Table<'a> {
    /// Follows a distance.
    fn follow(file: Bytes<'a>, at: usize) -> Result<usize, Error> {
        at.checked_add(file.len(at)?).ok_or(Error::Broken { at })
    }

    /// Returns where a field lies, if it is there.
    fn field(self, index: usize) -> Result<Option<usize>, Error> {
        let broken = || Error::Broken { at: self.at };
        let back = i64::from(self.file.i32(self.at)?);
        let at = i64::try_from(self.at).map_err(|_| broken())?;
        let vtable = usize::try_from(at - back).map_err(|_| broken())?;
        let slot = 4 + 2 * index;
        if slot + 2 > usize::from(self.file.u16(vtable)?) {
            return Ok(None);
        }
        let offset = usize::from(self.file.u16(vtable.checked_add(slot).ok_or_else(broken)?)?);
        Ok((offset != 0).then(|| self.at.saturating_add(offset)))
    }

    /// Reads a byte, 0 by default.
    fn byte(self, index: usize) -> Result<u8, Error> {
        self.field(index)?.map_or(Ok(0), |at| self.file.u8(at))
    }

    /// Reads a number, by default another.
    fn int(self, index: usize, default: i32) -> Result<i32, Error> {
        self.field(index)?.map_or(Ok(default), |at| self.file.i32(at))
    }

    /// Reads a number that counts.
    fn count(self, index: usize, default: i32) -> Result<usize, Error> {
        usize::try_from(self.int(index, default)?).map_err(|_| Error::Broken { at: self.at })
    }

    /// Follows a field to a table.
    fn table(self, index: usize) -> Result<Table<'a>, Error> {
        let at = self.field(index)?.ok_or(Error::Broken { at: self.at })?;
        Ok(Table { file: self.file, at: Self::follow(self.file, at)? })
    }

    /// Follows a field to a vector: where its elements begin, and how many there are. None if it is not there.
    fn vector(self, index: usize) -> Result<(usize, usize), Error> {
        let Some(at) = self.field(index)? else { return Ok((self.at, 0)) };
        let start = Self::follow(self.file, at)?;
        Ok((start + 4, self.file.len(start)?))
    }

    /// Reads a vector of bytes.
    fn bytes(self, index: usize) -> Result<&'a [u8], Error> {
        let (start, len) = self.vector(index)?;
        self.file.part(start, len)
    }

    /// Reads a vector of places in other lists.
    fn indices(self, index: usize) -> Result<Vec<usize>, Error> {
        let (start, len) = self.vector(index)?;
        let words = self.file.part(start, len.checked_mul(4).ok_or(Error::Broken { at: start })?)?;
        let (words, _) = words.as_chunks::<4>();
        let index = |&word| usize::try_from(u32::from_le_bytes(word)).map_err(|_| Error::Broken { at: start });
        words.iter().map(index).collect()
    }

    /// Reads a vector of tables.
    fn tables(self, index: usize) -> Result<Vec<Table<'a>>, Error> {
        let (start, len) = self.vector(index)?;
        self.file.part(start, len.checked_mul(4).ok_or(Error::Broken { at: start })?)?;
        (0..len).map(|index| Ok(Table { file: self.file, at: Self::follow(self.file, start + 4 * index)? })).collect()
    }
}

/// The part that a tensor of the file plays here.
#[derive(Clone, Debug)]
enum Tensor<'a> {
    /// Not made yet, or of no interest.
    Unknown,
    /// Numbers of the file.
    Constant(&'a [u8]),
    /// Numbers of the file that become real ones.
    Real(Vec<f32>),
    /// A value of the graph, or several that one reads after each other.
    Values(Vec<Value>),
}

/// Reads the graph.
///
/// # Errors
///
/// [`Error::Broken`] if the bytes are no such file; [`Error::Foreign`] if it holds what BlazeFace does not.
pub fn read(file: &[u8]) -> Result<Graph, Error> {
    let file = Bytes(file);
    let root = Table { file, at: Table::follow(file, 0)? };
    let buffers = root.tables(4)?;
    let codes = root.tables(1)?;
    let codes = codes.iter().map(|code| Ok(code.int(3, 0)?.max(i32::from(code.byte(0)?))));
    let codes = codes.collect::<Result<Vec<_>, Error>>()?;
    let net = *root.tables(2)?.first().ok_or(Error::Broken { at: 0 })?;
    let tensors = net.tables(0)?;
    let mut reader =
        Reader { known: vec![Tensor::Unknown; tensors.len()], shapes: Vec::new(), graph: Graph::default() };
    for (known, tensor) in reader.known.iter_mut().zip(&tensors) {
        let buffer = buffers.get(tensor.count(2, 0)?).ok_or(Error::Broken { at: tensor.at })?;
        let bytes = buffer.bytes(0)?;
        if !bytes.is_empty() {
            *known = Tensor::Constant(bytes);
        }
        reader.shapes.push(tensor.indices(0)?);
    }
    let [input] = net.indices(1)?[..] else { return Err(Error::Foreign { what: "several inputs" }) };
    reader.graph.input_channels = reader.shape(input)?[3];
    reader.set(input, Tensor::Values(vec![0]))?;
    for operator in net.tables(3)? {
        let code = *codes.get(operator.count(0, 0)?).ok_or(Error::Broken { at: operator.at })?;
        reader.operator(code, operator)?;
    }
    for output in net.indices(2)? {
        match reader.get(output)? {
            Tensor::Values(values) => {
                let values = values.clone();
                reader.graph.outputs.extend(values);
            }
            _ => return Err(Error::Foreign { what: "an output that nothing makes" }),
        }
    }
    Ok(reader.graph)
}

/// The state of reading.
#[derive(Debug)]
struct Reader<'a> {
    /// The part that each tensor plays.
    known: Vec<Tensor<'a>>,
    /// The sides of each tensor.
    shapes: Vec<Vec<usize>>,
    /// The nodes that were read so far.
    graph: Graph,
}

impl<'a> Reader<'a> {
    /// Returns what is known of a tensor.
    fn get(&self, tensor: usize) -> Result<&Tensor<'a>, Error> {
        self.known.get(tensor).ok_or(Error::Foreign { what: "a tensor that is not there" })
    }

    /// Sets the part that a tensor plays.
    fn set(&mut self, tensor: usize, is: Tensor<'a>) -> Result<(), Error> {
        *self.known.get_mut(tensor).ok_or(Error::Foreign { what: "a tensor that is not there" })? = is;
        Ok(())
    }

    /// Returns the four sides of a tensor: one, rows, columns, channels.
    fn shape(&self, tensor: usize) -> Result<[usize; 4], Error> {
        let shape = self.shapes.get(tensor).ok_or(Error::Foreign { what: "a tensor that is not there" })?;
        shape[..].try_into().map_err(|_| Error::Foreign { what: "a tensor without four sides" })
    }

    /// Returns the one value that a tensor is.
    fn value(&self, tensor: usize) -> Result<Value, Error> {
        match self.get(tensor)? {
            Tensor::Values(values) if values.len() == 1 => Ok(values[0]),
            _ => Err(Error::Foreign { what: "a tensor that nothing makes" }),
        }
    }

    /// Returns the numbers that a tensor holds.
    fn reals(&self, tensor: usize) -> Result<Vec<f32>, Error> {
        match self.get(tensor)? {
            Tensor::Real(values) => Ok(values.clone()),
            Tensor::Constant(bytes) => Ok(floats(bytes)),
            Tensor::Unknown | Tensor::Values(_) => Err(Error::Foreign { what: "weights that are computed" }),
        }
    }

    /// Reads an operator.
    fn operator(&mut self, code: i32, operator: Table<'a>) -> Result<(), Error> {
        let (inputs, outputs) = (operator.indices(1)?, operator.indices(2)?);
        let (Some(&first), Some(&output)) = (inputs.first(), outputs.first()) else {
            return Err(Error::Broken { at: operator.at });
        };
        let is = match code {
            code::DEQUANTIZE => match self.get(first)? {
                Tensor::Constant(bytes) => Tensor::Real(halves(bytes)),
                _ => return Err(Error::Foreign { what: "weights that are computed" }),
            },
            code::RESHAPE => self.get(first)?.clone(),
            code::CONCATENATION => {
                let values = inputs.iter().map(|&input| self.value(input)).collect::<Result<Vec<_>, _>>()?;
                Tensor::Values(values)
            }
            _ => {
                let op = self.op(code, operator, &inputs, output)?;
                let taken = if code == code::ADD { &inputs[..] } else { &inputs[..1] };
                let taken = taken.iter().map(|&input| self.value(input)).collect::<Result<Vec<_>, _>>()?;
                Tensor::Values(vec![self.graph.push(op, taken)])
            }
        };
        self.set(output, is)
    }

    /// Reads an operator that computes.
    fn op(&self, code: i32, operator: Table<'a>, inputs: &[usize], output: usize) -> Result<Op, Error> {
        let first = inputs[0];
        let second = || inputs.get(1).copied().ok_or(Error::Broken { at: operator.at });
        match code {
            code::ADD => Ok(Op::PLAIN_ADD),
            code::RELU => Ok(Op::Relu),
            code::CONV_2D | code::DEPTHWISE_CONV_2D => {
                let bias = *inputs.get(2).ok_or(Error::Foreign { what: "a convolution without bias" })?;
                self.conv(code == code::DEPTHWISE_CONV_2D, operator.table(4)?, second()?, bias)
            }
            code::MAX_POOL_2D => {
                let options = operator.table(4)?;
                let sides = [options.int(1, 0)?, options.int(2, 0)?, options.int(3, 0)?, options.int(4, 0)?];
                if sides == [2; 4] { Ok(Op::MaxPool) } else { Err(Error::Foreign { what: "a pool not of two by two" }) }
            }
            code::PAD => {
                let (before, after) = (self.shape(first)?, self.shape(output)?);
                if before[..3] == after[..3] && after[3] >= before[3] {
                    Ok(Op::PadChannels(after[3] - before[3]))
                } else {
                    Err(Error::Foreign { what: "padding of other sides than channels" })
                }
            }
            code::RESIZE_BILINEAR => {
                let options = operator.table(4)?;
                let (before, after) = (self.shape(first)?, self.shape(output)?);
                let scale = after[1] / before[1].max(1);
                let is_even = options.byte(2)? == 0 && options.byte(3)? == 1;
                if is_even && after == [before[0], before[1] * scale, before[2] * scale, before[3]] {
                    Ok(Op::Bilinear(scale))
                } else {
                    Err(Error::Foreign { what: "an enlargement that is not between middles" })
                }
            }
            _ => Err(Error::Foreign { what: "an operator of another net" }),
        }
    }

    /// Reads a convolution. Files have weights by channel out, row, column, channel in; or by row, column, channel.
    fn conv(&self, is_depthwise: bool, options: Table<'a>, filter: usize, bias: usize) -> Result<Op, Error> {
        let [first, rows, columns, last] = self.shape(filter)?;
        let (outputs, inputs) = if is_depthwise { (last, first) } else { (first, last) };
        let stored = self.reals(filter)?;
        let wanted = first.saturating_mul(rows).saturating_mul(columns).saturating_mul(last);
        if wanted != stored.len() || stored.is_empty() {
            return Err(Error::Foreign { what: "weights of another number" });
        }
        let taps = rows * columns;
        let mut weights = Vec::new();
        for out in 0..outputs {
            for channel in 0..inputs {
                let at = |tap: usize| if is_depthwise { tap * last + out } else { (out * taps + tap) * last + channel };
                weights.extend((0..taps).map(|tap| stored[at(tap)]));
            }
        }
        let [stride, other] = [options.count(1, 1)?, options.count(2, 1)?];
        let dilation = if is_depthwise { options.count(5, 1)? } else { options.count(4, 1)? };
        let activation = options.byte(if is_depthwise { 4 } else { 3 })?;
        if stride != other || activation != 0 {
            return Err(Error::Foreign { what: "a convolution of another kind" });
        }
        let kernel = [rows, columns];
        let padding = if options.byte(0)? == 0 { Padding::Same } else { Padding::Even(0) };
        let bias = self.reals(bias)?;
        Ok(Op::Conv(Conv { outputs, inputs, kernel, weights, bias, stride, dilation, is_depthwise, padding }))
    }
}
