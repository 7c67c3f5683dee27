//! What a plan costs on each engine, by prices of this machine that are measured at its start.
//!
//! The CPU has a price for each kind of arithmetic ([`CpuPrices`]), the GPU one for each kernel ([`Prices`]); for the GPU, the
//! way there and back is added, and what the host does of a plan for a device: finding faces. Nothing else is known of a machine, so the choice between the engines follows from the prices
//! and the plan alone. The model is a rough one: near the point where both engines take the same time a wrong choice costs
//! little, and far from it the model is not wrong.

use std::time::Instant;

use palmette_core::engine::picture;
use palmette_core::plan::{Builder, Plan, Value};
use palmette_core::{Deadline, Engine, Error, Pixmap, Size};
use palmette_gpu::{GpuEngine, Prices, Work};

use super::effort::{CpuPrices, float};
use crate::{Estimate, Price};

/// How fast this machine is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Costs {
    /// What arithmetic takes on one core.
    pub(super) cpu: CpuPrices,
    /// What kernels take on the GPU.
    pub(super) kernels: Prices,
    /// Seconds for a byte of a picture that goes to the GPU or comes back.
    pub(super) transfer_byte: f64,
    /// Seconds for any plan at all on the GPU.
    pub(super) gpu_fixed: f64,
}

impl Costs {
    /// Measures both engines.
    ///
    /// # Errors
    ///
    /// Those of the engines.
    pub(super) fn measure(cpu: &dyn Engine, gpu: &GpuEngine) -> Result<Self, palmette_gpu::Error> {
        let (small, large) = (Value::rgba(Size::new(8, 8)), Value::rgba(Size::new(1024, 1024)));
        let gpu_fixed = fastest(gpu, small.size, &moved(small))?;
        let there_and_back = fastest(gpu, large.size, &moved(large))?;
        Ok(Self {
            cpu: CpuPrices::measure(cpu)?,
            kernels: gpu.measure_prices()?,
            transfer_byte: (there_and_back - gpu_fixed).max(0.0) / (2.0 * float(large.bytes())),
            gpu_fixed,
        })
    }

    /// Returns what a plan is expected to take on each engine.
    pub(super) fn estimate(&self, plan: &Plan) -> Estimate {
        let results = plan.outputs().iter().map(|&id| plan.value(id));
        let moved: f64 = plan.reads().map(|(_, value)| value).chain(results).map(|value| float(value.bytes())).sum();
        let work = Work::of_plan(plan);
        let gpu_seconds = self.gpu_fixed
            + self.kernels.of(&work)
            + self.cpu.of_nets(work.on_host)
            + (moved + float(work.moved_bytes)) * self.transfer_byte;
        let gpu_seconds = if work.is_too_large { f64::INFINITY } else { gpu_seconds };
        Estimate { cpu_seconds: self.cpu.of_plan(plan), gpu_seconds }
    }

    /// Returns every price, for people.
    pub(super) fn prices(&self) -> Vec<Price> {
        let cpu = self.cpu.iter().map(|(what, seconds)| Price { engine: "cpu", what, seconds });
        let gpu = self.kernels.iter().chain([("transfer_byte", self.transfer_byte), ("begin", self.gpu_fixed)]);
        cpu.chain(gpu.map(|(what, seconds)| Price { engine: "gpu", what, seconds })).collect()
    }
}

/// Plans nothing but the way there and back.
fn moved(value: Value) -> Plan {
    let mut builder = Builder::default();
    let picture = builder.read(0, value);
    builder.finish(vec![picture])
}

/// Times a plan: the fastest of a few runs, in seconds. The first run, which may compile or allocate something, is one of them.
pub(super) fn fastest(engine: &dyn Engine, size: Size, plan: &Plan) -> Result<f64, Error> {
    const RUNS: usize = 3;
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
pub(super) mod tests {
    use std::sync::Arc;

    use palmette_core::model::{Enlarging, ModelStep, Program};
    use palmette_core::net::{Convolution, Graph, Input, Layer, Operation, Requantize, ValueId, Window};
    use palmette_core::plan::NetArithmetic;
    use palmette_core::plan::blur::BlurStep;
    use palmette_core::plan::{Placed, ResizeStep, StepKind};
    use palmette_core::{Ability, Layout, Model, Rectangle};
    use palmette_ops::Flip;

    use super::super::effort::RECORDED;
    use super::*;

    /// A machine with kernels that take the same time for each unit: 40 ps are a card of 100 GB/s, behind a bus of 4 GB/s.
    pub(in super::super) fn costs(unit: f64) -> Costs {
        Costs { cpu: RECORDED, kernels: Prices::new(|_| unit), transfer_byte: 2.5e-10, gpu_fixed: 1e-3 }
    }

    fn gpu_pays(unit: f64, plan: &Plan) -> bool {
        costs(unit).estimate(plan).gpu_pays()
    }

    /// Plans one step after the other; each makes a picture of a size.
    fn plan_of(size: Size, steps: Vec<(Size, StepKind)>) -> Plan {
        let mut builder = Builder::default();
        let mut picture = builder.read(0, Value::rgba(size));
        for (size, kind) in steps {
            picture = builder.then(&[picture], size, kind);
        }
        builder.finish(vec![picture])
    }

    /// Plans a reduction to a half and a blur.
    fn plan(side: u32) -> Plan {
        let (size, half) = (Size::new(side, side), Size::new(side / 2, side / 2));
        let resize =
            ResizeStep::new(&Placed::from(Value::rgba(size)), half, Rectangle::whole(half), Layout::Rgba).unwrap();
        plan_of(size, vec![(half, StepKind::Resize(resize)), (half, StepKind::Blur(BlurStep::new(3)))])
    }

    #[test]
    fn cost_sends_small_pictures_to_the_cpu_and_large_ones_to_the_gpu() {
        assert!(!gpu_pays(4e-11, &plan(64)));
        assert!(gpu_pays(4e-11, &plan(2048)));
    }

    #[test]
    fn cost_of_nothing_is_never_worth_the_way() {
        assert!(!gpu_pays(4e-11, &plan_of(Size::new(2048, 2048), Vec::new())));
    }

    #[test]
    fn cost_of_a_mirror_is_less_than_the_way() {
        let size = Size::new(4000, 3000);
        let plan = |kind| plan_of(size, vec![(size, kind)]);
        assert!(!gpu_pays(4e-11, &plan(StepKind::Flip(Flip::Horizontal))));
        assert!(gpu_pays(4e-11, &plan(StepKind::Blur(BlurStep::new(3)))));
    }

    #[test]
    fn cost_of_a_slow_gpu_never_pays() {
        assert!(!gpu_pays(1e-7, &plan(2048)));
    }

    #[test]
    fn cost_follows_the_price_of_the_kernels_at_work() {
        let blurred = plan_of(Size::new(2048, 2048), vec![(Size::new(2048, 2048), StepKind::Blur(BlurStep::new(3)))]);
        let dear = |kernel| {
            let kernels = Prices::new(|name| if name == kernel { 1e-6 } else { 4e-11 });
            Costs { kernels, ..costs(0.0) }
        };
        assert!(dear("resize_h").estimate(&blurred).gpu_pays());
        assert!(!dear("blur_v").estimate(&blurred).gpu_pays());
    }

    /// Enlarges by a net of the arithmetic of that which is installed: 18 convolutions of 64 channels.
    #[derive(Debug)]
    struct Enlarger(Arc<Graph>);

    impl Enlarger {
        fn new() -> Self {
            let convolution = |inputs: usize, outputs: usize| {
                Operation::Convolution(Convolution {
                    window: Window::square(3),
                    in_channels: inputs,
                    out_channels: outputs,
                    is_depthwise: false,
                    weights: vec![0; 9 * inputs * outputs],
                    biases: vec![0; outputs],
                    requantize: vec![Requantize::NONE; outputs],
                })
            };
            let mut operations = vec![convolution(3, 64)];
            operations.extend((0..16).map(|_| convolution(64, 64)));
            operations.extend([convolution(64, 48), Operation::PixelShuffle { factor: 4 }]);
            let layer = |(index, operation)| Layer { operation, inputs: vec![ValueId(index)] };
            let layers: Vec<Layer> = operations.into_iter().enumerate().map(layer).collect();
            let outputs = vec![ValueId(layers.len())];
            Self(Arc::new(Graph { inputs: vec![Input { channels: 3, low: 0, high: 255 }], layers, outputs }))
        }
    }

    impl Model for Enlarger {
        fn name(&self, _ability: Ability) -> &str {
            "enlarger"
        }

        fn can(&self, ability: Ability) -> bool {
            ability == Ability::Enlarge
        }

        fn arithmetic(&self, _ability: Ability, picture: Size, _made: Size) -> NetArithmetic {
            self.0.arithmetic(&self.0.sizes(&[picture]).expect("a size"))
        }

        fn program(&self, _ability: Ability, picture: Size, made: Size) -> Option<Program> {
            Some(Program::Enlarge(Enlarging { net: Arc::clone(&self.0), factor: 4, shrink: 2, picture, made }))
        }
    }

    /// Plans an enlargement to twice the side.
    fn enlargement(model: &Arc<dyn Model>, side: u32) -> Plan {
        let kind = StepKind::Model(ModelStep::Enlarge(Arc::clone(model).into()));
        plan_of(Size::new(side, side), vec![(Size::new(2 * side, 2 * side), kind)])
    }

    #[test]
    fn cost_of_a_net_is_lower_where_products_are() {
        let model = Arc::new(Enlarger::new()) as Arc<dyn Model>;
        // A card that makes a product in a picosecond, 12 times as fast as a core, and a millisecond before anything begins.
        let card = costs(1e-12);
        let pays = |side| card.estimate(&enlargement(&model, side)).gpu_pays();
        // 612,000 products a pixel take 7.6 µs on the core and 0.6 on the card: a millisecond is worth some 140 pixels.
        assert!(!pays(8) && pays(16) && pays(500), "the card pays from some 12 pixels a side on");
        let estimate = card.estimate(&enlargement(&model, 500));
        let ratio = estimate.cpu_seconds / estimate.gpu_seconds;
        assert!((10.0..12.6).contains(&ratio), "{estimate:?}");
        // In software it never does.
        assert!(!costs(1e-9).estimate(&enlargement(&model, 500)).gpu_pays());
        // Tiles compute some of it twice, which is counted.
        let large = card.estimate(&enlargement(&model, 3000));
        assert!(large.gpu_seconds / estimate.gpu_seconds > 36.0 * 1.02, "{large:?}");
        assert!(large.gpu_pays());
    }

    #[test]
    fn cost_of_what_no_device_can_hold_is_without_limit() {
        let mut enlarger = Enlarger::new();
        let graph = Arc::get_mut(&mut enlarger.0).expect("nobody else has it");
        // Each of three windows looks a thousand pixels far, on 64 channels.
        let window = Window { dilation: [64; 2], ..Window::square(31) };
        let far = Operation::Convolution(Convolution {
            window,
            in_channels: 64,
            out_channels: 64,
            is_depthwise: true,
            weights: vec![0; 64 * 31 * 31],
            biases: vec![0; 64],
            requantize: vec![Requantize::NONE; 64],
        });
        let operations =
            [Operation::PadChannels { channels: 64 }, far.clone(), far.clone(), far, Operation::Nearest { factor: 4 }];
        let layer = |(index, operation)| Layer { operation, inputs: vec![ValueId(index)] };
        graph.layers = operations.into_iter().enumerate().map(layer).collect();
        graph.outputs = vec![ValueId(5)];
        let estimate = costs(1e-12).estimate(&enlargement(&(Arc::new(enlarger) as Arc<dyn Model>), 9000));
        assert!(estimate.gpu_seconds.is_infinite() && !estimate.gpu_pays(), "{estimate:?}");
    }

    #[test]
    fn cost_has_a_price_for_every_kind_and_kernel() {
        let prices = costs(4e-11).prices();
        let count = |engine| prices.iter().filter(|price| price.engine == engine).count();
        assert_eq!((count("cpu"), count("gpu")), (11, 27 + 2));
        assert!(prices.iter().all(|price| price.seconds > 0.0), "{prices:?}");
    }
}
