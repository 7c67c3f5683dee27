//! Several results of one request: each is, to the byte, what a request for it alone gives, on every engine, whatever the others are.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use palmette::codec::{AnimationEncoder, EncodeFormat, EncodeOptions, encode};
use palmette::protocol::{Outputs, Rendition};
use palmette::{EngineChoice, Engines, Pipeline};
use palmette_core::plan::Plan;
use palmette_core::{
    CpuEngine, Deadline, Engine, EngineKind, Error as CoreError, IdleCores, Layout, Limits, Pixmap, Sink, Size,
    Sources, Spacing,
};
use palmette_jpeg::encode::Coding;
use palmette_protocol::request::{FontFiles, Source, TransformRequest};
use palmette_protocol::{OptionObject, OutputFormat, list};
use palmette_tests::gpu;
use palmette_tests::pictures::{Alpha, noise};
use palmette_tests::random::Random;
use palmette_tests::stored::{jpeg, noise_planes};

/// What a JPEG may store.
const LAYOUTS: [Layout; 4] =
    [Layout::GRAY, Layout::ycc(Spacing::ONE), Layout::ycc(Spacing::new(2, 1)), Layout::ycc(Spacing::new(2, 2))];

/// Lists that results begin with; nothing is left of a picture behind the last but one if it is small.
const LISTS: [&str; 7] = [
    "[]",
    r#"[{"imageIndex":0,"rotate":90}]"#,
    r#"[{"imageIndex":0,"width":90}]"#,
    r#"[{"imageIndex":0,"trim":{"left":7,"top":9,"width":60}}]"#,
    r#"[{"imageIndex":0,"blur":2,"flip":"h"}]"#,
    r#"[{"imageIndex":0,"trim":"border","saturation":0.5}]"#,
    r#"[{"imageIndex":0,"width":70,"height":50,"fit":"cover","gravity":"auto"}]"#,
];

/// The same with an overlay.
const DRAWN: [&str; 3] = [
    r#"[{"imageIndex":1,"width":9},{"drawImageIndex":1,"targetImageIndex":0,"right":2,"bottom":3,"opacity":0.5}]"#,
    r#"[{"imageIndex":0,"width":64},{"drawImageIndex":1,"targetImageIndex":0,"repeat":true,"composite":"lighter"}]"#,
    r#"[{"imageIndex":1,"rotate":90},{"drawImageIndex":1,"targetImageIndex":0},{"imageIndex":0,"sharpen":1}]"#,
];

/// Transforms that a result has of its own.
const OWN: [&str; 14] = [
    "{}",
    r#"{"width":100}"#,
    r#"{"width":40}"#,
    r#"{"width":20}"#,
    r#"{"width":9}"#,
    r#"{"width":30,"height":30,"fit":"cover"}"#,
    r#"{"width":30,"height":30,"fit":"pad","background":"red"}"#,
    r#"{"trim":{"left":5,"top":17,"width":31,"height":20},"width":10}"#,
    r#"{"trim":{"left":80}}"#,
    r#"{"rotate":270,"width":25}"#,
    r#"{"brightness":1.3,"blur":1}"#,
    r#"{"trim":"border"}"#,
    r#"{"width":30,"height":20,"fit":"cover","gravity":"entropy"}"#,
    r#"{"width":400000,"fit":"contain"}"#,
];

/// A still of any kind.
fn still(random: &mut Random) -> Bytes {
    let size = Size::new(random.between(70, 150), random.between(60, 150));
    if random.one_in(3) {
        let format = random.pick(&[EncodeFormat::Png, EncodeFormat::Webp]);
        let alpha = random.pick(&[Alpha::Opaque, Alpha::Soft]);
        return encode(noise(size, alpha, random), &EncodeOptions::new(format)).expect("a file").bytes.into();
    }
    let picture = noise_planes(size, random.pick(&LAYOUTS), false, random);
    let coding = random.pick(&[Coding::Baseline, Coding::Progressive]);
    let orientation = u8::try_from(random.between(1, 8)).expect("small");
    jpeg(&picture, 90, orientation, coding).into()
}

/// An animation of three frames.
fn moving(random: &mut Random) -> Bytes {
    let size = Size::new(random.between(60, 90), random.between(60, 90));
    let options = EncodeOptions { quality: Some(100), ..EncodeOptions::new(EncodeFormat::Webp) };
    let mut encoder = AnimationEncoder::new(&options, size, None).expect("an encoder");
    for delay_ms in [30, 40, 50] {
        encoder.push(noise(size, Alpha::Opaque, random), delay_ms).expect("a frame");
    }
    encoder.finish().expect("a file").bytes.into()
}

/// A request for some results.
fn request(random: &mut Random, canvas: Bytes) -> TransformRequest {
    let is_drawn = random.one_in(3);
    let raw_ops = list::parse_list(if is_drawn { random.pick(&DRAWN) } else { random.pick(&LISTS) }).expect("a list");
    let overlay = encode(noise(Size::new(12, 8), Alpha::Soft, random), &EncodeOptions::new(EncodeFormat::Png));
    let overlay = Source::Image(overlay.expect("a file").bytes.into());
    let sources = [Source::Image(canvas)].into_iter().chain(is_drawn.then_some(overlay)).collect();
    let rendition = |random: &mut Random| {
        let format = random.pick(&[
            OutputFormat::Jpeg,
            OutputFormat::Jpeg,
            OutputFormat::Png,
            OutputFormat::Webp,
            OutputFormat::Gif,
            OutputFormat::Rgba,
        ]);
        let mut rendition = Rendition::new(format.quality(random.pick(&[40, 85, 95])));
        for _ in 0..random.between(0, 2) {
            let options = serde_json::from_str(random.pick(&OWN)).expect("an object");
            rendition = rendition.transform(palmette::Transform::from_options(&options).expect("right options"));
        }
        rendition
    };
    let renditions = (0..random.between(2, 8)).map(|_| rendition(random)).collect();
    TransformRequest {
        sources,
        ops: list::resolve(&raw_ops).expect("right options"),
        raw_ops,
        outputs: Outputs::Each(renditions),
        explain: false,
        engine: EngineChoice::Auto,
        fonts: FontFiles::default(),
    }
}

/// The file of a result, or its failure, without the place: that of a list that was continued is counted otherwise.
fn told(result: Result<palmette::Answer, palmette::Error>) -> Result<Bytes, (u16, String)> {
    result.map(|answer| answer.bytes).map_err(|error| {
        let text = error.to_string();
        let text = text.split_once(": ").map_or(text.as_str(), |(_, text)| text);
        (error.code().number(), text.to_owned())
    })
}

/// Makes every result by a request for it alone.
fn alone(pipeline: &Pipeline, request: &TransformRequest) -> Vec<Result<Bytes, (u16, String)>> {
    let Outputs::Each(renditions) = &request.outputs else { panic!("several results") };
    let single = |rendition: &Rendition| {
        let (ops, raw_ops) = rendition.continue_list(&request.ops, &request.raw_ops);
        let outputs = Outputs::One(rendition.output.clone());
        told(pipeline.transform(TransformRequest { ops, raw_ops, outputs, ..request.clone() }, Deadline::NONE))
    };
    renditions.iter().map(single).collect()
}

/// Makes all results of a request; of one that fails as a whole, that failure for each.
fn together(pipeline: &Pipeline, request: &TransformRequest) -> Vec<Result<Bytes, (u16, String)>> {
    let count = request.outputs.count();
    let mut results: Vec<_> = (0..count).map(|_| None).collect();
    let each = &mut |index: usize, result| {
        assert!(results[index].replace(told(result)).is_none(), "once each");
        ControlFlow::Continue(())
    };
    let run = pipeline
        .prepare(request.clone(), Deadline::NONE)
        .and_then(|prepared| pipeline.run_each(prepared, Deadline::NONE, &mut |_| (), each));
    match run.map_err(|error| told(Err(error))) {
        Ok(()) => results.into_iter().map(|result| result.expect("every result is told")).collect(),
        Err(failure) => vec![failure; count],
    }
}

fn open(choice: EngineChoice) -> Pipeline {
    let engines = Engines::open(choice).expect("an adapter that opened before");
    Pipeline::new(engines, Limits::default(), 8 << 30).with_idle_cores(IdleCores::new(2))
}

/// Compares some random requests on one engine with single ones on the CPU.
fn compare(pipeline: &Pipeline, seed: u64, count: u64, canvas: fn(&mut Random) -> Bytes) {
    let cpu = open(EngineChoice::Cpu);
    let mut succeeded = 0;
    for seed in seed..seed + count {
        let mut random = Random::new(seed);
        let canvas = canvas(&mut random);
        let request = request(&mut random, canvas);
        let (alone, together) = (alone(&cpu, &request), together(pipeline, &request));
        for (index, (alone, together)) in alone.iter().zip(&together).enumerate() {
            assert!(
                alone == together,
                "seed {seed}, result {index}: {:?}\n{:?}\n{:?}",
                request.outputs,
                alone,
                together
            );
            succeeded += usize::from(alone.is_ok());
        }
        assert_eq!(alone.len(), together.len());
    }
    assert!(succeeded > 0, "not only failures are compared");
}

#[test]
fn several_results_are_those_of_single_requests() {
    compare(&open(EngineChoice::Cpu), 1, 60, still);
}

#[test]
fn several_animations_are_those_of_single_requests() {
    compare(&open(EngineChoice::Cpu), 1_000, 12, moving);
}

#[test]
fn several_results_of_a_gpu_are_those_of_single_requests() {
    if gpu::engines().is_none() {
        return;
    }
    let pipeline = open(EngineChoice::Gpu);
    compare(&pipeline, 2_000, 20, still);
    compare(&pipeline, 3_000, 3, moving);
}

#[test]
fn several_results_of_little_memory_are_made_one_by_one() {
    let mut random = Random::new(5);
    let canvas = still(&mut random);
    let request = request(&mut random, canvas);
    let shared = open(EngineChoice::Cpu).prepare(request.clone(), Deadline::NONE).expect("a plan").memory_bytes();
    let small = Pipeline::new(Engines::open(EngineChoice::Cpu).expect("a CPU"), Limits::default(), shared * 2 - 1);
    let least = small.prepare(request.clone(), Deadline::NONE).expect("a plan").memory_bytes();
    assert!(least < shared, "{least} of {shared}");
    assert_eq!(alone(&small, &request), together(&small, &request));
}

/// Counts what is read and run.
#[derive(Debug)]
struct Counting {
    runs: AtomicUsize,
    steps: AtomicUsize,
    plan: OnceLock<Plan>,
}

impl Engine for Counting {
    fn kind(&self) -> EngineKind {
        EngineKind::Cpu
    }

    fn run(
        &self,
        plan: &Plan,
        sources: &dyn Sources,
        sink: &mut dyn Sink,
        deadline: Deadline,
    ) -> Result<(), CoreError> {
        self.runs.fetch_add(1, Ordering::Relaxed);
        self.steps.fetch_add(plan.steps().len(), Ordering::Relaxed);
        self.plan.get_or_init(|| plan.clone());
        CpuEngine::new().run(plan, sources, sink, deadline)
    }
}

#[test]
fn several_results_share_their_beginning() {
    let engine = Arc::new(Counting { runs: AtomicUsize::new(0), steps: AtomicUsize::new(0), plan: OnceLock::new() });
    let pipeline = Pipeline::new(Engines::only(Arc::clone(&engine) as Arc<dyn Engine>), Limits::default(), 1 << 30);
    let picture = noise_planes(Size::new(400, 300), Layout::ycc(Spacing::new(2, 2)), false, &mut Random::new(1));
    let file = jpeg(&picture, 90, 1, Coding::Baseline);
    let widths = [180, 160, 90, 80, 40]
        .map(|width| Rendition::new(OutputFormat::Jpeg).transform(palmette::Transform::resize(width, 0)));
    let answers = pipeline.open(file).expect("a picture").outputs(widths).expect("results");
    assert_eq!(answers.iter().flatten().map(|answer| answer.size.width).collect::<Vec<_>>(), [180, 160, 90, 80, 40]);
    assert_eq!(engine.runs.load(Ordering::Relaxed), 1);
    let plan = engine.plan.get().expect("a plan");
    // Two are read at a half, two at a quarter, and one at an eighth, in one pass.
    assert_eq!(plan.read_together().iter().map(Vec::len).collect::<Vec<_>>(), [3]);
    assert_eq!((engine.steps.load(Ordering::Relaxed), plan.outputs().len()), (3 + 5, 5));

    // What is measured is measured once.
    let own = palmette::Transform { width: std::num::NonZeroU32::new(50), ..palmette::Transform::default() };
    let renditions =
        [OutputFormat::Png, OutputFormat::Jpeg].map(|format| Rendition::new(format).transform(own.clone()));
    let bordered = Pixmap::filled(Size::new(90, 90), [1, 2, 3, 255]).expect("pixels");
    let trimmed = palmette::Transform {
        trim: Some(palmette::Trim::Border(palmette::TrimBorder::default())),
        ..palmette::Transform::default()
    };
    let before = engine.runs.load(Ordering::Relaxed);
    pipeline.open(bordered).expect("a picture").transform(trimmed).outputs(renditions).expect("results");
    assert_eq!(engine.runs.load(Ordering::Relaxed) - before, 2, "one measurement, and one run");
}
