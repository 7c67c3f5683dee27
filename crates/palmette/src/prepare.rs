//! Everything that is known of a request before a pixel is decoded: headers, sizes, the plan, the number of frames.

use std::sync::Arc;

use palmette_codec::{EncodeFormat, EncodeOptions, Kept};
use palmette_core::plan::{Guess, Plan, Planned, Planner, ReadingMemory};
use palmette_core::{Deadline, IdleCores, Limits, Size};
use palmette_ops::{ImageIndex, Op, Place};
use palmette_protocol::request::{FontFiles, Source, TransformRequest};
use palmette_protocol::{EngineChoice, Metadata, Output, OutputFormat, RawOp};

use crate::clock::Clock;
use crate::estimate::{Weighed, estimate};
use crate::image::Image;
use crate::text::{Failure, Typeset, Typesetter};
use crate::{Error, Pipeline, Selection, Stage, Timings};

/// The share of the memory of one request, as a divisor, that kept sources may take.
const KEPT_SHARE: u64 = 4;

/// The work on sources whose headers were read.
#[derive(Debug)]
pub(crate) struct Work {
    /// The steps, in order.
    pub(crate) ops: Vec<Op>,
    /// The same list as it is sent.
    pub(crate) raw_ops: Vec<RawOp>,
    /// The format of the result, and its fields.
    pub(crate) output: Output,
    /// Which engine is wanted.
    pub(crate) engine: EngineChoice,
}

/// A request that nothing is wrong with, as far as can be told without pixels: its headers are read, its list is planned.
#[derive(Debug)]
pub struct Prepared {
    /// The sources by node; the first is the canvas.
    pub(crate) images: Vec<Image>,
    /// The list as it was sent.
    pub(crate) raw_ops: Vec<RawOp>,
    /// The planner of the list, as far as it came without pixels.
    pub(crate) planner: Planner,
    pub(crate) planned: Planned,
    /// The plans to the end, as if every measurement found nothing.
    pub(crate) guess: Guess,
    /// The bytes of sources that are kept from a measurement to the steps that follow it.
    pub(crate) kept_bytes: u64,
    /// The frames that the steps of the canvas run on; 1 unless the result moves.
    pub(crate) frame_count: u32,
    pub(crate) selection: Selection,
    pub(crate) output: Output,
    /// The time that preparing took.
    pub(crate) timings: Timings,
}

impl Pipeline {
    /// Reads all headers, lays texts out, plans the list, checks every size, and selects an engine; not one pixel is allocated.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] for a source that is no picture, damaged in its header, or over a limit; [`Error::Font`] and
    /// [`Error::Text`] for a text that cannot be set, [`Error::TextNotBuilt`] for any in a build without; [`Error::Core`] for a list
    /// that cannot be planned, or a deadline that passed; and [`Error::NoGpu`] for a request that chooses an engine that is not there.
    pub fn prepare(&self, request: TransformRequest, deadline: Deadline) -> Result<Prepared, Error> {
        let TransformRequest { sources, ops, raw_ops, output, engine, fonts, .. } = request;
        let clock = Clock::default();
        let images = clock.stage(Stage::Probe, || self.probe(sources, &fonts, deadline))?;
        self.prepare_images(images, Work { ops, raw_ops, output, engine }, clock)
    }

    /// Goes on where all headers are read and their sizes checked: plans the list, and selects an engine.
    pub(crate) fn prepare_images(&self, images: Vec<Image>, work: Work, clock: Clock) -> Result<Prepared, Error> {
        let Work { ops, raw_ops, output, engine } = work;
        let frame_count = frame_count(&images, &output, &self.limits)?;
        let (planner, planned) = clock.stage(Stage::Lower, || {
            // Frames are composed of pixels, and encoders of animations take nothing else.
            let target =
                if frame_count > 1 { None } else { palmette_codec::planes_taken(&encode_options(&output, &images)) };
            let sources = images.iter().map(Image::stored).collect();
            let mut planner =
                Planner::of_sources(&ops, sources, &self.limits)?.with_target(target).with_model(self.model.clone());
            let planned = planner.plan()?;
            check_frames(planned.plan(), &raw_ops, frame_count, &self.limits)?;
            Ok::<_, Error>((planner, planned))
        })?;
        let guess = match &planned {
            Planned::Complete(plan) => Guess { measuring: Vec::new(), plan: plan.clone() },
            Planned::Measure(_) => planner.guess(),
        };
        let selection = tracing::info_span!("select").in_scope(|| self.engines.select(&guess.plan, engine))?;
        // Frames are decoded one by one, and a GPU takes whole sources into memory of its own.
        let kept_bytes = if frame_count > 1 || selection.is_gpu() { 0 } else { self.kept_bytes(&guess) };
        let timings = clock.into_timings();
        Ok(Prepared { images, raw_ops, planner, planned, guess, kept_bytes, frame_count, selection, output, timings })
    }

    /// Reads the headers of all sources, lays texts out, and checks all sizes.
    fn probe(&self, sources: Vec<Source>, fonts: &FontFiles, deadline: Deadline) -> Result<Vec<Image>, Error> {
        let mut texts = Typesetter::new(fonts, self.fonts.as_deref());
        let probe = |(index, source)| {
            deadline.check()?;
            match source {
                Source::Image(bytes) => {
                    Image::file(bytes, &self.limits).map_err(|source| Error::Source { index, source })
                }
                Source::Text(text) => self.check_text(index, texts.set(text)),
            }
        };
        sources.into_iter().enumerate().map(probe).collect()
    }

    /// Checks the size of a text that was laid out.
    pub(crate) fn check_text(&self, index: usize, text: Result<Typeset, Failure>) -> Result<Image, Error> {
        let image = Image::Text(Arc::new(text.map_err(|failure| failure.at_source(index))?));
        image.check(&self.limits).map_err(|error| Error::Source { index, source: error.into() })?;
        Ok(image)
    }

    /// Returns the bytes of the sources that are worth keeping once they were read for a measurement; 0 if a request should
    /// not take so much, so that others find room beside it.
    fn kept_bytes(&self, guess: &Guess) -> u64 {
        let bytes = guess.measuring.iter().map(Plan::kept_bytes).max().unwrap_or(0);
        if bytes <= self.max_pixel_bytes / KEPT_SHARE { bytes } else { 0 }
    }
}

impl Prepared {
    /// Estimates the bytes that the request takes at its worst moment, beside its sources and the file of an animation, and with the
    /// fonts that it brought.
    #[must_use]
    pub fn memory_bytes(&self) -> u64 {
        let measuring = self.guess.measuring.iter().map(|plan| self.memory_of(plan)).max().unwrap_or(0);
        let fonts = self.images.iter().filter_map(Image::text).map(Typeset::font_bytes).sum::<u64>();
        self.memory_of(&self.guess.plan).max(measuring) + self.kept_bytes + fonts
    }

    /// Estimates the bytes that a plan takes at its worst moment, with the result encoded if it has one.
    fn memory_of(&self, plan: &Plan) -> u64 {
        let mut reading = vec![ReadingMemory::default(); self.images.len()];
        let mut library_bytes = 0;
        for (read, _) in plan.reads() {
            let Some(image) = self.images.get(read.source) else { continue };
            let (held, of_library) = image.reading(&read);
            library_bytes = library_bytes.max(of_library);
            reading[read.source] = held;
        }
        estimate(Weighed {
            plan,
            reading: &reading,
            library_bytes,
            canvas: self.images.first().map_or(Size::new(0, 0), Image::size),
            output: &self.encode_options(Deadline::NONE, IdleCores::default()),
            has_alpha: self.images.first().is_none_or(Image::has_alpha),
            frame_count: self.frame_count,
            is_on_device: self.selection.is_gpu(),
        })
    }

    /// Returns the size of the result; a guess, if the plan [depends on pixels](Self::is_measured).
    #[must_use]
    pub fn size(&self) -> Size {
        let canvas = self.images.first().map_or(Size::new(0, 0), Image::size);
        self.guess.plan.result().map_or(canvas, |value| value.size)
    }

    /// Tells whether the plan depends on pixels, so that even to explain it takes the memory of the picture.
    #[must_use]
    pub const fn is_measured(&self) -> bool {
        !self.planned.is_complete()
    }

    /// Returns the codec's options for the result.
    pub(crate) fn encode_options(&self, deadline: Deadline, idle: IdleCores) -> EncodeOptions {
        EncodeOptions { deadline, idle, ..encode_options(&self.output, &self.images) }
    }

    /// Returns what the result keeps of the metadata of the canvas.
    pub(crate) fn kept(&self) -> Kept {
        let canvas = self.images.first().filter(|_| self.output.metadata == Metadata::Keep);
        let is_jpeg = self.output.format == OutputFormat::Jpeg;
        canvas.filter(|_| is_jpeg).map_or_else(Kept::default, |canvas| Kept::read(canvas.bytes()))
    }
}

/// Returns the codec's options for a result.
fn encode_options(output: &Output, images: &[Image]) -> EncodeOptions {
    EncodeOptions {
        quality: output.quality.map(palmette_protocol::Quality::get),
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
pub(crate) fn check_frames(
    plan: &Plan,
    ops: &[RawOp],
    frame_count: u32,
    limits: &Limits,
) -> Result<(), palmette_core::Error> {
    for step in plan.canvas_steps() {
        let (Some(output), Some(position)) = (plan.output(step), step.origin.op_position) else { continue };
        limits.check_animation(output.size, frame_count).map_err(|error| error.at(Place::of_entry(ops, position)))?;
    }
    Ok(())
}

/// Names a format in the codec's words.
const fn encode_format(format: OutputFormat) -> EncodeFormat {
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
