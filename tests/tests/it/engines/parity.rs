//! Every kernel of the GPU against its twin on the CPU, at the sizes where its work is divided: workgroups, segments, pages,
//! bands and chunks. [`Case::run`] demands the same bytes of all engines. What works on planes is in [`super::parity_planes`].

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use palmette_core::engine::Collected;
use palmette_core::{CpuEngine, Deadline, DeviceFault, Engine, Error, Model, Pixmap, Size};
use palmette_ops::transform::{Border, Length, Trim, TrimBorder, TrimEdges};
use palmette_ops::{AxisPosition, Color, Draw, Fit, Flip, Repeat, Rotate, Transform};
use palmette_tests::Case;
use palmette_tests::gpu::{self, AdapterChoice, GpuEngine, GpuOptions};
use palmette_tests::pictures::{Alpha, extremes, from_fn, gradient_with, noise};
use palmette_tests::random::Random;

use super::parity_models::Twin;
use crate::options::{COMPOSITES, squeezed, turned};

/// Sizes around the workgroups of 64×4, the segments of 256, and the pages of the tiled engine.
const SIZES: [(u32, u32); 6] = [(1, 1), (63, 5), (64, 4), (130, 31), (300, 9), (9, 300)];

/// Runs options on hard pictures of every size.
fn run_all(options: &Transform) {
    let mut random = Random::new(41);
    for (width, height) in SIZES {
        let size = Size::new(width, height);
        for picture in [noise(size, Alpha::Soft, &mut random), extremes(size, Alpha::Soft, &mut random)] {
            let _ = Case::of(picture).transform(options.clone()).run();
        }
    }
}

#[test]
fn parity_map_moves_pixels() {
    for flip in [Flip::Horizontal, Flip::Vertical, Flip::Both] {
        run_all(&Transform { flip: Some(flip), ..Transform::default() });
    }
    for rotate in [Rotate::Quarter, Rotate::Half, Rotate::ThreeQuarters] {
        run_all(&turned(rotate));
    }
    let part = Some(Length::Fraction(0.3));
    let edges = TrimEdges { top: part, left: part, ..TrimEdges::default() };
    run_all(&Transform { trim: Some(Trim::Edges(edges)), ..Transform::default() });
}

#[test]
fn parity_map_changes_colours() {
    for factor in [0.3, 1.7, 255.0] {
        run_all(&Transform { brightness: Some(factor), ..Transform::default() });
        run_all(&Transform { contrast: Some(factor), ..Transform::default() });
        run_all(&Transform { gamma: Some(factor), ..Transform::default() });
        run_all(&Transform { saturation: Some(factor), ..Transform::default() });
    }
    run_all(&Transform { background: Some(Color { red: 9, green: 200, blue: 90, alpha: 77 }), ..Transform::default() });
}

#[test]
fn parity_map_of_a_long_run_with_two_pads() {
    let frame =
        |alpha| Border { color: Color { red: 200, green: 30, blue: 1, alpha }, top: 1, right: 2, bottom: 3, left: 4 };
    let first = Transform {
        flip: Some(Flip::Vertical),
        rotate: Some(Rotate::ThreeQuarters),
        brightness: Some(1.3),
        saturation: Some(0.2),
        background: Some(Color { red: 0, green: 99, blue: 200, alpha: 128 }),
        border: Some(frame(40)),
        ..Transform::default()
    };
    let cut = TrimEdges { top: Some(Length::Pixels(2)), left: Some(Length::Pixels(1)), ..TrimEdges::default() };
    let second = Transform {
        trim: Some(Trim::Edges(cut)),
        contrast: Some(0.8),
        rotate: Some(Rotate::Quarter),
        border: Some(frame(255)),
        ..Transform::default()
    };
    let mut random = Random::new(42);
    for (width, height) in SIZES {
        let picture = noise(Size::new(width, height), Alpha::Soft, &mut random);
        let _ = Case::of(picture).transform(first.clone()).transform(second.clone()).run();
    }
}

#[test]
fn parity_draw_of_every_alpha() {
    // Every pair of alphas at some colour, for every operator and for opacities that round.
    let mut random = Random::new(43);
    let level = |index: u32| u8::try_from(index % 256).expect("a level");
    let mut picture = |along_x: bool| {
        from_fn(Size::new(256, 256), |x, y| {
            [random.byte(), random.byte(), random.byte(), level(if along_x { x } else { y })]
        })
    };
    let (target, overlay) = (picture(true), picture(false));
    for composite in COMPOSITES {
        for opacity in [1.0, 0.501, 0.003] {
            let draw = Draw { composite, opacity, ..Draw::default() };
            let _ = Case::of(target.clone()).draw(Case::of(overlay.clone()), draw).run();
        }
    }
}

#[test]
fn parity_draw_at_every_place() {
    let mut random = Random::new(44);
    let (target, overlay) = (Size::new(70, 33), Size::new(11, 40));
    for repeat in [Repeat::None, Repeat::X, Repeat::Y, Repeat::Both] {
        for start in [-45, -1, 0, 3, 69, 80] {
            let position = AxisPosition::FromStart(start);
            let draw = Draw { repeat, opacity: 0.7, horizontal: position, vertical: position, ..Draw::default() };
            let (target, overlay) = (noise(target, Alpha::Soft, &mut random), noise(overlay, Alpha::Soft, &mut random));
            let _ = Case::of(target).draw(Case::of(overlay), draw).run();
        }
    }
}

#[test]
fn parity_resize_h_of_every_tap_count() {
    let mut random = Random::new(45);
    for (from, to) in [(1, 7), (5, 300), (64, 63), (65, 200), (300, 299), (300, 41), (700, 9), (3000, 7), (1001, 1)] {
        let picture = extremes(Size::new(from, 3), Alpha::Soft, &mut random);
        let _ = Case::of(picture).transform(squeezed(to, 3)).run();
    }
}

#[test]
fn parity_resize_v_of_every_tap_count() {
    let mut random = Random::new(46);
    for (from, to) in [(1, 7), (5, 300), (64, 63), (65, 200), (300, 299), (300, 41), (700, 9), (3000, 7), (1001, 1)] {
        let picture = extremes(Size::new(3, from), Alpha::Soft, &mut random);
        let _ = Case::of(picture).transform(squeezed(3, to)).run();
    }
}

/// Noise of the lowest alpha, where a level of the result is a quarter of a 16-bit unit: what is otherwise rounded away, such as
/// where the chunks of a sum begin, shows here.
fn faint(size: Size) -> Pixmap {
    let mut random = Random::new(50);
    from_fn(size, |_, _| [random.byte(), random.byte(), random.byte(), 1])
}

#[test]
fn parity_resize_h_in_chunks() {
    let _ = Case::of(faint(Size::new(600, 4000))).transform(squeezed(12, 4000)).run();
}

#[test]
fn parity_resize_v_in_chunks() {
    let _ = Case::of(faint(Size::new(4000, 600))).transform(squeezed(4000, 12)).run();
}

#[test]
#[ignore = "takes a minute and some gigabytes: run it with --ignored after a change of an engine"]
fn parity_of_the_largest_picture() {
    let mut random = Random::new(51);
    let size = Size::new(12_000, 8_333);
    let tile = noise(Size::new(512, 512), Alpha::Soft, &mut random);
    let picture = from_fn(size, |x, y| tile.pixel((x + y / 7) % 512, y % 512));
    let case = Case::of(picture);
    let _ = case.clone().transform(squeezed(3_001, 2_000)).run();
    let _ = case.clone().transform(squeezed(11_000, 5)).run();
    let _ = case.clone().transform(Transform { blur: Some(250), ..turned(Rotate::Quarter) }).run();
    let draw = Draw { repeat: Repeat::Both, opacity: 0.4, ..Draw::default() };
    let _ = case.draw(Case::of(tile), draw).transform(Transform { sharpen: Some(3.0), ..Transform::default() }).run();
}

#[test]
fn parity_resize_h_and_v_in_both_orders() {
    for (width, height) in [(7, 100), (100, 7), (31, 29), (200, 2), (1, 1)] {
        run_all(&squeezed(width, height));
        run_all(&Transform { fit: Some(Fit::Cover), ..squeezed(width, height) });
    }
}

#[test]
fn parity_blur_h_across_segments() {
    let mut random = Random::new(47);
    for radius in [1, 2, 63, 250] {
        for width in [1, 255, 256, 257, 513] {
            let picture = noise(Size::new(width, 2), Alpha::Soft, &mut random);
            let _ = Case::of(picture).transform(Transform { blur: Some(radius), ..Transform::default() }).run();
        }
    }
}

#[test]
fn parity_blur_v_across_segments() {
    let mut random = Random::new(48);
    for radius in [1, 2, 63, 250] {
        for height in [1, 255, 256, 257, 513] {
            let picture = noise(Size::new(2, height), Alpha::Soft, &mut random);
            let _ = Case::of(picture).transform(Transform { blur: Some(radius), ..Transform::default() }).run();
        }
    }
}

#[test]
fn parity_sharpen_of_every_strength() {
    for strength in [0.02, 1.0, 3.3, 10.0] {
        run_all(&Transform { sharpen: Some(strength), ..Transform::default() });
    }
}

#[test]
fn parity_border_of_every_edge() {
    let mut random = Random::new(49);
    for color in [None, Some(Color::opaque(40, 90, 200))] {
        for tolerance in [0.0, 10.0, 255.0] {
            let border = TrimBorder { color, tolerance, keep: 1 };
            let trim = Transform { trim: Some(Trim::Border(border)), ..Transform::default() };
            for _ in 0..10 {
                let size = Size::new(random.between(1, 200), random.between(1, 40));
                let inner = noise(size, Alpha::Soft, &mut random);
                let [top, right, bottom, left] = [(); 4].map(|()| random.between(0, 70));
                let frame = Border { color: Color::opaque(40, 90, 200), top, right, bottom, left };
                let framed = Transform { border: Some(frame), ..Transform::default() };
                let _ = Case::of(inner).transform(framed).transform(trim.clone()).run();
            }
        }
    }
}

/// Tells every kernel from the table in `shaders/README.md`: name, class, twins, tests.
fn parity_table() -> Vec<[String; 4]> {
    let text = fs::read_to_string(root("shaders/README.md")).expect("the table is there");
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [name, class, twins, tests] = cells[..] else { panic!("four cells: {row}") };
        [name.trim_matches('`'), class, twins, tests.trim_matches('`')].map(str::to_owned)
    })
    .collect()
}

fn root(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

#[test]
fn parity_table_has_every_kernel_with_class_twin_and_test() {
    let files = fs::read_dir(root("shaders")).expect("a folder").map(|entry| entry.expect("an entry").path());
    let shaders = files.filter(|path| path.extension().is_some_and(|extension| extension == "wgsl"));
    let shaders: BTreeSet<String> =
        shaders.map(|path| path.file_stem().expect("a stem").to_string_lossy().into_owned()).collect();
    let table = parity_table();
    assert_eq!(table.iter().map(|[name, ..]| name.clone()).collect::<BTreeSet<_>>(), shaders);
    let tests = [
        include_str!("parity.rs"),
        include_str!("parity_models.rs"),
        include_str!("parity_nets.rs"),
        include_str!("parity_planes.rs"),
    ]
    .concat();
    for [name, class, twins, prefix] in &table {
        assert_eq!(class, "exact", "{name}: a looser class needs its reason, and this test to know it");
        assert!(root(&format!("crates/gpu/src/kernels/{name}.rs")).exists(), "{name} has no host side");
        for twin in twins.split(", ").map(|twin| twin.trim_matches('`')) {
            assert!(root("crates/core/src").join(twin).exists(), "{name}: no twin {twin}");
        }
        assert_eq!(prefix, &format!("parity_{name}_"));
        assert!(tests.contains(&format!("fn {prefix}")), "{name} has no parity test");
    }
}

#[test]
fn parity_probe_answer_is_that_of_the_scalar_cpu() {
    let model = Arc::new(Twin(palmette_gpu::probe::model())) as Arc<dyn Model>;
    let (plan, sources) = palmette_gpu::probe::scene(model.into()).expect("a few small pictures");
    let mut made = Collected::default();
    CpuEngine::scalar().run(&plan, &sources, &mut made, Deadline::NONE).expect("a plan that fits");
    let answer = palmette_gpu::probe::hash(&made.pictures);
    assert_eq!(answer, palmette_gpu::probe::ANSWER, "the answer in crates/gpu/src/probe.rs is {answer:#x}");
}

/// Opens an engine of its own, to be broken; nothing without an adapter.
fn open() -> Option<GpuEngine> {
    gpu::engines()?;
    let options = GpuOptions { adapter: AdapterChoice::Any, ..GpuOptions::default() };
    Some(GpuEngine::open(&options).expect("an adapter that opened before"))
}

fn blurred() -> (palmette_core::plan::Plan, Vec<Pixmap>) {
    let picture = gradient_with(Size::new(200, 150), Alpha::Soft);
    let case = Case::of(picture).transform(Transform { blur: Some(9), ..squeezed(90, 70) });
    (case.plan().expect("a plan"), case.flatten().0)
}

#[test]
fn device_that_is_lost_fails_every_request_and_harms_none() {
    let Some(engine) = open() else { return };
    let (plan, sources) = blurred();
    engine.picture(&plan, &sources, Deadline::NONE).expect("all is well");
    engine.lose();
    assert!(engine.is_lost());
    let error = engine.picture(&plan, &sources, Deadline::NONE).expect_err("the device is gone");
    assert_eq!(error.fault(), Some(DeviceFault::Lost), "{error}");
}

#[test]
fn device_lost_in_the_middle_of_many_requests_gives_right_answers_or_none() {
    let Some(engine) = open() else { return };
    let (plan, sources) = blurred();
    let expected = engine.picture(&plan, &sources, Deadline::NONE).expect("all is well");
    let done = AtomicUsize::new(0);
    // Says whether there was an answer.
    let request = || {
        let result = engine.picture(&plan, &sources, Deadline::NONE);
        done.fetch_add(1, Ordering::Relaxed);
        match result {
            Ok(picture) => assert!(picture == expected, "a wrong picture"),
            Err(error) => assert_eq!(error.fault(), Some(DeviceFault::Lost), "{error}"),
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..25).for_each(|_| request()));
        }
        while done.load(Ordering::Relaxed) < 20 {
            std::thread::yield_now();
        }
        engine.lose();
    });
    assert_eq!(done.into_inner(), 200);
}

#[test]
fn device_memory_is_limited() {
    if gpu::engines().is_none() {
        return;
    }
    let options = GpuOptions { adapter: AdapterChoice::Any, max_bytes: 200_000, ..GpuOptions::default() };
    let engine = GpuEngine::open(&options).expect("an adapter that opened before");
    let (plan, sources) = blurred();
    let error = engine.picture(&plan, &sources, Deadline::NONE).expect_err("more than it may take");
    assert_eq!(error.fault(), Some(DeviceFault::OutOfMemory), "{error}");
    let small = Case::of(gradient_with(Size::new(20, 20), Alpha::Soft)).transform(turned(Rotate::Quarter));
    let picture = engine.picture(&small.plan().expect("a plan"), &small.flatten().0, Deadline::NONE);
    assert!(picture.expect("what fits works afterwards") == small.run());
}

#[test]
fn device_checks_the_deadline() {
    let Some(engine) = open() else { return };
    let (plan, sources) = blurred();
    let error = engine.picture(&plan, &sources, Deadline::at(std::time::Instant::now())).expect_err("too late");
    assert!(matches!(error, palmette_tests::gpu::Error::Core(Error::DeadlineExceeded)), "{error:?}");
    assert!(!engine.is_lost());
}
