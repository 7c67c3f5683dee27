//! What a plan makes the kernels do, counted without a device, and what that costs on one.
//!
//! A kernel has a unit of its own: a word of the result, which is a pixel or four neighbours of a plane; for those that resample,
//! a word of one tap. So a price is what one unit takes, and a plan costs the sum of all units times their prices.

use palmette_core::measure::MeasureStep;
use palmette_core::plan::{Axis, AxisOrder, Plan, ResizeStep, Step, StepKind, Value};
use palmette_core::{Layout, Size};

use crate::image::words_of;
use crate::kernels::{
    KERNELS, Kernel, blur_h, blur_v, border, draw, draw_plane, map, map_plane, resize_h, resize_h_plane, resize_v,
    sharpen, ycc_to_rgba,
};

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

/// The units of work of each kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Work(PerKernel);

impl Work {
    /// Counts what a plan makes kernels do. Models, and windows that are measured on small copies, are left out.
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
        self.0.iter().filter(|&(_, units)| units > 0.0)
    }

    fn add_step(&mut self, plan: &Plan, step: &Step, input: Value) {
        let output = plan.output(step).unwrap_or(input);
        match &step.kind {
            StepKind::Measure { measure: MeasureStep::Border(_), answer: None, .. } => {
                self.add(&border::KERNEL, words(input))
            }
            StepKind::Read(_) | StepKind::Model(_) | StepKind::Measure { .. } => {}
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

    fn add(&mut self, kernel: &Kernel, units: u64) {
        *self.0.of(kernel.name) += float(units);
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

    /// Returns the seconds that work takes.
    #[must_use]
    pub fn of(&self, work: &Work) -> f64 {
        self.0.0.iter().zip(work.0.0).map(|(price, units)| price * units).sum()
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
