//! How much work a step is for each engine, before anything is known of the machine.
//!
//! For the CPU it is time, as recorded in `benches/results/2026-11-23-epyc-2-cores` (and, for resizes, by the commit that
//! made them faster): a mirrored pixel takes half a nanosecond there and a blurred one fifty times as long, so steps cannot
//! be counted alike. For the GPU it is the pixels that kernels read and write: a card computes faster than its memory
//! delivers. That is reasoned, not measured; no card has a record yet.

use std::ops::AddAssign;

use palmette_core::plan::{AxisOrder, DrawStep, Plan, ResizeStep, StepKind, Tiling, Value};
use palmette_core::{Size, Spacing};
use palmette_ops::Rotate;

/// The work of some steps.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Effort {
    /// Seconds on one core of the recorded machine.
    pub(super) cpu: f64,
    /// Pixels that kernels read and write, of 4 bytes; so four samples of a plane are one.
    pub(super) gpu_pixels: f64,
}

impl AddAssign for Effort {
    fn add_assign(&mut self, other: Self) {
        self.cpu += other.cpu;
        self.gpu_pixels += other.gpu_pixels;
    }
}

impl Effort {
    /// Adds up what all steps are.
    pub(super) fn of_plan(plan: &Plan) -> Self {
        let mut total = Self::default();
        for step in plan.steps() {
            // A source is moved, not computed.
            if let Some(input) = plan.input(step) {
                let output = plan.output(step).unwrap_or(input);
                total += Self::of_step(&step.kind, input, output);
            }
        }
        total
    }

    fn of_step(kind: &StepKind, input: Value, output: Value) -> Self {
        let (read, made) = (pixels(input), pixels(output));
        // A kernel that makes each pixel from one other.
        let map = |cpu_ns: f64| Self { cpu: 1e-9 * cpu_ns * made, gpu_pixels: 2.0 * made };
        match kind {
            StepKind::Read(_)
            | StepKind::Measure { answer: Some(_), .. }
            | StepKind::Rotate(Rotate::None)
            | StepKind::Model(_) => Self::default(),
            StepKind::Crop { .. } | StepKind::Flip(_) | StepKind::Rotate(Rotate::Half) => map(0.5),
            StepKind::Rotate(Rotate::Quarter | Rotate::ThreeQuarters) => map(4.5),
            StepKind::Pad { .. } => map(1.0),
            StepKind::Lookup(_) => map(1.3),
            StepKind::Saturation(_) => map(5.0),
            StepKind::Background(_) => map(8.0),
            StepKind::Sharpen(_) => map(13.0),
            StepKind::Resize(resize) => Self::of_resize(resize, input, output),
            StepKind::Blur(_) => Self { cpu: 26e-9 * made, gpu_pixels: (2.0 + BETWEEN_PASSES) * made },
            StepKind::Draw(draw) => {
                let drawn = covered(draw, output.size);
                Self { cpu: 7.5e-9 * drawn, gpu_pixels: 3.0 * drawn }
            }
            StepKind::Measure { .. } => Self { cpu: 1.5e-9 * read, gpu_pixels: read },
        }
    }

    /// Counts what a resize does to each plane, and, where planes end as pixels, what makes those of them.
    fn of_resize(resize: &ResizeStep, input: Value, output: Value) -> Self {
        let mut total = Self::default();
        let share = if input.layout.is_rgba() { 1.0 } else { 0.25 };
        for plane in 0..input.layout.planes() {
            let spacing = if output.layout.is_rgba() { Spacing::ONE } else { output.layout.spacing(plane) };
            let (from, to) = (input.layout.samples(plane, input.size), spacing.samples(output.size));
            let between = match resize.passes(plane).order {
                AxisOrder::HorizontalFirst => Size::new(to.width, from.height),
                AxisOrder::VerticalFirst => Size::new(from.width, to.height),
            };
            total += Self {
                cpu: 1e-9 * share * (1.5 * area(from) + 5.5 * area(to)),
                gpu_pixels: share * (area(from) + area(to) + BETWEEN_PASSES * area(between)),
            };
        }
        if output.layout.is_rgba() && !input.layout.is_rgba() {
            total += Self { cpu: 1e-9 * area(output.size), gpu_pixels: 2.0 * area(output.size) };
        }
        total
    }
}

/// What a pixel between two passes counts, which has 8 bytes and is written and read.
const BETWEEN_PASSES: f64 = 4.0;

/// Counts the pixels of a target that an overlay covers, at most.
fn covered(draw: &DrawStep, target: Size) -> f64 {
    let side = |tiling: Tiling, foreground: u32, target: u32| match tiling {
        Tiling::Once(_) => foreground.min(target),
        Tiling::Repeat(_) => target,
    };
    area(Size::new(
        side(draw.horizontal, draw.foreground_size.width, target.width),
        side(draw.vertical, draw.foreground_size.height, target.height),
    ))
}

/// Returns how many pixels of RGBA are as many bytes as a value.
#[expect(clippy::cast_precision_loss, reason = "a limit keeps pictures far below 2^53 bytes")]
pub(super) fn pixels(value: Value) -> f64 {
    value.bytes() as f64 / 4.0
}

/// Returns the pixels of a size.
#[expect(clippy::cast_precision_loss, reason = "a limit keeps pictures far below 2^53 pixels")]
pub(super) fn area(size: Size) -> f64 {
    size.area() as f64
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use palmette_core::plan::{Planner, Source, lower};
    use palmette_core::{Layout, Limits, Orientation};
    use palmette_ops::ImageIndex;
    use palmette_ops::{Draw, Flip, Op, Transform};

    use super::*;

    const PHOTO: Size = Size::new(4000, 3000);

    fn effort(options: Transform) -> Effort {
        let ops = [Op::Transform { image_index: ImageIndex::CANVAS, options }];
        Effort::of_plan(&lower(&ops, &[PHOTO], &Limits::default()).unwrap())
    }

    #[test]
    fn effort_of_a_mirror_is_a_fraction_of_that_of_a_blur() {
        let flip = effort(Transform { flip: Some(Flip::Horizontal), ..Transform::default() });
        let blur = effort(Transform { blur: Some(3), ..Transform::default() });
        assert!(blur.cpu > 40.0 * flip.cpu, "{flip:?} {blur:?}");
        assert!(blur.gpu_pixels < 4.0 * flip.gpu_pixels, "{flip:?} {blur:?}");
    }

    #[test]
    fn effort_on_planes_is_that_of_their_bytes() {
        let effort = |layout: Layout, target| {
            let stored = Value { size: PHOTO, layout };
            let source = Source { stored, orientation: Orientation::AS_STORED, is_reducible: false };
            let options = Transform { width: std::num::NonZeroU32::new(800), ..Transform::default() };
            let ops = [Op::Transform { image_index: ImageIndex::CANVAS, options }];
            let planner = Planner::of_sources(&ops, vec![source], &Limits::default()).unwrap();
            Effort::of_plan(&planner.with_target(target).guess().plan)
        };
        let half = Spacing::new(2, 2);
        let [rgba, planes, gray] = [(Layout::Rgba, None), (Layout::ycc(half), Some(half)), (Layout::GRAY, Some(half))]
            .map(|(layout, target)| effort(layout, target));
        let ratio = |part: f64, whole: f64| (part / whole * 8.0).round();
        assert_eq!([planes, gray].map(|some| ratio(some.gpu_pixels, rgba.gpu_pixels)), [3.0, 2.0]);
        assert_eq!([planes, gray].map(|some| ratio(some.cpu, rgba.cpu)), [3.0, 2.0]);
        let converted = effort(Layout::ycc(half), None);
        assert!(converted.gpu_pixels > planes.gpu_pixels && converted.gpu_pixels < rgba.gpu_pixels, "{converted:?}");
    }

    #[test]
    fn effort_of_a_watermark_is_that_of_its_own_pixels() {
        let draw = |repeat| {
            let options = Draw { repeat, ..Draw::default() };
            let ops = [Op::Draw { draw_image_index: ImageIndex(1), target_image_index: ImageIndex::CANVAS, options }];
            Effort::of_plan(&lower(&ops, &[PHOTO, Size::new(100, 100)], &Limits::default()).unwrap())
        };
        let (once, tiled) = (draw(Draw::default().repeat), draw(palmette_ops::Repeat::Both));
        assert_abs_diff_eq!(once.gpu_pixels, 30_000.0, epsilon = 0.5);
        assert_abs_diff_eq!(tiled.gpu_pixels, 36e6, epsilon = 0.5);
    }
}
