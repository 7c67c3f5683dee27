//! What the arithmetic of a plan takes on each engine, before anything is known of the machine.
//!
//! For the CPU it is time, by one price for each kind of arithmetic that steps count. The prices come from
//! `benches/results/2026-11-23-epyc-2-cores` (and, for resizes, from the commit that made them faster): a mirrored pixel takes
//! half a nanosecond there and a blurred one fifty times as long, so steps cannot be counted alike. For the GPU it is what
//! kernels read and write: a card computes faster than its memory delivers. That is reasoned, not measured; no card has a
//! record yet.

use palmette_core::Size;
use palmette_core::plan::{Arithmetic, Plan, Value};

/// The work of some steps.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Effort {
    /// Seconds on one core of the recorded machine.
    pub(super) cpu: f64,
    /// Pixels that kernels read and write, of 4 bytes; so four samples of a plane are one.
    pub(super) gpu_pixels: f64,
}

impl Effort {
    /// Adds up what all steps are.
    pub(super) fn of_plan(plan: &Plan) -> Self {
        Self::from(plan.arithmetic())
    }
}

impl From<Arithmetic> for Effort {
    fn from(arithmetic: Arithmetic) -> Self {
        let Arithmetic { traffic_bytes, transposed, looked_up, products, taps, means, blends, divisions } = arithmetic;
        let prices_ns = [
            (traffic_bytes, 0.0625),
            (transposed, 1.0),
            (looked_up, 0.27),
            (products, 0.5),
            (taps, 0.038),
            (means, 1.53),
            (blends, 1.8),
            (divisions, 0.9),
        ];
        let cpu_ns: f64 = prices_ns.iter().map(|&(count, ns)| float(count) * ns).sum();
        Self { cpu: 1e-9 * cpu_ns, gpu_pixels: float(traffic_bytes) / 4.0 }
    }
}

/// Returns how many pixels of RGBA are as many bytes as a value.
pub(super) fn pixels(value: Value) -> f64 {
    float(value.bytes()) / 4.0
}

/// Returns the pixels of a size.
pub(super) fn area(size: Size) -> f64 {
    float(size.area())
}

/// Returns a count as a real number.
#[expect(clippy::cast_precision_loss, reason = "a limit keeps pictures, and what is done to them, far below 2^53")]
const fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use palmette_core::plan::{Planner, Source, lower};
    use palmette_core::{Layout, Limits, Orientation, Spacing};
    use palmette_ops::ImageIndex;
    use palmette_ops::{Draw, Flip, Op, Transform};

    use super::*;

    const PHOTO: Size = Size::new(4000, 3000);

    /// What a pixel of the result was recorded to take on the CPU, in nanoseconds.
    const RECORDED_NS: &[(&str, f64)] = &[
        (r#""flip":"h""#, 0.5),
        (r#""trim":{"left":1}"#, 0.5),
        (r#""rotate":180"#, 0.5),
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

    fn effort(options: Transform) -> Effort {
        let ops = [Op::Transform { image_index: ImageIndex::CANVAS, options }];
        Effort::of_plan(&lower(&ops, &[PHOTO], &Limits::default()).unwrap())
    }

    #[test]
    fn effort_is_near_what_was_recorded() {
        for &(options, recorded) in RECORDED_NS {
            let list = format!(r#"[{{"imageIndex":0,{options}}}]"#);
            let ops = palmette_protocol::list::resolve(&palmette_protocol::list::parse_list(&list).unwrap()).unwrap();
            let plan = lower(&ops, &[PHOTO], &Limits::default()).unwrap();
            let priced = 1e9 * Effort::of_plan(&plan).cpu / area(plan.result().unwrap().size);
            assert!((priced / recorded - 1.0).abs() < 0.12, "{options}: {priced} ns, recorded {recorded}");
        }
    }

    #[test]
    fn effort_of_a_mirror_is_a_fraction_of_that_of_a_blur() {
        let flip = effort(Transform { flip: Some(Flip::Horizontal), ..Transform::default() });
        let blur = effort(Transform { blur: Some(3), ..Transform::default() });
        assert!(blur.cpu > 40.0 * flip.cpu, "{flip:?} {blur:?}");
        assert!(blur.gpu_pixels < 4.0 * flip.gpu_pixels, "{flip:?} {blur:?}");
    }

    #[test]
    fn effort_on_planes_is_that_of_their_bytes() {
        let effort = |layout: Layout, target| {
            let stored = Value { size: PHOTO, layout };
            let source = Source { stored, orientation: Orientation::AS_STORED, is_reducible: false };
            let options = Transform { width: std::num::NonZeroU32::new(800), ..Transform::default() };
            let ops = [Op::Transform { image_index: ImageIndex::CANVAS, options }];
            let planner = Planner::of_sources(&ops, vec![source], &Limits::default()).unwrap();
            Effort::of_plan(&planner.with_target(target).guess().plan)
        };
        let half = Spacing::new(2, 2);
        let [rgba, planes, gray] = [(Layout::Rgba, None), (Layout::ycc(half), Some(half)), (Layout::GRAY, Some(half))]
            .map(|(layout, target)| effort(layout, target));
        let ratio = |part: f64, whole: f64| (part / whole * 8.0).round();
        assert_eq!([planes, gray].map(|some| ratio(some.gpu_pixels, rgba.gpu_pixels)), [3.0, 2.0]);
        assert_eq!([planes, gray].map(|some| ratio(some.cpu, rgba.cpu)), [3.0, 2.0]);
        let converted = effort(Layout::ycc(half), None);
        assert!(converted.gpu_pixels > planes.gpu_pixels && converted.gpu_pixels < rgba.gpu_pixels, "{converted:?}");
    }

    #[test]
    fn effort_of_a_watermark_is_that_of_its_own_pixels() {
        let draw = |repeat| {
            let options = Draw { repeat, ..Draw::default() };
            let ops = [Op::Draw { draw_image_index: ImageIndex(1), target_image_index: ImageIndex::CANVAS, options }];
            Effort::of_plan(&lower(&ops, &[PHOTO, Size::new(100, 100)], &Limits::default()).unwrap())
        };
        let (once, tiled) = (draw(Draw::default().repeat), draw(palmette_ops::Repeat::Both));
        assert_abs_diff_eq!(once.gpu_pixels, 30_000.0, epsilon = 0.5);
        assert_abs_diff_eq!(tiled.gpu_pixels, 36e6, epsilon = 0.5);
    }
}
