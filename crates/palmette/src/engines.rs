//! The engines that a process has, opened once at its start.

use std::sync::Arc;

use palmette_core::{CpuEngine, Engine};

use crate::Error;
use crate::gpu::{self, Gpu};

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
    pub(crate) gpu: Option<Arc<Gpu>>,
}

impl Engines {
    /// Opens what `choice` asks for.
    ///
    /// A software adapter, which is slower than the CPU engine, is opened only for [`EngineChoice::Gpu`].
    ///
    /// # Errors
    ///
    /// [`Error::Gpu`] for [`EngineChoice::Gpu`] if there is no GPU, or if it fails the probe.
    pub fn open(choice: EngineChoice) -> Result<Self, Error> {
        let cpu: Arc<dyn Engine> = Arc::new(CpuEngine::new());
        let gpu = match choice {
            EngineChoice::Cpu => None,
            EngineChoice::Gpu => Some(Gpu::open(true, &cpu).map_err(Error::Gpu)?),
            EngineChoice::Auto => match Gpu::open(false, &cpu) {
                Ok(gpu) => Some(gpu),
                Err(error) => {
                    tracing::info!(error = &error as &dyn std::error::Error, "no gpu is used");
                    None
                }
            },
        };
        if let Some(gpu) = &gpu {
            tracing::info!("gpu {}", gpu.status());
        }
        Ok(Self { choice, cpu, gpu })
    }

    /// Says in a line whether there is a GPU and how it is.
    #[must_use]
    pub fn gpu_status(&self) -> String {
        match (&self.gpu, self.choice) {
            (Some(gpu), _) => gpu.status(),
            (None, _) if !gpu::IS_BUILT => "not built in".to_owned(),
            (None, EngineChoice::Cpu) => "not wanted".to_owned(),
            (None, _) => "none".to_owned(),
        }
    }

    /// Gives the GPU up, as if it had been lost: for tests and drills of what happens then. It is opened again.
    pub fn lose_gpu(&self) {
        if let Some(gpu) = &self.gpu {
            gpu.lose();
        }
    }

    /// Tries everything that could be used and says in lines how it is; takes a second.
    #[must_use]
    pub fn diagnose() -> Vec<String> {
        let mut lines =
            vec![format!("cpu: ready, {} cores", std::thread::available_parallelism().map_or(1, usize::from))];
        lines.extend(gpu::diagnose());
        lines
    }

    /// Uses one engine for everything; meant for tests that need a slow or failing one.
    #[must_use]
    pub fn only(engine: Arc<dyn Engine>) -> Self {
        Self { choice: EngineChoice::Cpu, cpu: engine, gpu: None }
    }

    /// Returns the wish of the operator.
    #[must_use]
    pub const fn choice(&self) -> EngineChoice {
        self.choice
    }
}
