//! Many requests on one device at once: what they share must not show in a picture.

use std::num::NonZeroU32;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use palmette_core::engine::picture;
use palmette_core::plan::{Plan, lower};
use palmette_core::{CpuEngine, Deadline, Limits, Pixmap, Size};
use palmette_ops::{ImageIndex, Op, Transform};
use palmette_tests::gpu::{self, AdapterChoice, GpuEngine, GpuOptions};
use palmette_tests::pictures::{Alpha, noise};
use palmette_tests::random::Random;

/// Opens an engine, if [`gpu::engines`] finds an adapter and the run of the tests wants one.
fn open(options: GpuOptions) -> Option<GpuEngine> {
    gpu::engines()?;
    let options = GpuOptions { adapter: AdapterChoice::Any, ..options };
    Some(GpuEngine::open(&options).expect("an adapter that opened before"))
}

/// A request: its plan, its picture and the right answer.
struct Request {
    plan: Plan,
    source: Pixmap,
    answer: Pixmap,
}

impl Request {
    /// Makes a request with tables and several kernels.
    fn new(size: Size, random: &mut Random) -> Self {
        let source = noise(size, Alpha::Soft, random);
        let width = NonZeroU32::new(random.between(1, size.width));
        let options = Transform { width, sharpen: Some(1.0), brightness: Some(1.2), ..Transform::default() };
        let ops = [Op::Transform { image_index: ImageIndex::CANVAS, options }];
        let plan = lower(&ops, &[size], &Limits::default()).expect("right options");
        let cpu = CpuEngine::new();
        let answer = picture(&cpu, &plan, &source, Deadline::NONE).expect("a picture");
        Self { plan, source, answer }
    }

    /// Runs it and checks the answer.
    fn try_run(&self, engine: &GpuEngine, deadline: Deadline) -> Result<(), gpu::Error> {
        let actual = engine.picture(&self.plan, &self.source, deadline)?;
        assert!(actual == self.answer, "another picture of {:?}", self.source.size());
        Ok(())
    }

    fn run(&self, engine: &GpuEngine) {
        self.try_run(engine, Deadline::NONE).expect("a picture");
    }
}

/// Makes requests of all sizes up to one.
fn requests(count: usize, high: u32, random: &mut Random) -> Vec<Request> {
    (0..count).map(|_| Request::new(Size::new(random.length(high), random.length(high)), random)).collect()
}

/// Has every request run a few times, all of them at once.
fn run_at_once(engine: &GpuEngine, requests: &[Request], times: usize) {
    let barrier = Barrier::new(requests.len());
    std::thread::scope(|scope| {
        for request in requests {
            scope.spawn(|| {
                barrier.wait();
                (0..times).for_each(|_| request.run(engine));
            });
        }
    });
}

#[test]
fn concurrency_of_uploads_does_not_show() {
    // No staging at all; room for one upload; for some; for all.
    for max_staging_bytes in [0, 64 << 10, 256 << 10, GpuOptions::default().max_staging_bytes] {
        let Some(engine) = open(GpuOptions { max_staging_bytes, ..GpuOptions::default() }) else { return };
        run_at_once(&engine, &requests(12, 200, &mut Random::new(max_staging_bytes)), 6);
    }
}

#[test]
fn concurrency_of_failures_harms_nobody_else() {
    let Some(engine) = open(GpuOptions { max_bytes: 32 << 20, ..GpuOptions::default() }) else { return };
    let mut random = Random::new(32);
    let requests = requests(8, 200, &mut random);
    let too_large = Pixmap::filled(Size::new(3000, 3000), [9; 4]).expect("36 MB");
    let nothing = lower(&[], &[too_large.size()], &Limits::default()).expect("a plan");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..20 {
                let result = engine.picture(&nothing, &too_large, Deadline::NONE);
                assert!(matches!(result, Err(gpu::Error::PoolFull { .. })), "{result:?}");
            }
        });
        scope.spawn(|| {
            // Given up at any point; or not, where there was time enough.
            for (request, patience_us) in requests.iter().cycle().zip((0..4_000).step_by(100)) {
                let deadline = Deadline::at(Instant::now() + Duration::from_micros(patience_us));
                match request.try_run(&engine, deadline) {
                    Ok(()) | Err(gpu::Error::Core(palmette_core::Error::DeadlineExceeded)) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        });
        run_at_once(&engine, &requests, 6);
    });
    assert!(!engine.is_lost(), "nothing is wrong with the device");
}
