//! What the arithmetic of a plan takes on the CPU: a price for each kind of arithmetic that steps count.
//!
//! The prices of a machine are measured when it starts, each on a plan that is mostly arithmetic of that kind. How much of such a
//! plan is of its kind, and how much of others, say prices that were recorded: those come from
//! `benches/results/2026-11-23-epyc-2-cores` (and, for resizes, from the commit that made them faster). A mirrored pixel takes half
//! a nanosecond there and a blurred one fifty times as long, so steps cannot be counted alike.

use std::num::NonZeroU32;

use palmette_core::plan::{Arithmetic, NetArithmetic, Plan, lower};
use palmette_core::{Engine, Error, Limits, Size};
use palmette_ops::{Color, Fit, Flip, ImageIndex, Op, Rotate, Transform};

use super::cost::fastest;

/// Nanoseconds for each kind of arithmetic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct CpuPrices([f64; KINDS.len()]);

/// The kinds, as doctor and metrics name them: those of [`Arithmetic`].
const KINDS: [&str; 11] = [
    "traffic_bytes",
    "transposed",
    "looked_up",
    "products",
    "taps",
    "means",
    "blends",
    "divisions",
    "net_convolved",
    "net_depthwise",
    "net_layered",
];

/// How many of them plans are measured for; the others are those of nets.
const SAMPLES: usize = 8;

/// What was recorded, on one core of an EPYC.
pub(super) const RECORDED: CpuPrices = CpuPrices([0.0625, 1.0, 0.27, 0.5, 0.038, 1.53, 1.8, 0.9, 0.0125, 0.05, 0.25]);

impl CpuPrices {
    /// Measures a machine: how many times as long as recorded a plan takes that is mostly of one kind, for each of them.
    ///
    /// # Errors
    ///
    /// Those of the engine.
    pub(super) fn measure(cpu: &dyn Engine) -> Result<Self, Error> {
        let mut prices = RECORDED;
        for (price, options) in prices.0.iter_mut().zip(samples()) {
            let plan = sample_plan(options)?;
            *price *= fastest(cpu, SAMPLE, &plan)? / RECORDED.of_plan(&plan);
        }
        // A net of ours cannot fail, and if it did, what was recorded would be no worse a guess.
        #[cfg(feature = "models")]
        if let Ok(measured) = super::nets::measure() {
            prices.0[SAMPLES..].copy_from_slice(&measured);
        }
        Ok(prices)
    }

    /// Returns the seconds that nets take.
    pub(super) fn of_nets(&self, nets: NetArithmetic) -> f64 {
        self.of(Arithmetic { nets, ..Arithmetic::default() })
    }

    /// Returns the seconds that a plan takes.
    pub(super) fn of_plan(&self, plan: &Plan) -> f64 {
        self.of(plan.arithmetic())
    }

    /// Returns the seconds that arithmetic takes.
    fn of(&self, arithmetic: Arithmetic) -> f64 {
        1e-9 * counts(arithmetic).iter().zip(self.0).map(|(count, ns)| count * ns).sum::<f64>()
    }

    /// Returns the kinds, each with its price in seconds.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, f64)> {
        KINDS.into_iter().zip(self.0.map(|ns| 1e-9 * ns))
    }
}

/// Returns how often each kind of arithmetic is done.
fn counts(arithmetic: Arithmetic) -> [f64; KINDS.len()] {
    let Arithmetic { traffic_bytes, transposed, looked_up, products, taps, means, blends, divisions, nets } =
        arithmetic;
    let NetArithmetic { convolved, depthwise, layered } = nets;
    [traffic_bytes, transposed, looked_up, products, taps, means, blends, divisions, convolved, depthwise, layered]
        .map(float)
}

/// The size of the picture that is measured.
const SAMPLE: Size = Size::new(512, 512);

/// Options that are mostly one kind of arithmetic each, in the order of the kinds; nets are measured by themselves.
fn samples() -> [Transform; SAMPLES] {
    let none = Transform::default;
    let squeezed = |side| Transform {
        width: NonZeroU32::new(side),
        height: NonZeroU32::new(side),
        fit: Some(Fit::Squeeze),
        ..none()
    };
    [
        Transform { flip: Some(Flip::Horizontal), ..none() },
        Transform { rotate: Some(Rotate::Quarter), ..none() },
        Transform { brightness: Some(1.2), ..none() },
        Transform { saturation: Some(2.0), ..none() },
        squeezed(100),
        Transform { blur: Some(3), ..none() },
        Transform { background: Some(Color::WHITE), ..none() },
        squeezed(768),
    ]
}

/// Plans options on the picture that is measured.
fn sample_plan(options: Transform) -> Result<Plan, Error> {
    lower(&[Op::Transform { image_index: ImageIndex::CANVAS, options }], &[SAMPLE], &Limits::default())
}

/// Returns a count as a real number.
#[expect(clippy::cast_precision_loss, reason = "a limit keeps pictures, and what is done to them, far below 2^53")]
pub(super) const fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use palmette_core::plan::{Planner, Source, Value};
    use palmette_core::{Layout, Orientation, Spacing};
    use palmette_ops::Draw;

    use super::*;

    const PHOTO: Size = Size::new(4000, 3000);

    /// What a pixel of the result was recorded to take on the CPU, in nanoseconds.
    const RECORDED_NS: &[(&str, f64)] = &[
        (r#""flip":"h""#, 0.5),
        (r#""trim":{"left":1}"#, 0.5),
        (r#""rotate":180"#, 0.5),
        (r##""border":{"color":"#000","width":10}"##, 1.0),
        (r#""rotate":90"#, 4.5),
        (r#""gamma":2"#, 1.3),
        (r#""saturation":2"#, 5.0),
        (r##""background":"#fff""##, 8.0),
        (r#""sharpen":1"#, 13.0),
        (r#""blur":3"#, 26.0),
        (r#""width":2000"#, 4.0 * 1.5 + 5.5),
        (r#""width":800"#, 25.0 * 1.5 + 5.5),
        (r#""width":8000,"fit":"contain""#, 0.25 * 1.5 + 5.5),
    ];

    fn plan(options: Transform) -> Plan {
        let ops = [Op::Transform { image_index: ImageIndex::CANVAS, options }];
        lower(&ops, &[PHOTO], &Limits::default()).unwrap()
    }

    #[test]
    fn effort_is_near_what_was_recorded() {
        for &(options, recorded) in RECORDED_NS {
            let list = format!(r#"[{{"imageIndex":0,{options}}}]"#);
            let ops = palmette_protocol::list::resolve(&palmette_protocol::list::parse_list(&list).unwrap()).unwrap();
            let plan = lower(&ops, &[PHOTO], &Limits::default()).unwrap();
            let priced = 1e9 * RECORDED.of_plan(&plan) / float(plan.result().unwrap().size.area());
            assert!((priced / recorded - 1.0).abs() < 0.12, "{options}: {priced} ns, recorded {recorded}");
        }
    }

    #[test]
    fn effort_of_every_sample_is_mostly_of_its_kind() {
        for (kind, options) in samples().into_iter().enumerate() {
            let plan = sample_plan(options).unwrap();
            let mut only = CpuPrices([0.0; KINDS.len()]);
            only.0[kind] = RECORDED.0[kind];
            let share = only.of_plan(&plan) / RECORDED.of_plan(&plan);
            assert!(share > 0.5, "{}: {share}", KINDS[kind]);
        }
    }

    #[test]
    fn effort_of_a_mirror_is_a_fraction_of_that_of_a_blur() {
        let flip = plan(Transform { flip: Some(Flip::Horizontal), ..Transform::default() });
        let blur = plan(Transform { blur: Some(3), ..Transform::default() });
        assert!(RECORDED.of_plan(&blur) > 40.0 * RECORDED.of_plan(&flip));
    }

    #[test]
    fn effort_on_planes_is_that_of_their_bytes() {
        let effort = |layout: Layout, target| {
            let stored = Value { size: PHOTO, layout };
            let source = Source { stored, orientation: Orientation::AS_STORED, is_reducible: false };
            let options = Transform { width: NonZeroU32::new(800), ..Transform::default() };
            let ops = [Op::Transform { image_index: ImageIndex::CANVAS, options }];
            let planner = Planner::of_sources(&ops, vec![source], &Limits::default()).unwrap();
            RECORDED.of_plan(&planner.with_target(target).guess().plan)
        };
        let half = Spacing::new(2, 2);
        let [rgba, planes, gray] = [(Layout::Rgba, None), (Layout::ycc(half), Some(half)), (Layout::GRAY, Some(half))]
            .map(|(layout, target)| effort(layout, target));
        assert_eq!([planes, gray].map(|some| (some / rgba * 8.0).round()), [3.0, 2.0]);
    }

    #[test]
    fn effort_of_a_watermark_is_that_of_its_own_pixels() {
        let draw = |repeat| {
            let options = Draw { repeat, ..Draw::default() };
            let ops = [Op::Draw { draw_image_index: ImageIndex(1), target_image_index: ImageIndex::CANVAS, options }];
            RECORDED.of_plan(&lower(&ops, &[PHOTO, Size::new(100, 100)], &Limits::default()).unwrap())
        };
        let (once, tiled) = (draw(Draw::default().repeat), draw(palmette_ops::Repeat::Both));
        assert!((tiled / once - 1_200.0).abs() < 1e-6, "{tiled} {once}");
    }
}
