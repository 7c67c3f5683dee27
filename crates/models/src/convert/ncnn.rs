//! Reads the graph of an ncnn pair of files: a text that lists layers, and the weights one after the other.
//!
//! A line is the kind, the name, how many blobs go in and come out, their names, and numbered options. Weights of a convolution begin with a
//! tag that says that they are of 16 bits; biases and slopes are plain floats.

use std::collections::HashMap;

use super::Error;
use super::bytes::{Bytes, floats, halves};
use super::graph::{Conv, Graph, Op, Padding, Value};

/// The tag of weights of 16 bits.
const HALVES: u32 = 0x0130_6B47;
/// The option with the numbers of an activation.
const LEAK: &str = "-23310";
/// The first line of the text.
const MAGIC: &str = "7767517";

/// Reads the graph.
///
/// # Errors
///
/// [`Error::Broken`] if these are no such files; [`Error::Foreign`] if they hold what the nets that enlarge do not.
pub fn read(text: &str, weights: &[u8]) -> Result<Graph, Error> {
    let mut lines = text.lines();
    if lines.next().map(str::trim) != Some(MAGIC) {
        return Err(Error::Broken { at: 0 });
    }
    let mut reader = Reader { weights: Bytes(weights), at: 0, known: HashMap::new(), graph: Graph::default() };
    reader.graph.input_channels = 3;
    let mut last = 0;
    for (number, line) in lines.skip(1).enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        last = reader.layer(line).map_err(|error| match error {
            Error::Broken { .. } => Error::Broken { at: number },
            other => other,
        })?;
    }
    if reader.at != weights.len() {
        return Err(Error::Broken { at: reader.at });
    }
    reader.graph.outputs = vec![last];
    Ok(reader.graph)
}

/// Returns the slope below 0 of the activation in a convolution, if it has one.
fn leak(options: &HashMap<&str, &str>) -> Result<Option<f32>, Error> {
    match (options.get("9"), &list(options.get(LEAK).copied())?[..]) {
        (None, _) => Ok(None),
        (Some(&"2"), &[slope]) => Ok(Some(slope)),
        _ => Err(Error::Foreign { what: "an activation of another kind" }),
    }
}

/// Reads a list of numbers, behind their count; of nothing, none.
fn list(text: Option<&str>) -> Result<Vec<f32>, Error> {
    let Some((count, numbers)) = text.and_then(|text| text.split_once(',')) else { return Ok(Vec::new()) };
    let numbers = numbers.split(',').map(str::parse).collect::<Result<Vec<f32>, _>>();
    let numbers = numbers.ok().filter(|numbers| count.parse() == Ok(numbers.len()));
    numbers.ok_or(Error::Broken { at: 0 })
}

/// The state of reading.
#[derive(Debug)]
struct Reader<'a> {
    /// The file of weights.
    weights: Bytes<'a>,
    /// How far it was read.
    at: usize,
    /// The value of each name.
    known: HashMap<&'a str, Value>,
    /// What was read so far.
    graph: Graph,
}

impl<'a> Reader<'a> {
    /// Reads a layer and returns the value that it makes.
    fn layer(&mut self, line: &'a str) -> Result<Value, Error> {
        let broken = || Error::Broken { at: 0 };
        let words: Vec<&'a str> = line.split_whitespace().collect();
        let [kind, _, ins, outs, rest @ ..] = &words[..] else { return Err(broken()) };
        let count = |text: &str| text.parse::<usize>().map_err(|_| broken());
        let (ins, outs) = (count(ins)?, count(outs)?);
        let (inputs, rest) = rest.split_at_checked(ins).ok_or_else(broken)?;
        let (outputs, options) = rest.split_at_checked(outs).ok_or_else(broken)?;
        let options = options.iter().map(|option| option.split_once('=').ok_or_else(broken));
        let options = options.collect::<Result<HashMap<_, _>, _>>()?;
        let inputs = inputs.iter().map(|name| self.known.get(name).copied().ok_or_else(broken));
        let inputs = inputs.collect::<Result<Vec<_>, _>>()?;
        let value = match (*kind, inputs.first()) {
            ("Input", None) => 0,
            ("Split", Some(&input)) => input,
            _ => {
                let op = self.op(kind, &options)?;
                let value = self.graph.push(op, inputs);
                match leak(&options)? {
                    Some(slope) => {
                        let channels = options.get("0").and_then(|count| count.parse().ok()).ok_or_else(broken)?;
                        self.graph.push(Op::Prelu(vec![slope; channels]), vec![value])
                    }
                    None => value,
                }
            }
        };
        self.known.extend(outputs.iter().map(|&name| (name, value)));
        Ok(value)
    }

    /// Reads what a layer does.
    fn op(&mut self, kind: &str, options: &HashMap<&str, &str>) -> Result<Op, Error> {
        let number = |key: &str, default: usize| {
            let text = options.get(key);
            text.map_or(Ok(default), |text| text.parse::<usize>().map_err(|_| Error::Broken { at: 0 }))
        };
        match kind {
            "Convolution" => {
                let (outputs, side, total) = (number("0", 0)?, number("1", 0)?, number("6", 0)?);
                let known = ["0", "1", "4", "5", "6", "9", LEAK];
                let are_small = (1..=4096).contains(&outputs) && (1..=64).contains(&side) && number("4", 0)? <= 64;
                if !are_small || number("5", 0)? != 1 || options.keys().any(|key| !known.contains(key)) {
                    return Err(Error::Foreign { what: "a convolution of another kind" });
                }
                Ok(Op::Conv(Conv {
                    outputs,
                    inputs: total / (outputs * side * side),
                    kernel: [side, side],
                    weights: self.tagged(total)?,
                    bias: self.plain(outputs)?,
                    stride: 1,
                    dilation: 1,
                    is_depthwise: false,
                    padding: Padding::Even(number("4", 0)?),
                }))
            }
            "PReLU" => Ok(Op::Prelu(self.plain(number("0", 0)?)?)),
            "PixelShuffle" => Ok(Op::PixelShuffle(number("0", 0)?)),
            // The nearest pixel, as often along one axis as along the other.
            "Interp" if options.get("0") == Some(&"1") && options.get("1") == options.get("2") => {
                let scale = options.get("1").and_then(|scale| scale.parse::<f32>().ok());
                match (2u8..=4).find(|&known| Some(f32::from(known)) == scale) {
                    Some(scale) => Ok(Op::Nearest(usize::from(scale))),
                    None => Err(Error::Foreign { what: "an enlargement by another factor" }),
                }
            }
            "Concat" if options.is_empty() => Ok(Op::Concat),
            // A sum of two, each times a number.
            "Eltwise" if options.get("0") == Some(&"1") => match list(options.get("-23301").copied())?[..] {
                [first, second] => Ok(Op::Add([first, second])),
                _ => Err(Error::Foreign { what: "a sum of another kind" }),
            },
            "BinaryOp" if options.get("0").is_none_or(|&op| op == "0") => Ok(Op::PLAIN_ADD),
            _ => Err(Error::Foreign { what: "a layer of another net" }),
        }
    }

    /// Reads weights of 16 bits.
    fn tagged(&mut self, count: usize) -> Result<Vec<f32>, Error> {
        if self.weights.u32(self.at)? != HALVES {
            return Err(Error::Foreign { what: "weights that are not of 16 bits" });
        }
        let len = count.checked_mul(2).ok_or(Error::Broken { at: self.at })?;
        let values = halves(self.weights.part(self.at + 4, len)?);
        self.at += 4 + len.next_multiple_of(4);
        Ok(values)
    }

    /// Reads floats.
    fn plain(&mut self, count: usize) -> Result<Vec<f32>, Error> {
        let len = count.checked_mul(4).ok_or(Error::Broken { at: self.at })?;
        let values = floats(self.weights.part(self.at, len)?);
        self.at += len;
        Ok(values)
    }
}
