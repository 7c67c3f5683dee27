//! The rows that a step of a schedule makes, layer by layer.

use std::thread;

use palmette_core::IdleCores;
use palmette_core::alloc::try_filled;
use palmette_core::net::{Convolution, Layer, Operation, Place, ValueId, Window};

use crate::Error;
use crate::kernels::winograd::{Sums, Winograd};
use crate::kernels::{Kernels, average, channels, nearest, pixel_shuffle, table};
use crate::layout::{CHANNELS, Lanes, RowLayout, Taps};
use crate::packed::{PackedAdd, PackedConvolution, Words};
use crate::schedule::{Held, Schedule, Step};
use crate::winograd::{GROUP, PLACES, PackedWinograd};

/// Products that a core is worth being borrowed for: a tenth to half of a millisecond.
const CORE_PRODUCTS: usize = 1 << 24;

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
    pub(crate) idle: &'a IdleCores,
}

/// Rows that are made, and their places.
type Made<'b> = (usize, &'b mut [Lanes]);

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
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if memory runs out.
    pub(crate) fn layer(
        &self,
        layer: &Layer,
        packed: &Packed,
        buffer: &mut [Lanes],
        scratch: &mut Vec<Scratch>,
    ) -> Result<(), Error> {
        for row in self.step.rows.clone() {
            self.held.layout.clear_border(self.held.row_mut(buffer, row));
        }
        match (&layer.operation, packed) {
            (Operation::Convolution(convolution), Packed::Convolution(packed)) => {
                self.share(convolution, buffer, scratch, &|rows, _| {
                    self.convolve(&convolution.window, packed, layer.inputs[0], rows);
                })?;
            }
            (Operation::Convolution(convolution), Packed::Winograd(packed)) => {
                let stages = self.kernels.winograd.as_ref().expect("packed for kernels that have them");
                self.share(convolution, buffer, scratch, &|rows, scratch| {
                    self.convolve_tiles(&convolution.window, packed, stages, layer.inputs[0], rows, scratch);
                })?;
            }
            (Operation::Add(_), Packed::Add(packed)) => self.add(packed, layer, buffer),
            (operation, _) => {
                for row in self.step.rows.clone() {
                    self.make_row(operation, layer, row, self.held.row_mut(buffer, row));
                }
            }
        }
        Ok(())
    }

    /// Makes the rows of a convolution: on several cores, if there are many products and cores are idle. Which rows a core makes no sample
    /// depends on.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if memory runs out.
    fn share(
        &self,
        convolution: &Convolution,
        buffer: &mut [Lanes],
        scratch: &mut Vec<Scratch>,
        make: &(dyn Fn(&mut [Made<'_>], &mut Scratch) + Sync),
    ) -> Result<(), Error> {
        let mut rows = self.held.rows_mut(buffer, self.step.rows.clone());
        let products = rows.len() * self.held.layout.width * convolution.weights.len();
        // Tiles go over two rows.
        let most = rows.len().div_ceil(2).min(products / CORE_PRODUCTS);
        let cores = self.idle.borrow(most.saturating_sub(1));
        let threads = cores.count() + 1;
        while scratch.len() < threads {
            scratch.push(Scratch::new(self.schedule)?);
        }
        let share = rows.len().div_ceil(threads).next_multiple_of(2);
        let mut parts = rows.chunks_mut(share).zip(scratch);
        let Some((own, own_scratch)) = parts.next() else { return Ok(()) };
        if threads == 1 {
            make(own, own_scratch);
            return Ok(());
        }
        thread::scope(|scope| {
            for (rows, scratch) in parts {
                scope.spawn(move || make(rows, scratch));
            }
            make(own, own_scratch);
        });
        Ok(())
    }

    /// Convolves: block by block, so that its weights stay near for all rows.
    fn convolve(&self, window: &Window, packed: &PackedConvolution, input: ValueId, made: &mut [Made<'_>]) {
        let from = &self.input(input).layout;
        let rows: Vec<&[Lanes]> = made
            .iter()
            .flat_map(|&(row, _)| self.under(window, input, row))
            .map(|row| self.or_zeros(row, from))
            .collect();
        let kernel = if packed.is_depthwise { self.kernels.depthwise } else { self.kernels.convolve };
        for block in 0..self.held.layout.blocks() {
            for ((_, made), rows) in made.iter_mut().zip(rows.chunks_exact(window.taps[0])) {
                let taps = Taps {
                    rows,
                    pitch: from.pitch(),
                    start: from.before - window.before(1, from.width),
                    count: window.taps[1],
                    step: window.dilation[1],
                    stride: window.stride[1],
                };
                kernel(packed, block, &taps, self.held.layout.block_mut(made, block));
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
        made: &mut [Made<'_>],
        Scratch { samples, sums }: &mut Scratch,
    ) {
        let (from, to) = (&self.input(input).layout, &self.held.layout);
        let left = from.before - window.before(1, from.width);
        let sums = &mut sums[0];
        let place = from.blocks() * GROUP;
        for pair in made.chunks_mut(2) {
            let above = self.under(window, input, pair[0].0);
            // Without a second row, nothing depends on what lies below the first one.
            let last = pair.get(1).and_then(|&(row, _)| self.under(window, input, row).last().flatten());
            let mut read = above.chain([last]).map(|row| self.or_zeros(row, from));
            let read: [&[Lanes]; 4] = std::array::from_fn(|_| read.next().expect("three under a window, and one"));
            for x in (0..to.width).step_by(2 * GROUP) {
                let width = (to.width - x).min(2 * GROUP);
                let tiles = width.div_ceil(2);
                for block in 0..from.blocks() {
                    let start = block * from.pitch() + left + x;
                    (stages.transform)(read.map(|row| &row[start..]), tiles, &mut samples[block * GROUP..], place);
                }
                for block in 0..to.blocks() {
                    (stages.multiply)(packed, block, samples, tiles, sums);
                    let mut rows = pair.iter_mut().map(|(_, row)| &mut to.block_mut(row, block)[x..x + width]);
                    let made = [rows.next().unwrap_or_default(), rows.next().unwrap_or_default()];
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
