//! What a timed run says: the same picture, and times that are those of its kernels.

use std::time::Duration;

use palmette_core::engine::Collected;
use palmette_core::plan::Planner;
use palmette_core::{Deadline, Limits, Pixmap, Size};
use palmette_ops::transform::{Trim, TrimBorder};
use palmette_ops::{Fit, ImageIndex, Op, Transform};
use palmette_tests::gpu::{self, AdapterChoice, GpuEngine, GpuOptions};
use palmette_tests::pictures::{Alpha, noise};
use palmette_tests::random::Random;

/// Opens an engine, if [`gpu::engines`] finds an adapter and the run of the tests wants one.
fn open() -> Option<GpuEngine> {
    gpu::engines()?;
    let options = GpuOptions { adapter: AdapterChoice::Any, ..GpuOptions::default() };
    Some(GpuEngine::open(&options).expect("an adapter that opened before"))
}

/// Runs options with and without a clock; returns the kernels that ran, in order.
fn kernels(engine: &GpuEngine, picture: &Pixmap, options: Transform) -> Vec<&'static str> {
    let ops = [Op::Transform { image_index: ImageIndex::CANVAS, options }];
    let mut planner = Planner::new(&ops, &[picture.size()], &Limits::default()).expect("right options");
    let mut kernels = Vec::new();
    loop {
        let planned = planner.plan().expect("right options");
        let (mut expected, mut actual) = (Collected::default(), Collected::default());
        engine.try_run(planned.plan(), picture, &mut expected, Deadline::NONE).expect("a picture");
        let timings = engine.run_timed(planned.plan(), picture, &mut actual, Deadline::NONE).expect("a picture");
        assert!(actual == expected, "a clock changes the picture");
        for phase in [timings.upload, timings.run] {
            assert!(phase > Duration::ZERO, "{timings:?}");
        }
        let on_device: Duration = timings.kernels.iter().map(|kernel| kernel.time).sum();
        assert!(on_device <= timings.run, "kernels run outside of their phase: {timings:?}");
        kernels.extend(timings.kernels.iter().map(|kernel| kernel.name));
        match actual.measurement {
            Some(found) => planner.answer(found).expect("the answer to its question"),
            None => {
                assert!(timings.read_back > Duration::ZERO, "{timings:?}");
                return kernels;
            }
        }
    }
}

#[test]
fn timings_name_every_kernel_of_a_run() {
    let Some(engine) = open() else { return };
    let picture = noise(Size::new(640, 480), Alpha::Soft, &mut Random::new(7));
    let trim = Trim::Border(TrimBorder { color: None, tolerance: 10.0, keep: 0 });
    let width = std::num::NonZeroU32::new(100);
    let options = Transform { trim: Some(trim), width, blur: Some(3), sharpen: Some(1.0), ..Transform::default() };
    let names = kernels(&engine, &picture, options);
    if names.is_empty() {
        eprintln!("skipped: the device has no clock");
        return;
    }
    assert_eq!(names, ["border", "resize_h", "resize_v", "blur_h", "blur_v", "sharpen"]);
    let squeezed = Transform { width, height: std::num::NonZeroU32::new(480), ..Transform::default() };
    let one_axis = Transform { fit: Some(Fit::Squeeze), ..squeezed };
    assert_eq!(kernels(&engine, &picture, one_axis), ["resize_h"]);
    assert!(kernels(&engine, &picture, Transform::default()).is_empty(), "nothing ran");
}

#[test]
fn timings_of_a_copy_are_those_of_one_copy() {
    let Some(engine) = open() else { return };
    let (bytes, copies) = (8 << 20, 16);
    let start = std::time::Instant::now();
    let copy = engine.time_copy(bytes, copies).expect("a copy");
    assert!(copy > Duration::ZERO && copies * copy <= start.elapsed(), "{copy:?}");
}
