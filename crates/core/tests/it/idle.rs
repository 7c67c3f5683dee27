//! Idle cores: what a large picture borrows changes when things are done, and nothing of what comes out.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, ThreadId};

use palmette_core::measure::Measurement;
use palmette_core::plan::{Planner, ReadStep, Source, Value, lower};
use palmette_core::{
    Band, CpuEngine, Deadline, Engine, Error, IdleCores, Layout, Limits, Orientation, Picture, Pixmap, Rows, Sink,
    Size, Sources, Spacing, engine,
};
use palmette_protocol::list::{parse_list, resolve};

/// Rows of pixels that a band of a source has.
const BAND_ROWS: u32 = 48;

/// What happens behind the rows that a source has.
#[derive(Clone, Copy, PartialEq)]
enum Behind {
    Error,
    Panic,
}

/// A picture that comes in bands, and fails behind some rows of pixels.
struct Stored {
    planes: [Vec<u8>; 3],
    layout: Layout,
    size: Size,
    /// Rows of pixels that come.
    rows: u32,
    behind: Behind,
    /// Rows of pixels that were read.
    read: AtomicU32,
    /// Who read last.
    reader: Mutex<Option<ThreadId>>,
}

impl Stored {
    fn new(size: Size, layout: Layout, rows: u32) -> Self {
        let level = |i: u64| (i * i * 31 % 251).to_le_bytes()[0];
        let planes = std::array::from_fn(|plane| {
            let samples = if plane < layout.planes() { layout.samples(plane, size).area() } else { 0 };
            (0..samples * layout.sample_bytes() as u64).map(level).collect()
        });
        let (read, reader) = (AtomicU32::new(0), Mutex::default());
        Self { planes, layout, size, rows, behind: Behind::Error, read, reader }
    }

    fn was_read_apart(&self) -> bool {
        self.reader.lock().unwrap().unwrap() != thread::current().id()
    }
}

impl Sources for Stored {
    fn open(&self, _: &ReadStep, _: Value) -> Result<Box<dyn Rows + '_>, Error> {
        Ok(Box::new(StoredRows { of: self, planes: self.planes.clone(), y: 0 }))
    }
}

struct StoredRows<'a> {
    of: &'a Stored,
    planes: [Vec<u8>; 3],
    y: u32,
}

impl Rows for StoredRows<'_> {
    fn size(&self) -> Size {
        self.of.size
    }

    fn layout(&self) -> Layout {
        self.of.layout
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        let Stored { layout, size, rows, behind, .. } = self.of;
        *self.of.reader.lock().unwrap() = Some(thread::current().id());
        if self.y == size.height {
            return Ok(None);
        }
        if self.y >= *rows {
            assert!(*behind == Behind::Error, "the source panics");
            return Err(Error::SourceFailed { index: 0 });
        }
        let (first, end) = (self.y, (self.y + BAND_ROWS).min(size.height));
        self.y = end;
        self.of.read.store(end, Ordering::Relaxed);
        let mut plane = 0;
        let planes = self.planes.each_mut().map(|samples| {
            let at = |y: u32| match plane < layout.planes() {
                true => y.div_ceil(layout.spacing(plane).y) as usize * layout.row_bytes(plane, *size),
                false => 0,
            };
            let (start, end) = (at(first), at(end));
            plane += 1;
            &mut samples[start..end]
        });
        Ok(Some(Band { planes }))
    }

    fn into_picture(mut self: Box<Self>) -> Result<Picture, Error> {
        palmette_core::rows::collect(&mut *self)
    }
}

/// Takes some bands, and looks at the cores meanwhile.
struct Watching<'a> {
    idle: &'a IdleCores,
    max_bands: usize,
    most_borrowed: usize,
    cores: usize,
    planes: [Vec<u8>; 3],
}

impl Sink for Watching<'_> {
    fn picture(&mut self, _: usize, mut rows: Box<dyn Rows + '_>) -> Result<(), Error> {
        for _ in 0..self.max_bands {
            self.most_borrowed = self.most_borrowed.max(self.cores - self.idle.borrow(9).count());
            let Some(band) = rows.next_band()? else { break };
            self.planes.iter_mut().zip(band.planes).for_each(|(plane, rows)| plane.extend_from_slice(rows));
        }
        Ok(())
    }

    fn measurement(&mut self, _: Measurement) {}
}

/// Runs a list on one source while so many cores are idle; says how many were borrowed.
fn run(list: &str, source: &Stored, cores: usize, max_bands: usize) -> (Result<[Vec<u8>; 3], Error>, usize) {
    let ops = resolve(&parse_list(list).unwrap()).unwrap();
    let stored = Source {
        stored: Value { size: source.size, layout: source.layout },
        orientation: Orientation::AS_STORED,
        is_reducible: false,
    };
    let mut planner = Planner::of_sources(&ops, vec![stored], &Limits::default()).unwrap();
    if !source.layout.is_rgba() {
        planner = planner.with_target(Some(Spacing::new(2, 2)));
    }
    let plan = planner.guess().plan;
    let idle = IdleCores::new(cores);
    let engine = CpuEngine::new().with_idle_cores(&idle).unwrap();
    let mut sink = Watching { idle: &idle, max_bands, most_borrowed: 0, cores, planes: Default::default() };
    let result = catch_unwind(AssertUnwindSafe(|| engine.run(&plan, source, &mut sink, Deadline::NONE)));
    assert_eq!(idle.borrow(9).count(), cores, "all are given back");
    match result {
        Ok(result) => (result.map(|()| sink.planes), sink.most_borrowed),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

#[test]
fn idle_cores_change_no_byte() {
    const LAYOUTS: [Layout; 4] =
        [Layout::Rgba, Layout::GRAY, Layout::ycc(Spacing::new(2, 2)), Layout::ycc(Spacing::new(2, 1))];
    // From a large picture to a small one, the other way round, from large to large, and without a resize: as many cores as are
    // worth it.
    let size = Size::new(1_700, 1_001);
    let cases = [
        (r#"[{"imageIndex":0,"width":500}]"#, size, 1),
        (r#"[{"imageIndex":0,"width":1700,"fit":"contain"}]"#, Size::new(300, 200), 1),
        (r#"[{"imageIndex":0,"width":1690}]"#, size, 2),
        (r#"[{"imageIndex":0,"flip":"h"}]"#, size, 1),
    ];
    for layout in LAYOUTS {
        for (list, size, most) in cases {
            let source = Stored::new(size, layout, u32::MAX);
            let runs = [0, 1, 2, 3].map(|cores| run(list, &source, cores, usize::MAX));
            let borrowed = runs.each_ref().map(|(_, borrowed)| *borrowed);
            assert!(
                borrowed[1..].iter().all(|borrowed| (1..=2).contains(borrowed)),
                "{list}, {layout:?}: {borrowed:?}"
            );
            if layout.is_rgba() {
                // Planes that are flipped may become others, which is a resize as well.
                assert_eq!(borrowed, [0, 1, 2, 3].map(|cores| most.min(cores)), "{list}");
            }
            let [alone, apart @ ..] = runs.map(|(result, _)| result.unwrap());
            assert!(alone.iter().any(|plane| !plane.is_empty()));
            assert!(apart.iter().all(|planes| *planes == alone), "{list}, {layout:?}");
        }
    }
}

#[test]
fn idle_cores_read_a_large_picture_apart_and_no_small_one() {
    for (size, is_apart) in [(Size::new(1_500, 1_001), true), (Size::new(500, 300), false)] {
        let source = Stored::new(size, Layout::Rgba, u32::MAX);
        run(r#"[{"imageIndex":0,"width":400}]"#, &source, 2, usize::MAX).0.unwrap();
        assert_eq!(source.was_read_apart(), is_apart, "{size}");
    }
}

#[test]
fn idle_cores_change_no_error() {
    let source = Stored::new(Size::new(900, 700), Layout::Rgba, 300);
    for cores in 0..4 {
        let (result, _) = run(r#"[{"imageIndex":0,"width":400}]"#, &source, cores, usize::MAX);
        assert!(matches!(result, Err(Error::SourceFailed { index: 0 })), "{cores}");
    }
}

#[test]
fn idle_cores_read_no_row_that_is_not_needed() {
    // The upper part of the result needs nothing of the rows that fail.
    let cut = r#"[{"imageIndex":0,"width":400,"height":100,"fit":"cover","gravity":"top"}]"#;
    for layout in [Layout::Rgba, Layout::ycc(Spacing::new(2, 2))] {
        let source = Stored::new(Size::new(1_200, 1_200), layout, 400);
        let [alone, apart] = [0, 3].map(|cores| {
            let (planes, borrowed) = run(cut, &source, cores, usize::MAX);
            assert_eq!(borrowed, cores.min(1));
            (planes.unwrap(), source.read.swap(0, Ordering::Relaxed))
        });
        assert!(alone == apart && alone.1 < 400, "{} {}", alone.1, apart.1);
    }
}

#[test]
fn idle_cores_come_back_from_a_sink_that_stops() {
    for cores in [1, 2] {
        let source = Stored::new(Size::new(900, 3_000), Layout::Rgba, u32::MAX);
        let (result, borrowed) = run(r#"[{"imageIndex":0,"width":800}]"#, &source, cores, 1);
        assert!(!result.unwrap()[0].is_empty());
        assert_eq!(borrowed, cores);
        assert!(source.read.load(Ordering::Relaxed) < 3_000, "what nobody takes is not read");
    }
}

#[test]
fn idle_cores_pass_a_panic_on() {
    for cores in 0..3 {
        let source = Stored { behind: Behind::Panic, ..Stored::new(Size::new(900, 700), Layout::Rgba, 300) };
        let panic = catch_unwind(|| run(r#"[{"imageIndex":0,"width":600}]"#, &source, cores, usize::MAX));
        assert_eq!(panic.err().unwrap().downcast_ref::<&str>(), Some(&"the source panics"), "{cores}");
    }
}

#[test]
fn idle_cores_help_every_engine_or_none() {
    let picture = Pixmap::filled(Size::new(900, 700), [9, 8, 7, 200]).unwrap();
    let list = r#"[{"imageIndex":0,"width":400},{"imageIndex":0,"blur":5,"width":900}]"#;
    let ops = resolve(&parse_list(list).unwrap()).unwrap();
    let plan = lower(&ops, &[picture.size()], &Limits::default()).unwrap();
    let scalar = CpuEngine::scalar();
    let apart = scalar.with_idle_cores(&IdleCores::new(3)).unwrap();
    let made =
        [&scalar as &dyn Engine, &*apart].map(|it| engine::picture(it, &plan, &picture, Deadline::NONE).unwrap());
    assert_eq!(made[0], made[1]);
}
