//! The engines that a process has, opened once at its start.

use std::sync::Arc;

use palmette_core::{CpuEngine, Engine};
use palmette_protocol::EngineChoice;

use crate::Error;
use crate::gpu::{self, Gpu};

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
        self.gpu.as_ref().map_or_else(|| self.no_gpu().to_owned(), |gpu| gpu.status())
    }

    /// Tells whether a request may choose the GPU; a lost one counts, since it comes back.
    #[must_use]
    pub const fn has_gpu(&self) -> bool {
        self.gpu.is_some()
    }

    /// Says why there is no GPU.
    pub(crate) const fn no_gpu(&self) -> &'static str {
        match self.choice {
            _ if !gpu::IS_BUILT => "not built in",
            EngineChoice::Cpu => "not wanted",
            EngineChoice::Auto | EngineChoice::Gpu => "none",
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
