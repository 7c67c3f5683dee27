//! An animated canvas: what is drawn on it is made once, then every frame goes its way by itself.
//!
//! A frame is decoded, run and encoded before the next one is decoded, so memory does not grow with their number. What the
//! plan has to measure is measured on the first frame and kept for all: a window that moved from frame to frame would shake.

use palmette_codec::{Animation, AnimationEncoder, EncodeOptions};
use palmette_core::plan::Plan;
use palmette_core::{Deadline, Engine, Limits, Pixmap, Size, alloc};
use palmette_ops::ImageIndex;

use crate::hoist::{Branch, Hoisted, hoist};
use crate::pipeline::{Made, Sources};
use crate::prepare::{Image, Prepared, check_frames};
use crate::{Damage, Error, Pipeline, Stage, Timings};

/// What every frame goes through.
struct FrameRun<'a> {
    engine: &'a dyn Engine,
    list: &'a Branch<()>,
    plan: Plan,
    /// The finished pictures that are drawn on every frame, by node from 1 on.
    drawn: Vec<Pixmap>,
    frame_count: u32,
    deadline: Deadline,
    /// Is told the bytes of the file whenever a frame was added.
    growing: &'a mut dyn FnMut(u64),
}

impl Pipeline {
    /// Makes an animation of all frames of the canvas.
    pub(crate) fn animate(
        &self,
        prepared: Prepared,
        deadline: Deadline,
        timings: &mut Timings,
        growing: &mut dyn FnMut(u64),
    ) -> Result<Made, Error> {
        let options = prepared.encode_options(deadline);
        let Prepared { images, ops, frame_count, selection, .. } = prepared;
        let engine = &*selection.engine;
        let Hoisted { canvas: (_, canvas), branches, frame: list } =
            hoist(images.into_iter().enumerate().collect(), ops).map_err(Error::List)?;

        let (mut drawn, mut damage) = (Vec::new(), None);
        for branch in branches {
            let (pixmap, missing) = self.run_branch(branch, engine, deadline, timings)?;
            drawn.push(pixmap);
            damage = damage.or(missing);
        }
        let sizes: Vec<Size> = [canvas.probe.size].into_iter().chain(drawn.iter().map(Pixmap::size)).collect();
        let plan = timings
            .stage(Stage::Lower, || self.lower(&list.ops, &sizes).map_err(|error| list.reposition(error).into()))?;
        let reading = self.decode_options(deadline);
        let frames =
            timings.stage(Stage::Decode, || palmette_codec::animation(&canvas.bytes, &reading).map_err(undecodable))?;
        let run = FrameRun { engine, list: &list, plan, drawn, frame_count, deadline, growing };
        let made = self.run_frames(run, frames, &options, timings)?;
        Ok(Made { damage: made.damage.or(damage), ..made })
    }

    /// Makes a picture that is drawn on every frame.
    fn run_branch(
        &self,
        branch: Branch<(usize, Image)>,
        engine: &dyn Engine,
        deadline: Deadline,
        timings: &mut Timings,
    ) -> Result<(Pixmap, Option<Damage>), Error> {
        let images = branch.sources.iter().map(|(index, image)| (*index, image));
        let Sources { pixmaps, damage } = timings.stage(Stage::Decode, || self.decode(images, deadline))?;
        let pixmap = timings.stage(Stage::Run, || {
            let sizes: Vec<Size> = pixmaps.iter().map(Pixmap::size).collect();
            self.lower(&branch.ops, &sizes)
                .and_then(|mut plan| engine.run(&mut plan, pixmaps, deadline))
                .map_err(|error| branch.reposition(error).into())
        })?;
        Ok((pixmap, damage))
    }

    /// Decodes, runs and encodes frame by frame.
    fn run_frames(
        &self,
        mut run: FrameRun<'_>,
        mut frames: Animation<'_>,
        options: &EncodeOptions,
        timings: &mut Timings,
    ) -> Result<Made, Error> {
        let plays = frames.plays();
        let mut encoder = None;
        let mut frame_count = 0;
        while let Some(frame) = timings.stage(Stage::Decode, || frames.next().transpose().map_err(undecodable))? {
            frame_count += 1;
            let result = timings.stage(Stage::Run, || run.run(frame.pixmap, &self.limits))?;
            timings.stage(Stage::Encode, || {
                let encoder = match &mut encoder {
                    Some(encoder) => encoder,
                    none => none.insert(AnimationEncoder::new(options, result.size(), plays).map_err(Error::Encode)?),
                };
                encoder.push(result, frame.delay_ms).map_err(Error::Encode)?;
                (run.growing)(encoder.file_bytes());
                Ok(())
            })?;
        }
        let encoder = encoder.expect("an animation gives a frame, or an error before it");
        let encoded = timings.stage(Stage::Encode, || encoder.finish().map_err(Error::Encode))?;
        let index = ImageIndex::CANVAS.0 as usize;
        let damage = frames.into_damage().map(|cause| Damage { index, cause });
        Ok(Made { encoded, size: run.plan.result, frame_count, damage })
    }
}

impl FrameRun<'_> {
    /// Runs the list of the canvas on a frame.
    fn run(&mut self, frame: Pixmap, limits: &Limits) -> Result<Pixmap, Error> {
        self.deadline.check()?;
        let was_complete = self.plan.is_complete();
        let drawn = self.drawn.iter().map(copy);
        let sources = [Ok(frame)].into_iter().chain(drawn).collect::<Result<_, _>>()?;
        let result = self.engine.run(&mut self.plan, sources, self.deadline);
        let result = result.map_err(|error| self.list.reposition(error))?;
        if !was_complete {
            check_frames(&self.plan, self.frame_count, limits).map_err(|error| self.list.reposition(error))?;
        }
        Ok(result)
    }
}

/// Copies a picture, since an engine uses its sources up.
fn copy(pixmap: &Pixmap) -> Result<Pixmap, palmette_core::Error> {
    let mut data = alloc::try_with_capacity(pixmap.data().len())?;
    data.extend_from_slice(pixmap.data());
    Pixmap::from_vec(pixmap.size(), data)
}

/// Says that the canvas cannot be decoded.
const fn undecodable(source: palmette_codec::Error) -> Error {
    Error::Source { index: ImageIndex::CANVAS.0 as usize, source }
}
