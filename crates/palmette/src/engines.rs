//! The engines that a process has, opened once at its start.

use std::sync::Arc;

use palmette_core::{CpuEngine, Engine, IdleCores};
use palmette_protocol::EngineChoice;

use crate::gpu::{self, Gpu};
use crate::{Diagnosis, Error, GpuSettings, Price};

/// The engines of a process and the wish of its operator. The CPU engine is always there.
#[derive(Clone, Debug)]
pub struct Engines {
    pub(crate) choice: EngineChoice,
    pub(crate) cpu: Arc<dyn Engine>,
    pub(crate) gpu: Option<Arc<Gpu>>,
    /// Why an adapter that is there is not used.
    pub(crate) gpu_failure: Option<Arc<str>>,
}

impl Engines {
    /// Opens the engines that `choice` asks for, with the default [`GpuSettings`].
    ///
    /// # Errors
    ///
    /// Those of [`Engines::open_with`].
    pub fn open(choice: EngineChoice) -> Result<Self, Error> {
        Self::open_with(choice, GpuSettings::default())
    }

    /// Opens the engines that `choice` asks for.
    ///
    /// A software adapter, which is slower than the CPU engine, is opened only for [`EngineChoice::Gpu`].
    ///
    /// # Errors
    ///
    /// [`Error::Gpu`] for [`EngineChoice::Gpu`] if there is no GPU, or if it fails the probe.
    pub fn open_with(choice: EngineChoice, settings: GpuSettings) -> Result<Self, Error> {
        let cpu: Arc<dyn Engine> = Arc::new(CpuEngine::new());
        let (gpu, gpu_failure) = match choice {
            EngineChoice::Cpu => (None, None),
            EngineChoice::Gpu => (Some(Gpu::open(true, settings, &cpu).map_err(Error::Gpu)?), None),
            EngineChoice::Auto => match Gpu::open(false, settings, &cpu) {
                Ok(gpu) => (Some(gpu), None),
                Err(error) if gpu::is_absence(&error) => {
                    tracing::info!("no gpu is used: {error}");
                    (None, None)
                }
                Err(error) => {
                    let error_chain = &error as &dyn std::error::Error;
                    tracing::error!(
                        error = error_chain,
                        "the gpu is off until the next start; the cpu runs everything"
                    );
                    (None, Some(error.to_string().into()))
                }
            },
        };
        if let Some(gpu) = &gpu {
            tracing::info!("gpu {}", gpu.status());
        }
        Ok(Self { choice, cpu, gpu, gpu_failure })
    }

    /// Says in a line whether there is a GPU and how it is.
    #[must_use]
    pub fn gpu_status(&self) -> String {
        match (&self.gpu, &self.gpu_failure) {
            (Some(gpu), _) => gpu.status(),
            (None, Some(why)) => format!("off: {why}"),
            (None, None) => self.no_gpu().to_owned(),
        }
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
            EngineChoice::Auto | EngineChoice::Gpu if self.gpu_failure.is_some() => "off",
            EngineChoice::Auto | EngineChoice::Gpu => "none",
        }
    }

    /// Returns the prices of arithmetic and kernels on this machine, as measured at the start; nothing where there is no GPU
    /// to choose.
    #[must_use]
    pub fn prices(&self) -> Vec<Price> {
        self.gpu.as_ref().map_or_else(Vec::new, |gpu| gpu.prices())
    }

    /// Gives the GPU up, as if it had been lost: for tests and drills. It is opened again.
    pub fn lose_gpu(&self) {
        if let Some(gpu) = &self.gpu {
            gpu.lose();
        }
    }

    /// Tries everything that could be used; takes a second.
    #[must_use]
    pub fn diagnose() -> Diagnosis {
        Diagnosis {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            gpu: gpu::diagnose(),
            libheif: palmette_codec::heic::version().map(str::to_owned),
        }
    }

    /// Uses one engine for everything; meant for tests that need a slow or failing one.
    #[must_use]
    pub fn only(engine: Arc<dyn Engine>) -> Self {
        Self { choice: EngineChoice::Cpu, cpu: engine, gpu: None, gpu_failure: None }
    }

    /// Lets the CPU use cores that are idle.
    pub(crate) fn with_idle_cores(self, idle: &IdleCores) -> Self {
        let cpu = self.cpu.with_idle_cores(idle).unwrap_or(self.cpu);
        Self { cpu, ..self }
    }

    /// Returns the wish of the operator.
    #[must_use]
    pub const fn choice(&self) -> EngineChoice {
        self.choice
    }
}
