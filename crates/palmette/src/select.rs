//! Which engine runs a plan, and why.

use std::sync::Arc;

use palmette_core::plan::Plan;
use palmette_core::{DeviceFault, Engine};

use palmette_protocol::EngineChoice;

use crate::gpu::{self, Attempt};
use crate::{Engines, Error, Estimate};

/// An engine for one plan.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The engine.
    pub engine: Arc<dyn Engine>,
    /// Why this one, when it was selected.
    selected: Reason,
    /// The expected time of both engines, if there is a GPU.
    estimate: Option<Estimate>,
    /// The same engine, if it is the GPU.
    attempt: Option<Arc<Attempt>>,
}

/// Why an engine was selected, or had to take over. One closed list, so that spans and metrics count the same things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The operator, or the request, wants the CPU.
    CpuWanted,
    /// The operator, or the request, wants the GPU.
    GpuWanted,
    /// This build has no GPU engine.
    GpuNotBuilt,
    /// There is no GPU, or it failed the probe.
    NoGpu,
    /// The GPU was lost and is not back yet.
    GpuAway,
    /// The GPU failed too often in a row, or gave a wrong answer when it came back: it is off until the next start.
    GpuOff,
    /// The CPU is expected to be faster.
    CpuPays,
    /// The GPU is expected to be faster.
    GpuPays,
    /// The GPU was selected and failed; the CPU took over.
    GpuFailed(DeviceFault),
}

impl Reason {
    /// Returns the name as it appears in spans and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CpuWanted => "cpu_wanted",
            Self::GpuWanted => "gpu_wanted",
            Self::GpuNotBuilt => "gpu_not_built",
            Self::NoGpu => "no_gpu",
            Self::GpuAway => "gpu_away",
            Self::GpuOff => "gpu_off",
            Self::CpuPays => "cpu_pays",
            Self::GpuPays => "gpu_pays",
            Self::GpuFailed(DeviceFault::Lost) => "gpu_lost",
            Self::GpuFailed(DeviceFault::OutOfMemory) => "gpu_out_of_memory",
            Self::GpuFailed(DeviceFault::TimedOut) => "gpu_timed_out",
            Self::GpuFailed(DeviceFault::Refused) => "gpu_refused",
            Self::GpuFailed(DeviceFault::TooLarge) => "gpu_too_large",
        }
    }
}

impl Selection {
    /// Says whether the engine is the GPU.
    pub(crate) const fn is_gpu(&self) -> bool {
        self.attempt.is_some()
    }

    /// Returns the expected time of both engines; nothing where there is no GPU.
    pub(crate) const fn estimate(&self) -> Option<Estimate> {
        self.estimate
    }

    /// Says why this engine; once a plan ran, also whether another one had to take over.
    #[must_use]
    pub fn reason(&self) -> Reason {
        let fault = self.attempt.as_ref().and_then(|attempt| attempt.fault());
        fault.map_or(self.selected, Reason::GpuFailed)
    }
}

impl Engines {
    /// Selects the engine for a plan. The choice of the request goes before that of the operator; a GPU that is lost at the
    /// moment is replaced by the CPU in either case.
    ///
    /// # Errors
    ///
    /// [`Error::NoGpu`] if the request wants the GPU and there is none.
    pub fn select(&self, plan: &Plan, wish: EngineChoice) -> Result<Selection, Error> {
        let estimate = self.gpu.as_ref().map(|gpu| gpu.estimate(plan));
        let on_cpu = |selected| Ok(Selection { engine: Arc::clone(&self.cpu), selected, estimate, attempt: None });
        let choice = if wish == EngineChoice::Auto { self.choice } else { wish };
        let wanted = match (choice, &self.gpu) {
            (EngineChoice::Cpu, _) => return on_cpu(Reason::CpuWanted),
            (_, None) if wish == EngineChoice::Gpu => return Err(Error::NoGpu { status: self.no_gpu() }),
            (_, None) => return on_cpu(if gpu::IS_BUILT { Reason::NoGpu } else { Reason::GpuNotBuilt }),
            (EngineChoice::Auto, Some(_)) if !estimate.is_some_and(|estimate| estimate.gpu_pays()) => {
                return on_cpu(Reason::CpuPays);
            }
            (EngineChoice::Auto, Some(gpu)) => (gpu, Reason::GpuPays),
            (EngineChoice::Gpu, Some(gpu)) => (gpu, Reason::GpuWanted),
        };
        let (gpu, selected) = wanted;
        match gpu.attempt(&self.cpu) {
            None => on_cpu(if gpu.is_off() { Reason::GpuOff } else { Reason::GpuAway }),
            Some(attempt) => {
                let engine = Arc::clone(&attempt) as Arc<dyn Engine>;
                Ok(Selection { engine, selected, estimate, attempt: Some(attempt) })
            }
        }
    }
}
