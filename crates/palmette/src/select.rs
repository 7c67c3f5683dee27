//! Which engine runs a plan, and why.

use std::sync::Arc;

use palmette_core::Engine;
use palmette_core::plan::Plan;

use crate::{EngineChoice, Engines};

/// An engine for one plan.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The engine.
    pub engine: Arc<dyn Engine>,
    /// Why this one.
    pub reason: Reason,
}

/// Why an engine was selected. One closed list, so that spans and metrics count the same things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The operator wants the CPU.
    CpuWanted,
    /// This build has no GPU engine.
    GpuNotBuilt,
}

impl Reason {
    /// Returns the name as it appears in spans and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CpuWanted => "cpu_wanted",
            Self::GpuNotBuilt => "gpu_not_built",
        }
    }
}

impl Engines {
    /// Selects the engine for a plan. The plan does not matter yet: there is one engine.
    #[must_use]
    pub fn select(&self, _plan: &Plan) -> Selection {
        let reason = match self.choice {
            EngineChoice::Cpu => Reason::CpuWanted,
            EngineChoice::Auto | EngineChoice::Gpu => Reason::GpuNotBuilt,
        };
        Selection { engine: Arc::clone(&self.cpu), reason }
    }
}
