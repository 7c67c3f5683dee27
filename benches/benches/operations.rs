//! One operation on a 12-megapixel picture, as the engine runs it, scalar beside vectorised.
//!
//! Throughput is in source pixels.

use std::num::NonZeroU32;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use palmette_benches::{PHOTO, picture, plan_of};
use palmette_core::engine::Collected;
use palmette_core::plan::{Plan, lower};
use palmette_core::{CpuEngine, Deadline, Engine, Limits, Pixmap};
use palmette_ops::transform::{Border, Trim, TrimBorder};
use palmette_ops::{Color, Composite, Draw, Fit, Flip, Gravity, ImageIndex, Op, Rotate, Transform};

fn sized(width: u32, height: u32) -> Transform {
    let (width, height) = (NonZeroU32::new(width), NonZeroU32::new(height));
    Transform { width, height, fit: Some(Fit::Squeeze), ..Transform::default() }
}

/// Benches a plan on both sets of kernels.
fn bench_plan(criterion: &mut Criterion, name: &str, plan: &Plan, sources: &[Pixmap]) {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(PHOTO.area())).sample_size(10);
    for (kernels, engine) in [("scalar", CpuEngine::scalar()), ("fastest", CpuEngine::new())] {
        group.bench_function(kernels, |bencher| {
            bencher.iter(|| {
                let mut collected = Collected::default();
                engine.run(plan, &sources, &mut collected, Deadline::NONE).expect("a picture, or a measurement");
                collected
            });
        });
    }
    group.finish();
}

fn transforms(criterion: &mut Criterion) {
    let options = Transform::default;
    let border = Border { color: Color::BLACK, top: 10, right: 10, bottom: 10, left: 10 };
    let trim = TrimBorder { color: None, tolerance: 10.0, keep: 0 };
    let window = |gravity| Transform { gravity: Some(gravity), fit: Some(Fit::Cover), ..sized(800, 800) };
    let cases: [(&str, Transform, bool); 17] = [
        ("resize to 300x225", sized(300, 225), false),
        ("resize to 800x600", sized(800, 600), false),
        ("resize to 800x600, soft", sized(800, 600), true),
        ("resize to 6000x4500", sized(6000, 4500), false),
        ("flip h", Transform { flip: Some(Flip::Horizontal), ..options() }, false),
        ("rotate 90", Transform { rotate: Some(Rotate::Quarter), ..options() }, false),
        ("brightness", Transform { brightness: Some(1.2), ..options() }, false),
        ("saturation", Transform { saturation: Some(1.2), ..options() }, false),
        ("blur 3", Transform { blur: Some(3), ..options() }, false),
        ("blur 250", Transform { blur: Some(250), ..options() }, false),
        ("blur 250, soft", Transform { blur: Some(250), ..options() }, true),
        ("sharpen", Transform { sharpen: Some(1.0), ..options() }, false),
        ("background, soft", Transform { background: Some(Color::WHITE), ..options() }, true),
        ("border", Transform { border: Some(border), ..options() }, false),
        ("trim border", Transform { trim: Some(Trim::Border(trim)), ..options() }, false),
        ("gravity auto to 800x800", window(Gravity::Auto), false),
        ("gravity entropy to 800x800", window(Gravity::Entropy), false),
    ];
    for (name, options, soft) in cases {
        bench_plan(criterion, name, &plan_of(options, PHOTO), &[picture(PHOTO, soft)]);
    }
}

fn draws(criterion: &mut Criterion) {
    let draw = |composite| {
        let options = Draw { composite, opacity: 0.75, ..Draw::default() };
        let ops = [Op::Draw { draw_image_index: ImageIndex(1), target_image_index: ImageIndex::CANVAS, options }];
        lower(&ops, &[PHOTO, PHOTO], &Limits::default()).expect("a draw")
    };
    let (opaque, soft) = (picture(PHOTO, false), picture(PHOTO, true));
    bench_plan(criterion, "draw over, soft on opaque", &draw(Composite::Over), &[opaque.clone(), soft.clone()]);
    bench_plan(criterion, "draw over, soft on soft", &draw(Composite::Over), &[soft.clone(), soft.clone()]);
    bench_plan(criterion, "draw lighter, opaque on soft", &draw(Composite::Lighter), &[soft, opaque]);
}

criterion_group!(benches, transforms, draws);
criterion_main!(benches);
