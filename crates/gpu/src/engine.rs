//! Runs plans on the device.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use palmette_core::engine::Collected;
use palmette_core::net::Graph;
use palmette_core::plan::Plan;
use palmette_core::{Deadline, Engine, EngineKind, Pixmap, Sink, Size, Sources};

use crate::chain::Chain;
use crate::closing::Closing;
use crate::device::{Gpu, GpuOptions};
use crate::job::{Job, Timings};
use crate::{Error, Prices, net, prices, probe};

/// An engine on one device. Many threads may use it at once.
#[derive(Debug)]
pub struct GpuEngine {
    gpu: Closing,
}

impl GpuEngine {
    /// Opens a device and probes it: see [`probe`].
    ///
    /// # Errors
    ///
    /// [`Error::NoAdapter`], [`Error::Lacking`] or [`Error::Open`]; [`Error::Probe`] or [`Error::ProbeBorder`] if it computes
    /// wrong pictures; and whatever else fails on the way.
    pub fn open(options: &GpuOptions) -> Result<Self, Error> {
        let engine = Self { gpu: Closing::new(Gpu::open(options)?) };
        engine.guarded(|| probe::run(&engine, &engine.gpu))?;
        Ok(engine)
    }

    /// Names the adapter and its driver, for logs and people.
    #[must_use]
    pub fn adapter(&self) -> String {
        let info = &self.gpu.info;
        format!("{} ({:?}, {} {})", info.name, info.device_type, info.driver, info.driver_info)
    }

    /// Says whether the adapter is software, which is slower than the CPU engine.
    #[must_use]
    pub fn is_software(&self) -> bool {
        self.gpu.info.device_type == wgpu::DeviceType::Cpu
    }

    /// Says whether the device is gone; every request to it fails then.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.gpu.is_lost()
    }

    /// Gives the device up, as if it had been lost. For tests of what happens then, and for closing it.
    pub fn lose(&self) {
        self.gpu.give_up();
        self.gpu.device.destroy();
    }

    /// Runs a plan as [`Engine::run`] does, with errors of this crate.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] for what another engine could not do either; every other variant is the device's.
    pub fn try_run(
        &self,
        plan: &Plan,
        sources: &dyn Sources,
        sink: &mut dyn Sink,
        deadline: Deadline,
    ) -> Result<(), Error> {
        self.run_job(Job::new(&self.gpu, deadline), plan, sources, sink).map(drop)
    }

    /// Runs a plan, and hands on what comes of it outside of the guard: a sink that panics is no fault of the device. The device is
    /// done with the job before its last result is handed on.
    fn run_job(&self, job: Job<'_>, plan: &Plan, sources: &dyn Sources, sink: &mut dyn Sink) -> Result<Timings, Error> {
        let mut chain = self.guarded(|| Chain::begin(job, plan, sources))?;
        while let Some(made) = self.guarded(|| chain.next_made())? {
            if chain.is_over() {
                let timings = self.guarded(|| chain.into_job().timings())?;
                made.hand_on(sink)?;
                return Ok(timings);
            }
            made.hand_on(sink)?;
        }
        self.guarded(|| chain.into_job().timings())
    }

    /// Runs a plan as [`GpuEngine::try_run`] does, and returns its first result.
    ///
    /// # Errors
    ///
    /// Those of [`GpuEngine::try_run`].
    pub fn picture(&self, plan: &Plan, sources: &dyn Sources, deadline: Deadline) -> Result<Pixmap, Error> {
        let mut collected = Collected::default();
        self.try_run(plan, sources, &mut collected, deadline)?;
        Ok(collected.into_pixmap()?)
    }

    /// Runs a plan as [`GpuEngine::try_run`] does, and says where the time went. It waits for the device between the phases,
    /// so it takes longer.
    ///
    /// # Errors
    ///
    /// Those of [`GpuEngine::try_run`].
    pub fn run_timed(
        &self,
        plan: &Plan,
        sources: &dyn Sources,
        sink: &mut dyn Sink,
        deadline: Deadline,
    ) -> Result<Timings, Error> {
        self.run_job(Job::timed(&self.gpu, deadline), plan, sources, sink)
    }

    /// Runs a net on whole values: for each input its size, and its samples by row, column and channel. Returns the samples of the outputs.
    /// Steps of plans do this by themselves; it is for whoever has a net in hand.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] for a value that a kernel cannot see whole; [`Error::Core`] when the deadline passes; and those of the
    /// device.
    ///
    /// # Panics
    ///
    /// If these are not the inputs of the net, or of sizes that it cannot take.
    pub fn run_net(
        &self,
        graph: &Arc<Graph>,
        inputs: &[(Size, &[i16])],
        deadline: Deadline,
    ) -> Result<Vec<Vec<i16>>, Error> {
        // Not inside, where a caller's mistake would look like a lost device.
        let sizes = net::check(graph, inputs).expect("sizes that the net can take");
        let samples: Vec<&[i16]> = inputs.iter().map(|(_, samples)| *samples).collect();
        self.guarded(|| net::run(&self.gpu, graph, &sizes, &samples, deadline))
    }

    /// Times every kernel on a scene of its own: what [`Work`](crate::Work) costs here. Takes some milliseconds, in software
    /// more.
    ///
    /// # Errors
    ///
    /// Those of the device.
    pub fn measure_prices(&self) -> Result<Prices, Error> {
        self.guarded(|| prices::measure(self, &self.gpu))
    }

    /// Returns how long the device takes to copy so many bytes, a multiple of four, from one of its buffers to another: what a
    /// kernel is compared with. The mean of `copies`, at least one, made one after the other; the more, the less of it is the
    /// way to the device and back.
    ///
    /// # Errors
    ///
    /// Those of the device.
    pub fn time_copy(&self, bytes: u64, copies: u32) -> Result<Duration, Error> {
        self.guarded(|| Job::new(&self.gpu, Deadline::NONE).time_copies(bytes, copies.max(1)))
    }

    /// Does something on the device; some calls panic when it is lost under them.
    fn guarded<T>(&self, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok(Err(error)) if self.gpu.is_lost() => Err(error.of_lost_device()),
            Ok(result) => result,
            Err(_) => {
                self.gpu.give_up();
                Err(Error::Lost)
            }
        }
    }
}

impl Engine for GpuEngine {
    fn kind(&self) -> EngineKind {
        EngineKind::Gpu
    }

    fn run(
        &self,
        plan: &Plan,
        sources: &dyn Sources,
        sink: &mut dyn Sink,
        deadline: Deadline,
    ) -> Result<(), palmette_core::Error> {
        Ok(self.try_run(plan, sources, sink, deadline)?)
    }
}
