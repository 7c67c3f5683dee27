//! Runs plans on the device.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use palmette_core::measure::{self, MeasureStep, Measurement};
use palmette_core::model::ModelStep;
use palmette_core::plan::{Plan, StepKind};
use palmette_core::{Deadline, Engine, EngineKind, Pixmap, Size};

use crate::closing::Closing;
use crate::device::{Gpu, GpuOptions};
use crate::image::Image;
use crate::job::{Job, Phase, Timings};
use crate::kernels::map::MapRun;
use crate::kernels::{border, draw, sharpen};
use crate::{Error, blur, probe, resize};

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

    /// Runs a plan as [`Engine::run`] does, and leaves the sources where they are, so that another engine can take over.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] for what another engine could not do either; every other variant is the device's.
    pub fn try_run(&self, plan: &mut Plan, sources: &[Pixmap], deadline: Deadline) -> Result<Pixmap, Error> {
        plan.check_sources(sources)?;
        self.guarded(|| Self::chain(Job::new(&self.gpu, deadline), plan, sources).map(|(picture, _)| picture))
    }

    /// Runs a plan as [`GpuEngine::try_run`] does, and says where the time went. It waits for the device between the phases,
    /// so it takes longer.
    ///
    /// # Errors
    ///
    /// Those of [`GpuEngine::try_run`].
    pub fn run_timed(
        &self,
        plan: &mut Plan,
        sources: &[Pixmap],
        deadline: Deadline,
    ) -> Result<(Pixmap, Timings), Error> {
        plan.check_sources(sources)?;
        self.guarded(|| {
            let (picture, job) = Self::chain(Job::timed(&self.gpu, deadline), plan, sources)?;
            Ok((picture, job.timings()?))
        })
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

    /// Runs every step; nothing comes back before the end but what is measured.
    fn chain<'a>(mut job: Job<'a>, plan: &mut Plan, sources: &[Pixmap]) -> Result<(Pixmap, Job<'a>), Error> {
        job.check()?;
        let mut nodes = Nodes::upload(&mut job, sources)?;
        job.enter(Phase::Run)?;
        let mut done = 0;
        while let Some(step) = plan.steps.get(done) {
            done += 1;
            let node = step.node.0;
            match &step.kind {
                StepKind::Measure(measure) => {
                    if done == plan.steps.len() && !plan.is_complete() {
                        let image = nodes.finished(&mut job, node)?;
                        let measurement = self::measure(&mut job, measure, &image)?;
                        nodes.put(node, image);
                        *plan = plan.resume(measurement)?;
                    }
                }
                StepKind::Draw(step) => {
                    let overlay = nodes.finished(&mut job, step.foreground.0)?;
                    let target = nodes.finished(&mut job, node)?;
                    draw::draw(&mut job, step, overlay, &target)?;
                    nodes.put(node, target);
                }
                kind => {
                    if !nodes.defer(node, kind, step.output)? {
                        let image = nodes.finished(&mut job, node)?;
                        // A second pad has a run to itself now.
                        let image = match kind {
                            StepKind::Resize(step_kind) => {
                                let output = resize::resize(&mut job, step_kind, &image, step.output)?;
                                job.recycle(image.lease);
                                output
                            }
                            StepKind::Blur(step) => blur::blur(&mut job, step, image)?,
                            StepKind::Model(model) => self::model(&mut job, model, image, step.output)?,
                            StepKind::Sharpen(step) => sharpen::sharpen(&mut job, *step, image)?,
                            _ => image,
                        };
                        nodes.put(node, image);
                        if matches!(kind, StepKind::Pad { .. }) {
                            nodes.defer(node, kind, step.output)?;
                        }
                    }
                }
            }
            job.end_step()?;
        }
        let image = nodes.finished(&mut job, 0)?;
        Ok((job.download(&image)?, job))
    }
}

impl Engine for GpuEngine {
    fn kind(&self) -> EngineKind {
        EngineKind::Gpu
    }

    fn run(&self, plan: &mut Plan, sources: Vec<Pixmap>, deadline: Deadline) -> Result<Pixmap, palmette_core::Error> {
        Ok(self.try_run(plan, &sources, deadline)?)
    }
}

/// Answers what a plan cannot know. A border is found on the device; a window is found by the host, on a copy of at most
/// 256 pixels a side that the device makes.
fn measure(job: &mut Job<'_>, step: &MeasureStep, image: &Image) -> Result<Measurement, Error> {
    match step {
        MeasureStep::Border(step) => border::measure(job, step, image),
        MeasureStep::Window(window) => {
            let copy = window.copy.as_ref();
            let copy = copy.map(|step| resize::resize(job, step, image, window.copy_size)).transpose()?;
            let seen = copy.as_ref().unwrap_or(image);
            let measurement = measure::measure_window(window, &job.download(seen)?)?;
            copy.into_iter().for_each(|copy| job.recycle(copy.lease));
            Ok(measurement)
        }
    }
}

/// Has a model change a picture, which happens on the host: the one step that a chain leaves the device for.
fn model(job: &mut Job<'_>, step: &ModelStep, image: Image, output: Size) -> Result<Image, Error> {
    let picture = step.run(job.download(&image)?, output)?;
    job.recycle(image.lease);
    job.upload(&picture)
}

/// The pictures of the nodes, each with what is still to be done to it.
struct Nodes(Vec<Option<(Image, MapRun)>>);

impl Nodes {
    /// Copies all sources to the device.
    fn upload(job: &mut Job<'_>, sources: &[Pixmap]) -> Result<Self, Error> {
        let upload = |source: &Pixmap| Ok(Some((job.upload(source)?, MapRun::new(source.size()))));
        Ok(Self(sources.iter().map(upload).collect::<Result<_, Error>>()?))
    }

    /// Takes the picture of a node after doing everything that is still to be done.
    fn finished(&mut self, job: &mut Job<'_>, index: u32) -> Result<Image, Error> {
        let missing = palmette_core::Error::NodeMissing { index };
        let (image, run) = self.0.get_mut(index as usize).and_then(Option::take).ok_or(missing)?;
        run.run(job, image)
    }

    /// Puts the picture of a node back.
    fn put(&mut self, index: u32, image: Image) {
        let run = MapRun::new(image.size);
        self.0[index as usize] = Some((image, run));
    }

    /// Adds a step to what is still to be done, if it is one that can wait; says whether it is.
    fn defer(&mut self, index: u32, kind: &StepKind, output: Size) -> Result<bool, Error> {
        let missing = palmette_core::Error::NodeMissing { index };
        let (_, run) = self.0.get_mut(index as usize).and_then(Option::as_mut).ok_or(missing)?;
        match kind {
            StepKind::Crop { left, top } => run.crop(*left, *top, output),
            StepKind::Flip(flip) => run.flip(*flip),
            StepKind::Rotate(rotate) => run.rotate(*rotate),
            StepKind::Pad { left, top, surround, under } if run.can_pad() => {
                if *under {
                    run.background(*surround);
                }
                run.pad(*left, *top, output, *surround);
            }
            StepKind::Lookup(table) => run.lookup(table),
            StepKind::Saturation(matrix) => run.saturation(matrix),
            StepKind::Background(color) => run.background(*color),
            StepKind::Pad { .. }
            | StepKind::Resize(_)
            | StepKind::Blur(_)
            | StepKind::Sharpen(_)
            | StepKind::Measure(_)
            | StepKind::Model(_)
            | StepKind::Draw(_) => return Ok(false),
        }
        Ok(true)
    }
}
