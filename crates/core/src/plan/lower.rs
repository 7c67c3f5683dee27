//! From options to steps: each entry of the list is lowered once, and leaves nothing to decide.
//!
//! That takes the sizes of the sources, not their pixels, so it happens before anything is decoded: a request that is wrong or
//! too large costs no memory.

use palmette_ops::transform::{Border, Length, Segment, Trim, TrimBorder, TrimEdges, Upscale};
use palmette_ops::{Color, Draw, Fit, Gravity, ImageIndex, Op, Repeat, Rotate, Transform};

use super::blur::BlurStep;
use super::draft::{Draft as PlanDraft, DraftKind};
use super::geometry::{self, Fitted};
use super::graph::ValueId;
use super::kind::StepKind;
use super::step::{DrawStep, Origin, SharpenStep};
use super::tone::{LookupTable, SaturationMatrix};
use crate::measure::{BorderMeasure, FaceMeasure, MeasureStep, Measurement, WindowMeasure, WindowMethod};
use crate::model::{Ability, ModelStep, SharedModel};
use crate::{Error, Limits, Rectangle, Size};

/// Why an entry of the list cannot be lowered to its end.
pub(super) enum Stop {
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
#[derive(Clone, Debug)]
pub(super) struct Lowering {
    pub(super) limits: Limits,
    pub(super) model: Option<SharedModel>,
    pub(super) draft: PlanDraft,
    /// The picture of each node; `None` for one that was drawn.
    pub(super) nodes: Vec<Option<ValueId>>,
}

impl Lowering {
    /// Lowers one entry, as far as the answers reach.
    pub(super) fn entry(
        &mut self,
        position: usize,
        op: &Op<Transform, Draw>,
        answers: &[Measurement],
    ) -> Result<(), Stop> {
        let node = match op {
            Op::Transform { image_index, .. } => *image_index,
            Op::Draw { target_image_index, .. } => *target_image_index,
        };
        let mut answers = answers.iter();
        let lowered = match op {
            Op::Transform { options, .. } => self.node(position, node, &mut answers).and_then(|mut node| {
                node.transform(options)?;
                Ok(node.picture)
            }),
            Op::Draw { draw_image_index: drawn, options, .. } => self.take(*drawn).and_then(|foreground| {
                let mut node = self.node(position, node, &mut answers)?;
                node.draw(*drawn, foreground, options)?;
                Ok(node.picture)
            }),
        };
        match lowered {
            // An answer too many is one to another question.
            Ok(_) if answers.next().is_some() => Err(Error::WrongMeasurement.at_op(position, op.kind()).into()),
            Ok(picture) => {
                self.nodes[node.0 as usize] = Some(picture);
                Ok(())
            }
            Err(Stop::Failed(error)) => Err(error.at_op(position, op.kind()).into()),
            Err(Stop::Unmeasured) => Err(Stop::Unmeasured),
        }
    }

    /// Returns the picture of a node that still has one.
    pub(super) fn find(&self, index: ImageIndex) -> Result<ValueId, Error> {
        self.nodes.get(index.0 as usize).copied().flatten().ok_or(Error::NodeMissing { index: index.0 })
    }

    /// Takes the picture of a node, which has none from then on.
    fn take(&mut self, index: ImageIndex) -> Result<ValueId, Stop> {
        let picture = self.find(index)?;
        self.nodes[index.0 as usize] = None;
        Ok(picture)
    }

    /// Begins an entry for a node.
    fn node<'a, 'b>(
        &'a mut self,
        position: usize,
        node: ImageIndex,
        answers: &'a mut std::slice::Iter<'b, Measurement>,
    ) -> Result<NodeLowering<'a, 'b>, Stop> {
        let picture = self.find(node)?;
        let size = self.draft.size(picture);
        Ok(NodeLowering { walk: self, answers, node, position, picture, size })
    }
}

/// Lowers one entry of the list: the node it changes, and what that is by now.
struct NodeLowering<'a, 'b> {
    walk: &'a mut Lowering,
    /// What was measured for this entry, in the order of the questions.
    answers: &'a mut std::slice::Iter<'b, Measurement>,
    node: ImageIndex,
    position: usize,
    picture: ValueId,
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

    /// Adds a step that measures, and returns its answer if it was made already.
    fn measure(&mut self, option: &'static str, measure: MeasureStep) -> Result<Measurement, Stop> {
        let answer = self.answers.next().copied();
        let seen = match (&answer, measure.copy_size().filter(|&copy| copy != self.size)) {
            (None, Some(copy)) => self.copy(option, copy),
            _ => self.picture,
        };
        let picture = self.size;
        self.walk.draft.measure(self.origin(option), seen, StepKind::Measure { measure, picture, answer });
        answer.ok_or(Stop::Unmeasured)
    }

    /// Makes a smaller copy to be measured; the picture itself stays.
    fn copy(&mut self, option: &'static str, size: Size) -> ValueId {
        let kind = DraftKind::Scale { scaled: size, window: Rectangle::whole(size) };
        let (origin, inputs) = (self.origin(option), vec![self.picture]);
        self.walk.draft.push(origin, inputs, size, kind)
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
        let (fitted, gravity) = match options.gravity.unwrap_or(Gravity::Center) {
            Gravity::Face => self.around_faces(fitted, fit, options.zoom.unwrap_or(0.0))?,
            gravity => (fitted, gravity),
        };
        self.scale(fitted, gravity, options.upscale.unwrap_or_default())?;
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

    /// Finds the faces, cuts what `zoom` leaves around them, and returns how that is scaled, with the gravity that has the middle
    /// of all faces in the middle; without a face, nothing is cut and the centre is kept.
    fn around_faces(&mut self, fitted: Fitted, fit: Fit, zoom: f64) -> Result<(Fitted, Gravity), Stop> {
        // The other fits show the whole picture.
        let zooms = zoom > 0.0 && matches!(fit, Fit::Cover | Fit::Crop | Fit::AspectCrop);
        if fitted.window == fitted.scaled && !zooms {
            return Ok((fitted, Gravity::Center));
        }
        let measure = MeasureStep::Faces(FaceMeasure::new(self.model(FACE)?, self.size));
        let Measurement::Faces(faces) = self.measure("gravity", measure)? else {
            return Err(Error::WrongMeasurement.into());
        };
        let Some(faces) = faces else { return Ok((fitted, Gravity::Center)) };
        if !zooms {
            return Ok((fitted, geometry::towards(faces, Rectangle::whole(self.size))));
        }
        let area = geometry::zoomed(faces, zoom, self.size, fitted.requested);
        if area.size != self.size {
            self.push("zoom", area.size, StepKind::Crop { left: area.left, top: area.top })?;
        }
        Ok((geometry::resolve_requested(area.size, fitted.requested, fit), geometry::towards(faces, area)))
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
        self.push_with("width, height", window, DraftKind::Scale { scaled, window: kept }, vec![self.picture])?;
        Ok(())
    }

    /// Finds the window of the scaled picture that is kept; by measuring only where there is a choice.
    fn window_offset(&mut self, scaled: Size, window: Size, gravity: Gravity) -> Result<(u32, u32), Stop> {
        let method = match gravity {
            _ if window == scaled => return Ok((0, 0)),
            Gravity::Auto => WindowMethod::Saliency,
            Gravity::Entropy => WindowMethod::Entropy,
            _ => {
                let offset = geometry::window_offset(scaled, window, gravity);
                return Ok(offset.expect("the others are measured, and faces have become a point"));
            }
        };
        let measure = WindowMeasure::new(method, self.size, scaled, window);
        match self.measure("gravity", MeasureStep::Window(measure))? {
            Measurement::Offset { left, top } => Ok((left, top)),
            Measurement::Rectangle { .. } | Measurement::Faces(_) => Err(Error::WrongMeasurement.into()),
        }
    }

    /// Lowers one `draw`.
    fn draw(&mut self, drawn: ImageIndex, foreground: ValueId, options: &Draw) -> Result<(), Error> {
        let foreground_size = self.walk.draft.size(foreground);
        let repeats_x = matches!(options.repeat, Repeat::X | Repeat::Both);
        let repeats_y = matches!(options.repeat, Repeat::Y | Repeat::Both);
        let kind = StepKind::Draw(DrawStep {
            foreground: drawn,
            foreground_size,
            composite: options.composite,
            opacity: to_units(options.opacity, DrawStep::OPACITY_ONE),
            horizontal: geometry::tiling(self.size.width, foreground_size.width, options.horizontal, repeats_x),
            vertical: geometry::tiling(self.size.height, foreground_size.height, options.vertical, repeats_y),
        });
        self.push_with("draw", self.size, DraftKind::Settled(kind), vec![self.picture, foreground])
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
        Ok(())
    }

    /// Returns the model if it can do what an option needs.
    fn model(&self, Need { option, ability }: Need) -> Result<SharedModel, Error> {
        let model = self.walk.model.clone().filter(|model| model.can(ability));
        model.ok_or(Error::NeedsModel { option, ability })
    }

    /// Adds a step that changes the picture.
    fn push(&mut self, option: &'static str, output: Size, kind: StepKind) -> Result<(), Error> {
        self.push_with(option, output, DraftKind::Settled(kind), vec![self.picture])
    }

    /// Adds a step that makes the picture anew of some others, after checking its size.
    fn push_with(
        &mut self,
        option: &'static str,
        output: Size,
        kind: DraftKind,
        inputs: Vec<ValueId>,
    ) -> Result<(), Error> {
        self.walk.limits.check(output)?;
        self.picture = self.walk.draft.push(self.origin(option), inputs, output, kind);
        self.size = output;
        Ok(())
    }

    /// Says who asks for a step.
    const fn origin(&self, option: &'static str) -> Origin {
        Origin { node: self.node, op_position: Some(self.position), option }
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
    use crate::plan::{Plan, Planned, Planner, Value, lower};

    const PHOTO: Size = Size::new(4000, 3000);

    fn transform(options: Transform) -> Op<Transform, Draw> {
        Op::Transform { image_index: ImageIndex::CANVAS, options }
    }

    fn sized(width: u32, height: u32) -> Transform {
        Transform { width: NonZeroU32::new(width), height: NonZeroU32::new(height), ..Transform::default() }
    }

    fn kinds(plan: &Plan) -> Vec<&'static str> {
        plan.asked_steps().map(|step| step.kind.name()).collect()
    }

    #[test]
    fn lower_does_nothing_for_nothing() {
        let plan =
            lower(&[transform(Transform::default()), transform(sized(4000, 3000))], &[PHOTO], &Limits::default())
                .unwrap();
        assert_eq!(plan.asked_steps().count(), 0);
        assert_eq!(plan.result(), Some(Value::rgba(PHOTO)));
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
        assert_eq!(plan.result(), Some(Value::rgba(Size::new(225, 300))));
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
            match Planner::new(&[transform(options)], &[PHOTO], &Limits::default()).unwrap().plan().unwrap() {
                Planned::Measure(plan) => match plan.missing() {
                    Some((MeasureStep::Border(measure), _)) => measure.tolerance,
                    _ => unreachable!("a trim by border measures one"),
                },
                Planned::Complete(_) => unreachable!("a trim by border measures"),
            }
        };
        // 128 units are 0.502 levels, which is more than half a level.
        assert_eq!([0.0, 0.5, 0.2, 0.6, 10.0, 255.0].map(units), [0, 127, 51, 153, 2_550, 65_025]);
    }

    #[test]
    fn lower_skips_a_strength_that_is_none() {
        let options = Transform { sharpen: Some(1e-300), ..Transform::default() };
        assert!(lower(&[transform(options)], &[PHOTO], &Limits::default()).unwrap().asked_steps().next().is_none());
    }

    #[test]
    fn opacity_of_decimals_is_exact() {
        assert_eq!(
            [1.0, 0.75, 0.001, 0.0].map(|opacity| to_units(opacity, DrawStep::OPACITY_ONE)),
            [16_000, 12_000, 16, 0]
        );
    }
}
