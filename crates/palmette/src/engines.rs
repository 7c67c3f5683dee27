//! The engines that a process has, opened once at its start.

use std::sync::Arc;

use palmette_core::{CpuEngine, Engine};

use crate::Error;

/// Which engine an operator wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum EngineChoice {
    /// Whatever is there and pays for the request at hand.
    #[default]
    Auto,
    /// Always the CPU.
    Cpu,
    /// A GPU, or no start at all.
    Gpu,
}

impl EngineChoice {
    /// Returns the name as it appears in configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
        }
    }
}

/// The engines of a process and the wish of its operator. The CPU engine is always there.
#[derive(Clone, Debug)]
pub struct Engines {
    pub(crate) choice: EngineChoice,
    pub(crate) cpu: Arc<dyn Engine>,
}

impl Engines {
    /// Opens what `choice` asks for.
    ///
    /// # Errors
    ///
    /// [`Error::GpuNotBuilt`] for [`EngineChoice::Gpu`]: this version has no GPU engine.
    pub fn open(choice: EngineChoice) -> Result<Self, Error> {
        match choice {
            EngineChoice::Auto | EngineChoice::Cpu => Ok(Self { choice, cpu: Arc::new(CpuEngine::new()) }),
            EngineChoice::Gpu => Err(Error::GpuNotBuilt),
        }
    }

    /// Uses one engine for everything; meant for tests that need a slow or failing one.
    #[must_use]
    pub fn only(engine: Arc<dyn Engine>) -> Self {
        Self { choice: EngineChoice::Cpu, cpu: engine }
    }

    /// Returns the wish of the operator.
    #[must_use]
    pub const fn choice(&self) -> EngineChoice {
        self.choice
    }
}
