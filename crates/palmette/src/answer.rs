//! The output of the pipeline: the picture, and how it came about.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use palmette_codec::Cause;
use palmette_core::{EngineKind, Size};
use palmette_ops::Place;
use palmette_protocol::OutputFormat;

use crate::Reason;

/// A finished picture. To debug it, its bytes are counted, not shown.
pub struct Answer {
    /// The file, or for `rgb` and `rgba` the bare pixels. They take no more memory than that.
    pub bytes: Bytes,
    /// Its media type, such as `image/avif`.
    pub content_type: &'static str,
    /// The format that was asked for.
    pub format: OutputFormat,
    /// Its size in pixels.
    pub size: Size,
    /// Its number of frames; 1 unless it is animated.
    pub frame_count: u32,
    /// The engine that computed it.
    pub engine: EngineKind,
    /// Why that engine.
    pub reason: Reason,
    /// The damage of a source; only if the pipeline may [show it](crate::Pipeline::with_on_damage).
    pub damage: Option<Damage>,
    /// How long each stage took.
    pub timings: Timings,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bytes, content_type, format, size, frame_count, engine, reason, damage, timings } = self;
        f.debug_struct("Answer")
            .field("bytes", &bytes.len())
            .field("content_type", content_type)
            .field("format", format)
            .field("size", size)
            .field("frame_count", frame_count)
            .field("engine", engine)
            .field("reason", reason)
            .field("damage", damage)
            .field("timings", timings)
            .finish()
    }
}

/// The damage of a picture that was shown all the same.
#[derive(Debug)]
pub struct Damage {
    /// The index of the source; 0 is the canvas.
    pub index: usize,
    /// Why it could not be decoded whole.
    pub cause: Cause,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", Place::of_source(self.index), self.cause)
    }
}

/// The stages of the pipeline that are timed, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Headers are read and sizes checked.
    Probe,
    /// The list becomes a plan.
    Lower,
    /// Files become pixels.
    Decode,
    /// The engine runs the plan.
    Run,
    /// Pixels become a file.
    Encode,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 5] = [Self::Probe, Self::Lower, Self::Decode, Self::Run, Self::Encode];

    /// Returns the name as it appears in spans, metrics and `server-timing`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Probe => "probe",
            Self::Lower => "lower",
            Self::Decode => "decode",
            Self::Run => "run",
            Self::Encode => "encode",
        }
    }
}

/// How long each stage took, over all frames; a stage that was not reached took no time.
#[derive(Clone, Debug, Default)]
pub struct Timings([Duration; Stage::ALL.len()]);

impl Timings {
    /// Returns the time of one stage.
    #[must_use]
    pub const fn get(&self, stage: Stage) -> Duration {
        self.0[stage as usize]
    }

    /// Returns every stage with its time, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Stage, Duration)> {
        Stage::ALL.into_iter().zip(self.0)
    }

    /// Adds time to a stage.
    pub(crate) fn add(&mut self, stage: Stage, time: Duration) {
        self.0[stage as usize] += time;
    }
}
