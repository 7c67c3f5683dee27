//! One result of a request, planned as if it were the only one.
//!
//! A request for several results has one of these for each, and its bytes are those of a request for it alone: nothing about it
//! depends on the others. What they have in common is found in their plans.

use palmette_codec::EncodeOptions;
use palmette_core::plan::{Guess, Plan, Planned, Planner};
use palmette_core::{Error as CoreError, Limits};
use palmette_ops::{ImageIndex, Op, Place};
use palmette_protocol::{Metadata, Output, OutputFormat, Quality, RawOp, Rendition};

use crate::image::Image;
use crate::{Error, Pipeline};

/// The list that all results of a request begin with.
#[derive(Debug)]
pub(crate) struct List {
    /// The steps, in order.
    pub(crate) ops: Vec<Op>,
    /// The same list as it is sent.
    pub(crate) raw_ops: Vec<RawOp>,
}

/// One result of a request, as far as it is planned without pixels.
#[derive(Debug)]
pub(crate) struct Rendering {
    /// The list as it was sent, with the transforms of this result behind it.
    pub(crate) raw_ops: Vec<RawOp>,
    /// The planner of that, as far as it came without pixels.
    pub(crate) planner: Planner,
    pub(crate) planned: Planned,
    /// The plans to the end, as if every measurement found nothing.
    pub(crate) guess: Guess,
    /// The frames that the steps of the canvas run on; 1 unless the result moves.
    pub(crate) frame_count: u32,
    pub(crate) output: Output,
    naming: Naming,
}

/// How places of one result are named.
#[derive(Clone, Copy, Debug)]
struct Naming {
    /// Which of the outputs it is, from 1.
    output: usize,
    /// Transforms of the canvas in the list of the request.
    listed: usize,
}

impl Naming {
    /// Names the place of a failure as the request has it.
    fn name(self, error: Error) -> Error {
        match error {
            Error::Core(CoreError::At { place, source }) => {
                Error::Core(CoreError::At { place: place.of_output(self.output, self.listed), source })
            }
            error => error,
        }
    }
}

impl Rendering {
    /// Plans the result that is the output of this number, from 1, and checks every size.
    pub(crate) fn plan(
        pipeline: &Pipeline,
        images: &[Image],
        list: &List,
        rendition: Rendition,
        output: usize,
    ) -> Result<Self, Error> {
        let is_of_canvas = |op: &&Op| matches!(op, Op::Transform { image_index: ImageIndex::CANVAS, .. });
        let naming = Naming { output, listed: list.ops.iter().filter(is_of_canvas).count() };
        let (ops, raw_ops) = rendition.continue_list(&list.ops, &list.raw_ops);
        let output = rendition.output;
        let frame_count = frame_count(images, &output, &pipeline.limits)?;
        // Frames are composed of pixels, and encoders of animations take nothing else.
        let target =
            if frame_count > 1 { None } else { palmette_codec::planes_taken(&encode_options(&output, images)) };
        let plan = || {
            let sources = images.iter().map(Image::stored).collect();
            let mut planner = Planner::of_sources(&ops, sources, &pipeline.limits)?
                .with_target(target)
                .with_model(pipeline.model.clone());
            let planned = planner.plan()?;
            check_frames(planned.plan(), &raw_ops, frame_count, &pipeline.limits)?;
            Ok::<_, Error>((planner, planned))
        };
        let (planner, planned) = plan().map_err(|error| naming.name(error))?;
        let guess = match &planned {
            Planned::Complete(plan) => Guess { measuring: Vec::new(), plan: plan.clone() },
            Planned::Measure(_) => planner.guess(),
        };
        Ok(Self { raw_ops, planner, planned, guess, frame_count, output, naming })
    }

    /// Returns its index among the results.
    pub(crate) const fn index(&self) -> usize {
        self.naming.output - 1
    }

    /// Tells whether the result is animated.
    pub(crate) const fn is_animated(&self) -> bool {
        self.frame_count > 1
    }

    /// Checks a plan that had to be measured.
    pub(crate) fn check(&self, plan: &Plan, limits: &Limits) -> Result<(), Error> {
        Ok(check_frames(plan, &self.raw_ops, self.frame_count, limits)?)
    }

    /// Names the place of a failure as the request has it.
    pub(crate) fn name(&self, error: Error) -> Error {
        self.naming.name(error)
    }
}

impl AsRef<Self> for Rendering {
    fn as_ref(&self) -> &Self {
        self
    }
}

/// Tells whether a failure to plan one result is that of the list, and so one of every result.
pub(crate) fn is_of_list(error: &Error) -> bool {
    match error {
        Error::Core(CoreError::At { place: Place::TransformOfOutput { .. }, .. }) => false,
        // Not every result has frames.
        Error::Core(CoreError::At { source, .. }) => !matches!(**source, CoreError::AnimationTooLarge { .. }),
        _ => false,
    }
}

/// Returns the codec's options for a result.
pub(crate) fn encode_options(output: &Output, images: &[Image]) -> EncodeOptions {
    EncodeOptions {
        quality: output.quality.map(Quality::get),
        background: output.background,
        copyright: images
            .first()
            .filter(|_| output.metadata != Metadata::None)
            .and_then(|canvas| canvas.probe()?.copyright.clone()),
        is_baseline: output.is_baseline,
        ..EncodeOptions::new(encode_format(output.format))
    }
}

/// Counts the frames of the result and checks that those of the canvas are not too large together.
fn frame_count(images: &[Image], output: &Output, limits: &Limits) -> Result<u32, Error> {
    let Some(canvas) = images.first().filter(|canvas| moves(canvas.frame_count(), output)) else { return Ok(1) };
    let frame_count = canvas.frame_count();
    limits
        .check_animation(canvas.size(), frame_count)
        .map_err(|error| Error::Source { index: ImageIndex::CANVAS.0 as usize, source: error.into() })?;
    Ok(frame_count)
}

/// Tells whether the result is animated: the canvas is, the output format can be, and nobody said that it must not be.
///
/// Overlays always stand for their first frame.
pub(crate) fn moves(frame_count: u32, output: &Output) -> bool {
    frame_count > 1 && encode_format(output.format).can_move() && output.anim != Some(false)
}

/// Checks the area that all frames together have after every step of the canvas.
///
/// A plan that waits for a measurement is checked as far as it reaches, and has to be checked again.
fn check_frames(plan: &Plan, ops: &[RawOp], frame_count: u32, limits: &Limits) -> Result<(), CoreError> {
    for step in plan.canvas_steps() {
        let (Some(output), Some(position)) = (plan.output(step), step.origin.op_position) else { continue };
        limits.check_animation(output.size, frame_count).map_err(|error| error.at(Place::of_entry(ops, position)))?;
    }
    Ok(())
}

/// Names a format in the codec's words.
const fn encode_format(format: OutputFormat) -> palmette_codec::EncodeFormat {
    use palmette_codec::EncodeFormat;
    match format {
        OutputFormat::Jpeg => EncodeFormat::Jpeg,
        OutputFormat::Png => EncodeFormat::Png,
        OutputFormat::Gif => EncodeFormat::Gif,
        OutputFormat::Webp => EncodeFormat::Webp,
        OutputFormat::Avif => EncodeFormat::Avif,
        OutputFormat::Rgb => EncodeFormat::Rgb,
        OutputFormat::Rgba => EncodeFormat::Rgba,
    }
}
