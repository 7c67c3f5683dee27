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
mod kept;
pub mod kernels;
#[cfg(target_arch = "aarch64")]
mod neon;
mod resize;
mod sharpen;
#[cfg(test)]
mod twins;

use std::sync::Arc;
use std::thread;

use crate::engine::{Deadline, Engine, EngineKind, Sink, Sources, read_together};
use crate::plan::{Plan, StepKind};
use crate::{Error, IdleCores};
use chain::{Chain, Cores, Helpers, Inputs};
use kept::Kept;
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

impl CpuEngine {
    /// Makes the values that a result depends on, and later ones, too.
    fn keep(&self, inputs: Inputs<'_>, kept: &mut Kept, result: usize) -> Result<(), Error> {
        let Inputs { plan, sources, .. } = inputs;
        for group in plan.read_together() {
            if !group.iter().any(|&id| kept.is_due(id, result)) {
                continue;
            }
            let reads: Vec<_> = group.iter().filter_map(|&id| plan.read(id)).collect();
            if let Some(pictures) = read_together(sources, &reads)? {
                group.into_iter().zip(pictures).for_each(|(id, picture)| kept.put(id, picture));
            }
        }
        for id in plan.steps().iter().filter_map(|step| step.output) {
            if kept.is_due(id, result) {
                let picture = self.with_chain(inputs, kept, |chain, cores| chain.rows(id, cores)?.into_picture())?;
                kept.put(id, picture);
            }
        }
        Ok(())
    }

    /// Does something with the chain of a plan, and with the cores that it may borrow.
    fn with_chain<T>(
        &self,
        inputs: Inputs<'_>,
        kept: &Kept,
        work: impl for<'scope, 'env> FnOnce(&'env Chain<'_>, Cores<'scope, 'env>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let chain = Chain::new(&self.kernels, inputs, kept)?;
        match &self.idle {
            None => work(&chain, None),
            Some(idle) => thread::scope(|scope| work(&chain, Some(Helpers { scope, idle }))),
        }
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
        let mut kept = Kept::new(plan)?;
        for (index, &output) in plan.outputs().iter().enumerate() {
            let inputs = Inputs { plan, sources, deadline };
            self.keep(inputs, &mut kept, index)?;
            self.with_chain(inputs, &kept, |chain, cores| sink.picture(index, chain.rows(output, cores)?))?;
            kept.free(index);
        }
        for step in plan.steps() {
            if let StepKind::Measure { measure, answer: None, .. } = &step.kind {
                let inputs = Inputs { plan, sources, deadline };
                self.keep(inputs, &mut kept, plan.outputs().len())?;
                let input = step.inputs[0];
                let found = self.with_chain(inputs, &kept, |chain, cores| measure.run(chain.rows(input, cores)?))?;
                sink.measurement(found);
            }
        }
        Ok(())
    }

    fn with_idle_cores(&self, idle: &IdleCores) -> Option<Arc<dyn Engine>> {
        Some(Arc::new(Self { idle: Some(idle.clone()), ..self.clone() }))
    }
}
