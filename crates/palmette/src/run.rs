//! The results of a prepared request.
//!
//! A request for one picture is one with a single result: there is one path. The plans of several are [merged](Plan::merged), so that what
//! they have in common is done once, and each is handed on as soon as it is encoded. If anything fails on the way, what is not made yet is
//! made by itself: each result fails, or does not, as a request for it alone would.

use std::ops::ControlFlow;

use palmette_codec::{DecodeOptions, EncodeOptions, Encoded, OnDamage};
use palmette_core::engine::Measured;
use palmette_core::plan::{Plan, Planned};
use palmette_core::{Deadline, Error as CoreError, Keeping, Size, Sources, alloc};
use palmette_protocol::request::TransformRequest;

use crate::clock::Clock;
use crate::prepare::Prepared;
use crate::rendering::Rendering;
use crate::sink::{Encoder, File};
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

/// A request that runs.
pub(crate) struct Run<'a> {
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) prepared: &'a Prepared,
    pub(crate) deadline: Deadline,
    pub(crate) clock: &'a Clock,
    pub(crate) outlet: Outlet<'a>,
    /// Told the bytes of the files of animations that are being made.
    pub(crate) growing: &'a mut dyn FnMut(u64),
}

/// Where results go.
pub(crate) struct Outlet<'a> {
    each: &'a mut dyn FnMut(usize, Result<Answer, Error>) -> ControlFlow<()>,
    /// By result, whether it was handed on.
    is_done: Vec<bool>,
    /// Whether no more are wanted.
    is_closed: bool,
}

impl Outlet<'_> {
    /// Hands a result on.
    pub(crate) fn put(&mut self, index: usize, answer: Result<Answer, Error>) -> ControlFlow<()> {
        self.is_done[index] = true;
        let flow = (self.each)(index, answer);
        self.is_closed |= flow.is_break();
        flow
    }
}

/// What a plan is completed with.
pub(crate) struct Measuring<'a> {
    pub(crate) files: &'a Files<'a>,
    /// The files, or their keeper.
    pub(crate) sources: &'a dyn Sources,
    pub(crate) deadline: Deadline,
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

    /// Makes the results of a prepared request, and hands each to `each`, with its index, as soon as it is there: stills in their order,
    /// and before or behind them what moves.
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
        let clock = &Clock::new(std::mem::take(&mut prepared.timings));
        let results = std::mem::take(&mut prepared.results);
        let outlet = Outlet { each, is_done: vec![false; results.len()], is_closed: false };
        let mut run = Run { pipeline: self, prepared: &prepared, deadline, clock, outlet, growing };
        let mut renderings = Vec::new();
        for (index, result) in results.into_iter().enumerate() {
            match result {
                Ok(rendering) => renderings.push(rendering),
                Err(error) if !run.outlet.is_closed => drop(run.outlet.put(index, Err(error))),
                Err(_) => {}
            }
        }
        prepared.groups(renderings.into_iter()).iter().for_each(|group| run.make(group));
        Ok(())
    }

    /// Checks that a request needs no more memory than it may.
    pub(crate) fn check_memory(&self, prepared: &Prepared) -> Result<(), Error> {
        let (needed_bytes, max_bytes) = (prepared.memory_bytes(), self.max_pixel_bytes);
        if needed_bytes > max_bytes { Err(Error::TooMuchMemory { needed_bytes, max_bytes }) } else { Ok(()) }
    }

    /// Plans a result to its end, and has everything measured that its plan depends on and that no other plan had measured.
    pub(crate) fn complete(
        &self,
        prepared: &Prepared,
        rendering: &Rendering,
        measuring: &Measuring<'_>,
        measured: &mut Measured,
    ) -> Result<Plan, Error> {
        if let Planned::Complete(plan) = &rendering.planned {
            return Ok(plan.clone());
        }
        let engine = &*prepared.selection.engine;
        let Measuring { files, sources, deadline } = *measuring;
        let plan = measured.complete(&mut rendering.planner.clone(), engine, sources, deadline);
        let plan = plan.map_err(|error| files.explain(error))?;
        rendering.check(&plan, &self.limits)?;
        Ok(plan)
    }

    /// Says in the codec's words how sources are read.
    pub(crate) const fn decode_options(&self, deadline: Deadline, on_damage: OnDamage) -> DecodeOptions {
        DecodeOptions { limits: self.limits, deadline, on_damage }
    }
}

impl Run<'_> {
    /// Makes the results of a group: together, and whatever is left then each by itself.
    fn make(&mut self, group: &[Rendering]) {
        if group.len() > 1 {
            // Whatever failed is found once more, for the results that it is the failure of.
            drop(self.make_together(group));
        }
        for rendering in group {
            if self.outlet.is_closed {
                return;
            }
            if !self.outlet.is_done[rendering.index()]
                && let Err(error) = self.make_together(std::slice::from_ref(rendering))
            {
                let _ = self.outlet.put(rendering.index(), Err(rendering.name(error)));
            }
        }
    }

    /// Makes results together which are all stills, or all move.
    fn make_together(&mut self, group: &[Rendering]) -> Result<(), Error> {
        self.deadline.check()?;
        if group[0].is_animated() { self.animations(group) } else { self.stills(group) }
    }

    /// Says what becomes of damage. What is missing belongs to the results that take it, so where there are several it is an error, and
    /// each of them is made by itself.
    pub(crate) fn on_damage(&self, group: &[Rendering]) -> OnDamage {
        if group.len() > 1 { OnDamage::Refuse } else { self.pipeline.on_damage }
    }

    /// Plans a group to the end: its results, except those that turn out to be impossible, and their plan.
    pub(crate) fn plan<'g>(
        &mut self,
        group: &'g [Rendering],
        measuring: &Measuring<'_>,
    ) -> Result<(Vec<&'g Rendering>, Plan), Error> {
        let (mut members, mut plans, mut measured) = (Vec::new(), Vec::new(), Measured::default());
        for rendering in group {
            match self.pipeline.complete(self.prepared, rendering, measuring, &mut measured) {
                Ok(plan) => {
                    members.push(rendering);
                    plans.push(plan);
                }
                Err(error @ Error::Core(CoreError::At { .. })) if group.len() > 1 => {
                    let _ = self.outlet.put(rendering.index(), Err(rendering.name(error)));
                }
                Err(error) => return Err(error),
            }
        }
        Ok((members, Plan::merged(&plans)))
    }

    /// Makes stills: their plan runs once.
    fn stills(&mut self, group: &[Rendering]) -> Result<(), Error> {
        let &mut Run { pipeline, prepared, deadline, clock, .. } = self;
        let files = Files::new(&prepared.images, pipeline.decode_options(deadline, self.on_damage(group)), clock);
        let sources = Keeping::new(&files, prepared.images.len(), prepared.kept_bytes);
        let options = |rendering: &Rendering| EncodeOptions {
            kept: prepared.kept(rendering),
            ..prepared.encode_options(rendering, deadline, pipeline.idle.clone())
        };
        let mut only = None;
        let run = || {
            let (members, plan) = self.plan(group, &Measuring { files: &files, sources: &sources, deadline })?;
            sources.end();
            let options: Vec<_> = members.iter().map(|rendering| options(rendering)).collect();
            let outlet = &mut self.outlet;
            let mut done = |index: usize, file: Result<File, Error>| {
                if group.len() == 1 {
                    // What is missing of a source is known once its last reader is gone.
                    only = Some(file);
                    return ControlFlow::Continue(());
                }
                outlet.put(
                    members[index].index(),
                    file.and_then(|file| answer(prepared, members[index], file.into(), clock)),
                )
            };
            let mut encoder = Encoder::new(&options, clock, &mut done);
            let run = prepared.selection.engine.run(&plan, &sources, &mut encoder, deadline);
            run.map_err(|error| files.explain(error))
        };
        clock.stage(Stage::Run, run)?;
        if let Some(file) = only {
            let made = Made { damage: files.into_damage(), ..file?.into() };
            let _ = self.outlet.put(group[0].index(), answer(prepared, &group[0], made, clock));
        }
        Ok(())
    }
}

impl From<File> for Made {
    /// A whole still.
    fn from((encoded, size): File) -> Self {
        Self { encoded, size, frame_count: 1, damage: None }
    }
}

/// Makes the answer of what was made, with the times since the one before.
pub(crate) fn answer(prepared: &Prepared, rendering: &Rendering, made: Made, clock: &Clock) -> Result<Answer, Error> {
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
