//! How much arithmetic a step is, counted before anything is known of the machine or the engine.

use std::ops::AddAssign;

use super::graph::Value;
use super::resample::{Axis, AxisOrder, ResizeStep};
use crate::{Layout, Size};

/// Bytes of a sample between the two passes of a resize or a blur.
const WIDE_SAMPLE_BYTES: u64 = 2;

/// What a step computes, by kind of arithmetic, in samples times the terms that each takes.
///
/// Samples are those of 8 bits: a pixel of RGBA has four. The price of a plan is each count times what one of its kind
/// takes on an engine; so a new step needs no price of its own unless it brings a new kind of arithmetic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arithmetic {
    /// Bytes of pixels that are read and written, with those that go from one pass to the next.
    pub traffic_bytes: u64,
    /// Samples that move from a row to a column.
    pub transposed: u64,
    /// Samples that are looked up in a table, or compared.
    pub looked_up: u64,
    /// Products of a matrix of colours.
    pub products: u64,
    /// Products of a table of weights.
    pub taps: u64,
    /// Samples times the running means that they enter.
    pub means: u64,
    /// Samples that are blended, with their exact division.
    pub blends: u64,
    /// Samples that are divided by an alpha that came out of a sum.
    pub divisions: u64,
    /// What nets compute.
    pub nets: NetArithmetic,
}

/// What nets compute, by kind of layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NetArithmetic {
    /// Products of convolutions over all channels.
    pub convolved: u64,
    /// Products of convolutions of each channel by itself.
    pub depthwise: u64,
    /// Samples that all other layers make.
    pub layered: u64,
}

impl AddAssign for NetArithmetic {
    fn add_assign(&mut self, other: Self) {
        let Self { convolved, depthwise, layered } = other;
        self.convolved = self.convolved.saturating_add(convolved);
        self.depthwise = self.depthwise.saturating_add(depthwise);
        self.layered = self.layered.saturating_add(layered);
    }
}

impl AddAssign for Arithmetic {
    fn add_assign(&mut self, other: Self) {
        let Self { traffic_bytes, transposed, looked_up, products, taps, means, blends, divisions, nets } = other;
        self.traffic_bytes += traffic_bytes;
        self.transposed += transposed;
        self.looked_up += looked_up;
        self.products += products;
        self.taps += taps;
        self.means += means;
        self.blends += blends;
        self.divisions += divisions;
        self.nets += nets;
    }
}

impl Arithmetic {
    /// Counts reading one value and writing another.
    pub(super) const fn moving(input: Value, output: Value) -> Self {
        Self { traffic_bytes: input.bytes() + output.bytes(), ..Self::NONE }
    }

    /// Counts two passes over pictures of RGBA, with means of each channel in both.
    pub(super) const fn averaging(input: Value, output: Value, means_per_sample: u64, wide_passes: u64) -> Self {
        let between = 2 * wide_passes * WIDE_SAMPLE_BYTES * output.bytes();
        let traffic_bytes = input.bytes() + output.bytes() + between;
        Self { traffic_bytes, means: means_per_sample * output.bytes(), ..Self::NONE }
    }

    /// Nothing.
    pub(super) const NONE: Self = Self {
        traffic_bytes: 0,
        transposed: 0,
        looked_up: 0,
        products: 0,
        taps: 0,
        means: 0,
        blends: 0,
        divisions: 0,
        nets: NetArithmetic { convolved: 0, depthwise: 0, layered: 0 },
    };
}

impl ResizeStep {
    /// Counts both passes of every plane.
    pub(super) fn arithmetic(&self, input: Value, output: Value) -> Arithmetic {
        let mut sum = Arithmetic::moving(input, output);
        let channels = input.layout.sample_bytes() as u64;
        for plane in 0..input.layout.planes() {
            let passes = self.passes(plane);
            let read = input.layout.samples(plane, input.size);
            let made = if output.layout.is_rgba() { output.size } else { output.layout.samples(plane, output.size) };
            let taps = |axis: &Axis| match axis {
                Axis::Copy { .. } => 0,
                Axis::Filter(table) => table.taps() as u64,
            };
            let (between, first, second) = match passes.order {
                AxisOrder::HorizontalFirst => {
                    (Size::new(made.width, read.height), &passes.horizontal, &passes.vertical)
                }
                AxisOrder::VerticalFirst => (Size::new(read.width, made.height), &passes.vertical, &passes.horizontal),
            };
            sum.taps += channels * (between.area() * taps(first) + made.area() * taps(second));
            sum.traffic_bytes += 2 * WIDE_SAMPLE_BYTES * channels * between.area();
        }
        match (input.layout, output.layout) {
            (Layout::Rgba, _) => sum.divisions = output.bytes(),
            // Each of red, green and blue from luma and the two of chroma.
            (Layout::Planes { chroma: Some(_), .. }, Layout::Rgba) => sum.products = 9 * output.size.area(),
            (Layout::Planes { .. }, _) => {}
        }
        sum
    }
}
