//! The path of a request, stage by stage.

use std::sync::Arc;

use palmette_codec::{DecodeOptions, EncodeOptions, Encoded, OnDamage};
use palmette_core::plan::{Plan, Planned};
use palmette_core::{Deadline, IdleCores, Keeping, Limits, Model, SharedModel, Size, Sources, alloc};
use palmette_protocol::Info;
use palmette_protocol::request::TransformRequest;

use crate::clock::Clock;
use crate::prepare::{Prepared, check_frames};
use crate::sink::Encoder;
use crate::sources::Files;
use crate::{Answer, Damage, Engines, Error, Explanation, FontFolder, Stage};

/// Everything that turns requests into pictures; shared by all threads that do.
#[derive(Clone, Debug)]
pub struct Pipeline {
    pub(crate) engines: Engines,
    pub(crate) limits: Limits,
    on_damage: OnDamage,
    pub(crate) model: Option<SharedModel>,
    pub(crate) fonts: Option<Arc<FontFolder>>,
    pub(crate) max_pixel_bytes: u64,
    pub(crate) idle: IdleCores,
}

/// An encoded result.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) encoded: Encoded,
    pub(crate) size: Size,
    pub(crate) frame_count: u32,
    pub(crate) damage: Option<Damage>,
}

impl Pipeline {
    /// Makes a pipeline with limits for one picture, and a limit in bytes for the memory that one request holds by its
    /// [estimate](Prepared::memory_bytes).
    #[must_use]
    pub fn new(engines: Engines, limits: Limits, max_pixel_bytes: u64) -> Self {
        Self {
            engines,
            limits,
            on_damage: OnDamage::Refuse,
            model: None,
            fonts: None,
            max_pixel_bytes,
            idle: IdleCores::default(),
        }
    }

    /// Chooses whether damaged sources are refused or shown; without this, they are refused.
    #[must_use]
    pub fn with_on_damage(self, on_damage: OnDamage) -> Self {
        Self { on_damage, ..self }
    }

    /// Sets the model for options such as `segment`; without one, they are refused.
    #[must_use]
    pub fn with_model(self, model: Arc<dyn Model>) -> Self {
        Self { model: Some(SharedModel::from(model).with_idle_cores(&self.idle)), ..self }
    }

    /// Returns the model, if there is one.
    #[must_use]
    pub fn model(&self) -> Option<&dyn Model> {
        self.model.as_deref()
    }

    /// Gives the fonts that texts can name as `font:NAME`, and that they fall back on; without this, there are none.
    #[must_use]
    pub fn with_fonts(self, fonts: Arc<FontFolder>) -> Self {
        Self { fonts: Some(fonts), ..self }
    }

    /// Returns the fonts that texts can name.
    #[must_use]
    pub fn fonts(&self) -> Option<&FontFolder> {
        self.fonts.as_deref()
    }

    /// Lets long work use idle cores besides the one that it runs on; without this, there are none.
    ///
    /// A program that shares the pipeline among workers tells `idle` when they begin and end. A result does not depend on it.
    #[must_use]
    pub fn with_idle_cores(self, idle: IdleCores) -> Self {
        let model = self.model.map(|model| model.with_idle_cores(&idle));
        Self { engines: self.engines.with_idle_cores(&idle), model, idle, ..self }
    }

    /// Returns the cores that long work may use.
    #[must_use]
    pub const fn idle_cores(&self) -> &IdleCores {
        &self.idle
    }

    /// Returns the engines.
    #[must_use]
    pub const fn engines(&self) -> &Engines {
        &self.engines
    }

    /// Makes the picture that a request describes, whatever it says of `explain`.
    ///
    /// # Errors
    ///
    /// Those of [`Pipeline::prepare`] and [`Pipeline::run`].
    pub fn transform(&self, request: TransformRequest, deadline: Deadline) -> Result<Answer, Error> {
        self.run(self.prepare(request, deadline)?, deadline, &mut |_| ())
    }

    /// Makes the picture of a prepared request.
    ///
    /// Every source is decoded: a valid list draws each of them. An animated canvas stays animated if the output format can be
    /// and `anim` is not false; the steps then run on every frame, one at a time, and `growing` is told the bytes of the file
    /// after each. Everything else stands for its first frame: an animated overlay always, an animated canvas also with
    /// `anim: true` where the output format cannot move.
    ///
    /// # Errors
    ///
    /// [`Error::TooMuchMemory`]; [`Error::Source`] for a source that is damaged; [`Error::Core`] for a list that cannot be
    /// planned once it was measured, or not be run, or a deadline that passed; [`Error::List`] for one that is no tree; and
    /// [`Error::Encode`].
    pub fn run(
        &self,
        mut prepared: Prepared,
        deadline: Deadline,
        growing: &mut dyn FnMut(u64),
    ) -> Result<Answer, Error> {
        self.check_memory(&prepared)?;
        let clock = Clock::new(std::mem::take(&mut prepared.timings));
        let format = prepared.output.format;
        let selection = prepared.selection.clone();
        let Made { encoded, size, frame_count, damage } = if prepared.frame_count > 1 {
            self.animate(&prepared, deadline, &clock, growing)?
        } else {
            self.run_once(&prepared, deadline, &clock)?
        };

        Ok(Answer {
            bytes: without_spare(encoded.bytes)?.into(),
            content_type: encoded.content_type,
            format,
            size,
            frame_count,
            // Only now: the CPU may have had to take over.
            engine: selection.engine.kind(),
            reason: selection.reason(),
            damage,
            timings: clock.into_timings(),
        })
    }

    /// Explains a request without making its result: its plan, in words.
    ///
    /// # Errors
    ///
    /// Those of [`Pipeline::prepare`] and [`Pipeline::explain_prepared`].
    pub fn explain(&self, request: TransformRequest, deadline: Deadline) -> Result<Explanation, Error> {
        self.explain_prepared(self.prepare(request, deadline)?, deadline)
    }

    /// Puts the plan of a prepared request into words.
    ///
    /// Pixels are decoded, and steps run, only if the plan [depends on them](Prepared::is_measured); it is then completed as it
    /// would be for the picture, so that every size that is shown is the true one.
    ///
    /// # Errors
    ///
    /// Those of [`Pipeline::run`], as far as the plan shows them.
    pub fn explain_prepared(&self, prepared: Prepared, deadline: Deadline) -> Result<Explanation, Error> {
        let memory_bytes = prepared.memory_bytes();
        let is_measured = prepared.is_measured();
        if is_measured {
            self.check_memory(&prepared)?;
        }
        let clock = Clock::default();
        let files = self.files(&prepared, deadline, &clock);
        let plan = self.complete(&prepared, &files, &files, deadline)?;
        Ok(Explanation::new(&prepared, &plan, memory_bytes, is_measured))
    }

    /// Checks that a request needs no more memory than it may.
    fn check_memory(&self, prepared: &Prepared) -> Result<(), Error> {
        let (needed_bytes, max_bytes) = (prepared.memory_bytes(), self.max_pixel_bytes);
        if needed_bytes > max_bytes { Err(Error::TooMuchMemory { needed_bytes, max_bytes }) } else { Ok(()) }
    }

    /// Describes a file by its header alone. Sizes are as displayed, and no limit applies to them.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] if it is no picture, of a format that is not supported, damaged in its header, or of size 0.
    pub fn info(&self, bytes: &[u8]) -> Result<Info, Error> {
        match palmette_codec::probe(bytes) {
            Ok(probe) => {
                if probe.size.area() == 0 {
                    // That is the one size that is refused here; the others are only told.
                    self.limits.check(probe.size).map_err(|error| Error::Source { index: 0, source: error.into() })?;
                }
                Ok(Info::Raster {
                    format: probe.format.mime().into(),
                    file_size: bytes.len() as u64,
                    width: probe.size.width,
                    height: probe.size.height,
                })
            }
            Err(palmette_codec::Error::Svg) => Ok(Info::Svg),
            Err(source) => Err(Error::Source { index: 0, source }),
        }
    }

    /// Makes a still: the plan runs once.
    fn run_once(&self, prepared: &Prepared, deadline: Deadline, clock: &Clock) -> Result<Made, Error> {
        let options = EncodeOptions { kept: prepared.kept(), ..prepared.encode_options(deadline, self.idle.clone()) };
        let files = self.files(prepared, deadline, clock);
        let sources = Keeping::new(&files, prepared.images.len(), prepared.kept_bytes);
        let mut encoder = Encoder::new(&options, clock);
        clock
            .stage(Stage::Run, || {
                let plan = self.complete(prepared, &files, &sources, deadline)?;
                sources.end();
                let result = prepared.selection.engine.run(&plan, &sources, &mut encoder, deadline);
                result.map_err(|error| files.explain(error))
            })
            .or_else(|error| {
                if matches!(error, Error::Core(palmette_core::Error::SinkFailed)) { Ok(()) } else { Err(error) }
            })?;
        let made = encoder.into_made().ok_or(Error::Core(palmette_core::Error::SinkFailed))?;
        let (encoded, size) = made?;
        Ok(Made { encoded, size, frame_count: 1, damage: files.into_damage() })
    }

    /// Returns the files of a request as the sources of its plan.
    pub(crate) fn files<'a>(&self, prepared: &'a Prepared, deadline: Deadline, clock: &'a Clock) -> Files<'a> {
        Files::new(&prepared.images, self.decode_options(deadline), clock)
    }

    /// Plans a request to its end, and measures the pixels that the plan depends on; `sources` are the files, or their keeper.
    pub(crate) fn complete(
        &self,
        prepared: &Prepared,
        files: &Files<'_>,
        sources: &dyn Sources,
        deadline: Deadline,
    ) -> Result<Plan, Error> {
        if let Planned::Complete(plan) = &prepared.planned {
            return Ok(plan.clone());
        }
        let engine = &*prepared.selection.engine;
        let plan = palmette_core::engine::complete(&mut prepared.planner.clone(), engine, sources, deadline)
            .map_err(|error| files.explain(error))?;
        check_frames(&plan, &prepared.raw_ops, prepared.frame_count, &self.limits)?;
        Ok(plan)
    }

    /// Says in the codec's words how sources are read.
    pub(crate) const fn decode_options(&self, deadline: Deadline) -> DecodeOptions {
        DecodeOptions { limits: self.limits, deadline, on_damage: self.on_damage }
    }
}

/// Frees the room that an answer does not need: encoders leave some at the end, and bare pixels that were cut out of a large
/// picture lie in its buffer still.
///
/// Such a buffer is given back whole. One that shrank where it is would leave a hole that the next picture of that size does not
/// fit into, and an allocator keeps holes for a while.
fn without_spare(mut bytes: Vec<u8>) -> Result<Vec<u8>, palmette_core::Error> {
    if bytes.len() > bytes.capacity() / 2 {
        bytes.shrink_to_fit();
        return Ok(bytes);
    }
    let mut exact = alloc::try_with_capacity(bytes.len())?;
    exact.extend_from_slice(&bytes);
    Ok(exact)
}
