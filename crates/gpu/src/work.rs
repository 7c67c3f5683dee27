//! What a plan makes the kernels do, counted without a device, and what that costs on one.
//!
//! A kernel has a unit of its own: a word of the result, which is a pixel or four neighbours of a plane; for those that resample,
//! a word of one tap; for convolutions of nets, a product. So a price is what one unit takes, and a plan costs the sum of all units times their prices.

use palmette_core::measure::MeasureStep;
use palmette_core::model::{Enlarging, ModelStep, Program, Segmenting};
use palmette_core::net::{Convolution, Graph, Operation};
use palmette_core::plan::{Axis, AxisOrder, NetArithmetic, Plan, ResizeStep, Step, StepKind, Value};
use palmette_core::{Layout, Size};

use crate::device::GpuOptions;
use crate::image::{Tiling, words_of};
use crate::kernels::{
    KERNELS, Kernel, alpha, blur_h, blur_v, border, draw, draw_plane, guide, map, map_plane, net_add, net_average,
    net_bilinear, net_convolve, net_depthwise, net_max_pool, net_nearest, net_pixel_shuffle, net_pixels, net_place,
    net_samples, net_sum, net_table, resize_h, resize_h_plane, resize_v, sharpen, ycc_to_rgba,
};
use crate::net::tiles::Tiles;

/// Words of a pixel of the copy that a mask is made on: itself, its samples, its mask, its line.
const COPY_WORDS: u64 = 1 + 2 + 1 + 3;

/// A number for each kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct PerKernel([f64; KERNELS.len()]);

impl PerKernel {
    /// Returns the number of a kernel.
    fn of(&mut self, name: &str) -> &mut f64 {
        let place = KERNELS.iter().position(|kernel| kernel.name == name).expect("every kernel is in the list");
        &mut self.0[place]
    }

    fn iter(&self) -> impl Iterator<Item = (&'static str, f64)> {
        KERNELS.iter().zip(self.0).map(|(kernel, number)| (kernel.name, number))
    }
}

/// The units of work of each kernel, and what a plan for a device leaves to the host.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Work {
    kernels: PerKernel,
    /// What nets compute on the host.
    pub on_host: NetArithmetic,
    /// Bytes that go to the host in between, or come from there.
    pub moved_bytes: u64,
    /// Whether a net looks so far around a pixel, or makes so much of its picture, that no device can run it.
    pub is_too_large: bool,
}

impl Work {
    /// Counts what a plan makes kernels do. Windows that are measured on small copies are left out.
    #[must_use]
    pub fn of_plan(plan: &Plan) -> Self {
        let mut work = Self::default();
        for step in plan.steps() {
            if let Some(input) = plan.input(step) {
                work.add_step(plan, step, input);
            }
        }
        work
    }

    /// Returns the kernels that have something to do, each with its units.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, f64)> {
        self.kernels.iter().filter(|&(_, units)| units > 0.0)
    }

    fn add_step(&mut self, plan: &Plan, step: &Step, input: Value) {
        let output = plan.output(step).unwrap_or(input);
        match &step.kind {
            StepKind::Measure { measure: MeasureStep::Border(_), answer: None, .. } => {
                self.add(&border::KERNEL, words(input))
            }
            StepKind::Measure { measure: MeasureStep::Faces(_), answer: None, .. } => {
                self.on_host += step.kind.arithmetic(input, output).nets;
            }
            StepKind::Read(_) | StepKind::Measure { .. } => {}
            StepKind::Model(step) => self.add_model(step, input.size, output.size),
            StepKind::Crop { .. }
            | StepKind::Flip(_)
            | StepKind::Rotate(_)
            | StepKind::Pad { .. }
            | StepKind::Lookup(_)
            | StepKind::Saturation(_)
            | StepKind::Background(_) => {
                // Steps in a row are one dispatch.
                if !is_moved_on(plan, step) {
                    let kernel = if output.layout.is_rgba() { &map::KERNEL } else { &map_plane::KERNEL };
                    self.add(kernel, words(output));
                }
            }
            StepKind::Resize(resize) => self.add_resize(resize, input, output),
            StepKind::Blur(_) => {
                self.add(&blur_h::KERNEL, words(output));
                self.add(&blur_v::KERNEL, words(output));
            }
            StepKind::Sharpen(_) => self.add(&sharpen::KERNEL, words(output)),
            StepKind::Draw(step) => {
                let kernel = if output.layout.is_rgba() { &draw::KERNEL } else { &draw_plane::KERNEL };
                self.add(kernel, words(Value { size: step.covered(output.size), ..output }));
            }
        }
    }

    /// Adds both passes over every plane, and what makes pixels of planes.
    fn add_resize(&mut self, resize: &ResizeStep, input: Value, output: Value) {
        let is_pixels = input.layout.is_rgba();
        let horizontal = if is_pixels { &resize_h::KERNEL } else { &resize_h_plane::KERNEL };
        for plane in 0..input.layout.planes() {
            let passes = resize.passes(plane);
            let read = input.layout.samples(plane, input.size);
            let made = if output.layout.is_rgba() { output.size } else { output.layout.samples(plane, output.size) };
            let (taps_h, taps_v) = (taps(&passes.horizontal), taps(&passes.vertical));
            let (high, wide) = match passes.order {
                AxisOrder::HorizontalFirst => (Size::new(made.width, read.height), made),
                AxisOrder::VerticalFirst => (made, Size::new(read.width, made.height)),
            };
            let words = |size: Size| words_of(if is_pixels { Layout::Rgba } else { Layout::GRAY }, 0, size).area();
            self.add(horizontal, words(high) * taps_h);
            self.add(&resize_v::KERNEL, words(wide) * taps_v);
        }
        if output.layout.is_rgba() && !is_pixels {
            self.add(&ycc_to_rgba::KERNEL, output.size.area());
        }
    }

    /// Adds what a model does, by its program or on the host.
    fn add_model(&mut self, step: &ModelStep, picture: Size, output: Size) {
        match step.program(picture, output) {
            Some(Program::Enlarge(program)) => self.add_enlarging(&program),
            Some(Program::Segment(program)) => self.add_segmenting(&program, picture),
            None => {
                self.on_host += step.arithmetic(picture, output);
                self.moved_bytes += picture.bytes() + output.bytes();
            }
        }
    }

    /// Adds a net on all tiles of a picture, and what makes the size and the alpha of the result.
    fn add_enlarging(&mut self, program: &Enlarging) {
        let Enlarging { net, picture, made, .. } = program;
        let tiling = Tiling::new(GpuOptions::default().page_shift);
        let tiles = Tiles::of_picture(net, *picture, tiling);
        let pass = program.pass().filter(|&pass| tiling.check(pass).is_ok());
        let (Some(tiles), Some(pass)) = (tiles, pass) else {
            self.is_too_large = true;
            return;
        };
        self.add(&net_samples::KERNEL, tiles.pixels(0));
        self.add_net(net, &tiles);
        self.add(&net_pixels::KERNEL, pass.area());
        for from in [pass, *picture] {
            if from != *made
                && let Ok(resize) = program.resize(from)
            {
                self.add_resize(&resize, Value::rgba(from), Value::rgba(*made));
            }
        }
        self.add(&alpha::KERNEL, made.area());
    }

    /// Adds a net on a copy, which goes to the host as its mask does, and the mask of the picture.
    fn add_segmenting(&mut self, program: &Segmenting, picture: Size) {
        if let Ok(Some(resize)) = program.resize(picture) {
            self.add_resize(&resize, Value::rgba(picture), Value::rgba(program.copy));
        }
        let sizes = program.net.sizes(&[program.copy]);
        let tiling = Tiling::new(GpuOptions::default().page_shift);
        let tiles = sizes.and_then(|sizes| Tiles::whole(&program.net, &sizes, tiling));
        match tiles {
            Some(tiles) => self.add_net(&program.net, &tiles),
            None => self.is_too_large = true,
        }
        self.moved_bytes += 4 * COPY_WORDS * program.copy.area();
        self.add(&guide::KERNEL, picture.area());
    }

    /// Adds the layers of a net.
    fn add_net(&mut self, net: &Graph, tiles: &Tiles) {
        for (operation, units) in tiles.units(net) {
            let kernel = match operation {
                Operation::Convolution(Convolution { is_depthwise: true, .. }) => &net_depthwise::KERNEL,
                Operation::Convolution(_) => &net_convolve::KERNEL,
                Operation::Add(_) => &net_add::KERNEL,
                Operation::MaxPool(_) => &net_max_pool::KERNEL,
                Operation::GlobalAverage => {
                    self.add(&net_average::KERNEL, units.div_ceil(net_sum::PART.into()));
                    &net_sum::KERNEL
                }
                Operation::Nearest { .. } => &net_nearest::KERNEL,
                Operation::Bilinear { .. } => &net_bilinear::KERNEL,
                Operation::Concat | Operation::PadChannels { .. } => &net_place::KERNEL,
                Operation::PixelShuffle { .. } => &net_pixel_shuffle::KERNEL,
                Operation::Table(_) => &net_table::KERNEL,
            };
            self.add(kernel, units);
        }
    }

    fn add(&mut self, kernel: &Kernel, units: u64) {
        *self.kernels.of(kernel.name) += float(units);
    }
}

/// Seconds that a unit of each kernel takes on a device.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prices(PerKernel);

impl Prices {
    /// Gives every kernel a price.
    pub fn new(price: impl Fn(&'static str) -> f64) -> Self {
        Self(PerKernel(KERNELS.map(|kernel| price(kernel.name))))
    }

    /// Returns the seconds that the kernels of some work take.
    #[must_use]
    pub fn of(&self, work: &Work) -> f64 {
        self.0.0.iter().zip(work.kernels.0).map(|(price, units)| price * units).sum()
    }

    /// Returns all kernels, each with its price.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, f64)> {
        self.0.iter()
    }
}

/// Returns the words of all planes of a value.
fn words(Value { size, layout }: Value) -> u64 {
    (0..layout.planes()).map(|plane| words_of(layout, plane, size).area()).sum()
}

/// Returns the taps of an axis that is resampled.
fn taps(axis: &Axis) -> u64 {
    match axis {
        Axis::Copy { .. } => 0,
        Axis::Filter(table) => table.taps() as u64,
    }
}

/// Tells whether a step makes each pixel of one other.
const fn is_move(kind: &StepKind) -> bool {
    matches!(
        kind,
        StepKind::Crop { .. }
            | StepKind::Flip(_)
            | StepKind::Rotate(_)
            | StepKind::Pad { .. }
            | StepKind::Lookup(_)
            | StepKind::Saturation(_)
            | StepKind::Background(_)
    )
}

/// Tells whether what a step makes is taken by such a step alone, so that both run as one.
fn is_moved_on(plan: &Plan, step: &Step) -> bool {
    let Some(output) = step.output else { return false };
    let takes = |other: &&Step| other.inputs.contains(&output);
    let mut takers = plan.steps().iter().filter(takes);
    let is_result = plan.outputs().contains(&output);
    takers.next().is_some_and(|taker| is_move(&taker.kind)) && takers.next().is_none() && !is_result
}

/// Returns a count as a real number.
#[expect(clippy::cast_precision_loss, reason = "a limit keeps pictures, and what is done to them, far below 2^53")]
const fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use palmette_core::plan::blur::BlurStep;
    use palmette_core::plan::{Builder, Placed};
    use palmette_core::{Rectangle, Spacing};
    use palmette_ops::{Flip, Rotate};

    use super::*;

    const PHOTO: Size = Size::new(400, 300);

    /// Plans one step after the other on a source.
    fn plan(source: Value, steps: Vec<(Size, StepKind)>) -> Plan {
        let mut builder = Builder::default();
        let mut picture = builder.read(0, source);
        for (size, kind) in steps {
            picture = builder.then(&[picture], size, kind);
        }
        builder.finish(vec![picture])
    }

    fn units(plan: &Plan) -> Vec<(&'static str, f64)> {
        Work::of_plan(plan).iter().collect()
    }

    #[test]
    fn work_of_moves_in_a_row_is_that_of_the_last() {
        let turned = PHOTO.transposed();
        let flip = StepKind::Flip(Flip::Horizontal);
        let steps = vec![(PHOTO, flip.clone()), (turned, StepKind::Rotate(Rotate::Quarter)), (turned, flip)];
        assert_eq!(units(&plan(Value::rgba(PHOTO), steps)), [("map", 120_000.0)]);
    }

    #[test]
    fn work_of_a_blur_is_that_of_both_passes() {
        let steps = vec![(PHOTO, StepKind::Blur(BlurStep::new(3)))];
        assert_eq!(units(&plan(Value::rgba(PHOTO), steps)), [("blur_h", 120_000.0), ("blur_v", 120_000.0)]);
    }

    #[test]
    fn work_of_a_resize_is_by_taps_and_planes() {
        let half = Size::new(200, 150);
        let work = |layout| {
            let source = Value { size: PHOTO, layout };
            let resize = ResizeStep::new(&Placed::from(source), half, Rectangle::whole(half), Layout::Rgba).unwrap();
            units(&plan(source, vec![(half, StepKind::Resize(resize))]))
        };
        // Twelve taps along each axis; the one from left to right comes first, on all rows.
        assert_eq!(work(Layout::Rgba), [("resize_h", 200.0 * 300.0 * 12.0), ("resize_v", 200.0 * 150.0 * 12.0)]);
        // Luma is a quarter of that, and chroma of half size is copied.
        let planes = work(Layout::ycc(Spacing::new(2, 2)));
        let expected = [
            ("resize_h_plane", 50.0 * 300.0 * 12.0),
            ("resize_v", 50.0 * 150.0 * 12.0),
            ("ycc_to_rgba", 200.0 * 150.0),
        ];
        assert_eq!(planes, expected);
    }

    #[test]
    fn work_costs_what_its_kernels_do() {
        let prices = Prices::new(|name| if name == "blur_h" { 2.0 } else { 1.0 });
        let blurred = plan(Value::rgba(PHOTO), vec![(PHOTO, StepKind::Blur(BlurStep::new(3)))]);
        assert!((prices.of(&Work::of_plan(&blurred)) - 360_000.0).abs() < 0.5);
    }
}
