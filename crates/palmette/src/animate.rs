//! An animated canvas: the overlays are made once, then every frame goes through the steps by itself.
//!
//! A frame is decoded, run and encoded before the next one is decoded, so memory does not grow with their number. What the
//! plan has to measure is measured on the first frame and kept for all: a window that moved from frame to frame would shake.

use palmette_codec::{AnimationEncoder, EncodeOptions};
use palmette_core::engine::{Collected, WithKept, picture};
use palmette_core::plan::Plan;
use palmette_core::{Deadline, Engine, Picture, Pixmap};
use palmette_ops::ImageIndex;

use crate::clock::Clock;
use crate::prepare::Prepared;
use crate::rendering::Rendering;
use crate::run::{Made, Progress};
use crate::{Damage, Error, Pipeline, Stage};

/// The source that is another one in every frame.
const CANVAS: usize = ImageIndex::CANVAS.0 as usize;

/// The steps of every frame.
struct FrameRun<'a> {
    engine: &'a dyn Engine,
    plan: Plan,
    first_kept: usize,
    kept: Vec<Picture>,
    deadline: Deadline,
}

impl FrameRun<'_> {
    /// Runs the plan on a frame.
    fn run(&self, frame: &Pixmap) -> Result<Pixmap, Error> {
        self.deadline.check()?;
        // The frame is the one source that is left.
        let sources = WithKept { sources: frame, first_kept: self.first_kept, kept: &self.kept };
        Ok(picture(self.engine, &self.plan, &sources, self.deadline)?)
    }
}

impl Pipeline {
    /// Makes an animation of all frames of the canvas.
    pub(crate) fn animate(
        &self,
        prepared: &Prepared,
        rendering: &Rendering,
        progress: &mut Progress<'_>,
    ) -> Result<Made, Error> {
        let Progress { clock, deadline, growing } = progress;
        let deadline = *deadline;
        let options = prepared.encode_options(rendering, deadline, self.idle.clone());
        let engine = &*prepared.selection.engine;
        let files = self.files(prepared, deadline, clock);
        let first_kept = prepared.images.len();
        let run = clock.stage(Stage::Run, || {
            let plan = self.complete(prepared, rendering, &files, &files, deadline)?;
            let (once, plan) = plan.split_frames(CANVAS, first_kept);
            let mut collected = Collected::default();
            engine.run(&once, &files, &mut collected, deadline).map_err(|error| files.explain(error))?;
            Ok::<_, Error>(FrameRun { engine, plan, first_kept, kept: collected.pictures, deadline })
        })?;
        let made = self.run_frames(&run, prepared, &options, clock, *growing)?;
        Ok(Made { damage: made.damage.or(files.into_damage()), ..made })
    }

    /// Decodes, runs and encodes frame by frame.
    fn run_frames(
        &self,
        run: &FrameRun<'_>,
        prepared: &Prepared,
        options: &EncodeOptions,
        clock: &Clock,
        growing: &mut dyn FnMut(u64),
    ) -> Result<Made, Error> {
        let undecodable = |source| Error::Source { index: CANVAS, source };
        let (canvas, reading) = (&prepared.images[CANVAS], self.decode_options(run.deadline));
        let mut frames =
            clock.stage(Stage::Decode, || palmette_codec::animation(canvas.bytes(), &reading)).map_err(undecodable)?;
        let plays = frames.plays();
        let mut size = canvas.size();
        let mut encoder = None;
        let mut frame_count = 0;
        while let Some(frame) = clock.stage(Stage::Decode, || frames.next().transpose()).map_err(undecodable)? {
            frame_count += 1;
            let result = clock.stage(Stage::Run, || run.run(&frame.pixmap))?;
            size = result.size();
            clock
                .stage(Stage::Encode, || {
                    let encoder = match &mut encoder {
                        Some(encoder) => encoder,
                        none => none.insert(AnimationEncoder::new(options, size, plays)?),
                    };
                    encoder.push(result, frame.delay_ms)?;
                    growing(encoder.file_bytes());
                    Ok(())
                })
                .map_err(Error::Encode)?;
        }
        let encoder = encoder.expect("an animation gives a frame, or an error before it");
        let encoded = clock.stage(Stage::Encode, || encoder.finish()).map_err(Error::Encode)?;
        let damage = frames.into_damage().map(|cause| Damage { index: CANVAS, cause });
        Ok(Made { encoded, size, frame_count, damage })
    }
}
