//! The schedule of a run: the order in which rows are made, how long each is kept, and so the memory that it takes.
//!
//! Rows of the result are made in bands. A band asks each layer for the rows that it needs and that are not there yet, from the
//! last layer to the first; then they are made, from the first to the last. So a net of convolutions runs over a picture of any
//! size in the memory of some rows of each layer, and computes nothing twice: a large picture needs no tiles that overlap. With one
//! band, layers run one after the other, whole, and share memory when their readers are done.
//!
//! A part of the rows of a result can be asked for ([`Schedule::part`]); layers then make the rows that the part needs. Several parts may run at once. No
//! sample depends on bands or parts.

use std::ops::Range;

use palmette_core::net::{Layer, Operation, ValueId};
use palmette_core::{Pixmap, Size};

use crate::Error;
use crate::kernels::winograd::Sums;
use crate::layout::{Lanes, RowLayout};
use crate::net::Net;
use crate::winograd;

/// A schedule has at most so many steps.
const MAX_STEPS: usize = 1 << 21;

/// A buffer has at most so many lanes.
const MAX_LANES: usize = 1 << 30;

/// Makes rows of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The value.
    pub(crate) value: ValueId,
    /// Its rows.
    pub(crate) rows: Range<usize>,
}

/// How a value is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// Its rows in memory.
    pub(crate) layout: RowLayout,
    /// Its rows in the picture.
    pub(crate) height: usize,
    /// How many rows are kept: row `y` lies at `y % kept`.
    pub(crate) kept: usize,
    /// The buffer that it lies in.
    pub(crate) buffer: usize,
}

/// The order of a run's work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    pub(crate) steps: Vec<Step>,
    pub(crate) values: Vec<Held>,
    /// The lanes of each buffer.
    pub(crate) buffers: Vec<usize>,
    /// The rows of each output that it hands out.
    pub(crate) outputs: Vec<Range<usize>>,
    /// The most lanes that lie between the stages of a convolution by tiles.
    pub(crate) scratch: usize,
}

impl Schedule {
    /// Plans a run on inputs of these sizes, in bands of that many rows of the first output.
    ///
    /// # Errors
    ///
    /// Those of [`Net::sizes`], and [`Error::Core`] if no machine has that much memory.
    pub fn new(net: &Net, inputs: &[Size], band_rows: usize) -> Result<Self, Error> {
        Self::part(net, inputs, band_rows, [0, 1])
    }

    /// Plans part `part[0]` of `part[1]`: as [`Schedule::new`], but only its share of the rows of each output.
    ///
    /// # Errors
    ///
    /// Those of [`Schedule::new`]; [`Error::OutOfRange`] if there is no such part.
    pub fn part(net: &Net, inputs: &[Size], band_rows: usize, part: [usize; 2]) -> Result<Self, Error> {
        if part[0] >= part[1] {
            let wide = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
            return Err(Error::OutOfRange { what: "part", given: wide(part[0]), least: 0, most: wide(part[1]) - 1 });
        }
        let sizes = net.sizes(inputs)?;
        let heights: Vec<usize> = sizes.iter().map(|size| size.height as usize).collect();
        let layouts = layouts(net, &sizes);
        let planning = Planning { net, heights: &heights };
        let needed = planning.needed(part);
        let (steps, kept) = planning.steps(band_rows, &needed);
        let mut values: Vec<Held> = layouts
            .into_iter()
            .zip(heights.iter().zip(kept))
            .map(|(layout, (&height, kept))| Held { layout, height, kept, buffer: 0 })
            .collect();
        let buffers = share(net, &steps, &mut values)?;
        let outputs = net.outputs().iter().map(|output| planning.share(output.0, part)).collect();
        let tiled = |layer: &Layer| match &layer.operation {
            Operation::Convolution(convolution) if winograd::fits(&convolution.window) => {
                winograd::scratch_lanes(convolution.in_channels)
            }
            _ => 0,
        };
        let scratch = net.layers().iter().map(tiled).max().unwrap_or(0);
        Ok(Self { steps, values, buffers, outputs, scratch })
    }

    /// Returns how much memory a run takes, without the weights and what its caller holds.
    #[must_use]
    pub fn memory_bytes(&self) -> u64 {
        let sums = if self.scratch == 0 { 0 } else { size_of::<Sums>() };
        let lanes = self.buffers.iter().sum::<usize>() + self.scratch;
        (lanes * size_of::<Lanes>() + sums) as u64
    }

    /// Returns the bytes of a picture of what one step of the first output makes, at most.
    pub(crate) fn band_bytes(&self, output: ValueId) -> u64 {
        let rows = self.steps.iter().filter(|step| step.value == output).map(|step| step.rows.len()).max();
        (rows.unwrap_or(0) * self.values[output.0].layout.width * Pixmap::PIXEL_BYTES) as u64
    }

    /// Returns the rows of each output that it hands out: all of them, or its part.
    #[must_use]
    pub fn outputs(&self) -> &[Range<usize>] {
        &self.outputs
    }
}

/// Returns how the rows of each value lie, with room for the padding of its readers.
fn layouts(net: &Net, sizes: &[Size]) -> Vec<RowLayout> {
    let of_value = |(value, size): (usize, &Size)| RowLayout {
        channels: net.channels(ValueId(value)),
        width: size.width as usize,
        before: 0,
        behind: 0,
    };
    let mut layouts: Vec<RowLayout> = sizes.iter().enumerate().map(of_value).collect();
    for (index, layer) in net.layers().iter().enumerate() {
        if let Operation::Convolution(convolution) = &layer.operation {
            let positions = sizes[net.made_by(index).0].width as usize;
            layouts[layer.inputs[0].0].reach(&convolution.window, positions);
        }
    }
    layouts
}

/// A net and the height of each of its values.
struct Planning<'a> {
    net: &'a Net,
    heights: &'a [usize],
}

impl Planning<'_> {
    /// Returns the layer that makes a value, if none has to be given.
    fn layer(&self, value: usize) -> Option<&Layer> {
        value.checked_sub(self.net.inputs().len()).map(|layer| &self.net.layers()[layer])
    }

    /// Returns the share of a part in the rows of a value.
    fn share(&self, value: usize, [part, parts]: [usize; 2]) -> Range<usize> {
        let height = self.heights[value];
        height * part / parts..height * (part + 1) / parts
    }

    /// Returns the rows of each value that a part of the outputs needs.
    fn needed(&self, part: [usize; 2]) -> Vec<Range<usize>> {
        let mut needed = vec![0..0; self.heights.len()];
        for output in self.net.outputs() {
            needed[output.0] = self.share(output.0, part);
        }
        for value in (0..needed.len()).rev() {
            let Some(layer) = self.layer(value).filter(|_| !needed[value].is_empty()) else { continue };
            for input in &layer.inputs {
                let read = layer.operation.reads(0, needed[value].clone(), self.heights[input.0]);
                needed[input.0] = joined(&needed[input.0], &read);
            }
        }
        needed
    }

    /// Returns the steps, and how many rows of each value are kept.
    fn steps(&self, band_rows: usize, needed: &[Range<usize>]) -> (Vec<Step>, Vec<usize>) {
        let values = needed.len();
        let rows = needed[self.net.outputs()[0].0].len();
        let most_bands = (MAX_STEPS / values).max(1);
        let bands = rows.div_ceil(band_rows.max(1)).clamp(1, most_bands);
        let mut readers: Vec<Vec<usize>> = vec![Vec::new(); values];
        for value in 0..values {
            for input in self.layer(value).map_or(&[][..], |layer| &layer.inputs) {
                readers[input.0].push(value);
            }
        }
        let mut made: Vec<usize> = needed.iter().map(|rows| rows.start).collect();
        let (mut steps, mut kept) = (Vec::new(), vec![0; values]);
        for band in 1..=bands {
            let mut wanted = made.clone();
            for output in self.net.outputs() {
                let rows = &needed[output.0];
                wanted[output.0] = rows.start + rows.len() * band / bands;
            }
            for value in (0..values).rev() {
                let Some(layer) = self.layer(value).filter(|_| wanted[value] > made[value]) else { continue };
                for input in &layer.inputs {
                    let read = layer.operation.reads(0, made[value]..wanted[value], self.heights[input.0]);
                    wanted[input.0] = wanted[input.0].max(read.end);
                }
            }
            for value in 0..values {
                if wanted[value] <= made[value] {
                    continue;
                }
                let first = |&reader: &usize| {
                    let next = made[reader]..made[reader] + 1;
                    let operation = self.layer(reader).map(|layer| &layer.operation)?;
                    (made[reader] < needed[reader].end).then(|| operation.reads(0, next, self.heights[value]).start)
                };
                // Rows that nothing reads stay for this step alone.
                let first = readers[value].iter().filter_map(first).fold(made[value], usize::min);
                kept[value] = kept[value].max(wanted[value] - first);
                steps.push(Step { value: ValueId(value), rows: made[value]..wanted[value] });
                made[value] = wanted[value];
            }
        }
        (steps, kept)
    }
}

/// Returns the smallest range that holds both.
fn joined(first: &Range<usize>, second: &Range<usize>) -> Range<usize> {
    match (first.is_empty(), second.is_empty()) {
        (_, true) => first.clone(),
        (true, _) => second.clone(),
        _ => first.start.min(second.start)..first.end.max(second.end),
    }
}

/// Gives each value a buffer, which others may have before and after; returns the lanes of the buffers.
///
/// # Errors
///
/// [`Error::Core`] if no machine has that much memory.
fn share(net: &Net, steps: &[Step], values: &mut [Held]) -> Result<Vec<usize>, Error> {
    // The first and the last step that touch a value.
    let mut life: Vec<Option<[usize; 2]>> = vec![None; values.len()];
    for (at, step) in steps.iter().enumerate() {
        let layer = step.value.0.checked_sub(net.inputs().len()).map(|layer| &net.layers()[layer]);
        let read = layer.map_or(&[][..], |layer| &layer.inputs);
        for value in read.iter().chain([&step.value]) {
            life[value.0].get_or_insert([at; 2])[1] = at;
        }
    }
    let mut by_start: Vec<([usize; 2], usize)> =
        life.iter().enumerate().filter_map(|(value, life)| life.map(|life| (life, value))).collect();
    by_start.sort_unstable();
    // The lanes of each buffer, and the step after which it is free.
    let mut buffers: Vec<[usize; 2]> = Vec::new();
    for ([first, last], value) in by_start {
        let lanes = values[value].layout.len().checked_mul(values[value].kept).filter(|&lanes| lanes <= MAX_LANES);
        let lanes = lanes.ok_or(palmette_core::Error::OutOfMemory { bytes: u64::MAX })?;
        let free = || buffers.iter().enumerate().filter(|(_, buffer)| buffer[1] < first);
        let fits = free().filter(|(_, buffer)| buffer[0] >= lanes).min_by_key(|(_, buffer)| buffer[0]);
        let chosen = fits.or_else(|| free().max_by_key(|(_, buffer)| buffer[0])).map(|(index, _)| index);
        let index = chosen.unwrap_or_else(|| {
            buffers.push([0; 2]);
            buffers.len() - 1
        });
        buffers[index] = [buffers[index][0].max(lanes), last];
        values[value].buffer = index;
    }
    Ok(buffers.into_iter().map(|[lanes, _]| lanes).collect())
}
