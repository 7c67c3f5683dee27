//! A GPU behind the pipeline: the same files as with the CPU, and an answer to every request whatever becomes of the device.
//!
//! On any adapter, also one in software, as `--engine gpu` would use it.

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use palmette::{EngineChoice, Engines, Pipeline, Reason};
use palmette_core::{Deadline, DeviceFault, EngineKind, Limits};
use palmette_protocol::request::{FontFiles, Source, TransformRequest};
use palmette_protocol::{OutputFormat, list};
use palmette_tests::gpu;

/// The pictures of the scene.
const NAMES: [&str; 2] = ["lake.jpg", "palmette.png"];

/// The scene of the README.
const SCENE: &str = r#"[{"imageIndex":1,"width":100,"height":100},
    {"drawImageIndex":1,"targetImageIndex":0,"bottom":10,"right":10,"opacity":0.75}]"#;

/// A list of several kinds of steps, one of which measures.
const LIST: &str = r#"[{"imageIndex":0,"width":90,"height":90,"fit":"cover","gravity":"entropy","blur":3,"rotate":90},
    {"imageIndex":1,"width":20,"sharpen":2,"saturation":0.3},
    {"drawImageIndex":1,"targetImageIndex":0,"repeat":true,"opacity":0.5,"composite":"lighter"}]"#;

fn open(choice: EngineChoice) -> Pipeline {
    Pipeline::new(Engines::open(choice).expect("an adapter that opened before"), Limits::default(), 8 << 30)
}

fn request(names: [&str; 2], list: &str, format: OutputFormat) -> TransformRequest {
    let shipped = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/pictures").join(name);
        Source::Image(Bytes::from(fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))))
    };
    let raw_ops = list::parse_list(list).expect("a list");
    TransformRequest {
        sources: names.map(shipped).into(),
        ops: list::resolve(&raw_ops).expect("right options"),
        raw_ops,
        outputs: format.into(),
        explain: false,
        engine: EngineChoice::Auto,
        fonts: FontFiles::default(),
    }
}

#[test]
fn fallback_is_not_needed_for_the_scene() {
    if gpu::engines().is_none() {
        return;
    }
    let (cpu, gpu) = (open(EngineChoice::Cpu), open(EngineChoice::Gpu));
    for (list, format) in [(SCENE, OutputFormat::Avif), (LIST, OutputFormat::Png)] {
        let expected = cpu.transform(request(NAMES, list, format), Deadline::NONE).expect("a picture");
        let actual = gpu.transform(request(NAMES, list, format), Deadline::NONE).expect("a picture");
        assert_eq!((actual.engine, actual.reason), (EngineKind::Gpu, Reason::GpuWanted));
        assert!(actual.bytes == expected.bytes, "not the same file");
    }
}

#[test]
fn fallback_a_request_may_choose_its_engine() {
    if gpu::engines().is_none() {
        return;
    }
    let pipeline = open(EngineChoice::Gpu);
    let make = |engine| {
        let request = TransformRequest { engine, ..request(NAMES, LIST, OutputFormat::Rgba) };
        pipeline.transform(request, Deadline::NONE).expect("a picture")
    };
    let [auto, cpu, gpu] = EngineChoice::ALL.map(make);
    assert_eq!([auto.engine, cpu.engine, gpu.engine], [EngineKind::Gpu, EngineKind::Cpu, EngineKind::Gpu]);
    assert_eq!((cpu.reason, gpu.reason), (Reason::CpuWanted, Reason::GpuWanted));
    assert!(auto.bytes == cpu.bytes && cpu.bytes == gpu.bytes, "not the same pixels");
}

#[test]
fn fallback_answers_two_hundred_requests_while_the_device_is_lost() {
    if gpu::engines().is_none() {
        return;
    }
    let pipeline = open(EngineChoice::Gpu);
    let make = || pipeline.transform(request(["palmette.png"; 2], LIST, OutputFormat::Rgba), Deadline::NONE);
    let expected = make().expect("a picture").bytes;
    let done = AtomicUsize::new(0);
    let reasons = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..25 {
                    let answer = make().expect("no request is lost");
                    assert!(answer.bytes == expected, "a wrong picture");
                    let is_gpu = answer.reason == Reason::GpuWanted;
                    assert_eq!(answer.engine == EngineKind::Gpu, is_gpu, "{:?}", answer.reason);
                    reasons.lock().expect("no one panics").push(answer.reason);
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for lost_at in [20, 90] {
            while done.load(Ordering::Relaxed) < lost_at {
                std::thread::sleep(Duration::from_millis(1));
            }
            pipeline.engines().lose_gpu();
        }
    });
    let reasons = reasons.into_inner().expect("no one panics");
    assert_eq!(reasons.len(), 200);
    let is_known =
        |reason: &&Reason| [Reason::GpuWanted, Reason::GpuAway, Reason::GpuFailed(DeviceFault::Lost)].contains(reason);
    assert_eq!(reasons.iter().filter(is_known).count(), 200, "{reasons:?}");

    // The device comes back by itself.
    let start = Instant::now();
    while make().expect("a picture").engine != EngineKind::Gpu {
        assert!(start.elapsed() < Duration::from_secs(20), "{}", pipeline.engines().gpu_status());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn fallback_leaves_software_adapters_alone_unless_told() {
    // A machine of CI has none but a software adapter; one with a real one shows nothing here.
    let pipeline = open(EngineChoice::Auto);
    let answer = pipeline.transform(request(NAMES, SCENE, OutputFormat::Rgba), Deadline::NONE).expect("a picture");
    let status = pipeline.engines().gpu_status();
    assert_eq!(answer.reason == Reason::NoGpu, status == "none", "{status}");
    assert!(!status.contains("llvmpipe"), "{status}");
}
