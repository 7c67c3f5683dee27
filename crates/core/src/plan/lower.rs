//! From options to steps: `lower` walks the list once and leaves nothing to decide.
//!
//! It needs the sizes of the sources, not their pixels, so it runs before anything is decoded: a request that is wrong or
//! too large costs no memory.

use palmette_ops::transform::{Border, Length, Segment, Trim, TrimBorder, TrimEdges, Upscale};
use palmette_ops::{Color, Draw, Fit, Gravity, ImageIndex, Op, Repeat, Rotate, Transform};

use super::blur::BlurStep;
use super::geometry::{self, Fitted};
use super::resample::ResizeStep;
use super::step::{DrawStep, Origin, Pause, Plan, SharpenStep, Step, StepKind};
use super::tone::{LookupTable, SaturationMatrix};
use crate::measure::{self, BorderMeasure, MeasureStep, Measurement, WindowMeasure, WindowMethod};
use crate::model::{Ability, ModelStep, SharedModel};
use crate::{Error, Layout, Limits, Rectangle, Size};

/// Plans a request without a model: `sources[i]` is the size of node `i`, and node 0 becomes the result.
///
/// # Errors
///
/// Those of [`lower_with_model`], among them [`Error::NeedsModel`] for every option that needs one.
pub fn lower(ops: &[Op<Transform, Draw>], sources: &[Size], limits: &Limits) -> Result<Plan, Error> {
    lower_with_model(ops, sources, limits, None)
}

/// Plans a request as [`lower`] does, with the help of a model if there is one.
///
/// # Errors
///
/// [`Error::AtOp`], which names the entry of the list, around: [`Error::TooLarge`] if the result of a step breaks a limit,
/// [`Error::NeedsModel`] for an option that needs a model which is not there or cannot do that, [`Error::ZoomNotBuilt`],
/// [`Error::NodeMissing`] if a node does not exist or was drawn already, [`Error::OutOfMemory`] if a table cannot be
/// allocated. [`Error::TooLarge`] by itself if a source breaks a limit.
pub fn lower_with_model(
    ops: &[Op<Transform, Draw>],
    sources: &[Size],
    limits: &Limits,
    model: Option<SharedModel>,
) -> Result<Plan, Error> {
    for &size in sources {
        limits.check(size)?;
    }
    let result = *sources.first().ok_or(Error::NodeMissing { index: 0 })?;
    let origin = Origin { ops: ops.into(), limits: *limits, model, pause: None };
    let plan = Plan { sources: sources.to_vec(), steps: Vec::new(), result, origin };
    let nodes = sources.iter().copied().map(Some).collect();
    lower_from(plan, Pause { position: 0, step_count: 0, nodes, measurements: Vec::new() })
}

/// Adds the steps of the entries from `pause` on, as far as the measurements reach.
pub(super) fn lower_from(mut plan: Plan, pause: Pause) -> Result<Plan, Error> {
    let Pause { position: first, nodes, measurements, .. } = pause;
    let ops = plan.origin.ops.clone();
    let mut lowering = Lowering {
        limits: plan.origin.limits,
        model: plan.origin.model.clone(),
        nodes,
        measurements: measurements.iter(),
        steps: plan.steps,
    };
    for (position, op) in ops.iter().enumerate().skip(first) {
        let step_count = lowering.steps.len();
        let lowered = match op {
            Op::Transform { image_index, options } => lowering.transform(position, *image_index, options),
            Op::Draw { draw_image_index, target_image_index, options } => {
                lowering.draw(position, *draw_image_index, *target_image_index, options)
            }
        };
        match lowered {
            Ok(()) => {}
            Err(Stop::Unmeasured) => {
                // The measurements belong to the entry that this walk began with.
                let measurements = if position == first { measurements.clone() } else { Vec::new() };
                plan.origin.pause = Some(Pause { position, step_count, nodes: lowering.nodes.clone(), measurements });
                break;
            }
            Err(Stop::Failed(error)) => return Err(error.at_op(position, op.kind())),
        }
    }
    let canvas = lowering.find(ImageIndex::CANVAS)?;
    plan.steps = lowering.steps;
    // The node does not know yet of the steps of an entry that stopped in the middle.
    let last = plan.steps.iter().rfind(|step| step.node == ImageIndex::CANVAS);
    plan.result = last.map_or(canvas, |step| step.output);
    Ok(plan)
}

/// Why an entry of the list cannot be lowered to its end.
enum Stop {
    /// It is wrong.
    Failed(Error),
    /// It depends on a measurement that is still to be made; the last step makes it.
    Unmeasured,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// The state of a walk over the list.
struct Lowering<'a> {
    limits: Limits,
    model: Option<SharedModel>,
    /// The size of each node; `None` for one that was drawn.
    nodes: Vec<Option<Size>>,
    measurements: std::slice::Iter<'a, Measurement>,
    steps: Vec<Step>,
}

impl Lowering<'_> {
    /// Returns the size of a node that still has a picture.
    fn find(&self, index: ImageIndex) -> Result<Size, Error> {
        self.nodes.get(index.0 as usize).copied().flatten().ok_or(Error::NodeMissing { index: index.0 })
    }

    fn transform(&mut self, position: usize, node: ImageIndex, options: &Transform) -> Result<(), Stop> {
        let size = self.find(node)?;
        let mut lowering = NodeLowering { walk: self, node, position, size };
        lowering.transform(options)?;
        let size = lowering.size;
        self.nodes[node.0 as usize] = Some(size);
        Ok(())
    }

    fn draw(&mut self, position: usize, drawn: ImageIndex, target: ImageIndex, options: &Draw) -> Result<(), Stop> {
        let foreground = self.find(drawn)?;
        self.nodes[drawn.0 as usize] = None;
        let size = self.find(target)?;
        NodeLowering { walk: self, node: target, position, size }.draw(drawn, foreground, options)?;
        Ok(())
    }
}

/// Lowers one entry of the list: the node it changes and how large that is by now.
struct NodeLowering<'a, 'b> {
    walk: &'a mut Lowering<'b>,
    node: ImageIndex,
    position: usize,
    size: Size,
}

impl NodeLowering<'_, '_> {
    /// Lowers one `transform` object, in the order in which its options apply.
    fn transform(&mut self, options: &Transform) -> Result<(), Stop> {
        self.check_models(options)?;
        // Our choice: first, so that everything else, a trim by border too, sees only what is kept.
        if options.segment == Some(Segment::Foreground) {
            let model = self.model(SEGMENT)?;
            self.push("segment", self.size, StepKind::Model(ModelStep::Segment(model)))?;
        }
        self.trim(options.trim)?;
        if let Some(flip) = options.flip {
            self.push("flip", self.size, StepKind::Flip(flip))?;
        }
        self.rotate(options.rotate.unwrap_or(Rotate::None))?;
        let padded = self.resize(options)?;
        self.tone(options)?;
        if let Some(radius @ 1..) = options.blur {
            self.push("blur", self.size, StepKind::Blur(BlurStep::new(radius)))?;
        }
        let strength = to_units(options.sharpen.unwrap_or(0.0) / 10.0, 10 * u32::from(SharpenStep::STRENGTH_ONE));
        if strength > 0 {
            let strength = u16::try_from(strength).expect("at most 5,000");
            self.push("sharpen", self.size, StepKind::Sharpen(SharpenStep { strength }))?;
        }
        if let Some(color) = options.background
            && !padded
        {
            self.push("background", self.size, StepKind::Background(color))?;
        }
        self.border(options.border)?;
        Ok(())
    }

    fn trim(&mut self, trim: Option<Trim>) -> Result<(), Stop> {
        match trim {
            None => Ok(()),
            Some(Trim::Edges(edges)) => Ok(self.trim_edges(&edges)?),
            Some(Trim::Border(border)) => self.trim_border(&border),
        }
    }

    /// Lowers a trim by what the picture shows.
    fn trim_border(&mut self, border: &TrimBorder) -> Result<(), Stop> {
        let measure =
            BorderMeasure { color: border.color, tolerance: tolerance_units(border.tolerance), keep: border.keep };
        let Measurement::Rectangle { left, top, size } = self.measure("trim", MeasureStep::Border(measure))? else {
            return Err(Error::WrongMeasurement.into());
        };
        if size != self.size {
            self.push("trim", size, StepKind::Crop { left, top })?;
        }
        Ok(())
    }

    /// Appends a measuring step, and returns its answer if it was made already.
    fn measure(&mut self, option: &'static str, measure: MeasureStep) -> Result<Measurement, Stop> {
        self.push(option, self.size, StepKind::Measure(measure))?;
        self.walk.measurements.next().copied().ok_or(Stop::Unmeasured)
    }

    /// Lowers a trim by measure. The cuts from left and top come first; a width or height is kept from there on.
    fn trim_edges(&mut self, edges: &TrimEdges) -> Result<(), Error> {
        let size = self.size;
        let along = |len: u32, start: Option<Length>, end: Option<Length>, kept: Option<Length>| {
            let start = start.map_or(0, |start| geometry::length(start, len));
            let left = len.saturating_sub(start).saturating_sub(end.map_or(0, |end| geometry::length(end, len)));
            let kept = kept.map_or(left, |kept| geometry::length(kept, len).min(left));
            if kept == 0 { Err(Error::NothingLeft { option: "trim", size }) } else { Ok((start, kept)) }
        };
        let (left, width) = along(size.width, edges.left, edges.right, edges.width)?;
        let (top, height) = along(size.height, edges.top, edges.bottom, edges.height)?;
        let output = Size::new(width, height);
        if output == size { Ok(()) } else { self.push("trim", output, StepKind::Crop { left, top }) }
    }

    /// Lowers brightness, contrast, gamma and saturation, a rounding each.
    fn tone(&mut self, options: &Transform) -> Result<(), Error> {
        type MakeTable = fn(f64) -> LookupTable;
        let tables: [(&'static str, Option<f64>, MakeTable); 3] = [
            ("brightness", options.brightness, LookupTable::brightness),
            ("contrast", options.contrast, LookupTable::contrast),
            ("gamma", options.gamma, LookupTable::gamma),
        ];
        for (option, value, table) in tables {
            // 0 is ignored, 1 does nothing.
            if let Some(value) = value.filter(|&value| value != 0.0 && value != 1.0) {
                self.push(option, self.size, StepKind::Lookup(table(value)))?;
            }
        }
        if let Some(factor) = options.saturation.filter(|&factor| factor != 1.0) {
            self.push("saturation", self.size, StepKind::Saturation(SaturationMatrix::new(factor)))?;
        }
        Ok(())
    }

    /// Lowers a border, which enlarges the canvas.
    fn border(&mut self, border: Option<Border>) -> Result<(), Error> {
        let Some(Border { color, top, right, bottom, left }) = border else { return Ok(()) };
        let sum = |len: u32, before: u32, after: u32| len.saturating_add(before).saturating_add(after);
        let output = Size::new(sum(self.size.width, left, right), sum(self.size.height, top, bottom));
        if output == self.size {
            return Ok(());
        }
        self.push("border", output, StepKind::Pad { left, top, surround: color, under: false })
    }

    fn rotate(&mut self, rotate: Rotate) -> Result<(), Error> {
        let output = match rotate {
            Rotate::None => return Ok(()),
            Rotate::Half => self.size,
            Rotate::Quarter | Rotate::ThreeQuarters => self.size.transposed(),
        };
        self.push("rotate", output, StepKind::Rotate(rotate))
    }

    /// Lowers width, height, fit and gravity; says whether `fit: pad` has taken the background.
    fn resize(&mut self, options: &Transform) -> Result<bool, Stop> {
        let fit = options.fit.unwrap_or_default();
        let (width, height) = (options.width.map(u32::from), options.height.map(u32::from));
        let Some(fitted) = geometry::resolve_fit(self.size, width, height, fit) else { return Ok(false) };
        self.scale(fitted, options.gravity.unwrap_or(Gravity::Center), options.upscale.unwrap_or_default())?;
        let Some(canvas) = fitted.canvas else { return Ok(false) };
        let surround = options.background;
        if canvas != self.size || surround.is_some() {
            let kind = StepKind::Pad {
                left: (canvas.width - self.size.width) / 2,
                top: (canvas.height - self.size.height) / 2,
                surround: surround.unwrap_or(Color::WHITE),
                under: surround.is_some(),
            };
            self.push("fit", canvas, kind)?;
        }
        Ok(fit == Fit::Pad)
    }

    /// Scales and cuts in one step, or does as little of it as is needed.
    fn scale(&mut self, fitted: Fitted, gravity: Gravity, upscale: Upscale) -> Result<(), Stop> {
        let (input, scaled, window) = (self.size, fitted.scaled, fitted.window);
        // Before a table is made: its size follows from the window's.
        self.walk.limits.check(window)?;
        let (left, top) = self.window_offset(scaled, window, gravity)?;
        // Our choice: a picture that shrinks along one axis is resampled, even if it grows along the other.
        let grows = scaled.width >= input.width && scaled.height >= input.height && scaled != input;
        if grows && upscale == Upscale::Generate {
            let model = self.model(GENERATE)?;
            self.push("upscale", scaled, StepKind::Model(ModelStep::Enlarge(model)))?;
        }
        if scaled == self.size {
            if window == scaled {
                return Ok(());
            }
            return Ok(self.push("fit", window, StepKind::Crop { left, top })?);
        }
        let kept = Rectangle { left, top, size: window };
        let step = ResizeStep::new((input, Layout::Rgba), scaled, kept, Layout::Rgba)?;
        self.push("width, height", window, StepKind::Resize(step))?;
        Ok(())
    }

    /// Finds the window of the scaled picture that is kept; by measuring only where there is a choice.
    fn window_offset(&mut self, scaled: Size, window: Size, gravity: Gravity) -> Result<(u32, u32), Stop> {
        let method = match gravity {
            _ if window == scaled => return Ok((0, 0)),
            Gravity::Auto => WindowMethod::Saliency,
            Gravity::Entropy => WindowMethod::Entropy,
            Gravity::Face => WindowMethod::Faces(self.model(FACE)?),
            _ => {
                return Ok(geometry::window_offset(scaled, window, gravity).expect("the others are measured"));
            }
        };
        // A model looks at the picture itself: who knows how small a face it finds.
        let copy_size = match method {
            WindowMethod::Faces(_) => self.size,
            WindowMethod::Saliency | WindowMethod::Entropy => measure::copy_size(self.size),
        };
        let copy = if copy_size == self.size {
            None
        } else {
            let whole = Rectangle { left: 0, top: 0, size: copy_size };
            Some(Box::new(ResizeStep::new((self.size, Layout::Rgba), copy_size, whole, Layout::Rgba)?))
        };
        let measure = WindowMeasure { method, copy, copy_size, scaled, window };
        match self.measure("gravity", MeasureStep::Window(measure))? {
            Measurement::Offset { left, top } => Ok((left, top)),
            Measurement::Rectangle { .. } => Err(Error::WrongMeasurement.into()),
        }
    }

    /// Lowers one `draw`.
    fn draw(&mut self, foreground: ImageIndex, foreground_size: Size, options: &Draw) -> Result<(), Error> {
        let repeats_x = matches!(options.repeat, Repeat::X | Repeat::Both);
        let repeats_y = matches!(options.repeat, Repeat::Y | Repeat::Both);
        let kind = StepKind::Draw(DrawStep {
            foreground,
            foreground_size,
            composite: options.composite,
            opacity: to_units(options.opacity, DrawStep::OPACITY_ONE),
            horizontal: geometry::tiling(self.size.width, foreground_size.width, options.horizontal, repeats_x),
            vertical: geometry::tiling(self.size.height, foreground_size.height, options.vertical, repeats_y),
        });
        self.push("draw", self.size, kind)
    }

    /// Refuses what needs a model that is not there, also where it would change nothing, so that nothing is silently replaced
    /// by something else.
    fn check_models(&self, options: &Transform) -> Result<(), Error> {
        let needs = [
            (options.segment.is_some(), SEGMENT),
            (options.gravity == Some(Gravity::Face), FACE),
            // A zoom is one on faces; without them it would be ignored.
            (options.zoom.is_some(), ZOOM),
            (options.upscale == Some(Upscale::Generate), GENERATE),
        ];
        for (_, need) in needs.into_iter().filter(|(is_given, _)| *is_given) {
            self.model(need)?;
        }
        if options.zoom.is_some_and(|zoom| zoom > 0.0) { Err(Error::ZoomNotBuilt) } else { Ok(()) }
    }

    /// Returns the model if it can do what an option needs.
    fn model(&self, Need { option, ability }: Need) -> Result<SharedModel, Error> {
        let model = self.walk.model.clone().filter(|model| model.can(ability));
        model.ok_or(Error::NeedsModel { option, ability })
    }

    /// Appends a step after checking what it makes.
    fn push(&mut self, option: &'static str, output: Size, kind: StepKind) -> Result<(), Error> {
        self.walk.limits.check(output)?;
        let input = std::mem::replace(&mut self.size, output);
        self.walk.steps.push(Step { node: self.node, op_position: self.position, option, input, output, kind });
        Ok(())
    }
}

/// Counts a fraction of 0 to 1 in units, `one` of them to 1, rounded to nearest, halves up.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 to 1 before it is scaled")]
fn to_units(fraction: f64, one: u32) -> u32 {
    (fraction.clamp(0.0, 1.0) * f64::from(one) + 0.5).floor() as u32
}

/// Returns the largest difference in units of 1/255 level that is within a tolerance of 0 to 255 levels.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 to 255 before it is scaled")]
fn tolerance_units(tolerance: f64) -> u32 {
    (tolerance.clamp(0.0, 255.0) * 255.0).floor() as u32
}

/// What an option needs a model for.
#[derive(Clone, Copy)]
struct Need {
    option: &'static str,
    ability: Ability,
}

const SEGMENT: Need = Need { option: "segment: foreground", ability: Ability::Foreground };
const FACE: Need = Need { option: "gravity: face", ability: Ability::Faces };
const ZOOM: Need = Need { option: "zoom", ability: Ability::Faces };
const GENERATE: Need = Need { option: "upscale: generate", ability: Ability::Enlarge };

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    const PHOTO: Size = Size::new(4000, 3000);

    fn transform(options: Transform) -> Op<Transform, Draw> {
        Op::Transform { image_index: ImageIndex::CANVAS, options }
    }

    fn sized(width: u32, height: u32) -> Transform {
        Transform { width: NonZeroU32::new(width), height: NonZeroU32::new(height), ..Transform::default() }
    }

    fn kinds(plan: &Plan) -> Vec<&'static str> {
        plan.steps.iter().map(|step| step.kind.name()).collect()
    }

    #[test]
    fn lower_does_nothing_for_nothing() {
        let plan =
            lower(&[transform(Transform::default()), transform(sized(4000, 3000))], &[PHOTO], &Limits::default())
                .unwrap();
        assert!(plan.steps.is_empty());
        assert_eq!(plan.result, PHOTO);
    }

    #[test]
    fn lower_applies_options_in_their_fixed_order() {
        let options = Transform {
            background: Some(Color::BLACK),
            rotate: Some(Rotate::Quarter),
            flip: Some(palmette_ops::Flip::Horizontal),
            ..sized(300, 300)
        };
        let plan = lower(&[transform(options)], &[PHOTO], &Limits::default()).unwrap();
        assert_eq!(kinds(&plan), ["flip", "rotate", "resize", "background"]);
        assert_eq!(plan.result, Size::new(225, 300));
    }

    #[test]
    fn lower_pad_takes_the_background() {
        let options = Transform { background: Some(Color::BLACK), fit: Some(Fit::Pad), ..sized(300, 300) };
        let plan = lower(&[transform(options)], &[PHOTO], &Limits::default()).unwrap();
        assert_eq!(kinds(&plan), ["resize", "pad"]);
        let without_size = Transform { background: Some(Color::BLACK), fit: Some(Fit::Pad), ..Transform::default() };
        let plan = lower(&[transform(without_size)], &[PHOTO], &Limits::default()).unwrap();
        assert_eq!(kinds(&plan), ["background"]);
    }

    #[test]
    fn lower_checks_every_intermediate_before_it_exists() {
        let error = lower(
            &[transform(Transform { fit: Some(Fit::Squeeze), ..sized(u32::MAX, 1) })],
            &[PHOTO],
            &Limits::default(),
        );
        assert!(matches!(error, Err(Error::AtOp { position: 0, kind: "transform", .. })), "{error:?}");
        let limits = Limits { max_area_px: 1000, ..Limits::default() };
        assert!(matches!(lower(&[], &[PHOTO], &limits), Err(Error::TooLarge { .. })));
    }

    #[test]
    fn lower_refuses_what_needs_a_model() {
        let error = lower(
            &[transform(Transform { gravity: Some(Gravity::Face), ..Transform::default() })],
            &[PHOTO],
            &Limits::default(),
        );
        assert_eq!(
            error.unwrap_err().to_string(),
            "op 0, transform: `gravity: face` needs a model that finds faces, and none is configured"
        );
    }

    #[test]
    fn lower_stops_at_a_measurement_and_goes_on_with_its_answer() {
        let border = TrimBorder { color: None, tolerance: 10.0, keep: 0 };
        let options = Transform {
            trim: Some(Trim::Border(border)),
            fit: Some(Fit::Cover),
            gravity: Some(Gravity::Auto),
            ..sized(300, 300)
        };
        let plan = lower(&[transform(options)], &[PHOTO], &Limits::default()).unwrap();
        assert_eq!((kinds(&plan), plan.is_complete()), (vec!["measure"], false));
        let size = Size::new(2000, 1000);
        let plan = plan.resume(Measurement::Rectangle { left: 5, top: 6, size }).unwrap();
        assert_eq!((kinds(&plan), plan.is_complete()), (vec!["measure", "crop", "measure"], false));
        assert_eq!(plan.result, size);
        let plan = plan.resume(Measurement::Offset { left: 300, top: 0 }).unwrap();
        assert_eq!(kinds(&plan), ["measure", "crop", "measure", "resize"]);
        assert_eq!((plan.is_complete(), plan.result), (true, Size::new(300, 300)));
    }

    #[test]
    fn lower_goes_on_in_the_entry_that_measured() {
        let draw = Op::Draw {
            draw_image_index: ImageIndex(1),
            target_image_index: ImageIndex::CANVAS,
            options: Draw::default(),
        };
        let trim = || transform(Transform { trim: Some(Trim::Border(TrimBorder::default())), ..Transform::default() });
        let ops = [transform(sized(400, 300)), draw, trim(), trim(), transform(sized(10, 10))];
        let plan = lower(&ops, &[PHOTO, Size::new(9, 9)], &Limits::default()).unwrap();
        assert_eq!(kinds(&plan), ["resize", "draw", "measure"]);
        let answer = |width| Measurement::Rectangle { left: 1, top: 1, size: Size::new(width, 30) };
        let plan = plan.resume(answer(60)).unwrap();
        assert_eq!(kinds(&plan), ["resize", "draw", "measure", "crop", "measure"]);
        let plan = plan.resume(answer(20)).unwrap();
        assert_eq!(kinds(&plan), ["resize", "draw", "measure", "crop", "measure", "crop", "resize"]);
        assert_eq!((plan.is_complete(), plan.result), (true, Size::new(7, 10)));
        assert!(matches!(plan.resume(answer(5)), Err(Error::WrongMeasurement)));
    }

    #[test]
    fn lower_refuses_nodes_that_are_gone() {
        let draw = Op::Draw {
            draw_image_index: ImageIndex(1),
            target_image_index: ImageIndex::CANVAS,
            options: Draw::default(),
        };
        let error = lower(&[draw.clone(), draw], &[PHOTO, PHOTO], &Limits::default()).unwrap_err();
        assert!(matches!(error, Error::AtOp { position: 1, kind: "draw", .. }), "{error}");
    }

    #[test]
    fn tolerance_counts_what_is_within_it() {
        let units = |tolerance: f64| {
            let border = TrimBorder { tolerance, ..TrimBorder::default() };
            let options = Transform { trim: Some(Trim::Border(border)), ..Transform::default() };
            let plan = lower(&[transform(options)], &[PHOTO], &Limits::default()).unwrap();
            match plan.steps[0].kind {
                StepKind::Measure(MeasureStep::Border(measure)) => measure.tolerance,
                _ => unreachable!("a trim by border measures"),
            }
        };
        // 128 units are 0.502 levels, which is more than half a level.
        assert_eq!([0.0, 0.5, 0.2, 0.6, 10.0, 255.0].map(units), [0, 127, 51, 153, 2_550, 65_025]);
    }

    #[test]
    fn lower_skips_a_strength_that_is_none() {
        let options = Transform { sharpen: Some(1e-300), ..Transform::default() };
        assert!(lower(&[transform(options)], &[PHOTO], &Limits::default()).unwrap().steps.is_empty());
    }

    #[test]
    fn opacity_of_decimals_is_exact() {
        assert_eq!(
            [1.0, 0.75, 0.001, 0.0].map(|opacity| to_units(opacity, DrawStep::OPACITY_ONE)),
            [16_000, 12_000, 16, 0]
        );
    }
}
