//! A window of a scaled picture is what cutting the whole scaled picture would leave, to the byte.

use palmette_core::engine::picture;
use palmette_core::plan::{StepKind, lower};
use palmette_core::{CpuEngine, Deadline, Limits, Pixmap, Size};
use palmette_protocol::list::{parse_list, resolve};

/// Runs a list that resamples.
fn run(list: &str, source: &Pixmap) -> Pixmap {
    let ops = resolve(&parse_list(list).expect(list)).expect(list);
    let plan = lower(&ops, &[source.size()], &Limits::default()).expect(list);
    assert!(plan.steps().iter().any(|step| matches!(step.kind, StepKind::Resize(_))), "{list} resamples");
    picture(&CpuEngine::scalar(), &plan, &vec![source.clone()], Deadline::NONE).expect(list)
}

#[test]
fn windows_are_cut_from_the_whole() {
    for (size, [width, height], [scaled_width, scaled_height]) in [
        // The box, and the size that covers it: enlarged and shrunk, with windows from a sliver to nearly all.
        (Size::new(40, 30), [90, 10], [90, 68]),
        (Size::new(40, 30), [10, 90], [120, 90]),
        (Size::new(90, 70), [30, 2], [30, 23]),
        (Size::new(90, 70), [2, 30], [39, 30]),
        (Size::new(61, 47), [60, 1], [60, 46]),
        (Size::new(61, 47), [1, 46], [60, 46]),
        (Size::new(7, 90), [6, 50], [6, 77]),
    ] {
        let data = (0..size.area() * 4).map(|i| u8::try_from(i * i * 31 % 251).expect("below 251")).collect();
        let picture = Pixmap::from_vec(size, data).expect("four bytes a pixel");
        for (x, y) in [(0, 0), (1, 1)] {
            let window = run(
                &format!(
                    r#"[{{"imageIndex":0,"width":{width},"height":{height},"fit":"cover","gravity":{{"x":{x},"y":{y}}}}}]"#
                ),
                &picture,
            );
            let (left, top) = (x * (scaled_width - width), y * (scaled_height - height));
            let cut = run(
                &format!(
                    r#"[{{"imageIndex":0,"width":{scaled_width},"height":{scaled_height},"fit":"squeeze"}},
                        {{"imageIndex":0,"trim":{{"left":{left},"top":{top},"width":{width},"height":{height}}}}}]"#
                ),
                &picture,
            );
            assert!(window == cut, "{size} into {width}×{height} at ({x}, {y})");
        }
    }
}
