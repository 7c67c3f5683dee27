//! The CPU reference engine: runs the steps of a plan one after the other.
//!
//! [`CpuEngine::scalar`] uses kernels written for the reader; they define every pixel. [`CpuEngine::new`] uses vectorised
//! twins where this machine has the instructions and a bench says it pays; they give the same bytes. One request runs on
//! one thread: a server has as many requests as cores.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod blur;
mod draw;
pub mod draw_planes;
pub mod kernels;
mod resize;
mod sharpen;

use palmette_ops::{Flip, Rotate};

use crate::engine::{Deadline, Engine, EngineKind};
use crate::measure::{self, MeasureStep, Measurement};
use crate::plan::{Plan, StepKind};
use crate::{Error, Pixmap};
use kernels::{Kernels, background, crop, flip, lookup, pad, rotate, saturation};

/// Runs plans on the CPU.
#[derive(Clone, Copy, Debug)]
pub struct CpuEngine {
    kernels: Kernels,
}

impl CpuEngine {
    /// Makes an engine that uses the fastest kernels of this machine.
    #[must_use]
    pub fn new() -> Self {
        Self { kernels: Kernels::fastest() }
    }

    /// Makes an engine that uses the scalar kernels, which are the reference.
    #[must_use]
    pub const fn scalar() -> Self {
        Self { kernels: Kernels::SCALAR }
    }

    /// Runs what one step does to one picture; draws take a second one, and measuring changes nothing.
    fn run_step(&self, kind: &StepKind, mut picture: Pixmap, output: crate::Size) -> Result<Pixmap, Error> {
        match kind {
            StepKind::Crop { left, top } => return crop::crop(picture, *left, *top, output),
            StepKind::Flip(Flip::Horizontal) => flip::flip_h(&mut picture),
            StepKind::Flip(Flip::Vertical) => flip::flip_v(&mut picture),
            StepKind::Flip(Flip::Both) | StepKind::Rotate(Rotate::Half) => rotate::rotate_half(&mut picture),
            StepKind::Rotate(Rotate::None) | StepKind::Draw(_) | StepKind::Measure(_) => {}
            StepKind::Rotate(Rotate::Quarter) => return rotate::rotate_quarter(&picture),
            StepKind::Rotate(Rotate::ThreeQuarters) => return rotate::rotate_three_quarters(&picture),
            StepKind::Resize(step) => return resize::resize(&self.kernels, step, &mut picture, output),
            StepKind::Pad { left, top, surround, under } => {
                if *under {
                    background::background(&mut picture, *surround);
                }
                return pad::pad(&picture, *left, *top, output, *surround);
            }
            StepKind::Lookup(table) => lookup::lookup(&mut picture, table),
            StepKind::Saturation(matrix) => saturation::saturation(&mut picture, matrix),
            StepKind::Blur(step) => blur::blur(&self.kernels, step, &mut picture)?,
            StepKind::Sharpen(step) => sharpen::sharpen(&self.kernels, *step, &mut picture)?,
            StepKind::Background(color) => background::background(&mut picture, *color),
            StepKind::Model(step) => return step.run(picture, output),
        }
        Ok(picture)
    }

    /// Answers what a plan cannot know.
    fn measure(&self, step: &MeasureStep, picture: &mut Pixmap) -> Result<Measurement, Error> {
        match step {
            MeasureStep::Border(border) => Ok(measure::measure_border(border, picture)),
            MeasureStep::Window(window) => match &window.copy {
                None => measure::measure_window(window, picture),
                Some(step) => {
                    let copy = resize::resize(&self.kernels, step, picture, window.copy_size)?;
                    measure::measure_window(window, &copy)
                }
            },
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

    fn run(&self, plan: &mut Plan, sources: Vec<Pixmap>, deadline: Deadline) -> Result<Pixmap, Error> {
        plan.check_sources(&sources)?;
        let mut nodes: Vec<Option<Pixmap>> = sources.into_iter().map(Some).collect();
        let mut done = 0;
        while let Some(step) = plan.steps.get(done) {
            deadline.check()?;
            done += 1;
            let node = step.node.0 as usize;
            let mut picture = take(&mut nodes, step.node.0)?;
            match &step.kind {
                StepKind::Measure(measure) => {
                    let missing = done == plan.steps.len() && !plan.is_complete();
                    let measurement = if missing { Some(self.measure(measure, &mut picture)?) } else { None };
                    nodes[node] = Some(picture);
                    if let Some(measurement) = measurement {
                        *plan = plan.resume(measurement)?;
                    }
                }
                StepKind::Draw(draw) => {
                    draw::draw(draw, &take(&mut nodes, draw.foreground.0)?, &mut picture);
                    nodes[node] = Some(picture);
                }
                kind => nodes[node] = Some(self.run_step(kind, picture, step.output)?),
            }
        }
        take(&mut nodes, 0)
    }
}

/// Takes the picture of a node.
fn take(nodes: &mut [Option<Pixmap>], index: u32) -> Result<Pixmap, Error> {
    nodes.get_mut(index as usize).and_then(Option::take).ok_or(Error::NodeMissing { index })
}
