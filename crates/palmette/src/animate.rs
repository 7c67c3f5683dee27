//! An animated canvas: the overlays are made once, then every frame goes through the steps by itself.
//!
//! A frame is decoded, run and encoded before the next one is decoded, so memory does not grow with their number. What the
//! plans have to measure is measured on the first frame and kept for all: a window that moved from frame to frame would shake. Several
//! results have an encoder each, and share the frames.

use std::num::NonZeroU32;

use palmette_codec::{AnimationEncoder, EncodeOptions};
use palmette_core::engine::{Collected, WithKept};
use palmette_core::measure::Measurement;
use palmette_core::plan::Plan;
use palmette_core::{Engine, Error as CoreError, Picture, Pixmap, Rows, Sink, Size};
use palmette_ops::ImageIndex;

use crate::clock::Clock;
use crate::rendering::Rendering;
use crate::run::{Made, Measuring, Run, answer};
use crate::sources::Files;
use crate::{Damage, Error, Stage};

/// The source that is another one in every frame.
const CANVAS: usize = ImageIndex::CANVAS.0 as usize;

/// The steps of every frame.
struct FrameRun<'a> {
    engine: &'a dyn Engine,
    plan: Plan,
    first_kept: usize,
    kept: Vec<Picture>,
}

/// A result in the making.
struct Film {
    options: EncodeOptions,
    /// How often it is played.
    plays: Option<NonZeroU32>,
    size: Size,
    /// Absent before the first frame; behind the last, it gives the file.
    encoder: Option<Result<AnimationEncoder, Error>>,
}

impl Film {
    /// Adds a frame, unless one before it could not be encoded.
    fn push(&mut self, frame: Pixmap, delay_ms: u32) {
        self.size = frame.size();
        let encoder = self
            .encoder
            .get_or_insert_with(|| AnimationEncoder::new(&self.options, self.size, self.plays).map_err(Error::Encode));
        if let Ok(open) = encoder
            && let Err(error) = open.push(frame, delay_ms)
        {
            *encoder = Err(Error::Encode(error));
        }
    }

    /// Tells whether a frame could not be encoded.
    const fn has_failed(&self) -> bool {
        matches!(self.encoder, Some(Err(_)))
    }

    /// Returns the bytes of the file up to now.
    fn file_bytes(&self) -> u64 {
        self.encoder.as_ref().and_then(|encoder| encoder.as_ref().ok()).map_or(0, AnimationEncoder::file_bytes)
    }

    /// Returns the file.
    fn finish(&mut self, frame_count: u32) -> Result<Made, Error> {
        let encoder = self.encoder.take().expect("an animation gives a frame, or an error before it");
        let encoded = encoder?.finish().map_err(Error::Encode)?;
        Ok(Made { encoded, size: self.size, frame_count, damage: None })
    }
}

/// Takes the results of a frame.
struct FrameSink<'a> {
    films: &'a mut [Film],
    clock: &'a Clock,
    delay_ms: u32,
}

impl Sink for FrameSink<'_> {
    fn picture(&mut self, index: usize, rows: Box<dyn Rows + '_>) -> Result<(), CoreError> {
        let frame = rows.into_picture()?.into_pixmap()?;
        self.clock.stage(Stage::Encode, || self.films[index].push(frame, self.delay_ms));
        Ok(())
    }

    /// What a frame is made by has nothing left to measure.
    fn measurement(&mut self, _found: Measurement) {}
}

impl Run<'_> {
    /// Makes animations of all frames of the canvas.
    pub(crate) fn animations(&mut self, group: &[Rendering]) -> Result<(), Error> {
        let &mut Run { pipeline, prepared, deadline, clock, .. } = self;
        let decode_options = pipeline.decode_options(deadline, self.on_damage(group));
        let files = Files::new(&prepared.images, decode_options, clock);
        let engine = &*prepared.selection.engine;
        let first_kept = prepared.images.len();
        let (members, run) = clock.stage(Stage::Run, || {
            let (members, plan) = self.plan(group, &Measuring { files: &files, sources: &files, deadline })?;
            let (once, plan) = plan.split_frames(CANVAS, first_kept);
            let mut collected = Collected::default();
            engine.run(&once, &files, &mut collected, deadline).map_err(|error| files.explain(error))?;
            Ok::<_, Error>((members, FrameRun { engine, plan, first_kept, kept: collected.pictures }))
        })?;

        let undecodable = |source| Error::Source { index: CANVAS, source };
        let canvas = &prepared.images[CANVAS];
        let mut frames = clock
            .stage(Stage::Decode, || palmette_codec::animation(canvas.bytes(), &decode_options))
            .map_err(undecodable)?;
        let film = |rendering: &&Rendering| Film {
            options: prepared.encode_options(rendering, deadline, pipeline.idle.clone()),
            plays: frames.plays(),
            size: canvas.size(),
            encoder: None,
        };
        let mut films: Vec<Film> = members.iter().map(film).collect();
        let mut frame_count = 0;
        while let Some(frame) = clock.stage(Stage::Decode, || frames.next().transpose()).map_err(undecodable)? {
            frame_count += 1;
            deadline.check()?;
            // The frame is the one source that is left.
            let sources = WithKept { sources: &frame.pixmap, first_kept: run.first_kept, kept: &run.kept };
            let mut sink = FrameSink { films: &mut films, clock, delay_ms: frame.delay_ms };
            clock.stage(Stage::Run, || run.engine.run(&run.plan, &sources, &mut sink, deadline))?;
            (self.growing)(films.iter().map(Film::file_bytes).sum());
            if films.iter().all(Film::has_failed) {
                break;
            }
        }
        let damage = frames.into_damage().map(|cause| Damage { index: CANVAS, cause });
        let mut damage = damage.or(files.into_damage());
        for (index, rendering) in members.into_iter().enumerate() {
            let made = clock.stage(Stage::Encode, || films[index].finish(frame_count));
            let made = made.map(|made| Made { damage: damage.take(), ..made });
            let answer = made.and_then(|made| answer(prepared, rendering, made, clock));
            if self.outlet.put(rendering.index(), answer).is_break() {
                break;
            }
            (self.growing)(films.iter().map(Film::file_bytes).sum());
        }
        Ok(())
    }
}
