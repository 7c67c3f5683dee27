//! The CPU reference engine: pulls the rows of a result through the steps of a plan.
//!
//! [`CpuEngine::scalar`] uses kernels written for the reader; they define every pixel. [`CpuEngine::new`] uses vectorised
//! twins where this machine has the instructions and a bench says it pays; they give the same bytes. One request runs on
//! one thread, since a server has as many requests as cores; while some are idle, a large picture is read on one, resampled on
//! another and taken by a third.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod blur;
mod chain;
mod draw;
mod draw_planes;
pub(crate) mod enlarge;
pub mod kernels;
#[cfg(target_arch = "aarch64")]
mod neon;
mod resize;
mod sharpen;
#[cfg(test)]
mod twins;

use std::sync::Arc;
use std::thread;

use crate::engine::{Deadline, Engine, EngineKind, Sink, Sources};
use crate::plan::{Plan, StepKind};
use crate::{Error, IdleCores};
use chain::{Chain, Helpers};
use kernels::Kernels;

/// Runs plans on the CPU.
#[derive(Clone, Debug)]
pub struct CpuEngine {
    kernels: Kernels,
    /// What large pictures may use.
    idle: Option<IdleCores>,
}

impl CpuEngine {
    /// Makes an engine that uses the fastest kernels of this machine.
    #[must_use]
    pub fn new() -> Self {
        Self { kernels: Kernels::fastest(), idle: None }
    }

    /// Makes an engine that uses the scalar kernels, which are the reference.
    #[must_use]
    pub const fn scalar() -> Self {
        Self { kernels: Kernels::SCALAR, idle: None }
    }

    /// Makes an engine that uses one of the sets of [`Kernels::all`], to compare them.
    #[must_use]
    pub const fn with_kernels(kernels: Kernels) -> Self {
        Self { kernels, idle: None }
    }
}

impl Default for CpuEngine {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine for CpuEngine {
    fn kind(&self) -> EngineKind {
        EngineKind::Cpu
    }

    fn run(&self, plan: &Plan, sources: &dyn Sources, sink: &mut dyn Sink, deadline: Deadline) -> Result<(), Error> {
        deadline.check()?;
        let chain = Chain::new(&self.kernels, plan, sources, deadline)?;
        match &self.idle {
            None => run(&chain, plan, sink, None),
            Some(idle) => thread::scope(|scope| run(&chain, plan, sink, Some(Helpers { scope, idle }))),
        }
    }

    fn with_idle_cores(&self, idle: &IdleCores) -> Option<Arc<dyn Engine>> {
        Some(Arc::new(Self { idle: Some(idle.clone()), ..self.clone() }))
    }
}

/// Hands the results of a plan, and what it measures, to a sink.
fn run<'scope, 'env: 'scope>(
    chain: &'env Chain<'_>,
    plan: &Plan,
    sink: &mut dyn Sink,
    helpers: Option<Helpers<'scope, 'env>>,
) -> Result<(), Error> {
    chain.keep(helpers)?;
    for (index, &output) in plan.outputs().iter().enumerate() {
        sink.picture(index, chain.rows(output, helpers)?)?;
    }
    for step in plan.steps() {
        if let StepKind::Measure { measure, answer: None, .. } = &step.kind {
            sink.measurement(measure.run(chain.rows(step.inputs[0], helpers)?)?);
        }
    }
    Ok(())
}
