//! Runs a net: takes the steps of a schedule with the kernels of this machine.

use std::mem;

use palmette_core::alloc::try_filled;
use palmette_core::net::{Layer, Operation, Place, ValueId, Window};
use palmette_core::{Deadline, Size};

use crate::Error;
use crate::kernels::{Kernels, average, channels, nearest, pixel_shuffle, table};
use crate::layout::{CHANNELS, Lanes, Taps};
use crate::net::Net;
use crate::packed::{PackedAdd, PackedConvolution};
use crate::schedule::{Held, Schedule, Step};

/// A net that is ready to run. It may run on several threads at once.
#[derive(Clone, Debug)]
pub struct Runner {
    net: Net,
    packed: Vec<Packed>,
    kernels: Kernels,
}

/// What kernels want of a layer.
#[derive(Clone, Debug)]
enum Packed {
    Convolution(PackedConvolution),
    Add(Vec<PackedAdd>),
    Nothing,
}

/// A value as callers have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// Its pixels.
    pub size: Size,
    /// Its channels.
    pub channels: usize,
    /// By row, column, channel.
    pub samples: Vec<i16>,
}

/// Gives what goes in, and takes what comes out, row by row: pixels beside each other, the channels of each together.
pub trait Rows {
    /// Fills a row of an input. Rows come in their order, each once.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from that; the run ends.
    fn read(&mut self, input: usize, row: usize, samples: &mut [i16]) -> Result<(), Error>;

    /// Takes a row of an output. Rows come in their order, each once.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from that; the run ends.
    fn write(&mut self, output: usize, row: usize, samples: &[i16]) -> Result<(), Error>;
}

impl Runner {
    /// Makes a net ready, with the fastest kernels of this machine.
    #[must_use]
    pub fn new(net: Net) -> Self {
        Self::with_kernels(net, Kernels::fastest())
    }

    /// Makes a net ready, with one of the sets of [`Kernels::all`].
    #[must_use]
    pub fn with_kernels(net: Net, kernels: Kernels) -> Self {
        let pack = |layer: &Layer| match &layer.operation {
            Operation::Convolution(convolution) => Packed::Convolution(PackedConvolution::new(convolution)),
            Operation::Add(add) => Packed::Add(PackedAdd::blocks(add)),
            _ => Packed::Nothing,
        };
        Self { packed: net.layers().iter().map(pack).collect(), net, kernels }
    }

    /// Returns the net.
    #[must_use]
    pub const fn net(&self) -> &Net {
        &self.net
    }

    /// Runs the net on whole values, layer after layer.
    ///
    /// # Errors
    ///
    /// [`Error::WrongInputs`] and [`Error::WrongCount`] if these are not what it takes, those of [`Net::sizes`], and of [`Runner::run`].
    pub fn run_whole(&self, inputs: &[Tensor], deadline: Deadline) -> Result<Vec<Tensor>, Error> {
        let sizes: Vec<Size> = inputs.iter().map(|input| input.size).collect();
        let schedule = Schedule::new(&self.net, &sizes, usize::MAX)?;
        self.run_tensors(&schedule, inputs, deadline)
    }

    /// Runs a schedule on whole values. Rows of outputs that it leaves out are 0.
    ///
    /// # Errors
    ///
    /// As [`Runner::run_whole`].
    pub fn run_tensors(
        &self,
        schedule: &Schedule,
        inputs: &[Tensor],
        deadline: Deadline,
    ) -> Result<Vec<Tensor>, Error> {
        if inputs.len() != self.net.inputs().len() {
            return Err(Error::WrongInputs { given: inputs.len(), taken: self.net.inputs().len() });
        }
        for (tensor, (input, held)) in inputs.iter().zip(self.net.inputs().iter().zip(&schedule.values)) {
            let expected = held.layout.width.saturating_mul(held.height).saturating_mul(input.channels);
            if tensor.samples.len() != expected {
                return Err(Error::WrongCount { what: "samples", given: tensor.samples.len(), expected });
            }
        }
        let empty = |output: &ValueId| {
            let Held { layout, height, .. } = schedule.values[output.0];
            let side = |px: usize| u32::try_from(px).expect("it was a side of a size");
            Ok(Tensor {
                size: Size::new(side(layout.width), side(height)),
                channels: layout.channels,
                samples: try_filled(layout.width.saturating_mul(height).saturating_mul(layout.channels), 0)?,
            })
        };
        let outputs = self.net.outputs().iter().map(empty).collect::<Result<_, Error>>()?;
        let mut whole = Whole { inputs, outputs };
        self.run(schedule, &mut whole, deadline)?;
        Ok(whole.outputs)
    }

    /// Runs a schedule, row by row.
    ///
    /// # Errors
    ///
    /// Those of `rows`; [`Error::Core`] if memory cannot be had, or the deadline passes.
    ///
    /// # Panics
    ///
    /// If the schedule is that of another net.
    pub fn run(&self, schedule: &Schedule, rows: &mut dyn Rows, deadline: Deadline) -> Result<(), Error> {
        assert_eq!(schedule.values.len(), self.net.values(), "a schedule is for the net that it was made of");
        let mut buffers: Vec<Vec<Lanes>> = Vec::new();
        buffers.resize_with(schedule.buffers.len(), Vec::new);
        let widest = schedule.values.iter().map(|held| held.layout.len()).max().unwrap_or(0);
        let zeros = try_filled(widest, Lanes::default())?;
        let longest = schedule.values.iter().map(|held| held.layout.width * held.layout.channels).max().unwrap_or(0);
        let mut samples = try_filled(longest, 0)?;
        for step in &schedule.steps {
            deadline.check()?;
            let held = &schedule.values[step.value.0];
            let mut buffer = mem::take(&mut buffers[held.buffer]);
            if buffer.is_empty() {
                buffer = try_filled(schedule.buffers[held.buffer], Lanes::default())?;
            }
            let samples = &mut samples[..held.layout.width * held.layout.channels];
            let run = StepRun { schedule, step, held, buffers: &buffers, zeros: &zeros, kernels: &self.kernels };
            match step.value.0.checked_sub(self.net.inputs().len()) {
                Some(layer) => run.layer(&self.net.layers()[layer], &self.packed[layer], &mut buffer),
                None => self.read(held, step, rows, samples, &mut buffer)?,
            }
            for output in (0..self.net.outputs().len()).filter(|&output| self.net.outputs()[output] == step.value) {
                let handed = &schedule.outputs[output];
                for row in step.rows.start.max(handed.start)..step.rows.end.min(handed.end) {
                    unpack(held, held.row(&buffer, row), samples);
                    rows.write(output, row, samples)?;
                }
            }
            buffers[held.buffer] = buffer;
        }
        Ok(())
    }

    /// Takes rows of an input.
    fn read(
        &self,
        held: &Held,
        step: &Step,
        rows: &mut dyn Rows,
        samples: &mut [i16],
        buffer: &mut [Lanes],
    ) -> Result<(), Error> {
        let input = self.net.inputs()[step.value.0];
        for row in step.rows.clone() {
            rows.read(step.value.0, row, samples)?;
            let target = held.row_mut(buffer, row);
            held.layout.clear_border(target);
            for block in 0..held.layout.blocks() {
                let first = block * CHANNELS;
                let count = CHANNELS.min(input.channels - first);
                let pixels = samples.chunks_exact(input.channels);
                for (lanes, pixel) in held.layout.block_mut(target, block).iter_mut().zip(pixels) {
                    for (lane, sample) in lanes.0.iter_mut().zip(&pixel[first..first + count]) {
                        *lane = (*sample).clamp(input.low, input.high);
                    }
                }
            }
        }
        Ok(())
    }
}

/// Puts the samples of a row beside each other.
fn unpack(held: &Held, row: &[Lanes], samples: &mut [i16]) {
    let channels = held.layout.channels;
    for block in 0..held.layout.blocks() {
        let first = block * CHANNELS;
        let count = CHANNELS.min(channels - first);
        for (pixel, lanes) in samples.chunks_exact_mut(channels).zip(held.layout.block(row, block)) {
            pixel[first..first + count].copy_from_slice(&lanes.0[..count]);
        }
    }
}

impl Held {
    /// Returns a row that is kept.
    fn row<'a>(&self, buffer: &'a [Lanes], row: usize) -> &'a [Lanes] {
        &buffer[row % self.kept * self.layout.len()..][..self.layout.len()]
    }

    /// Returns the place of a row.
    fn row_mut<'a>(&self, buffer: &'a mut [Lanes], row: usize) -> &'a mut [Lanes] {
        &mut buffer[row % self.kept * self.layout.len()..][..self.layout.len()]
    }
}

/// Whole values as rows.
struct Whole<'a> {
    inputs: &'a [Tensor],
    outputs: Vec<Tensor>,
}

impl Rows for Whole<'_> {
    fn read(&mut self, input: usize, row: usize, samples: &mut [i16]) -> Result<(), Error> {
        samples.copy_from_slice(&self.inputs[input].samples[row * samples.len()..][..samples.len()]);
        Ok(())
    }

    fn write(&mut self, output: usize, row: usize, samples: &[i16]) -> Result<(), Error> {
        self.outputs[output].samples[row * samples.len()..][..samples.len()].copy_from_slice(samples);
        Ok(())
    }
}

/// What a step works with.
struct StepRun<'a> {
    schedule: &'a Schedule,
    step: &'a Step,
    held: &'a Held,
    buffers: &'a [Vec<Lanes>],
    zeros: &'a [Lanes],
    kernels: &'a Kernels,
}

impl<'a> StepRun<'a> {
    /// Returns how a value is held.
    fn input(&self, value: ValueId) -> &'a Held {
        &self.schedule.values[value.0]
    }

    /// Returns a row of a value.
    fn row(&self, value: ValueId, row: usize) -> &'a [Lanes] {
        let held = self.input(value);
        held.row(&self.buffers[held.buffer], row)
    }

    /// Returns the rows under a window at a row of the result: nothing for those outside the picture.
    fn under(&self, window: &Window, value: ValueId, row: usize) -> impl Iterator<Item = Option<&'a [Lanes]>> {
        let height = self.input(value).height;
        let (start, before) = (row * window.stride[0], window.before(0, height));
        (0..window.taps[0]).map(move |tap| {
            let y = (start + tap * window.dilation[0]).checked_sub(before);
            y.filter(|&y| y < height).map(|y| self.row(value, y))
        })
    }

    /// Makes the rows of a step.
    fn layer(&self, layer: &Layer, packed: &Packed, buffer: &mut [Lanes]) {
        for row in self.step.rows.clone() {
            self.held.layout.clear_border(self.held.row_mut(buffer, row));
        }
        match (&layer.operation, packed) {
            (Operation::Convolution(convolution), Packed::Convolution(packed)) => {
                self.convolve(&convolution.window, packed, layer.inputs[0], buffer);
            }
            (Operation::Add(_), Packed::Add(packed)) => self.add(packed, layer, buffer),
            (operation, _) => {
                for row in self.step.rows.clone() {
                    self.make_row(operation, layer, row, self.held.row_mut(buffer, row));
                }
            }
        }
    }

    /// Convolves: block by block, so that its weights stay near for all rows.
    fn convolve(&self, window: &Window, packed: &PackedConvolution, input: ValueId, buffer: &mut [Lanes]) {
        let from = &self.input(input).layout;
        let rows: Vec<&[Lanes]> = self
            .step
            .rows
            .clone()
            .flat_map(|row| self.under(window, input, row))
            .map(|row| row.unwrap_or(&self.zeros[..from.len()]))
            .collect();
        let kernel = if packed.is_depthwise { self.kernels.depthwise } else { self.kernels.convolve };
        for block in 0..self.held.layout.blocks() {
            for (row, rows) in self.step.rows.clone().zip(rows.chunks_exact(window.taps[0])) {
                let taps = Taps {
                    rows,
                    pitch: from.pitch(),
                    start: from.before - window.before(1, from.width),
                    count: window.taps[1],
                    step: window.dilation[1],
                    stride: window.stride[1],
                };
                let output = self.held.layout.block_mut(self.held.row_mut(buffer, row), block);
                kernel(packed, block, &taps, output);
            }
        }
    }

    /// Adds two values.
    fn add(&self, packed: &[PackedAdd], layer: &Layer, buffer: &mut [Lanes]) {
        for row in self.step.rows.clone() {
            let target = self.held.row_mut(buffer, row);
            for (block, packed) in packed.iter().enumerate() {
                let inputs = [layer.inputs[0], layer.inputs[1]]
                    .map(|input| self.input(input).layout.block(self.row(input, row), block));
                (self.kernels.add)(packed, inputs, self.held.layout.block_mut(target, block));
            }
        }
    }

    /// Makes a row of any other layer.
    fn make_row(&self, operation: &Operation, layer: &Layer, row: usize, target: &mut [Lanes]) {
        let input = layer.inputs[0];
        let (from, to) = (&self.input(input).layout, &self.held.layout);
        match operation {
            Operation::Convolution(_) | Operation::Add(_) => unreachable!("they are packed"),
            Operation::MaxPool(window) => {
                let rows: Vec<&[Lanes]> = self.under(window, input, row).flatten().collect();
                for block in 0..to.blocks() {
                    let rows: Vec<&[Lanes]> = rows.iter().map(|row| from.block(row, block)).collect();
                    (self.kernels.max_pool)(window, &rows, to.block_mut(target, block));
                }
            }
            Operation::GlobalAverage => {
                let height = self.input(input).height;
                for block in 0..to.blocks() {
                    let mut sums = [0; CHANNELS];
                    for row in 0..height {
                        average::add_up(from.block(self.row(input, row), block), &mut sums);
                    }
                    to.block_mut(target, block)[0] = average::divide(&sums, (from.width * height) as u64);
                }
            }
            Operation::Nearest { factor } => {
                for block in 0..to.blocks() {
                    let pixels = from.block(self.row(input, row / factor), block);
                    nearest::nearest(*factor, pixels, to.block_mut(target, block));
                }
            }
            Operation::Bilinear { factor, positions } => {
                let place = |len, index| Place::new(*positions, *factor, len, index);
                let columns: Vec<Place> = (0..to.width).map(|x| place(from.width, x)).collect();
                let down = place(self.input(input).height, row);
                let rows = down.pixels.map(|row| self.row(input, row));
                for block in 0..to.blocks() {
                    let rows = rows.map(|row| from.block(row, block));
                    (self.kernels.bilinear)(&columns, down.weight, rows, to.block_mut(target, block));
                }
            }
            Operation::Concat => {
                let mut offset = 0;
                for &input in &layer.inputs {
                    let from = &self.input(input).layout;
                    channels::place(self.row(input, row), from, offset, target, to);
                    offset += from.channels;
                }
            }
            Operation::PadChannels { .. } => {
                channels::place(self.row(input, row), from, 0, target, to);
                channels::clear_from(from.channels, target, to);
            }
            Operation::PixelShuffle { factor } => {
                let source = self.row(input, row / factor);
                pixel_shuffle::pixel_shuffle(*factor, row % factor, source, from, target, to);
            }
            Operation::Table(lookup) => table::look_up(lookup, self.row(input, row), from, target, to),
        }
    }
}
