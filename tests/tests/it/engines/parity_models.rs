//! Steps that a model takes, on the device against the host: by nets of noise, which need no files, and by those that are installed.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use palmette::{EngineChoice, Engines, Pipeline};
use palmette_codec::{AnimationEncoder, EncodeFormat, EncodeOptions};
use palmette_core::engine::{complete, picture};
use palmette_core::model::{Program, SharedModel};
use palmette_core::net::{Graph, Input, Layer, Operation, Positions, Requantize, ValueId, Window};
use palmette_core::plan::{NetArithmetic, Plan, Planner};
use palmette_core::{
    Ability, CpuEngine, Deadline, DeviceFault, EngineKind, Limits, Model, ModelError, PictureRows, Pixmap, Rows, Size,
};
use palmette_gpu::{AdapterChoice, GpuEngine, GpuOptions, Work};
use palmette_models::enlarge::EnlargeNet;
use palmette_models::foreground::ForegroundNet;
use palmette_models::kernels::Kernels;
use palmette_models::net::{About, Net};
use palmette_models::{Installed, Runner, Tensor, guide};
use palmette_ops::transform::{Segment, Upscale};
use palmette_ops::{Draw, Fit, Flip, ImageIndex, Op, Transform};
use palmette_protocol::OutputFormat;
use palmette_protocol::request::{FontFiles, Source, TransformRequest};
use palmette_tests::gpu;
use palmette_tests::pictures::{Alpha, gradient_with, noise};
use palmette_tests::random::Random;

use super::parity_nets::random;
use crate::models::{folder, part, photo};
use crate::options::squeezed;

/// A model that does by scalar kernels what another one's programs say.
#[derive(Debug)]
pub(crate) struct Twin(pub(crate) SharedModel);

impl Twin {
    fn runner(graph: &Graph) -> Runner {
        let Graph { inputs, layers, outputs } = graph.clone();
        let net = Net::new(About::default(), inputs, layers, outputs).expect("a net that is right");
        Runner::with_kernels(net, Kernels::SCALAR)
    }
}

impl Model for Twin {
    fn name(&self, ability: Ability) -> &str {
        self.0.name(ability)
    }

    fn can(&self, ability: Ability) -> bool {
        self.0.can(ability)
    }

    fn foreground(&self, picture: &Pixmap, deadline: Deadline) -> Result<Vec<u8>, ModelError> {
        let Some(Program::Segment(program)) = self.0.program(Ability::Foreground, picture.size(), picture.size())
        else {
            panic!("a program for a mask")
        };
        let copy = match program.resize(picture.size())? {
            None => picture.clone(),
            Some(resize) => {
                let mut builder = palmette_core::plan::Builder::default();
                let source = builder.read(0, palmette_core::plan::Value::rgba(picture.size()));
                let made = builder.then(&[source], program.copy, palmette_core::plan::StepKind::Resize(resize));
                palmette_core::engine::picture(&CpuEngine::scalar(), &builder.finish(vec![made]), picture, deadline)?
            }
        };
        let input = Tensor { size: program.copy, channels: 3, samples: (program.prepare)(&copy)? };
        let mask = Self::runner(&program.net).run_whole(&[input], deadline)?.remove(0).samples;
        Ok(guide::read(&(program.lines)(&mask, &copy)?, program.copy, program.one, picture)?)
    }

    fn enlarge(&self, picture: Arc<Pixmap>, size: Size, deadline: Deadline) -> Result<Box<dyn Rows + '_>, ModelError> {
        let Some(Program::Enlarge(program)) = self.0.program(Ability::Enlarge, picture.size(), size) else {
            panic!("a program for an enlargement")
        };
        let net = EnlargeNet::new(Self::runner(&program.net));
        let made = Box::new(net.rows(picture, size, deadline)?).into_picture()?;
        Ok(Box::new(PictureRows::new(made)))
    }
}

/// Nets of noise in the shapes of those that are installed.
#[derive(Debug)]
struct Noise {
    enlarge: EnlargeNet,
    foreground: ForegroundNet,
}

impl Model for Noise {
    fn name(&self, _ability: Ability) -> &str {
        "noise"
    }

    fn can(&self, ability: Ability) -> bool {
        ability != Ability::Faces
    }

    fn arithmetic(&self, ability: Ability, picture: Size, _made: Size) -> NetArithmetic {
        match ability {
            Ability::Enlarge => self.enlarge.arithmetic(picture),
            _ => self.foreground.arithmetic(),
        }
    }

    fn program(&self, ability: Ability, picture: Size, made: Size) -> Option<Program> {
        match ability {
            Ability::Faces => None,
            Ability::Foreground => Some(Program::Segment(self.foreground.program())),
            Ability::Enlarge => Some(Program::Enlarge(self.enlarge.program(picture, made))),
        }
    }

    fn foreground(&self, picture: &Pixmap, deadline: Deadline) -> Result<Vec<u8>, ModelError> {
        Ok(self.foreground.look(picture, deadline)?)
    }

    fn enlarge(&self, picture: Arc<Pixmap>, size: Size, deadline: Deadline) -> Result<Box<dyn Rows + '_>, ModelError> {
        Ok(Box::new(self.enlarge.rows(picture, size, deadline)?))
    }
}

/// A convolution whose results are of the size of its inputs.
fn convolution(random: &mut random::Random, window: Window, inputs: usize, outputs: usize, low: i16) -> Operation {
    let mut made = random::convolution(random, window, inputs, outputs, false);
    let range = if low == 0 { 255 } else { 2047 };
    for weight in &mut made.weights {
        *weight %= 64;
    }
    for bias in &mut made.biases {
        *bias %= 1 << 14;
    }
    for (channel, end) in made.requantize.iter_mut().enumerate() {
        let multiplier = 20_000 + i16::try_from(97 * channel).expect("a small number");
        *end = Requantize { multiplier, negative_multiplier: multiplier / 4, shift: 24, low, high: range };
    }
    Operation::Convolution(made)
}

/// A net that halves its picture in between: each pixel depends on some ten around it, and on where it lies.
fn enlarging(seed: u64, channels: usize) -> Net {
    let mut random = random::Random::new(seed);
    let mut layers: Vec<Layer> = Vec::new();
    let mut push = |operation, inputs: &[usize]| {
        layers.push(Layer { operation, inputs: inputs.iter().copied().map(ValueId).collect() });
        layers.len()
    };
    let square = Window::square(3);
    let first = push(convolution(&mut random, square, 3, channels, -2047), &[0]);
    let halving = Window { stride: [2; 2], dilation: [2, 1], ..square };
    let half = push(convolution(&mut random, halving, channels, channels, -2047), &[first]);
    let whole = push(Operation::Bilinear { factor: 2, positions: Positions::HalfPixel }, &[half]);
    let added = push(random::addition(&mut random, channels), &[first, whole]);
    let least = push(Operation::MaxPool(Window { taps: [2, 3], ..square }), &[half]);
    let near = push(Operation::Nearest { factor: 2 }, &[least]);
    let both = push(Operation::Concat, &[near, added, first]);
    let looked = push(random::table(&mut random, 3 * channels), &[both]);
    let mixed = push(convolution(&mut random, Window::square(1), 3 * channels, 48, -2047), &[looked]);
    let squares = push(Operation::PixelShuffle { factor: 4 }, &[mixed]);
    let near = push(Operation::Nearest { factor: 4 }, &[0]);
    let sum = push(sum(), &[squares, near]);
    let inputs = vec![Input { channels: 3, low: 3, high: 250 }];
    Net::new(About::default(), inputs, layers, vec![ValueId(sum)]).expect("a net")
}

/// Adds an eighth of what a net makes to the picture.
fn sum() -> Operation {
    let terms = palmette_core::net::AddTerms { multipliers: [512, 4096], shift: 12, low: -300, high: 500 };
    Operation::Add(palmette_core::net::Add { terms: vec![terms; 3] })
}

/// A net that makes a mask of the picture's levels.
fn masking() -> Net {
    let mut random = random::Random::new(5);
    let mut operation = convolution(&mut random, Window::square(3), 3, 1, 0);
    if let Operation::Convolution(convolution) = &mut operation {
        convolution.requantize[0].shift = 17;
        convolution.requantize[0].high = palmette_models::foreground::ONE;
    }
    let layer = Layer { operation, inputs: vec![ValueId(0)] };
    let inputs = vec![Input { channels: 3, low: 0, high: 255 }];
    Net::new(About::default(), inputs, vec![layer], vec![ValueId(1)]).expect("a net")
}

fn noise_model(channels: usize) -> Arc<dyn Model> {
    let runner = |net| Runner::with_kernels(net, Kernels::SCALAR);
    let enlarge = EnlargeNet::new(runner(enlarging(3, channels)));
    Arc::new(Noise { enlarge, foreground: ForegroundNet::new(runner(masking())) })
}

/// Engines whose pages hold so many words, as a power of two.
fn engine(page_shift: u32) -> Option<GpuEngine> {
    gpu::engines()?;
    let options = GpuOptions { adapter: AdapterChoice::Any, page_shift, ..GpuOptions::default() };
    Some(GpuEngine::open(&options).expect("an adapter that opened before"))
}

/// One as devices are, and one of pages so small that pictures of tests take several, as do nets.
fn engines() -> Option<&'static [GpuEngine; 2]> {
    static ENGINES: OnceLock<Option<[GpuEngine; 2]>> = OnceLock::new();
    ENGINES.get_or_init(|| Some([engine(GpuOptions::default().page_shift)?, engine(13)?])).as_ref()
}

/// Plans a list for a model.
fn plan(model: &Arc<dyn Model>, ops: &[Op<Transform, Draw>], sources: &Vec<Pixmap>) -> Plan {
    let sizes: Vec<Size> = sources.iter().map(Pixmap::size).collect();
    let planner = Planner::new(ops, &sizes, &Limits::default()).expect("right options");
    let mut planner = planner.with_model(Some(Arc::clone(model).into()));
    complete(&mut planner, &CpuEngine::scalar(), sources, Deadline::NONE).expect("a plan")
}

/// Runs a plan on both engines, and compares with the CPU's bytes. What small pages cannot hold is left to the other engine.
fn compare(plan: &Plan, sources: &Vec<Pixmap>) {
    let Some(engines) = engines() else { return };
    let expected = picture(&CpuEngine::scalar(), plan, sources, Deadline::NONE).expect("a picture");
    let mut ran = 0;
    for engine in engines {
        match engine.picture(plan, sources, Deadline::NONE) {
            Err(error) if error.fault() == Some(DeviceFault::TooLarge) => {}
            made => {
                let made = made.expect("a picture");
                assert_eq!(made.size(), expected.size());
                let wrong = made.data().iter().zip(expected.data()).filter(|(made, expected)| made != expected).count();
                assert_eq!(wrong, 0, "bytes of {} differ: {plan:?}", made.size());
                ran += 1;
            }
        }
    }
    assert!(ran > 0, "no device can hold that");
}

fn transform(image_index: u32, options: Transform) -> Op<Transform, Draw> {
    Op::Transform { image_index: ImageIndex(image_index), options }
}

/// Asks for an enlargement to exactly this size.
fn generate(width: u32, height: u32) -> Transform {
    Transform { upscale: Some(Upscale::Generate), ..squeezed(width, height) }
}

fn segment() -> Transform {
    Transform { segment: Some(Segment::Foreground), ..Transform::default() }
}

#[test]
fn parity_net_pixels_of_enlargements_of_every_kind() {
    let model = noise_model(6);
    for (size, made) in [
        (Size::new(10, 8), Size::new(20, 16)),
        (Size::new(10, 8), Size::new(40, 32)),
        (Size::new(12, 6), Size::new(25, 18)),
        (Size::new(8, 10), Size::new(33, 47)),
        (Size::new(2, 2), Size::new(2, 9)),
    ] {
        for alpha in [Alpha::Opaque, Alpha::Soft] {
            let sources = vec![noise(size, alpha, &mut Random::new(31))];
            compare(&plan(&model, &[transform(0, generate(made.width, made.height))], &sources), &sources);
        }
    }
}

#[test]
fn parity_net_samples_of_tiles_are_those_of_the_whole() {
    let model = noise_model(5);
    for (size, tiles) in [(Size::new(64, 40), 3), (Size::new(202, 20), 3), (Size::new(22, 190), 3)] {
        let sources = vec![gradient_with(size, Alpha::Soft)];
        let made = Size::new(2 * size.width, 2 * size.height);
        let plan = plan(&model, &[transform(0, generate(made.width, made.height))], &sources);
        compare(&plan, &sources);
        let Some([_, small]) = engines() else { return };
        // It takes several, and none is left to the CPU.
        let timings =
            small.run_timed(&plan, &sources, &mut palmette_core::engine::Collected::default(), Deadline::NONE);
        let kernels = timings.expect("a picture").kernels;
        let count = kernels.iter().filter(|kernel| kernel.name == "net_samples").count();
        assert!(kernels.is_empty() || count >= tiles, "{size}: {count}");
    }
}

#[test]
fn parity_alpha_of_enlargements() {
    let model = noise_model(3);
    let mut random = Random::new(77);
    let mut source = noise(Size::new(14, 12), Alpha::Soft, &mut random);
    // A clear half, an opaque row, and what lies between.
    for y in 0..12 {
        source.row_mut(y)[..28].chunks_exact_mut(4).for_each(|pixel| pixel[3] = 0);
    }
    source.row_mut(7).chunks_exact_mut(4).for_each(|pixel| pixel[3] = 255);
    let sources = vec![source];
    for made in [Size::new(28, 24), Size::new(29, 40), Size::new(56, 48), Size::new(100, 100)] {
        compare(&plan(&model, &[transform(0, generate(made.width, made.height))], &sources), &sources);
    }
}

#[test]
fn parity_guide_of_masks() {
    let model = noise_model(3);
    let mut random = Random::new(78);
    for size in [Size::new(1, 1), Size::new(33, 500), Size::new(320, 320), Size::new(411, 97)] {
        for alpha in [Alpha::Opaque, Alpha::Soft] {
            for source in [noise(size, alpha, &mut random), gradient_with(size, alpha)] {
                let sources = vec![source];
                compare(&plan(&model, &[transform(0, segment())], &sources), &sources);
            }
        }
    }
}

#[test]
fn parity_models_among_other_steps() {
    let model = noise_model(4);
    let mut random = Random::new(79);
    let sources = vec![
        noise(Size::new(40, 30), Alpha::Soft, &mut random),
        gradient_with(Size::new(50, 60), Alpha::Opaque),
        noise(Size::new(12, 12), Alpha::Opaque, &mut random),
    ];
    let before = Transform { flip: Some(Flip::Both), saturation: Some(0.4), ..squeezed(36, 22) };
    let after = Transform { blur: Some(2), brightness: Some(1.2), ..Transform::default() };
    let enlarged = Transform { fit: Some(Fit::Cover), ..generate(50, 50) };
    let draw = |drawn: u32, on: u32| Op::Draw {
        draw_image_index: ImageIndex(drawn),
        target_image_index: ImageIndex(on),
        options: Draw { opacity: 0.7, ..Draw::default() },
    };
    let ops = [
        transform(1, Transform { rotate: Some(palmette_ops::Rotate::Quarter), ..segment() }),
        transform(2, enlarged),
        draw(2, 1),
        transform(0, before),
        transform(0, generate(80, 90)),
        draw(1, 0),
        transform(0, after),
        transform(0, segment()),
    ];
    compare(&plan(&model, &ops, &sources), &sources);
}

/// A few frames, as a file.
fn animation() -> bytes::Bytes {
    let size = Size::new(24, 18);
    let options = EncodeOptions::new(EncodeFormat::Gif);
    let mut encoder = AnimationEncoder::new(&options, size, None).expect("a small animation");
    for seed in 0..3 {
        let frame = noise(size, Alpha::Opaque, &mut Random::new(seed));
        encoder.push(frame, 50).expect("a small animation");
    }
    encoder.finish().expect("a small animation").bytes.into()
}

#[test]
fn parity_models_in_animations() {
    if gpu::engines().is_none() {
        return;
    }
    let list = r#"[{"imageIndex":1,"segment":"foreground","width":20},
        {"imageIndex":0,"upscale":"generate","width":60,"fit":"contain","segment":"foreground"},
        {"drawImageIndex":1,"targetImageIndex":0}]"#;
    let raw_ops = palmette_protocol::list::parse_list(list).expect("a list");
    let request = TransformRequest {
        sources: vec![Source::Image(animation()); 2],
        ops: palmette_protocol::list::resolve(&raw_ops).expect("right options"),
        raw_ops,
        outputs: OutputFormat::Webp.into(),
        explain: false,
        engine: EngineChoice::Auto,
        fonts: FontFiles::default(),
    };
    let make = |choice| {
        let engines = Engines::open(choice).expect("an adapter that opened before");
        let pipeline = Pipeline::new(engines, Limits::default(), 8 << 30).with_model(noise_model(3));
        pipeline.transform(request.clone(), Deadline::NONE).expect("an animation")
    };
    let (cpu, gpu) = (make(EngineChoice::Cpu), make(EngineChoice::Gpu));
    assert_eq!(gpu.engine, EngineKind::Gpu, "{:?}", gpu.reason);
    assert!(cpu.bytes == gpu.bytes, "not the same file");
}

#[test]
fn parity_models_that_are_installed() {
    let Some([engine, _]) = engines() else { return };
    let models = Arc::new(Installed::open(&folder()).expect("models of this version: run scripts/models"));
    let model = Arc::clone(&models) as Arc<dyn Model>;
    let mut face = part(&photo("astronaut"), 190, 90, Size::new(24, 20));
    for made in [Size::new(48, 40), Size::new(90, 70)] {
        let sources = vec![face.clone()];
        compare(&plan(&model, &[transform(0, generate(made.width, made.height))], &sources), &sources);
        face.row_mut(3).chunks_exact_mut(4).for_each(|pixel| pixel[3] /= 2);
    }
    // Nets that look at copies of one size, on less: all of their layers, in a fraction of the time.
    for (ability, side) in [(Ability::Foreground, 64), (Ability::Enlarge, 12)] {
        let size = Size::new(side, side);
        let program = models.program(ability, size, Size::new(4 * side, 4 * side)).expect("a program");
        let samples = palmette_models::foreground::samples(&part(&photo("coffee"), 250, 100, size));
        let runner = Twin::runner(program.net());
        let input = Tensor { size, channels: 3, samples: samples.clone() };
        let expected = runner.run_whole(&[input], Deadline::NONE).expect("a small net");
        let made = engine.run_net(program.net(), &[(size, &samples[..])], Deadline::NONE).expect("a small net");
        for (expected, made) in expected.iter().zip(&made) {
            assert!(expected.samples == *made, "{ability:?} differs");
        }
    }
}

/// A model whose nets take long: some seconds for a picture of that many pixels, in software.
fn slow_plan(sources: &Vec<Pixmap>) -> Plan {
    let mut random = random::Random::new(9);
    let (square, channels) = (Window::square(3), 96);
    let mut layers =
        vec![Layer { operation: convolution(&mut random, square, 3, channels, -2047), inputs: vec![ValueId(0)] }];
    for index in 1..10 {
        let operation = convolution(&mut random, square, channels, channels, -2047);
        layers.push(Layer { operation, inputs: vec![ValueId(index)] });
    }
    layers.push(Layer { operation: convolution(&mut random, square, channels, 48, -2047), inputs: vec![ValueId(10)] });
    layers.push(Layer { operation: Operation::PixelShuffle { factor: 4 }, inputs: vec![ValueId(11)] });
    let inputs = vec![Input { channels: 3, low: 0, high: 255 }];
    let net = Net::new(About::default(), inputs, layers, vec![ValueId(12)]).expect("a net");
    let enlarge = EnlargeNet::new(Runner::new(net));
    let model: Arc<dyn Model> = Arc::new(Noise { enlarge, foreground: ForegroundNet::new(Runner::new(masking())) });
    let size = sources[0].size();
    plan(&model, &[transform(0, generate(2 * size.width, 2 * size.height))], sources)
}

#[test]
fn deadline_in_the_middle_of_a_net_is_kept() {
    let Some([engine, _]) = engines() else { return };
    let sources = vec![gradient_with(Size::new(400, 300), Alpha::Opaque)];
    let plan = slow_plan(&sources);
    // Some 90 gigaproducts, of which software has done a few by then.
    let units: f64 =
        Work::of_plan(&plan).iter().filter(|(name, _)| *name == "net_convolve").map(|(_, units)| units).sum();
    assert!(units > 9e10, "{units}");
    let start = Instant::now();
    let error = engine.picture(&plan, &sources, Deadline::at(start + Duration::from_millis(300)));
    let took = start.elapsed();
    if error.is_ok() {
        eprintln!("skipped: a device that is faster than that");
        return;
    }
    let error = error.expect_err("it was looked at");
    assert!(matches!(error, palmette_gpu::Error::Core(palmette_core::Error::DeadlineExceeded)), "{error:?}");
    assert!(took < Duration::from_secs(2), "{took:?}");
    // Little was on its way, so the device is there for others soon.
    let small = vec![gradient_with(Size::new(20, 10), Alpha::Soft)];
    let next = plan_of_a_mirror(&small);
    engine.picture(&next, &small, Deadline::at(Instant::now() + Duration::from_secs(8))).expect("a picture");
    assert!(!engine.is_lost());
}

fn plan_of_a_mirror(sources: &Vec<Pixmap>) -> Plan {
    plan(&noise_model(3), &[transform(0, Transform { flip: Some(Flip::Horizontal), ..Transform::default() })], sources)
}

#[test]
fn device_lost_in_the_middle_of_a_net_says_so() {
    let Some(engine) = engine(GpuOptions::default().page_shift) else { return };
    let sources = vec![gradient_with(Size::new(400, 300), Alpha::Opaque)];
    let plan = slow_plan(&sources);
    std::thread::scope(|scope| {
        let run = scope.spawn(|| engine.picture(&plan, &sources, Deadline::NONE));
        std::thread::sleep(Duration::from_millis(400));
        engine.lose();
        if let Err(error) = run.join().expect("it does not panic") {
            assert_eq!(error.fault(), Some(DeviceFault::Lost), "{error:?}");
        } else {
            eprintln!("skipped: a device that is faster than that");
        }
    });
}
