//! Every kernel that works on planes against its twin on the CPU: in every sampling and orientation, read whole and reduced, at the
//! sizes where work is divided. All engines must make the same bytes.

use palmette_core::engine::Collected;
use palmette_core::plan::{Plan, Planner, ReadStep, Source, StepKind, Value};
use palmette_core::{
    Band, CpuEngine, Deadline, DeviceFault, Engine, Error, Layout, Limits, Orientation, Picture, PictureRows, Rows,
    Size, Sources, Spacing,
};
use palmette_ops::transform::{Border, Length, Trim, TrimEdges};
use palmette_ops::{AxisPosition, Color, Draw, Fit, Flip, ImageIndex, Op, Repeat, Rotate, Transform};
use palmette_tests::case::{Candidate, candidates};
use palmette_tests::gpu::{self, AdapterChoice, GpuEngine, GpuOptions};
use palmette_tests::random::Random;

use crate::options::{into, squeezed, turned};

/// Every sampling that files have.
const LAYOUTS: [Layout; 6] = [
    Layout::GRAY,
    Layout::ycc(Spacing::ONE),
    Layout::ycc(Spacing::new(2, 1)),
    Layout::ycc(Spacing::new(1, 2)),
    Layout::ycc(Spacing::new(2, 2)),
    Layout::ycc(Spacing::new(4, 1)),
];

/// What an encoder may take: pixels, or planes with chroma of full or of half size.
const TARGETS: [Option<Spacing>; 3] = [None, Some(Spacing::ONE), Some(Spacing::new(2, 2))];

/// Sizes around the workgroups of 64×4, the words of four samples, and the pages of the tiled engine.
const SIZES: [(u32, u32); 7] = [(1, 1), (2, 2), (63, 5), (64, 4), (130, 31), (301, 9), (9, 300)];

/// A decoder that gives noise, the same whenever it is asked for the same: every level, or only the darkest and the lightest.
struct Noise {
    seed: u64,
    is_extreme: bool,
}

impl Sources for Noise {
    fn open(&self, read: &ReadStep, planned: Value) -> Result<Box<dyn Rows + '_>, Error> {
        let mut random = Random::new(self.seed + 1000 * read.source as u64);
        let Value { size, layout } = planned;
        let mut planes: [Vec<u8>; Layout::MAX_PLANES] = Default::default();
        for (index, plane) in planes.iter_mut().enumerate().take(layout.planes()) {
            let bytes = layout.row_bytes(index, size) * layout.samples(index, size).height as usize;
            let mut byte = || match (random.byte(), self.is_extreme) {
                (byte, false) => byte,
                (byte, true) => {
                    if byte < 128 {
                        0
                    } else {
                        255
                    }
                }
            };
            plane.extend(std::iter::repeat_with(&mut byte).take(bytes));
        }
        Ok(Box::new(PictureRows::new(Picture::from_planes(size, layout, planes)?)))
    }
}

/// A picture in planes, and what is done to it.
#[derive(Clone, Debug)]
struct Case {
    stored: Value,
    orientation: Orientation,
    target: Option<Spacing>,
    /// What is drawn, pixels each.
    overlays: Vec<Size>,
    ops: Vec<Op<Transform, Draw>>,
}

impl Case {
    fn new((width, height): (u32, u32), layout: Layout, target: Option<Spacing>) -> Self {
        let stored = Value { size: Size::new(width, height), layout };
        Self { stored, orientation: Orientation::AS_STORED, target, overlays: Vec::new(), ops: Vec::new() }
    }

    fn transform(mut self, options: Transform) -> Self {
        self.ops.push(Op::Transform { image_index: ImageIndex::CANVAS, options });
        self
    }

    fn draw(mut self, overlay: Size, options: Draw) -> Self {
        self.overlays.push(overlay);
        let draw_image_index = ImageIndex(u32::try_from(self.overlays.len()).expect("few overlays"));
        self.ops.push(Op::Draw { draw_image_index, target_image_index: ImageIndex::CANVAS, options });
        self
    }

    fn plan(&self, is_reducible: bool) -> Plan {
        let canvas = Source { stored: self.stored, orientation: self.orientation, is_reducible };
        let sources = [canvas].into_iter().chain(self.overlays.iter().copied().map(Source::rgba)).collect();
        let planner = Planner::of_sources(&self.ops, sources, &Limits::default());
        planner.unwrap_or_else(|error| panic!("{error}: {self:?}")).with_target(self.target).guess().plan
    }

    /// Runs it on every engine, read whole and, where the plan reads it so, reduced; returns the names of the steps.
    fn run(&self, seed: u64) -> Vec<&'static str> {
        let plans = [false, true].map(|is_reducible| self.plan(is_reducible));
        let is_other = plans[0] != plans[1];
        for plan in plans.iter().take(1 + usize::from(is_other)) {
            self.run_plan(plan, &Noise { seed, is_extreme: seed.is_multiple_of(2) });
        }
        plans[0].steps().iter().map(|step| step.kind.name()).collect()
    }

    fn run_plan(&self, plan: &Plan, sources: &Noise) {
        let mut judge: Option<Collected> = None;
        for Candidate { name, engine, .. } in candidates() {
            let mut made = Collected::default();
            match engine.run(plan, sources, &mut made, Deadline::NONE) {
                Ok(()) => {}
                // What the small pages of a tiled engine cannot hold; whole pages hold every picture here.
                Err(Error::Device { fault: DeviceFault::TooLarge }) if name == "gpu-tiled" => continue,
                Err(error) => panic!("{name} failed: {error}\n{self:?}"),
            }
            match &judge {
                None => judge = Some(made),
                Some(judge) => assert!(*judge == made, "{name} differs: {}\n{self:?}", difference(judge, &made)),
            }
        }
    }
}

/// Says where two results differ first.
fn difference(expected: &Collected, actual: &Collected) -> String {
    for (expected, actual) in expected.pictures.iter().zip(&actual.pictures) {
        let (size, layout) = (expected.size(), expected.layout());
        if (size, layout) != (actual.size(), actual.layout()) {
            return format!("{size} {layout:?}, not {} {:?}", actual.size(), actual.layout());
        }
        for plane in 0..layout.planes() {
            let samples = expected.plane(plane).iter().zip(actual.plane(plane));
            let wrong: Vec<usize> = samples.enumerate().filter(|(_, (a, b))| a != b).map(|(at, _)| at).collect();
            if let [at, ..] = wrong[..] {
                let (x, y) = (at % expected.row_bytes(plane), at / expected.row_bytes(plane));
                let [expected, actual] = [expected, actual].map(|picture| picture.plane(plane)[at]);
                return format!("{} bytes of plane {plane}, first {x},{y}: {actual}, not {expected}", wrong.len());
            }
        }
    }
    "nothing in what both have".to_owned()
}

/// Runs something in every layout, to every target, at every size.
fn run_everywhere(seed: u64, sizes: &[(u32, u32)], make: impl Fn(Case) -> Case) -> Vec<&'static str> {
    let mut names = Vec::new();
    let mut seed = seed;
    for layout in LAYOUTS {
        for target in TARGETS {
            for &size in sizes {
                seed += 1;
                names.extend(make(Case::new(size, layout, target)).run(seed));
            }
        }
    }
    names
}

#[test]
fn parity_resize_h_plane_of_every_tap_count() {
    for (from, to) in [(1, 7), (5, 300), (64, 63), (65, 200), (300, 299), (300, 41), (700, 9), (1001, 1)] {
        let names = run_everywhere(61, &[(from, 6)], |case| case.transform(squeezed(to, 6)));
        assert!(names.contains(&"resize"));
    }
}

#[test]
fn parity_resize_h_plane_and_v_in_both_orders() {
    for (width, height) in [(7, 100), (100, 7), (31, 29), (200, 2), (1, 1)] {
        run_everywhere(62, &[(1, 1), (63, 5), (130, 31)], |case| case.transform(squeezed(width, height)));
        let cover = Transform { fit: Some(Fit::Cover), ..into(width, height) };
        run_everywhere(63, &[(301, 9), (9, 300)], |case| case.transform(cover.clone()));
    }
}

#[test]
fn parity_resize_h_plane_in_chunks() {
    for layout in [Layout::GRAY, Layout::ycc(Spacing::new(2, 2))] {
        for target in TARGETS {
            Case::new((600, 2000), layout, target).transform(squeezed(6, 2000)).run(64);
            Case::new((2000, 600), layout, target).transform(squeezed(2000, 6)).run(65);
            Case::new((3000, 2100), layout, target).transform(squeezed(3, 2)).run(65);
        }
    }
}

#[test]
fn parity_ycc_to_rgba_at_full_size() {
    run_everywhere(66, &SIZES, |case| case);
    // What comes behind works on pixels, whatever the encoder takes.
    run_everywhere(67, &SIZES, |case| case.transform(Transform { brightness: Some(1.3), ..Transform::default() }));
}

#[test]
fn parity_ycc_to_rgba_of_a_window() {
    // Columns that are copied from within a word.
    for left in [1, 2, 3, 5, 8] {
        let part = |px| Some(Length::Pixels(px));
        let edges = TrimEdges { left: part(left), top: part(3), right: part(2), ..TrimEdges::default() };
        let trim = Transform { trim: Some(Trim::Edges(edges)), ..Transform::default() };
        run_everywhere(68, &[(37, 23), (130, 31)], |case| case.transform(trim.clone()));
        run_everywhere(69, &[(37, 23), (130, 31)], |case| case.transform(trim.clone()).transform(squeezed(28, 90)));
    }
}

#[test]
fn parity_map_plane_in_every_orientation() {
    let mut names = Vec::new();
    for flip in [None, Some(Flip::Horizontal), Some(Flip::Vertical), Some(Flip::Both)] {
        for rotate in [Rotate::None, Rotate::Quarter, Rotate::Half, Rotate::ThreeQuarters] {
            let orientation = Orientation { flip, rotate };
            for options in [Transform::default(), into(13, 13)] {
                names.extend(run_everywhere(70, &[(38, 24), (37, 23)], |case| {
                    Case { orientation, ..case }.transform(options.clone())
                }));
            }
        }
    }
    assert!(["flip", "rotate"].iter().all(|name| names.contains(name)));
}

#[test]
fn parity_map_plane_crops_and_pads() {
    let color = Color::opaque(200, 30, 1);
    let border = |top, right, bottom, left| Border { color, top, right, bottom, left };
    let mut names = Vec::new();
    for frame in [border(4, 4, 4, 4), border(2, 0, 6, 8), border(0, 2, 0, 0), border(1, 3, 2, 5)] {
        let framed = Transform { border: Some(frame), ..Transform::default() };
        let cut = TrimEdges { top: Some(Length::Pixels(2)), left: Some(Length::Pixels(4)), ..TrimEdges::default() };
        let cut = Transform { trim: Some(Trim::Edges(cut)), ..Transform::default() };
        names.extend(run_everywhere(71, &[(38, 24), (37, 23), (130, 31)], |case| {
            // A resize first, so that nothing of it becomes a part of the reading.
            let case = case.transform(into(22, 22)).transform(framed.clone()).transform(cut.clone());
            case.transform(framed.clone())
        }));
    }
    let padded = Transform { fit: Some(Fit::Pad), background: Some(color), ..into(40, 44) };
    names.extend(run_everywhere(72, &[(38, 24), (37, 23)], |case| case.transform(padded.clone())));
    assert!(["crop", "pad"].iter().all(|name| names.contains(name)));
}

#[test]
fn parity_draw_plane_at_every_place() {
    for repeat in [Repeat::None, Repeat::X, Repeat::Y, Repeat::Both] {
        for start in [-45, -1, 0, 3, 69, 80] {
            let position = AxisPosition::FromStart(start);
            let draw = Draw { repeat, opacity: 0.7, horizontal: position, vertical: position, ..Draw::default() };
            run_everywhere(73, &[(71, 33)], |case| case.draw(Size::new(11, 40), draw.clone()));
        }
    }
}

#[test]
fn parity_draw_plane_of_every_alpha() {
    for opacity in [1.0, 0.501, 0.003, 0.0] {
        let draw = Draw { opacity, ..Draw::default() };
        run_everywhere(74, &[(255, 257)], |case| case.draw(Size::new(200, 300), draw.clone()));
        run_everywhere(75, &SIZES, |case| {
            // Twice, with a turn in between.
            case.draw(Size::new(60, 3), draw.clone())
                .transform(turned(Rotate::Half))
                .draw(Size::new(5, 7), draw.clone())
        });
    }
}

#[test]
fn parity_of_random_chains_on_planes() {
    let mut random = Random::new(76);
    let mut on_planes = 0;
    for seed in 0..150 {
        let size = (random.length(300), random.length(300));
        let mut case = Case::new(size, random.pick(&LAYOUTS), random.pick(&TARGETS));
        let rotations = [Rotate::None, Rotate::Quarter, Rotate::Half, Rotate::ThreeQuarters];
        let flips = [None, Some(Flip::Horizontal), Some(Flip::Vertical), Some(Flip::Both)];
        case.orientation = Orientation { flip: random.pick(&flips), rotate: random.pick(&rotations) };
        for _ in 0..random.between(0, 4) {
            case = match random.between(0, 5) {
                0 => case.transform(turned(random.pick(&rotations))),
                1 => case.transform(Transform { flip: random.pick(&flips), ..Transform::default() }),
                2 => {
                    let position = AxisPosition::FromStart(random.between(0, 60).cast_signed() - 30);
                    let draw = Draw { opacity: random.fraction(), horizontal: position, ..Draw::default() };
                    case.draw(Size::new(random.length(90), random.length(90)), draw)
                }
                3 => {
                    let side = 2 * random.between(0, 4);
                    let frame = Border { color: Color::opaque(1, 90, 250), top: side, right: 2, bottom: side, left: 4 };
                    case.transform(Transform { border: Some(frame), ..Transform::default() })
                }
                _ => {
                    let fit = random.pick(&[Fit::Squeeze, Fit::Cover, Fit::Contain, Fit::Pad]);
                    let background = Some(Color::opaque(20, 200, 90));
                    case.transform(Transform {
                        fit: Some(fit),
                        background,
                        ..into(random.length(200), random.length(200))
                    })
                }
            };
        }
        let plan = case.plan(false);
        let is_change = |kind: &StepKind| !matches!(kind, StepKind::Read(_));
        let changes = plan.steps().iter().filter(|step| is_change(&step.kind));
        on_planes += changes.filter_map(|step| plan.output(step)).filter(|value| !value.layout.is_rgba()).count();
        case.run(1000 + seed);
    }
    assert!(on_planes > 50, "only {on_planes} steps on planes");
}

/// Opens an engine of its own; nothing without an adapter.
fn open(options: GpuOptions) -> Option<GpuEngine> {
    gpu::engines()?;
    let options = GpuOptions { adapter: AdapterChoice::Any, ..options };
    Some(GpuEngine::open(&options).expect("an adapter that opened before"))
}

#[test]
fn parity_of_uploads_that_find_no_staging_memory() {
    let Some(engine) = open(GpuOptions { max_staging_bytes: 0, ..GpuOptions::default() }) else { return };
    for layout in LAYOUTS.into_iter().chain([Layout::Rgba]) {
        // Rows that end within a word, and with one.
        for size in [(37, 23), (64, 4), (301, 9)] {
            let plan = Case::new(size, layout, Some(Spacing::ONE)).transform(squeezed(20, 30)).plan(false);
            let sources = Noise { seed: 77, is_extreme: false };
            let (mut expected, mut actual) = (Collected::default(), Collected::default());
            CpuEngine::scalar().run(&plan, &sources, &mut expected, Deadline::NONE).expect("a plan that fits");
            engine.try_run(&plan, &sources, &mut actual, Deadline::NONE).expect("a device that does not need it");
            assert!(expected == actual, "{size:?} {layout:?}: {}", difference(&expected, &actual));
        }
    }
}

/// A decoder that gives only so many rows of a plane, or too many.
struct Uneven {
    plane: usize,
    rows: usize,
}

struct UnevenRows {
    picture: Picture,
    is_over: bool,
}

impl Sources for Uneven {
    fn open(&self, read: &ReadStep, planned: Value) -> Result<Box<dyn Rows + '_>, Error> {
        let picture = Noise { seed: 78, is_extreme: false }.open(read, planned)?.into_picture()?;
        let Value { size, layout } = planned;
        let mut planes = picture.into_planes();
        planes[self.plane].resize(self.rows * layout.row_bytes(self.plane, size), 0);
        let mut uneven = Picture::with_capacity(size, layout)?;
        let [luma, blue, red] = &mut planes;
        uneven.append(&Band { planes: [luma, blue, red] })?;
        Ok(Box::new(UnevenRows { picture: uneven, is_over: false }))
    }
}

impl Rows for UnevenRows {
    fn size(&self) -> Size {
        self.picture.size()
    }

    fn layout(&self) -> Layout {
        self.picture.layout()
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        let is_over = std::mem::replace(&mut self.is_over, true);
        Ok((!is_over).then(|| self.picture.band_mut()))
    }

    fn into_picture(self: Box<Self>) -> Result<Picture, Error> {
        Ok(self.picture)
    }
}

#[test]
fn device_survives_decoders_that_give_other_rows_than_they_said() {
    let Some(engine) = open(GpuOptions::default()) else { return };
    let case = Case::new((37, 24), Layout::ycc(Spacing::new(2, 2)), None).transform(squeezed(20, 30));
    let plan = case.plan(false);
    for (plane, rows, expected) in [(0, 23, 24), (0, 25, 24), (2, 11, 12), (1, 13, 12)] {
        let result = engine.try_run(&plan, &Uneven { plane, rows }, &mut Collected::default(), Deadline::NONE);
        let error = result.expect_err("rows are missing, or too many");
        let missing = Error::RowsMissing { plane, expected, actual: rows };
        assert_eq!((error.to_string(), error.fault()), (missing.to_string(), None));
    }
    assert!(!engine.is_lost());
    case.run(79);
    let mut made = Collected::default();
    engine.try_run(&plan, &Noise { seed: 79, is_extreme: false }, &mut made, Deadline::NONE).expect("a picture");
    assert_eq!(made.pictures.len(), 1, "all is well afterwards");
}
