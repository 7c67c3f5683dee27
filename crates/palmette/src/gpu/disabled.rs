//! No GPU engine: this build goes without.

use std::convert::Infallible;
use std::sync::Arc;

use palmette_core::plan::Plan;
use palmette_core::{Deadline, DeviceFault, Engine, EngineKind, Sink, Sources};

use super::GpuSettings;
use crate::{Estimate, GpuDiagnosis, Price};

/// Why there is no GPU engine.
#[derive(Debug, thiserror::Error)]
#[error("this build has no GPU engine")]
pub struct GpuError;

/// What does not exist here.
#[derive(Debug)]
pub(crate) struct Gpu(Infallible);

/// What does not exist here.
#[derive(Debug)]
pub(crate) struct Attempt(Infallible);

impl Gpu {
    pub(crate) fn open(
        _allow_software: bool,
        _settings: GpuSettings,
        _cpu: &Arc<dyn Engine>,
    ) -> Result<Arc<Self>, GpuError> {
        Err(GpuError)
    }

    pub(crate) fn attempt(self: &Arc<Self>, _cpu: &Arc<dyn Engine>) -> Option<Arc<Attempt>> {
        match self.0 {}
    }

    pub(crate) fn estimate(&self, _plan: &Plan) -> Estimate {
        match self.0 {}
    }

    pub(crate) fn prices(&self) -> Vec<Price> {
        match self.0 {}
    }

    pub(crate) fn lose(&self) {
        match self.0 {}
    }

    pub(crate) fn is_off(&self) -> bool {
        match self.0 {}
    }

    pub(crate) fn status(&self) -> String {
        match self.0 {}
    }
}

impl Attempt {
    pub(crate) fn fault(&self) -> Option<DeviceFault> {
        match self.0 {}
    }
}

impl Engine for Attempt {
    fn kind(&self) -> EngineKind {
        match self.0 {}
    }

    fn run(
        &self,
        _plan: &Plan,
        _sources: &dyn Sources,
        _sink: &mut dyn Sink,
        _deadline: Deadline,
    ) -> Result<(), palmette_core::Error> {
        match self.0 {}
    }
}

/// Says that there is none.
pub(crate) fn diagnose() -> GpuDiagnosis {
    GpuDiagnosis::Unusable { reason: GpuError.to_string() }
}
