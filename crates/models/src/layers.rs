//! The rows that a step of a schedule makes, layer by layer.

use palmette_core::alloc::try_filled;
use palmette_core::net::{Layer, Operation, Place, ValueId, Window};

use crate::Error;
use crate::kernels::winograd::{Sums, Winograd};
use crate::kernels::{Kernels, average, channels, nearest, pixel_shuffle, table};
use crate::layout::{CHANNELS, Lanes, RowLayout, Taps};
use crate::packed::{PackedAdd, PackedConvolution, Words};
use crate::schedule::{Held, Schedule, Step};
use crate::winograd::{GROUP, PLACES, PackedWinograd};

/// What kernels want of a layer.
#[derive(Clone, Debug)]
pub(crate) enum Packed {
    Convolution(PackedConvolution),
    Winograd(PackedWinograd),
    Add(Vec<PackedAdd>),
    Nothing,
}

/// What lies between the stages of a convolution by tiles.
#[derive(Debug)]
pub(crate) struct Scratch {
    samples: Vec<Lanes>,
    sums: Vec<Sums>,
}

impl Scratch {
    /// Makes room for all layers of a schedule.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if memory runs out.
    pub(crate) fn new(schedule: &Schedule) -> Result<Self, Error> {
        Ok(Self {
            samples: try_filled(schedule.scratch, Lanes::default())?,
            sums: try_filled(1, [[Words::default(); GROUP]; PLACES])?,
        })
    }
}

/// What a step works with.
pub(crate) struct StepRun<'a> {
    pub(crate) schedule: &'a Schedule,
    pub(crate) step: &'a Step,
    pub(crate) held: &'a Held,
    pub(crate) buffers: &'a [Vec<Lanes>],
    pub(crate) zeros: &'a [Lanes],
    pub(crate) kernels: &'a Kernels,
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

    /// Returns a row, or zeros in its place.
    fn or_zeros(&self, row: Option<&'a [Lanes]>, from: &RowLayout) -> &'a [Lanes] {
        row.unwrap_or(&self.zeros[..from.len()])
    }

    /// Makes the rows of a step.
    pub(crate) fn layer(&self, layer: &Layer, packed: &Packed, buffer: &mut [Lanes], scratch: &mut Scratch) {
        for row in self.step.rows.clone() {
            self.held.layout.clear_border(self.held.row_mut(buffer, row));
        }
        match (&layer.operation, packed) {
            (Operation::Convolution(convolution), Packed::Convolution(packed)) => {
                self.convolve(&convolution.window, packed, layer.inputs[0], buffer);
            }
            (Operation::Convolution(convolution), Packed::Winograd(packed)) => {
                let stages = self.kernels.winograd.as_ref().expect("packed for kernels that have them");
                self.convolve_tiles(&convolution.window, packed, stages, layer.inputs[0], buffer, scratch);
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
            .map(|row| self.or_zeros(row, from))
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

    /// Convolves by tiles, two rows at a time.
    fn convolve_tiles(
        &self,
        window: &Window,
        packed: &PackedWinograd,
        stages: &Winograd,
        input: ValueId,
        buffer: &mut [Lanes],
        scratch: &mut Scratch,
    ) {
        let (from, to) = (&self.input(input).layout, &self.held.layout);
        let left = from.before - window.before(1, from.width);
        let Scratch { samples, sums: all_sums } = scratch;
        let sums = &mut all_sums[0];
        let place = from.blocks() * GROUP;
        let mut rows = self.step.rows.clone();
        while let Some(first) = rows.next() {
            let second = rows.next();
            let above = self.under(window, input, first);
            // Without a second row, nothing depends on what lies below the first one.
            let last = second.and_then(|row| self.under(window, input, row).last().flatten());
            let mut read = above.chain([last]).map(|row| self.or_zeros(row, from));
            let read: [&[Lanes]; 4] = std::array::from_fn(|_| read.next().expect("three under a window, and one"));
            let [made, below] = self.held.rows_mut(buffer, [Some(first), second]);
            for x in (0..to.width).step_by(2 * GROUP) {
                let width = (to.width - x).min(2 * GROUP);
                let tiles = width.div_ceil(2);
                for block in 0..from.blocks() {
                    let start = block * from.pitch() + left + x;
                    (stages.transform)(read.map(|row| &row[start..]), tiles, &mut samples[block * GROUP..], place);
                }
                for block in 0..to.blocks() {
                    (stages.multiply)(packed, block, samples, tiles, sums);
                    let made = [&mut *made, &mut *below].map(|row| match row {
                        [] => row,
                        row => &mut to.block_mut(row, block)[x..x + width],
                    });
                    (stages.finish)(packed, block, sums, made);
                }
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
