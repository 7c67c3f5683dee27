//! Everything that is known of a request before a pixel is decoded: headers, sizes, the plans, the number of frames.

use std::sync::Arc;

use palmette_codec::{EncodeOptions, Kept};
use palmette_core::plan::{Plan, ReadStep};
use palmette_core::{Deadline, IdleCores, Size};
use palmette_protocol::request::{FontFiles, Source, TransformRequest};
use palmette_protocol::{EngineChoice, Metadata, OutputFormat, Rendition};

use crate::clock::Clock;
use crate::estimate::{Weighed, Weight, estimate};
use crate::image::Image;
use crate::rendering::{List, Rendering, encode_options, is_of_list};
use crate::text::{Failure, Typeset, Typesetter};
use crate::{Error, Pipeline, Selection, Stage, Timings};

/// The share of the memory of one request, as a divisor, that kept sources may take.
const KEPT_SHARE: u64 = 4;

/// The share of it that results may take which are made together.
const SHARED_SHARE: u64 = 2;

/// The work on sources whose headers were read.
#[derive(Debug)]
pub(crate) struct Work {
    /// What is done first.
    pub(crate) list: List,
    /// What comes of that.
    pub(crate) renditions: Vec<Rendition>,
    /// Which engine is wanted.
    pub(crate) engine: EngineChoice,
}

/// A request that nothing is wrong with, as far as can be told without pixels: its headers are read, its list is planned.
///
/// Of several results, single ones may be known to fail already.
#[derive(Debug)]
pub struct Prepared {
    /// The sources by node; the first is the canvas.
    pub(crate) images: Vec<Image>,
    /// The results in their order, at least one.
    pub(crate) results: Vec<Result<Rendering, Error>>,
    /// The bytes of sources that are kept from a measurement to the steps that follow it.
    pub(crate) kept_bytes: u64,
    pub(crate) selection: Selection,
    /// Whether what results have in common is done once; otherwise each is made by itself.
    pub(crate) is_shared: bool,
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
    /// What is wrong with one of several results alone comes when its turn comes.
    pub fn prepare(&self, request: TransformRequest, deadline: Deadline) -> Result<Prepared, Error> {
        let TransformRequest { sources, ops, raw_ops, outputs, engine, fonts, .. } = request;
        let clock = Clock::default();
        let images = clock.stage(Stage::Probe, || self.probe(sources, &fonts, deadline))?;
        let work = Work { list: List { ops, raw_ops }, renditions: outputs.into_renditions(), engine };
        self.prepare_images(images, work, clock)
    }

    /// Goes on where all headers are read and their sizes checked: plans every result, and selects an engine.
    pub(crate) fn prepare_images(&self, images: Vec<Image>, work: Work, clock: Clock) -> Result<Prepared, Error> {
        let Work { list, renditions, engine } = work;
        let count = renditions.len();
        let results = clock.stage(Stage::Lower, || {
            let plan = |(index, rendition)| match Rendering::plan(self, &images, &list, rendition, index + 1) {
                Err(error) if count == 1 || is_of_list(&error) => Err(error),
                result => Ok(result),
            };
            renditions.into_iter().enumerate().map(plan).collect::<Result<Vec<_>, Error>>()
        })?;
        // A request of which nothing can be made wants an engine that is there, too.
        let plan = Plan::merged(results.iter().flatten().map(|rendering| &rendering.guess.plan));
        let selection = tracing::info_span!("select").in_scope(|| self.engines.select(&plan, engine))?;
        let measuring = || results.iter().flatten().filter(|rendering| !rendering.is_animated());
        // Frames are decoded one by one, and a GPU takes whole sources into memory of its own.
        let kept_bytes = match selection.is_gpu() {
            true => 0,
            false => measuring().map(|rendering| self.kept_bytes(&rendering.guess.measuring)).max().unwrap_or(0),
        };
        let timings = clock.into_timings();
        let mut prepared = Prepared { images, results, kept_bytes, selection, is_shared: true, timings };
        // What is shared is kept in memory. Too much of that would keep others waiting, or be refused where each result by itself is not.
        prepared.is_shared = prepared.memory_bytes() <= self.max_pixel_bytes / SHARED_SHARE;
        Ok(prepared)
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
    fn kept_bytes(&self, measuring: &[Plan]) -> u64 {
        let bytes = measuring.iter().map(Plan::kept_bytes).max().unwrap_or(0);
        if bytes <= self.max_pixel_bytes / KEPT_SHARE { bytes } else { 0 }
    }
}

impl Prepared {
    /// Returns the number of results.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.results.len()
    }

    /// Estimates the bytes that the request takes at its worst moment, beside its sources and the files of animations, and with the
    /// fonts that it brought.
    #[must_use]
    pub fn memory_bytes(&self) -> u64 {
        let groups = self.groups(self.results.iter().flatten());
        let worst = groups.iter().map(|group| self.memory_of(group)).max();
        worst.unwrap_or(0) + self.kept_bytes + self.font_bytes()
    }

    /// Tells whether its results come one after the other, each as soon as it is made, with what they have in common done once. They do not
    /// if that would take too much memory, and animations are made side by side, frame by frame.
    #[must_use]
    pub fn comes_in_order(&self) -> bool {
        self.is_shared && !self.results.iter().flatten().any(Rendering::is_animated)
    }

    /// Returns the bytes of the fonts that the request brought.
    pub(crate) fn font_bytes(&self) -> u64 {
        self.images.iter().filter_map(Image::text).map(Typeset::font_bytes).sum()
    }

    /// Puts results together that are made together: all stills, and all that move; or each by itself.
    pub(crate) fn groups<T: AsRef<Rendering>>(&self, results: impl Iterator<Item = T>) -> Vec<Vec<T>> {
        let mut groups: Vec<Vec<T>> = Vec::new();
        for result in results {
            let is_animated = result.as_ref().is_animated();
            let group =
                groups.iter_mut().find(|group| self.is_shared && group[0].as_ref().is_animated() == is_animated);
            match group {
                Some(group) => group.push(result),
                None => groups.push(vec![result]),
            }
        }
        groups
    }

    /// Estimates the bytes that results take at their worst moment which are made together.
    pub(crate) fn memory_of(&self, group: &[&Rendering]) -> u64 {
        let frame_count = group.first().map_or(1, |rendering| rendering.frame_count);
        // A guess that cannot be planned to its end has no result.
        let planned = || group.iter().filter(|rendering| !rendering.guess.plan.outputs().is_empty());
        let outputs: Vec<_> = planned().map(|rendering| self.weight(rendering)).collect();
        let plan = Plan::merged(planned().map(|rendering| &rendering.guess.plan));
        let measuring = group.iter().flat_map(|rendering| &rendering.guess.measuring);
        let measuring = measuring.map(|plan| self.memory_of_plan(plan, &[], frame_count));
        measuring.chain([self.memory_of_plan(&plan, &outputs, frame_count)]).max().unwrap_or(0)
    }

    /// Says how a result is encoded.
    fn weight(&self, rendering: &Rendering) -> Weight {
        let is_opaque = self.images.first().is_some_and(|canvas| !canvas.has_alpha());
        Weight {
            options: self.encode_options(rendering, Deadline::NONE, IdleCores::default()),
            has_alpha: !is_opaque || !rendering.guess.plan.keeps_opaque(),
        }
    }

    /// Estimates the bytes that a plan takes at its worst moment, with its results encoded.
    fn memory_of_plan(&self, plan: &Plan, outputs: &[Weight], frame_count: u32) -> u64 {
        let reading =
            |read: &ReadStep| self.images.get(read.source).map(|image| image.reading(read)).unwrap_or_default();
        estimate(Weighed {
            plan,
            reading: &|read: &ReadStep| reading(read).0,
            library_bytes: plan.reads().map(|(read, _)| reading(&read).1).max().unwrap_or(0),
            canvas: self.images.first().map_or(Size::new(0, 0), Image::size),
            outputs,
            frame_count,
            is_on_device: self.selection.is_gpu(),
        })
    }

    /// Returns the size of the first result; a guess, if the plan [depends on pixels](Self::is_measured).
    #[must_use]
    pub fn size(&self) -> Size {
        let canvas = self.images.first().map_or(Size::new(0, 0), Image::size);
        let first = self.results.first().and_then(|result| result.as_ref().ok()?.guess.plan.result());
        first.map_or(canvas, |value| value.size)
    }

    /// Tells whether a plan depends on pixels, so that even to explain it takes the memory of the picture.
    #[must_use]
    pub fn is_measured(&self) -> bool {
        self.results.iter().flatten().any(|rendering| !rendering.planned.is_complete())
    }

    /// Returns the codec's options for a result.
    pub(crate) fn encode_options(&self, rendering: &Rendering, deadline: Deadline, idle: IdleCores) -> EncodeOptions {
        EncodeOptions { deadline, idle, ..encode_options(&rendering.output, &self.images) }
    }

    /// Returns what a result keeps of the metadata of the canvas.
    pub(crate) fn kept(&self, rendering: &Rendering) -> Kept {
        let output = &rendering.output;
        let canvas = self.images.first().filter(|_| output.metadata == Metadata::Keep);
        let is_jpeg = output.format == OutputFormat::Jpeg;
        canvas.filter(|_| is_jpeg).map_or_else(Kept::default, |canvas| Kept::read(canvas.bytes()))
    }
}
