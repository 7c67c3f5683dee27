//! Runs a net: takes the steps of a schedule with the kernels of this machine.

use std::borrow::Borrow;
use std::mem;
use std::ops::Range;
use std::sync::Arc;

use palmette_core::alloc::try_filled;
use palmette_core::net::{Layer, Operation, ValueId};
use palmette_core::{Deadline, IdleCores, Size};

use crate::Error;
use crate::kernels::Kernels;
use crate::layers::{Packed, Scratch, StepRun};
use crate::layout::{CHANNELS, Lanes};
use crate::net::Net;
use crate::packed::{PackedAdd, PackedConvolution};
use crate::schedule::{Held, Schedule, Step};
use crate::winograd::PackedWinograd;

/// A net that is ready to run. It may run on several threads at once.
#[derive(Clone, Debug)]
pub struct Runner {
    net: Arc<Net>,
    packed: Arc<[Packed]>,
    kernels: Kernels,
    /// What large layers may use.
    idle: IdleCores,
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

/// Gives inputs and takes outputs, row by row: pixels beside each other, the channels of each together.
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
            Operation::Convolution(convolution) => {
                let ranges = net.ranges(layer.inputs[0]);
                match kernels.winograd.and_then(|_| PackedWinograd::new(convolution, ranges)) {
                    Some(packed) => Packed::Winograd(packed),
                    None => Packed::Convolution(PackedConvolution::new(convolution)),
                }
            }
            Operation::Add(add) => Packed::Add(PackedAdd::blocks(add)),
            _ => Packed::Nothing,
        };
        Self {
            packed: net.layers().iter().map(pack).collect(),
            net: Arc::new(net),
            kernels,
            idle: IdleCores::default(),
        }
    }

    /// Lets large layers borrow cores that are idle.
    #[must_use]
    pub fn with_idle_cores(self, idle: &IdleCores) -> Self {
        Self { idle: idle.clone(), ..self }
    }

    /// Returns the net.
    #[must_use]
    pub fn net(&self) -> &Net {
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
    /// Those of `rows`; [`Error::Core`] if memory runs out, or the deadline passes.
    ///
    /// # Panics
    ///
    /// If the schedule is that of another net.
    pub fn run(&self, schedule: &Schedule, rows: &mut dyn Rows, deadline: Deadline) -> Result<(), Error> {
        let mut run = Run::new(self, schedule, deadline)?;
        while run.step(rows)? {}
        Ok(())
    }
}

/// A run that goes on when it is asked to.
#[derive(Debug)]
pub struct Run<'a, S> {
    runner: &'a Runner,
    schedule: S,
    deadline: Deadline,
    /// The step that comes next.
    next: usize,
    buffers: Vec<Vec<Lanes>>,
    zeros: Vec<Lanes>,
    samples: Vec<i16>,
    /// For each thread that worked on a layer.
    scratch: Vec<Scratch>,
}

impl<'a, S: Borrow<Schedule>> Run<'a, S> {
    /// Begins a run.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if memory cannot be had.
    ///
    /// # Panics
    ///
    /// If the schedule is that of another net.
    pub fn new(runner: &'a Runner, schedule: S, deadline: Deadline) -> Result<Self, Error> {
        let plan: &Schedule = schedule.borrow();
        assert_eq!(plan.values.len(), runner.net.values(), "a schedule is for the net that it was made of");
        let mut buffers: Vec<Vec<Lanes>> = Vec::new();
        buffers.resize_with(plan.buffers.len(), Vec::new);
        let widest = plan.values.iter().map(|held| held.layout.len()).max().unwrap_or(0);
        let longest = plan.values.iter().map(|held| held.layout.width * held.layout.channels).max().unwrap_or(0);
        let (zeros, samples) = (try_filled(widest, Lanes::default())?, try_filled(longest, 0)?);
        Ok(Self { runner, schedule, deadline, next: 0, buffers, zeros, samples, scratch: Vec::new() })
    }

    /// Takes the next step: makes some rows of a layer, and hands out those that are for whoever asked. Says whether there was one.
    ///
    /// # Errors
    ///
    /// Those of `rows`; [`Error::Core`] if memory cannot be had, or the deadline passes.
    pub fn step(&mut self, rows: &mut dyn Rows) -> Result<bool, Error> {
        let schedule: &Schedule = self.schedule.borrow();
        let Runner { net, packed, kernels, idle } = self.runner;
        let Some(step) = schedule.steps.get(self.next) else { return Ok(false) };
        self.deadline.check()?;
        let held = &schedule.values[step.value.0];
        let mut buffer = mem::take(&mut self.buffers[held.buffer]);
        if buffer.is_empty() {
            buffer = try_filled(schedule.buffers[held.buffer], Lanes::default())?;
        }
        let samples = &mut self.samples[..held.layout.width * held.layout.channels];
        let run = StepRun { schedule, step, held, buffers: &self.buffers, zeros: &self.zeros, kernels, idle };
        match step.value.0.checked_sub(net.inputs().len()) {
            Some(layer) => run.layer(&net.layers()[layer], &packed[layer], &mut buffer, &mut self.scratch)?,
            None => self.runner.read(held, step, rows, samples, &mut buffer)?,
        }
        for output in (0..net.outputs().len()).filter(|&output| net.outputs()[output] == step.value) {
            let handed = &schedule.outputs[output];
            for row in step.rows.start.max(handed.start)..step.rows.end.min(handed.end) {
                unpack(held, held.row(&buffer, row), samples);
                rows.write(output, row, samples)?;
            }
        }
        self.buffers[held.buffer] = buffer;
        self.next += 1;
        Ok(true)
    }
}

impl Runner {
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
    pub(crate) fn row<'a>(&self, buffer: &'a [Lanes], row: usize) -> &'a [Lanes] {
        &buffer[row % self.kept * self.layout.len()..][..self.layout.len()]
    }

    /// Returns the place of a row.
    pub(crate) fn row_mut<'a>(&self, buffer: &'a mut [Lanes], row: usize) -> &'a mut [Lanes] {
        &mut buffer[row % self.kept * self.layout.len()..][..self.layout.len()]
    }

    /// Returns rows and their places.
    ///
    /// # Panics
    ///
    /// If fewer are kept.
    pub(crate) fn rows_mut<'a>(&self, buffer: &'a mut [Lanes], rows: Range<usize>) -> Vec<(usize, &'a mut [Lanes])> {
        let mut places: Vec<Option<&mut [Lanes]>> = buffer.chunks_exact_mut(self.layout.len()).map(Some).collect();
        let take = |row: usize| (row, places[row % self.kept].take().expect("all rows of a step are kept"));
        rows.map(take).collect()
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
