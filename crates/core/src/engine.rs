//! What an engine is: something that runs a plan on pictures, to the byte as every other engine does.

use std::fmt;
use std::time::Instant;

use crate::plan::Plan;
use crate::{Error, Pixmap};

/// Runs plans.
///
/// Engines are synchronous and shared: callers run them off their async threads, several at once.
pub trait Engine: Send + Sync + fmt::Debug {
    /// Names the engine in logs, metrics and the `palmette-engine` header.
    fn kind(&self) -> EngineKind;

    /// Runs every step of `plan` and returns the canvas.
    ///
    /// `sources[i]` is the picture of node `i`, of the size that the plan was made for. A plan that lacks measurements is
    /// completed in place; it can then be run on the next frame of an animation, without measuring again.
    ///
    /// # Errors
    ///
    /// [`Error::DeadlineExceeded`] when `deadline` passes between two steps, [`Error::OutOfMemory`] when a buffer cannot be
    /// had, [`Error::SourceMismatch`] when `sources` are not those of the plan, those of [`Plan::resume`] when what was
    /// measured leads to a step that cannot be planned, and [`Error::Device`] when the engine has a device and that fails.
    fn run(&self, plan: &mut Plan, sources: Vec<Pixmap>, deadline: Deadline) -> Result<Pixmap, Error>;
}

/// The engines that exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EngineKind {
    /// The reference engine of this crate.
    Cpu,
    /// Compute shaders.
    Gpu,
}

impl EngineKind {
    /// Returns the name as it appears on the wire and in logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
        }
    }
}

impl fmt::Display for EngineKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The moment after which nobody waits for the result any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// Never passes.
    pub const NONE: Self = Self(None);

    /// Passes at the given moment.
    #[must_use]
    pub const fn at(instant: Instant) -> Self {
        Self(Some(instant))
    }

    /// Says whether there is time left.
    ///
    /// # Errors
    ///
    /// [`Error::DeadlineExceeded`] if the moment has passed.
    pub fn check(self) -> Result<(), Error> {
        match self.0 {
            Some(instant) if Instant::now() >= instant => Err(Error::DeadlineExceeded),
            _ => Ok(()),
        }
    }
}
