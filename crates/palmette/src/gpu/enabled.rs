//! The GPU engine: opened, priced, and opened again when it was lost.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use palmette_core::plan::Plan;
use palmette_core::{Deadline, DeviceFault, Engine, EngineKind, Sink, Sources};
use palmette_gpu::{AdapterChoice, GpuEngine, GpuOptions};

use super::GpuSettings;
use super::cost::Costs;
use super::recovery::{Recovery, Verdict};
use crate::{Estimate, GpuDiagnosis, Price};

/// Why there is no GPU engine.
pub type GpuError = palmette_gpu::Error;

/// The GPU of a process, and its state.
#[derive(Debug)]
pub(crate) struct Gpu {
    options: GpuOptions,
    costs: Costs,
    state: Mutex<State>,
    /// Requests in a row that the device failed without being lost.
    refusals: AtomicU32,
}

#[derive(Debug)]
struct State {
    /// The name of the adapter, which outlives its device.
    adapter: String,
    recovery: Recovery,
    device: Device,
}

/// The state of the device.
#[derive(Debug)]
enum Device {
    /// It works, or nobody has noticed yet that it does not.
    Open(Arc<GpuEngine>),
    /// It was lost, and is left alone for a while.
    Away {
        /// When it is opened again, if a request comes.
        retry_at: Instant,
    },
    /// A thread opens it.
    Opening,
    /// It is not opened any more.
    Off {
        /// Why.
        why: String,
    },
}

#[cfg(test)]
impl Device {
    /// Says whether it is open, and software.
    fn is_software(&self) -> bool {
        matches!(self, Self::Open(engine) if engine.is_software())
    }
}

/// Refusals in a row from which on a device is given up and opened again.
const MAX_REFUSALS: u32 = 3;

impl Gpu {
    /// Opens the best adapter and measures its prices.
    ///
    /// # Errors
    ///
    /// Those of [`GpuEngine::open`], or of the engines while they are measured.
    pub(crate) fn open(
        allow_software: bool,
        settings: GpuSettings,
        cpu: &Arc<dyn Engine>,
    ) -> Result<Arc<Self>, GpuError> {
        let adapter = if allow_software { AdapterChoice::Any } else { AdapterChoice::Hardware };
        let GpuSettings { max_bytes, timeout, .. } = settings;
        let options = GpuOptions { adapter, max_bytes, timeout, ..GpuOptions::default() };
        let engine = GpuEngine::open(&options)?;
        let costs = Costs::measure(&**cpu, &engine)?;
        let state = State {
            adapter: engine.adapter(),
            recovery: Recovery::new(settings, Instant::now()),
            device: Device::Open(Arc::new(engine)),
        };
        Ok(Arc::new(Self { options, costs, state: Mutex::new(state), refusals: AtomicU32::new(0) }))
    }

    /// Prepares to run one plan, or all frames of an animation; nothing while the device is away, or off.
    pub(crate) fn attempt(self: &Arc<Self>, cpu: &Arc<dyn Engine>) -> Option<Arc<Attempt>> {
        let engine = self.engine()?;
        Some(Arc::new(Attempt { gpu: Arc::clone(self), engine, cpu: Arc::clone(cpu), fault: OnceLock::new() }))
    }

    /// Returns the expected time of a plan on each engine.
    pub(crate) fn estimate(&self, plan: &Plan) -> Estimate {
        self.costs.estimate(plan)
    }

    /// Returns the prices that were measured when the device was opened.
    pub(crate) fn prices(&self) -> Vec<Price> {
        self.costs.prices()
    }

    /// Gives the device up, as if it had been lost.
    pub(crate) fn lose(&self) {
        if let Device::Open(engine) = &self.lock().device {
            engine.lose();
        }
    }

    /// Says whether the device is given up for good.
    pub(crate) fn is_off(&self) -> bool {
        matches!(self.lock().device, Device::Off { .. })
    }

    /// Says in a line how the device is.
    pub(crate) fn status(self: &Arc<Self>) -> String {
        // A monitor of an idle process should see the device come back, too.
        self.engine();
        let state = self.lock();
        let adapter = &state.adapter;
        match &state.device {
            Device::Open(_) => format!("ready: {adapter}"),
            Device::Away { .. } | Device::Opening => format!("lost: {adapter}"),
            Device::Off { why } => format!("off: {why}: {adapter}"),
        }
    }

    /// Returns the engine; sees to it that a lost device is opened again, on a thread that no request waits for.
    fn engine(self: &Arc<Self>) -> Option<Arc<GpuEngine>> {
        let mut state = self.lock();
        let now = Instant::now();
        match &state.device {
            Device::Open(engine) if !engine.is_lost() => return Some(Arc::clone(engine)),
            Device::Open(_) => {
                let verdict = state.recovery.lost(now);
                state.judge(verdict);
            }
            Device::Away { retry_at } if now >= *retry_at => {
                let gpu = Arc::clone(self);
                let thread = std::thread::Builder::new().name("palmette-gpu-open".to_owned());
                if thread.spawn(move || gpu.reopen(|| GpuEngine::open(&gpu.options))).is_ok() {
                    state.device = Device::Opening;
                }
            }
            Device::Away { .. } | Device::Opening | Device::Off { .. } => {}
        }
        None
    }

    /// Opens the device again, or says when to try the next time. A driver that panics meanwhile has failed like any other:
    /// left alone, the device would count as being opened for ever.
    fn reopen(&self, open: impl FnOnce() -> Result<GpuEngine, GpuError>) {
        let opened = catch_unwind(AssertUnwindSafe(open)).unwrap_or(Err(GpuError::Lost));
        let mut state = self.lock();
        let now = Instant::now();
        match opened {
            Ok(engine) => {
                tracing::info!(gpu.adapter = engine.adapter(), "the gpu is back");
                state.recovery.opened(now);
                state.device = Device::Open(Arc::new(engine));
                self.refusals.store(0, Ordering::Relaxed);
            }
            // What computes wrong pictures is not asked again.
            Err(error @ (GpuError::Probe { .. } | GpuError::ProbeBorder)) => state.switch_off(error.to_string()),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the gpu cannot be opened again");
                let verdict = state.recovery.failed(now);
                state.judge(verdict);
            }
        }
    }

    /// Counts how an attempt ended, with the fault if the device failed.
    fn note(&self, engine: &GpuEngine, error: Option<&GpuError>) {
        match error.map(|error| (error, error.fault())) {
            None | Some((_, None)) => self.refusals.store(0, Ordering::Relaxed),
            // Too much at once for what it may use, or too large: nothing is wrong with the device.
            Some((GpuError::PoolFull { .. }, _) | (_, Some(DeviceFault::TooLarge))) => {}
            // The engine has given it up already.
            Some((_, Some(DeviceFault::Lost | DeviceFault::TimedOut))) => {}
            Some((_, Some(DeviceFault::Refused | DeviceFault::OutOfMemory))) => {
                if self.refusals.fetch_add(1, Ordering::Relaxed) + 1 >= MAX_REFUSALS {
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

impl State {
    /// Acts on the decision after a failure.
    fn judge(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::RetryAt(retry_at) => self.device = Device::Away { retry_at },
            Verdict::GiveUp { failures } => self.switch_off(format!("{failures} failures in a row")),
        }
    }

    /// Gives the device up for good.
    fn switch_off(&mut self, why: String) {
        tracing::error!(
            gpu.adapter = self.adapter,
            why,
            "the gpu is off until the next start; the cpu runs everything"
        );
        self.device = Device::Off { why };
    }
}

/// The GPU for one request, with the CPU behind it: if the device fails, the CPU runs the plan again, to the same bytes.
#[derive(Debug)]
pub(crate) struct Attempt {
    gpu: Arc<Gpu>,
    engine: Arc<GpuEngine>,
    cpu: Arc<dyn Engine>,
    /// The fault of the device; the CPU runs everything from then on.
    fault: OnceLock<DeviceFault>,
}

impl Attempt {
    /// Returns the fault of the device, if it failed.
    pub(crate) fn fault(&self) -> Option<DeviceFault> {
        self.fault.get().copied()
    }
}

impl Engine for Attempt {
    fn kind(&self) -> EngineKind {
        if self.fault().is_some() { EngineKind::Cpu } else { EngineKind::Gpu }
    }

    fn run(
        &self,
        plan: &Plan,
        sources: &dyn Sources,
        sink: &mut dyn Sink,
        deadline: Deadline,
    ) -> Result<(), palmette_core::Error> {
        if self.fault().is_none() {
            let result = self.engine.try_run(plan, sources, sink, deadline);
            let fault = result.as_ref().err().and_then(GpuError::fault);
            self.gpu.note(&self.engine, result.as_ref().err());
            match (result, fault) {
                (Ok(()), _) => return Ok(()),
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
        self.cpu.run(plan, sources, sink, deadline)
    }
}

/// Opens whatever adapter there is, and says how that went.
pub(crate) fn diagnose() -> GpuDiagnosis {
    let cpu: Arc<dyn Engine> = Arc::new(palmette_core::CpuEngine::new());
    match Gpu::open(true, GpuSettings::default(), &cpu) {
        Err(error) => GpuDiagnosis::Unusable { reason: with_causes(&error) },
        Ok(gpu) => {
            // The lock has to be let go before the engine is asked for.
            let adapter = gpu.lock().adapter.clone();
            let is_software = gpu.engine().is_some_and(|engine| engine.is_software());
            GpuDiagnosis::Ready { adapter, is_software, prices: gpu.prices() }
        }
    }
}

/// Writes an error with its causes.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use palmette_core::plan::lower;
    use palmette_core::{Limits, Size};
    use palmette_protocol::EngineChoice;

    use super::super::cost::tests::costs;
    use super::*;
    use crate::{Engines, Reason};

    /// A GPU without a device, while a thread opens one.
    fn opening() -> Gpu {
        let settings = GpuSettings::default();
        let state = State {
            adapter: "none".to_owned(),
            recovery: Recovery::new(settings, Instant::now()),
            device: Device::Opening,
        };
        Gpu { options: GpuOptions::default(), costs: costs(1.0), state: Mutex::new(state), refusals: AtomicU32::new(0) }
    }

    #[test]
    fn gpu_is_tried_again_after_a_panic_while_it_was_opened() {
        let gpu = opening();
        gpu.reopen(|| panic!("on purpose"));
        assert!(matches!(gpu.lock().device, Device::Away { .. }), "{:?}", gpu.lock().device);
        for _ in 1..GpuSettings::default().max_failures {
            gpu.reopen(|| panic!("on purpose"));
        }
        assert!(gpu.is_off(), "and not for ever");
    }

    /// Typical requests, on sources of these sizes.
    const TYPICAL: &[(&str, &[Size])] = &[
        (r#"[{"imageIndex":0,"width":800}]"#, &[Size::new(4000, 3000)]),
        (r#"[{"imageIndex":0,"width":300,"height":300,"fit":"cover"}]"#, &[Size::new(1600, 1200)]),
        (r#"[{"imageIndex":0,"rotate":90,"width":720,"sharpen":1}]"#, &[Size::new(2000, 1500)]),
        (r#"[{"imageIndex":0,"blur":20}]"#, &[Size::new(1200, 900)]),
        (r#"[{"drawImageIndex":1,"targetImageIndex":0,"opacity":0.5}]"#, &[Size::new(1200, 900), Size::new(300, 100)]),
        (r#"[{"imageIndex":0,"brightness":1.1,"saturation":1.2}]"#, &[Size::new(1200, 900)]),
    ];

    fn typical() -> impl Iterator<Item = (&'static str, Plan)> {
        TYPICAL.iter().map(|&(list, sizes)| {
            let ops = palmette_protocol::list::resolve(&palmette_protocol::list::parse_list(list).unwrap()).unwrap();
            (list, lower(&ops, sizes, &Limits::default()).unwrap())
        })
    }

    /// Opens whatever adapter there is, by the rules of `PALMETTE_GPU`.
    fn open() -> Option<Gpu> {
        let wish = std::env::var("PALMETTE_GPU").unwrap_or_default();
        let cpu: Arc<dyn Engine> = Arc::new(palmette_core::CpuEngine::new());
        match Gpu::open(true, GpuSettings::default(), &cpu) {
            _ if wish == "off" => None,
            Ok(gpu) => Arc::into_inner(gpu),
            Err(error) => {
                assert!(wish != "require", "PALMETTE_GPU=require, but {error}");
                eprintln!("skipped: no adapter ({error})");
                None
            }
        }
    }

    /// Selects engines for typical requests as an operator with `auto` has it.
    fn select(gpu: Gpu) -> Vec<(&'static str, Reason, EngineKind)> {
        let cpu: Arc<dyn Engine> = Arc::new(palmette_core::CpuEngine::new());
        let engines = Engines { choice: EngineChoice::Auto, gpu: Some(Arc::new(gpu)), ..Engines::only(cpu) };
        let select = |plan| engines.select(&plan, EngineChoice::Auto).unwrap();
        let selections = typical().map(|(list, plan)| (list, select(plan)));
        selections.map(|(list, selection)| (list, selection.reason(), selection.engine.kind())).collect()
    }

    #[test]
    fn gpu_in_software_never_pays() {
        let Some(gpu) = open() else { return };
        if !gpu.lock().device.is_software() {
            eprintln!("skipped: a real device");
            return;
        }
        for (list, reason, engine) in select(gpu) {
            assert_eq!((reason, engine), (Reason::CpuPays, EngineKind::Cpu), "{list}");
        }
    }

    #[test]
    fn gpu_of_low_prices_pays() {
        let Some(gpu) = open() else { return };
        let costs = Costs { transfer_byte: 1e-13, gpu_fixed: 1e-6, ..costs(1e-13) };
        for (list, reason, engine) in select(Gpu { costs, ..gpu }) {
            assert_eq!((reason, engine), (Reason::GpuPays, EngineKind::Gpu), "{list}");
        }
    }
}
