//! The results of a prepared request, made in their order.
//!
//! A request for one picture is one with a single result: there is one path.

use std::ops::ControlFlow;

use palmette_codec::{DecodeOptions, EncodeOptions, Encoded};
use palmette_core::plan::{Plan, Planned};
use palmette_core::{Deadline, Keeping, Size, Sources, alloc};
use palmette_protocol::request::TransformRequest;

use crate::clock::Clock;
use crate::prepare::Prepared;
use crate::rendering::Rendering;
use crate::sink::Encoder;
use crate::sources::Files;
use crate::{Answer, Damage, Error, Pipeline, Stage};

/// An encoded result.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) encoded: Encoded,
    pub(crate) size: Size,
    pub(crate) frame_count: u32,
    pub(crate) damage: Option<Damage>,
}

/// What is told while a request runs.
pub(crate) struct Progress<'a> {
    pub(crate) clock: Clock,
    pub(crate) deadline: Deadline,
    /// Told the bytes of the files of animations that are being made.
    pub(crate) growing: &'a mut dyn FnMut(u64),
}

impl Pipeline {
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
    /// planned once it was measured, or not be run, or a deadline that passed; [`Error::List`] for one that is no tree;
    /// [`Error::Encode`]; and [`Error::SeveralResults`] for a request that is not for one, which [`Pipeline::run_each`] takes.
    pub fn run(&self, prepared: Prepared, deadline: Deadline, growing: &mut dyn FnMut(u64)) -> Result<Answer, Error> {
        let count = prepared.count();
        let mut only = None;
        if count == 1 {
            self.run_each(prepared, deadline, growing, &mut |_, answer| {
                only = Some(answer);
                ControlFlow::Break(())
            })?;
        }
        only.unwrap_or(Err(Error::SeveralResults { count }))
    }

    /// Makes the results of a prepared request, and hands each to `each`, with its index, as soon as it is there: in their order.
    ///
    /// A result that fails is handed over as its failure, and the others go on. Each is, to the byte, what a request for it alone
    /// would give. `growing` is told the bytes of files of animations, as for [`Pipeline::run`]. Nothing more is made once `each` breaks
    /// off.
    ///
    /// # Errors
    ///
    /// [`Error::TooMuchMemory`], before anything is made.
    pub fn run_each(
        &self,
        mut prepared: Prepared,
        deadline: Deadline,
        growing: &mut dyn FnMut(u64),
        each: &mut dyn FnMut(usize, Result<Answer, Error>) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        self.check_memory(&prepared)?;
        let clock = Clock::new(std::mem::take(&mut prepared.timings));
        let mut progress = Progress { clock, deadline, growing };
        let results = std::mem::take(&mut prepared.results);
        for (index, result) in results.into_iter().enumerate() {
            let answer = result.and_then(|rendering| {
                let made = self.make(&prepared, &rendering, &mut progress).map_err(|error| rendering.name(error))?;
                answer(&prepared, &rendering, made, &progress.clock)
            });
            if each(index, answer).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Checks that a request needs no more memory than it may.
    pub(crate) fn check_memory(&self, prepared: &Prepared) -> Result<(), Error> {
        let (needed_bytes, max_bytes) = (prepared.memory_bytes(), self.max_pixel_bytes);
        if needed_bytes > max_bytes { Err(Error::TooMuchMemory { needed_bytes, max_bytes }) } else { Ok(()) }
    }

    /// Makes one result by itself.
    fn make(&self, prepared: &Prepared, rendering: &Rendering, progress: &mut Progress<'_>) -> Result<Made, Error> {
        progress.deadline.check()?;
        if rendering.is_animated() {
            self.animate(prepared, rendering, progress)
        } else {
            self.run_once(prepared, rendering, progress)
        }
    }

    /// Makes a still: the plan runs once.
    fn run_once(&self, prepared: &Prepared, rendering: &Rendering, progress: &Progress<'_>) -> Result<Made, Error> {
        let &Progress { ref clock, deadline, .. } = progress;
        let options = prepared.encode_options(rendering, deadline, self.idle.clone());
        let options = EncodeOptions { kept: prepared.kept(rendering), ..options };
        let files = self.files(prepared, deadline, clock);
        let sources = Keeping::new(&files, prepared.images.len(), prepared.kept_bytes);
        let mut encoder = Encoder::new(&options, clock);
        clock
            .stage(Stage::Run, || {
                let plan = self.complete(prepared, rendering, &files, &sources, deadline)?;
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

    /// Returns the files of a request as the sources of its plans.
    pub(crate) fn files<'a>(&self, prepared: &'a Prepared, deadline: Deadline, clock: &'a Clock) -> Files<'a> {
        Files::new(&prepared.images, self.decode_options(deadline), clock)
    }

    /// Plans a result to its end, and measures the pixels that the plan depends on; `sources` are the files, or their keeper.
    pub(crate) fn complete(
        &self,
        prepared: &Prepared,
        rendering: &Rendering,
        files: &Files<'_>,
        sources: &dyn Sources,
        deadline: Deadline,
    ) -> Result<Plan, Error> {
        if let Planned::Complete(plan) = &rendering.planned {
            return Ok(plan.clone());
        }
        let engine = &*prepared.selection.engine;
        let plan = palmette_core::engine::complete(&mut rendering.planner.clone(), engine, sources, deadline)
            .map_err(|error| files.explain(error))?;
        rendering.check(&plan, &self.limits)?;
        Ok(plan)
    }

    /// Says in the codec's words how sources are read.
    pub(crate) const fn decode_options(&self, deadline: Deadline) -> DecodeOptions {
        DecodeOptions { limits: self.limits, deadline, on_damage: self.on_damage }
    }
}

/// Makes the answer of what was made, with the times since the one before.
fn answer(prepared: &Prepared, rendering: &Rendering, made: Made, clock: &Clock) -> Result<Answer, Error> {
    let Made { encoded, size, frame_count, damage } = made;
    Ok(Answer {
        bytes: without_spare(encoded.bytes)?.into(),
        content_type: encoded.content_type,
        format: rendering.output.format,
        size,
        frame_count,
        // Only now: the CPU may have had to take over.
        engine: prepared.selection.engine.kind(),
        reason: prepared.selection.reason(),
        damage,
        timings: clock.take_timings(),
    })
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
