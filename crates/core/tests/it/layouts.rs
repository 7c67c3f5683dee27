//! How sources are read, and what becomes of turns: the same bytes, whichever way a picture is stored.

use palmette_core::engine::Collected;
use palmette_core::plan::{Plan, Planner, ReadStep, Source, StepKind, Value};
use palmette_core::{
    CpuEngine, Deadline, Engine, Error, Layout, Limits, Orientation, Picture, Rows, Size, Sources, Spacing,
};
use palmette_ops::{Flip, Rotate};
use palmette_protocol::list::{parse_list, resolve};

const HALF: Spacing = Spacing::new(2, 2);

/// A picture of any layout, cut as a decoder cuts it.
struct Stored(Picture);

impl Sources for Stored {
    fn open(&self, read: &ReadStep, planned: Value) -> Result<Box<dyn Rows + '_>, Error> {
        let (size, layout) = (self.0.size(), self.0.layout());
        assert_eq!(read.reading.layout, layout, "nothing here is read reduced");
        let part = read.reading.window_of(size);
        assert_eq!(planned, Value { size: part.size, layout });
        let mut planes: [Vec<u8>; 3] = Default::default();
        for (index, plane) in planes.iter_mut().enumerate().take(layout.planes()) {
            let (spacing, row_bytes) = (layout.spacing(index), self.0.row_bytes(index));
            let samples = layout.samples(index, part.size);
            let columns = layout.sample_bytes() * (part.left / spacing.x) as usize..;
            let rows = self.0.plane(index).chunks_exact(row_bytes).skip((part.top / spacing.y) as usize);
            for row in rows.take(samples.height as usize) {
                plane.extend_from_slice(&row[columns.clone()][..layout.sample_bytes() * samples.width as usize]);
            }
        }
        let part = Picture::from_planes(part.size, layout, planes)?;
        Ok(Box::new(palmette_core::PictureRows::new(part)))
    }
}

fn noise(size: Size, layout: Layout) -> Picture {
    let mut state = 0x2545_f491_u32;
    let mut plane = |index: usize| -> Vec<u8> {
        let len = layout.row_bytes(index, size) * layout.samples(index, size).height as usize;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state.to_le_bytes()[2]
        };
        std::iter::repeat_with(&mut next).take(len).collect()
    };
    let planes = std::array::from_fn(|index| if index < layout.planes() { plane(index) } else { Vec::new() });
    Picture::from_planes(size, layout, planes).expect("whole planes")
}

fn plan(list: &str, source: Source, target: Option<Spacing>) -> Plan {
    let ops = resolve(&parse_list(list).expect(list)).expect(list);
    let planner = Planner::of_sources(&ops, vec![source], &Limits::default()).expect(list).with_target(target);
    planner.guess().plan
}

fn run(plan: &Plan, sources: &dyn Sources) -> Picture {
    let mut collected = Collected::default();
    CpuEngine::new().run(plan, sources, &mut collected, Deadline::NONE).expect("a picture");
    collected.pictures.swap_remove(0)
}

fn stored(picture: &Picture, orientation: Orientation, is_reducible: bool) -> Source {
    let stored = Value { size: picture.size(), layout: picture.layout() };
    Source { stored, orientation, is_reducible }
}

fn names(plan: &Plan) -> Vec<&'static str> {
    plan.steps().iter().map(|step| step.kind.name()).collect()
}

#[test]
fn turns_before_a_resize_come_to_the_same_bytes_behind_it() {
    let lists = [
        r#"[{"imageIndex":0,"width":11}]"#,
        r#"[{"imageIndex":0,"trim":{"left":4,"top":6,"right":2},"width":9,"height":9,"fit":"cover"}]"#,
        r#"[{"imageIndex":0,"flip":"h","rotate":90},{"imageIndex":0,"width":90,"height":50,"fit":"squeeze"}]"#,
        r#"[{"imageIndex":0,"width":2,"height":3,"fit":"squeeze"}]"#,
    ];
    for (layout, target) in [(Layout::Rgba, None), (Layout::ycc(HALF), Some(HALF)), (Layout::ycc(HALF), None)] {
        let picture = noise(Size::new(38, 24), layout);
        for flip in [None, Some(Flip::Horizontal), Some(Flip::Vertical), Some(Flip::Both)] {
            for rotate in [Rotate::None, Rotate::Quarter, Rotate::Half, Rotate::ThreeQuarters] {
                let orientation = Orientation { flip, rotate };
                let source = stored(&picture, orientation, false);
                // Only turned; planes stay planes.
                let upright = run(&plan("[]", source, Some(HALF)), &Stored(picture.clone()));
                assert_eq!(upright.size(), source.size());
                for list in lists {
                    let turned = plan(list, source, target);
                    let expected = plan(list, stored(&upright, Orientation::AS_STORED, false), target);
                    let expected = run(&expected, &Stored(upright.clone()));
                    let actual = run(&turned, &Stored(picture.clone()));
                    assert!(actual == expected, "{layout:?} {orientation:?} {list}: {:?}", names(&turned));
                }
            }
        }
    }
}

#[test]
fn turns_need_no_whole_picture_before_a_resize() {
    let picture = noise(Size::new(38, 24), Layout::Rgba);
    let orientation = Orientation { flip: None, rotate: Rotate::Quarter };
    let plan = plan(r#"[{"imageIndex":0,"width":11}]"#, stored(&picture, orientation, false), None);
    assert_eq!(names(&plan), ["read", "resize", "rotate"]);
}

#[test]
fn odd_sides_of_planes_are_turned_in_place() {
    // Chroma that stands for one column at the right stands for one at the left of the mirrored picture: it is resampled from
    // where it lies, so what is constant stays so, and a step in luma stays where it is.
    let size = Size::new(7, 5);
    let mut planes = noise(size, Layout::ycc(HALF)).into_planes();
    planes[1].fill(90);
    planes[2].fill(200);
    let picture = Picture::from_planes(size, Layout::ycc(HALF), planes).expect("whole planes");
    let orientation = Orientation { flip: Some(Flip::Horizontal), rotate: Rotate::None };
    let flipped = run(&plan("[]", stored(&picture, orientation, false), Some(HALF)), &Stored(picture.clone()));
    assert_eq!((flipped.plane(1), flipped.plane(2)), (&[90; 12][..], &[200; 12][..]));
    for (row, flipped) in picture.plane(0).chunks(7).zip(flipped.plane(0).chunks(7)) {
        assert!(row.iter().rev().eq(flipped));
    }
}

#[test]
fn planes_stay_planes_where_everything_takes_them() {
    let picture = noise(Size::new(400, 300), Layout::ycc(HALF));
    let layouts = |list: &str, target| {
        let plan = plan(list, stored(&picture, Orientation::AS_STORED, true), target);
        let made = plan.steps().iter().filter_map(|step| plan.output(step));
        made.map(|value| if value.layout.is_rgba() { 'R' } else { 'P' }).collect::<String>()
    };
    for (list, target, expected) in [
        ("[]", Some(HALF), "P"),
        ("[]", None, "PR"),
        (r#"[{"imageIndex":0,"width":40}]"#, Some(HALF), "PP"),
        (r#"[{"imageIndex":0,"width":40}]"#, None, "PR"),
        (r#"[{"imageIndex":0,"width":40,"brightness":1.5}]"#, Some(HALF), "PRR"),
        (r#"[{"imageIndex":0,"brightness":1.5,"width":40}, {"imageIndex":0,"width":20}]"#, Some(HALF), "PRRR"),
        (r#"[{"imageIndex":0,"width":40,"height":42,"fit":"pad"}]"#, Some(HALF), "PPP"),
        (r##"[{"imageIndex":0,"width":40,"height":42,"fit":"pad","background":"#fff8"}]"##, Some(HALF), "PRR"),
        // What is mirrored has to end with a whole sample of chroma.
        (
            r#"[{"imageIndex":0,"width":41,"height":30,"fit":"squeeze"}, {"imageIndex":0,"flip":"v"}]"#,
            Some(HALF),
            "PPP",
        ),
        (
            r#"[{"imageIndex":0,"width":41,"height":30,"fit":"squeeze"}, {"imageIndex":0,"flip":"h"}]"#,
            Some(HALF),
            "PRR",
        ),
        (
            r#"[{"imageIndex":0,"width":41,"height":30,"fit":"squeeze"}, {"imageIndex":0,"rotate":90}]"#,
            Some(HALF),
            "PPP",
        ),
        (
            r#"[{"imageIndex":0,"width":41,"height":30,"fit":"squeeze"}, {"imageIndex":0,"rotate":270}]"#,
            Some(HALF),
            "PRR",
        ),
        // Half a sample of chroma would have to move.
        (r#"[{"imageIndex":0,"width":40,"height":40,"fit":"pad"}]"#, Some(HALF), "PRR"),
        (r#"[{"imageIndex":0,"width":40,"border":{"color":"red","width":3}}]"#, Some(HALF), "PRR"),
        (r#"[{"imageIndex":0,"width":40,"border":{"color":"red","width":4}}]"#, Some(HALF), "PPP"),
    ] {
        assert_eq!(layouts(list, target), expected, "{list} {target:?}");
    }
}

#[test]
fn reduced_reading_leaves_the_filter_enough_to_do() {
    let layout = Layout::ycc(HALF);
    let spacings = |list: &str, target| {
        let stored = Value { size: Size::new(4000, 3000), layout };
        let source = Source { stored, orientation: Orientation::AS_STORED, is_reducible: true };
        let plan = plan(list, source, target);
        match plan.steps()[0].kind {
            StepKind::Read(read) => [0, 1].map(|plane| read.reading.layout.spacing(plane).x),
            _ => unreachable!("a source is read first"),
        }
    };
    for (width, planes, rgba) in [
        (2500, [1, 2], [1, 2]),
        (1000, [2, 4], [2, 2]),
        (800, [2, 4], [2, 2]),
        (500, [4, 8], [4, 4]),
        (100, [8, 16], [8, 16]),
    ] {
        let list = format!(r#"[{{"imageIndex":0,"width":{width}}}]"#);
        assert_eq!((spacings(&list, Some(HALF)), spacings(&list, None)), (planes, rgba), "{width}");
    }
    assert_eq!(spacings("[]", Some(HALF)), [1, 2]);
    // One axis decides for both.
    assert_eq!(spacings(r#"[{"imageIndex":0,"width":100,"height":1500,"fit":"squeeze"}]"#, None), [1, 2]);
}
