//! The GPU engine: opened, priced, and opened again when it was lost.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use palmette_core::plan::Plan;
use palmette_core::{Deadline, DeviceFault, Engine, EngineKind, Pixmap};
use palmette_gpu::{AdapterChoice, GpuEngine, GpuOptions};

use super::cost::Costs;

/// Why there is no GPU engine.
pub type GpuError = palmette_gpu::Error;

/// The GPU of a process, and what became of it.
#[derive(Debug)]
pub(crate) struct Gpu {
    options: GpuOptions,
    costs: Costs,
    state: Mutex<State>,
    /// Requests in a row that the device failed without being lost.
    failures: AtomicU32,
}

#[derive(Debug)]
struct State {
    engine: Arc<GpuEngine>,
    /// When a lost device is tried again, and how long after that if it fails.
    retry_at: Instant,
    retry_delay: Duration,
    is_opening: bool,
}

/// How long a lost device is left alone at first, and at most.
const RETRY_DELAYS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// Failures in a row from which on a device is given up and opened again.
const MAX_FAILURES: u32 = 3;

impl Gpu {
    /// Opens the best adapter and measures what it is worth.
    ///
    /// # Errors
    ///
    /// Those of [`GpuEngine::open`], or of the engines while they are measured.
    pub(crate) fn open(allow_software: bool, cpu: &Arc<dyn Engine>) -> Result<Arc<Self>, GpuError> {
        let adapter = if allow_software { AdapterChoice::Any } else { AdapterChoice::Hardware };
        let options = GpuOptions { adapter, ..GpuOptions::default() };
        let engine = GpuEngine::open(&options)?;
        let costs = Costs::measure(&**cpu, &engine)?;
        let state = State {
            engine: Arc::new(engine),
            retry_at: Instant::now(),
            retry_delay: RETRY_DELAYS.0,
            is_opening: false,
        };
        Ok(Arc::new(Self { options, costs, state: Mutex::new(state), failures: AtomicU32::new(0) }))
    }

    /// Prepares to run one plan, or all frames of an animation; nothing while the device is lost.
    pub(crate) fn attempt(self: &Arc<Self>, cpu: &Arc<dyn Engine>) -> Option<Arc<Attempt>> {
        let engine = self.engine()?;
        Some(Arc::new(Attempt { gpu: Arc::clone(self), engine, cpu: Arc::clone(cpu), fault: OnceLock::new() }))
    }

    /// Says whether the GPU is expected to run a plan faster than the CPU.
    pub(crate) fn pays(&self, plan: &Plan) -> bool {
        self.costs.gpu_pays(plan)
    }

    /// Gives the device up, as if it had been lost.
    pub(crate) fn lose(&self) {
        self.lock().engine.lose();
    }

    /// Says in a line how the device is.
    pub(crate) fn status(&self) -> String {
        let state = self.lock();
        let adapter = state.engine.adapter();
        if state.engine.is_lost() { format!("lost: {adapter}") } else { format!("ready: {adapter}") }
    }

    /// Returns the engine; sees to it that a lost device is opened again, on a thread that no request waits for.
    fn engine(self: &Arc<Self>) -> Option<Arc<GpuEngine>> {
        let mut state = self.lock();
        if !state.engine.is_lost() {
            return Some(Arc::clone(&state.engine));
        }
        if !state.is_opening && Instant::now() >= state.retry_at {
            let gpu = Arc::clone(self);
            let thread = std::thread::Builder::new().name("palmette-gpu-open".to_owned());
            state.is_opening = thread.spawn(move || gpu.reopen()).is_ok();
        }
        None
    }

    fn reopen(&self) {
        let opened = GpuEngine::open(&self.options);
        let mut state = self.lock();
        state.is_opening = false;
        match opened {
            Ok(engine) => {
                tracing::info!(gpu.adapter = engine.adapter(), "the gpu is back");
                state.engine = Arc::new(engine);
                self.failures.store(0, Ordering::Relaxed);
                // A device that is lost again and again is not opened more often than that.
                state.retry_at = Instant::now() + RETRY_DELAYS.0;
                state.retry_delay = RETRY_DELAYS.0;
            }
            Err(error) => {
                state.retry_at = Instant::now() + state.retry_delay;
                state.retry_delay = (2 * state.retry_delay).min(RETRY_DELAYS.1);
                tracing::warn!(error = &error as &dyn std::error::Error, "the gpu cannot be opened again");
            }
        }
    }

    /// Counts how an attempt ended.
    fn note(&self, engine: &GpuEngine, fault: Option<DeviceFault>) {
        match fault {
            None => self.failures.store(0, Ordering::Relaxed),
            // Too much at once, or too large: nothing is wrong with the device.
            Some(DeviceFault::OutOfMemory | DeviceFault::TooLarge | DeviceFault::Lost) => {}
            Some(DeviceFault::Refused | DeviceFault::TimedOut) => {
                if self.failures.fetch_add(1, Ordering::Relaxed) + 1 >= MAX_FAILURES {
                    engine.lose();
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is complete before the lock is let go.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The GPU for one request, with the CPU behind it: what the device fails at is run again there, to the same bytes.
#[derive(Debug)]
pub(crate) struct Attempt {
    gpu: Arc<Gpu>,
    engine: Arc<GpuEngine>,
    cpu: Arc<dyn Engine>,
    /// What the device failed with; the CPU runs everything from then on.
    fault: OnceLock<DeviceFault>,
}

impl Attempt {
    /// Returns what the device failed with, if it did.
    pub(crate) fn fault(&self) -> Option<DeviceFault> {
        self.fault.get().copied()
    }
}

impl Engine for Attempt {
    fn kind(&self) -> EngineKind {
        if self.fault().is_some() { EngineKind::Cpu } else { EngineKind::Gpu }
    }

    fn run(&self, plan: &mut Plan, sources: Vec<Pixmap>, deadline: Deadline) -> Result<Pixmap, palmette_core::Error> {
        if self.fault().is_none() {
            let result = self.engine.try_run(plan, &sources, deadline);
            let fault = result.as_ref().err().and_then(GpuError::fault);
            self.gpu.note(&self.engine, fault);
            match (result, fault) {
                (Ok(picture), _) => return Ok(picture),
                (Err(error), None) => return Err(error.into()),
                (Err(error), Some(fault)) => {
                    let reason = fault.as_str();
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        gpu.fault = reason,
                        "the gpu failed; the cpu runs the request"
                    );
                    let _ = self.fault.set(fault);
                }
            }
        }
        self.cpu.run(plan, sources, deadline)
    }
}

/// Opens whatever adapter there is, and says how it did.
pub(crate) fn diagnose() -> Vec<String> {
    let cpu: Arc<dyn Engine> = Arc::new(palmette_core::CpuEngine::new());
    match Gpu::open(true, &cpu) {
        Err(error) => vec![format!("gpu: not usable: {}", with_causes(&error))],
        Ok(gpu) => {
            let is_software = gpu.lock().engine.is_software();
            let use_ =
                if is_software { "only used by --engine gpu, since it is software" } else { "used where it pays" };
            let Costs { cpu_ratio, gpu_pixel, transfer_pixel, gpu_fixed } = gpu.costs;
            vec![
                format!("gpu: {}", gpu.status()),
                format!("gpu: every kernel gives the right answer; {use_}"),
                format!(
                    "cost: the cpu takes {cpu_ratio:.2} times as long as recorded; on the gpu {:.2} ns for a pixel read or written, \
                     {:.2} to move one, {:.0} µs to begin",
                    1e9 * gpu_pixel,
                    1e9 * transfer_pixel,
                    1e6 * gpu_fixed
                ),
            ]
        }
    }
}

/// Writes an error with what caused it.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
