//! What a plan costs on each engine, from a few measurements of this machine at its start.
//!
//! [`Effort`] says how much work a plan is, and these measurements how long the engines here take for it; for the GPU, the
//! way there and back is added. The model is a rough one: near the point where both engines take the same time a wrong
//! choice costs little, and far from it the model is not wrong.

use std::time::Instant;

use palmette_core::engine::picture;
use palmette_core::plan::blur::BlurStep;
use palmette_core::plan::{Builder, Placed, Plan, ResizeStep, StepKind, Value};
use palmette_core::{Deadline, Engine, Error, Layout, Pixmap, Rectangle, Size};

use super::effort::{Effort, area, pixels};

/// How fast this machine is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Costs {
    /// How many times as long as the recorded one the CPU takes.
    pub(super) cpu_ratio: f64,
    /// Seconds for a pixel, or four samples of a plane, that a kernel reads or writes on the GPU.
    pub(super) gpu_pixel: f64,
    /// Seconds for a pixel, or four samples of a plane, that goes to the GPU or comes back.
    pub(super) transfer_pixel: f64,
    /// Seconds for any plan at all on the GPU.
    pub(super) gpu_fixed: f64,
}

impl Costs {
    /// Measures both engines.
    ///
    /// # Errors
    ///
    /// Those of the engines.
    pub(super) fn measure(cpu: &dyn Engine, gpu: &dyn Engine) -> Result<Self, Error> {
        let (small, large) = (Size::new(8, 8), Size::new(1024, 1024));
        let work = scaled_and_blurred(large)?;
        let cpu_work = fastest(cpu, large, &work)?;
        let gpu_fixed = fastest(gpu, small, &plan_of(small, None))?;
        let gpu_transfer = fastest(gpu, large, &plan_of(large, None))?;
        let gpu_work = fastest(gpu, large, &work)?;

        let effort = Effort::of_plan(&work);
        let transfer_pixel = (gpu_transfer - gpu_fixed).max(0.0) / (2.0 * area(large));
        let travelled = area(large) + area(large) / 4.0;
        let gpu_worked = (gpu_work - gpu_fixed - travelled * transfer_pixel).max(0.0);
        Ok(Self {
            cpu_ratio: cpu_work / effort.cpu,
            gpu_pixel: gpu_worked / effort.gpu_pixels,
            transfer_pixel,
            gpu_fixed,
        })
    }

    /// Says whether the GPU is expected to be faster.
    pub(super) fn gpu_pays(&self, plan: &Plan) -> bool {
        let effort = Effort::of_plan(plan);
        let results = plan.outputs().iter().map(|&id| plan.value(id));
        let travelled: f64 = plan.reads().map(|(_, value)| value).chain(results).map(pixels).sum();
        let gpu = self.gpu_fixed + effort.gpu_pixels * self.gpu_pixel + travelled * self.transfer_pixel;
        gpu < effort.cpu * self.cpu_ratio
    }
}

/// Plans a reduction to a half and a blur.
fn scaled_and_blurred(size: Size) -> Result<Plan, Error> {
    let half = Size::new(size.width / 2, size.height / 2);
    let whole = Rectangle::whole(half);
    let resize = ResizeStep::new(&Placed::from(Value::rgba(size)), half, whole, Layout::Rgba)?;
    let mut builder = Builder::default();
    let picture = builder.read(0, Value::rgba(size));
    let picture = builder.then(&[picture], half, StepKind::Resize(resize));
    let picture = builder.then(&[picture], half, StepKind::Blur(BlurStep::new(3)));
    Ok(builder.finish(vec![picture]))
}

/// Plans one step that keeps the size, or none.
fn plan_of(size: Size, kind: Option<StepKind>) -> Plan {
    let mut builder = Builder::default();
    let mut picture = builder.read(0, Value::rgba(size));
    if let Some(kind) = kind {
        picture = builder.then(&[picture], size, kind);
    }
    builder.finish(vec![picture])
}

/// Times a plan: the fastest of a few runs, in seconds. The first run, which may compile or allocate something, is one of them.
fn fastest(engine: &dyn Engine, size: Size, plan: &Plan) -> Result<f64, Error> {
    const RUNS: usize = 4;
    let mut fastest = f64::INFINITY;
    let sources = vec![Pixmap::filled(size, [200, 100, 50, 128])?];
    for _ in 0..RUNS {
        let start = Instant::now();
        picture(engine, plan, &sources, Deadline::NONE)?;
        fastest = fastest.min(start.elapsed().as_secs_f64());
    }
    Ok(fastest)
}

#[cfg(test)]
mod tests {
    use palmette_ops::Flip;

    use super::*;

    /// A card of 100 GB/s behind a bus of 4 GB/s.
    const COSTS: Costs = Costs { cpu_ratio: 1.0, gpu_pixel: 4e-11, transfer_pixel: 1e-9, gpu_fixed: 1e-3 };

    fn plan(side: u32) -> Plan {
        scaled_and_blurred(Size::new(side, side)).unwrap()
    }

    #[test]
    fn cost_sends_small_pictures_to_the_cpu_and_large_ones_to_the_gpu() {
        assert!(!COSTS.gpu_pays(&plan(64)));
        assert!(COSTS.gpu_pays(&plan(2048)));
    }

    #[test]
    fn cost_of_nothing_is_never_worth_the_way() {
        assert!(!COSTS.gpu_pays(&plan_of(Size::new(2048, 2048), None)));
    }

    #[test]
    fn cost_of_a_mirror_is_less_than_the_way() {
        let plan = |kind| plan_of(Size::new(4000, 3000), Some(kind));
        assert!(!COSTS.gpu_pays(&plan(StepKind::Flip(Flip::Horizontal))));
        assert!(COSTS.gpu_pays(&plan(StepKind::Blur(BlurStep::new(3)))));
    }

    #[test]
    fn cost_of_a_slow_gpu_never_pays() {
        assert!(!Costs { gpu_pixel: 1e-8, ..COSTS }.gpu_pays(&plan(2048)));
    }
}
