//! Everything that can go wrong between a resolved list and a finished picture.

use palmette_ops::{Class, ImageIndex, Place};

use crate::model::{Ability, ModelError};
use crate::plan::Value;
use crate::{Layout, Size};

/// A failure of planning or of an engine.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Occurs when an entry of the list cannot be planned; names the entry.
    #[error("{place}: {source}")]
    At {
        /// The entry.
        place: Place,
        /// What was wrong with it.
        source: Box<Self>,
    },
    /// Occurs when a picture has a side of 0, or is larger than the limits allow.
    #[error("{size} pixels is outside the limits: sides of 1 to {max_side_px}, at most {max_area_px} pixels in all")]
    TooLarge {
        /// The size that was asked for.
        size: Size,
        /// The limit on a side.
        max_side_px: u32,
        /// The limit on the area.
        max_area_px: u64,
    },
    /// Occurs when all frames of an animation together are larger than the limits allow.
    #[error("{frame_count} frames of {size} pixels are over the limit of {max_area_px} pixels in all")]
    AnimationTooLarge {
        /// The number of frames.
        frame_count: u32,
        /// The size of each.
        size: Size,
        /// The limit on the area of all together.
        max_area_px: u64,
    },
    /// Occurs when an option needs a model that was not configured.
    #[error("`{option}` needs a model that {ability}, and none is installed: run `palmette models install {}`", ability.word())]
    NeedsModel {
        /// The option with its value.
        option: &'static str,
        /// What the model has to do.
        ability: Ability,
    },
    /// Occurs when a model that is configured gives no answer, or one that cannot be used.
    #[error("the model that {ability} failed: {source}")]
    ModelFailed {
        /// What it was asked to do.
        ability: Ability,
        /// Why it could not.
        source: ModelError,
    },
    /// Occurs when a plan gets the answer to another question than it asked, or to none.
    #[error("the measurement is not the one that the plan asked for")]
    WrongMeasurement,
    /// Occurs when a list measures something where nobody can.
    #[error("the list measures something, and there are no pixels to measure")]
    Unmeasured,
    /// Occurs when a source gives no more rows; the code that opened it knows why.
    #[error("{} could not be read", Place::of_source(*.index))]
    SourceFailed {
        /// Its index.
        index: usize,
    },
    /// Occurs when the sink takes no more of the result; the sink knows why.
    #[error("the result could not be written")]
    SinkFailed,
    /// Occurs when an option cuts a whole picture away.
    #[error("`{option}` cuts away all of {size} pixels")]
    NothingLeft {
        /// The option.
        option: &'static str,
        /// The size before.
        size: Size,
    },
    /// Occurs when an entry of the list names a node that does not exist, or that was drawn already.
    #[error("{} does not exist, or was drawn already", Place::Picture(ImageIndex(*.index)))]
    NodeMissing {
        /// The index that was given.
        index: u32,
    },
    /// Occurs when a picture of no pixels is made.
    #[error("a picture of {size} pixels is empty")]
    EmptyPixmap {
        /// The size that was asked for.
        size: Size,
    },
    /// Occurs when bytes do not have the length of the picture that is made of them.
    #[error("{actual} bytes given for a picture of {size} pixels, which takes {expected}")]
    PixmapLength {
        /// The size of the picture.
        size: Size,
        /// The bytes it takes.
        expected: usize,
        /// The bytes that were given.
        actual: usize,
    },
    /// Occurs when a picture ends before its last row, or goes on after it.
    #[error("plane {plane} has {actual} rows instead of {expected}")]
    RowsMissing {
        /// The first plane that is wrong.
        plane: usize,
        /// The rows that it has by the size of the picture.
        expected: usize,
        /// The rows that came.
        actual: usize,
    },
    /// Occurs when a picture does not have the layout that its reader works on.
    #[error("the picture is {actual:?}, but {expected:?} was planned")]
    WrongLayout {
        /// The layout that was planned.
        expected: Layout,
        /// The layout that came.
        actual: Layout,
    },
    /// Occurs when an engine gets another source than the plan was made for.
    #[error("the plan is for another source: {} is {actual:?}, and {planned:?} was planned", Place::of_source(*.index))]
    SourceMismatch {
        /// The source that differs.
        index: usize,
        /// What was planned.
        planned: Value,
        /// What came; absent if nothing did.
        actual: Option<Value>,
    },
    /// Occurs when a picture of another library is in colours that it cannot convert to sRGB itself.
    #[error("the colours of the picture cannot be converted to sRGB")]
    ColorSpace,
    /// Occurs when the allocator refuses.
    #[error("could not allocate {bytes} bytes")]
    OutOfMemory {
        /// What was asked for.
        bytes: u64,
    },
    /// Occurs when a device that an engine computes on fails; the same plan can be run on another engine.
    #[error("the device failed: {fault}")]
    Device {
        /// What happened to it.
        fault: DeviceFault,
    },
    /// Occurs when the time limit of the request runs out between two steps.
    #[error("the time limit of the request ran out")]
    DeadlineExceeded,
}

/// What happened to a device. What it said itself is in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum DeviceFault {
    /// Occurs when the device is gone, and everything on it.
    #[error("it was lost")]
    Lost,
    /// Occurs when its memory, or the share of it that this process may use, is full.
    #[error("its memory is full")]
    OutOfMemory,
    /// Occurs when it does not answer.
    #[error("it did not answer in time")]
    TimedOut,
    /// Occurs when it refuses work that it should be able to do.
    #[error("it refused the work")]
    Refused,
    /// Occurs when a picture is larger than the way it is cut up for the device allows.
    #[error("the picture is too large for it")]
    TooLarge,
}

impl DeviceFault {
    /// Every fault.
    pub const ALL: [Self; 5] = [Self::Lost, Self::OutOfMemory, Self::TimedOut, Self::Refused, Self::TooLarge];

    /// Returns the name as it appears in logs and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::OutOfMemory => "out_of_memory",
            Self::TimedOut => "timed_out",
            Self::Refused => "refused",
            Self::TooLarge => "too_large",
        }
    }
}

impl Error {
    /// Names the entry of the list that the failure belongs to.
    #[must_use]
    pub fn at(self, place: Place) -> Self {
        Self::At { place, source: Box::new(self) }
    }

    /// Says whose fault the failure is.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::At { source, .. } => source.class(),
            Self::TooLarge { .. } | Self::AnimationTooLarge { .. } => Class::Limit,
            Self::NeedsModel { .. } | Self::ColorSpace => Class::Unsupported,
            Self::NodeMissing { .. } | Self::NothingLeft { .. } => Class::Caller,
            Self::WrongMeasurement
            | Self::Unmeasured
            | Self::SourceFailed { .. }
            | Self::SinkFailed
            | Self::ModelFailed { .. }
            | Self::EmptyPixmap { .. }
            | Self::PixmapLength { .. }
            | Self::RowsMissing { .. }
            | Self::WrongLayout { .. }
            | Self::SourceMismatch { .. }
            | Self::OutOfMemory { .. }
            | Self::Device { .. } => Class::Ours,
            Self::DeadlineExceeded => Class::Deadline,
        }
    }
}
