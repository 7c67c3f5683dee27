//! Animated canvases: every frame is what a still of it would be, and nothing is done twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use bytes::Bytes;
use palmette::codec::{AnimationEncoder, DecodeOptions, EncodeFormat, EncodeOptions, Frame, animation};
use palmette::core::plan::Plan;
use palmette::core::{CpuEngine, Deadline, Engine, EngineKind, Error, Limits, Pixmap, Sink, Size, Sources};
use palmette::protocol::{Code, Output, OutputFormat, Quality, TransformRequest};
use palmette::{Engines, Pipeline};

use crate::support::{file_of, pipeline, pipeline_with, png, request};

const FRAME_COUNT: u32 = 30;
const SIZE: Size = Size::new(40, 30);

/// A white square on black that goes from left to right; the longest delay is twice the shortest.
fn moving_gif(frame_count: u32) -> Bytes {
    let options = EncodeOptions::new(EncodeFormat::Gif);
    let mut encoder = AnimationEncoder::new(&options, SIZE, std::num::NonZeroU32::new(3)).unwrap();
    for frame in 0..frame_count {
        let mut pixmap = Pixmap::filled(SIZE, [0, 0, 0, 255]).unwrap();
        for y in 10..20 {
            let start = frame as usize * Pixmap::PIXEL_BYTES;
            pixmap.row_mut(y)[start..start + 10 * Pixmap::PIXEL_BYTES].fill(255);
        }
        encoder.push(pixmap, 50 + 10 * (frame % 6)).unwrap();
    }
    encoder.finish().unwrap().bytes.into()
}

fn frames(bytes: &[u8]) -> Vec<Frame> {
    animation(bytes, &DecodeOptions::default()).unwrap().collect::<Result<_, _>>().unwrap()
}

/// A request for an animation that loses nothing.
fn moving_request(sources: Vec<Bytes>, list: &str) -> TransformRequest {
    let output = Output { quality: Quality::new(100), ..Output::new(OutputFormat::Webp) };
    TransformRequest { outputs: output.into(), ..request(sources, list) }
}

/// A canvas that is shrunk, with an overlay that has another one, around whose draw more happens.
const LIST: &str = r#"[
    {"imageIndex": 0, "width": 20},
    {"drawImageIndex": 2, "targetImageIndex": 1, "opacity": 0.5},
    {"imageIndex": 1, "rotate": 90},
    {"drawImageIndex": 1, "targetImageIndex": 0, "left": 3, "top": 2},
    {"imageIndex": 0, "border": {"width": 1, "color": "red"}},
    {"drawImageIndex": 3, "targetImageIndex": 0, "right": 0, "bottom": 0}]"#;

fn overlays() -> Vec<Bytes> {
    let red = Pixmap::filled(Size::new(3, 3), [255, 0, 0, 255]).unwrap();
    vec![png(6, 4), file_of(red), png(2, 2)]
}

#[test]
fn animation_frames_are_what_stills_would_be() {
    let canvas = moving_gif(FRAME_COUNT);
    let sources = |canvas: Bytes| [vec![canvas], overlays()].concat();
    let answer = pipeline().transform(moving_request(sources(canvas.clone()), LIST), Deadline::NONE).unwrap();
    assert_eq!((answer.content_type, answer.size, answer.frame_count), ("image/webp", Size::new(22, 17), FRAME_COUNT));

    let (before, after) = (frames(&canvas), frames(&answer.bytes));
    assert_eq!(after.len(), FRAME_COUNT as usize);
    assert_eq!(animation(&answer.bytes, &DecodeOptions::default()).unwrap().plays(), std::num::NonZeroU32::new(3));
    for (index, (before, after)) in before.into_iter().zip(after).enumerate() {
        assert_eq!(before.delay_ms, after.delay_ms, "frame {index}");
        let still = request(sources(file_of(before.pixmap)), LIST);
        let still = pipeline().transform(still, Deadline::NONE).unwrap();
        assert!(after.pixmap.data() == &still.bytes[..], "frame {index} differs");
    }
}

/// Counts how often it runs.
#[derive(Debug, Default)]
struct Counting(AtomicUsize);

impl Engine for Counting {
    fn kind(&self) -> EngineKind {
        EngineKind::Cpu
    }

    fn run(&self, plan: &Plan, sources: &dyn Sources, sink: &mut dyn Sink, deadline: Deadline) -> Result<(), Error> {
        self.0.fetch_add(1, Ordering::Relaxed);
        CpuEngine::new().run(plan, sources, sink, deadline)
    }
}

#[test]
fn animation_makes_overlays_once() {
    let engine = Arc::new(Counting::default());
    let pipeline = Pipeline::new(Engines::only(Arc::clone(&engine) as Arc<dyn Engine>), Limits::default(), 1 << 30);
    let sources = [vec![moving_gif(5)], overlays()].concat();
    pipeline.transform(moving_request(sources, LIST), Deadline::NONE).unwrap();
    assert_eq!(engine.0.load(Ordering::Relaxed), 1 + 5, "what is drawn on the canvas, and five frames");

    let sources = [vec![moving_gif(5)], overlays()].concat();
    let prepared = pipeline.prepare(moving_request(sources, LIST), Deadline::NONE).unwrap();
    let mut file_bytes = Vec::new();
    let answer = pipeline.run(prepared, Deadline::NONE, &mut |bytes| file_bytes.push(bytes)).unwrap();
    assert_eq!(file_bytes.len(), 5, "told after every frame");
    assert!(file_bytes.is_sorted() && file_bytes[0] > 0, "{file_bytes:?}, {}", answer.bytes.len());
}

#[test]
fn animation_is_measured_by_its_first_frame() {
    let list = r#"[{"imageIndex": 0, "trim": {"border": {"color": "black"}}}]"#;
    let answer = pipeline().transform(moving_request(vec![moving_gif(10)], list), Deadline::NONE).unwrap();
    assert_eq!(answer.size, Size::new(10, 10));
    for (index, frame) in frames(&answer.bytes).into_iter().enumerate() {
        // The square has moved on, the window has not.
        let x = u32::try_from(index).unwrap();
        assert_eq!(frame.pixmap.pixel(x, 5), [255; 4], "frame {index}");
        assert!(index == 0 || frame.pixmap.pixel(x - 1, 5) == [0, 0, 0, 255], "frame {index}");
    }
}

#[test]
fn animation_stands_still_where_it_must() {
    for (format, anim, frame_count) in [
        (OutputFormat::Gif, None, 5),
        (OutputFormat::Gif, Some(true), 5),
        (OutputFormat::Webp, Some(false), 1),
        (OutputFormat::Gif, Some(false), 1),
        (OutputFormat::Png, Some(true), 1),
        (OutputFormat::Jpeg, None, 1),
        (OutputFormat::Avif, Some(true), 1),
        (OutputFormat::Rgba, None, 1),
    ] {
        let output = Output { anim, ..Output::new(format) };
        let request = TransformRequest { outputs: output.into(), ..request(vec![moving_gif(5)], "[]") };
        let explanation = pipeline().explain(request.clone(), Deadline::NONE).unwrap();
        let answer = pipeline().transform(request, Deadline::NONE).unwrap();
        assert_eq!((answer.format, answer.frame_count), (format, frame_count), "anim {anim:?}");
        assert_eq!((explanation.frame_count, explanation.output.is_animated), (frame_count, frame_count > 1));
        let is_idle = explanation.idle.iter().any(|idle| idle.option == "anim");
        assert_eq!(is_idle, anim.is_some() && !matches!(format, OutputFormat::Gif | OutputFormat::Webp));
    }
}

#[test]
fn animation_that_is_drawn_stands_for_its_first_frame() {
    let draw = r#"[{"drawImageIndex": 1, "targetImageIndex": 0, "left": 0, "top": 0}]"#;
    let answer = pipeline().transform(moving_request(vec![png(40, 30), moving_gif(5)], draw), Deadline::NONE).unwrap();
    assert_eq!((answer.frame_count, frames(&answer.bytes).len()), (1, 1));
    let answer = pipeline().transform(moving_request(vec![moving_gif(3); 2], draw), Deadline::NONE).unwrap();
    for frame in frames(&answer.bytes) {
        assert_eq!(frame.pixmap, frames(&moving_gif(1))[0].pixmap, "the first frame lies over all");
    }
}

#[test]
fn animation_counts_all_frames_of_sources_and_results() {
    let limits = Limits { max_animation_area_px: 5 * 40 * 30, ..Limits::default() };
    let fail = |frame_count, list: &str| {
        let request = moving_request(vec![moving_gif(frame_count)], list);
        pipeline_with(limits).transform(request, Deadline::NONE).unwrap_err()
    };
    pipeline_with(limits).transform(moving_request(vec![moving_gif(5)], "[]"), Deadline::NONE).unwrap();
    let over = "frames of 40×30 pixels are over the limit of 6000 pixels in all";
    let error = fail(6, "[]");
    assert_eq!((error.code(), error.to_string()), (Code::DimensionsTooLarge, format!("the canvas: 6 {over}")));

    let over = "frames of 80×60 pixels are over the limit of 6000 pixels in all";
    let list =
        r#"[{"imageIndex": 0}, {"imageIndex": 0, "width": 80, "fit": "contain"}, {"imageIndex": 0, "width": 1}]"#;
    let error = fail(5, list);
    assert_eq!(
        (error.code(), error.to_string()),
        (Code::DimensionsTooLarge, format!("transform 2 of the canvas: 5 {over}"))
    );

    // What is known only after measuring is refused then.
    let list = r#"[{"imageIndex": 0, "trim": {"border": true}, "width": 80, "fit": "contain"}]"#;
    let error = fail(5, list).to_string();
    assert!(error.starts_with("transform 1 of the canvas: 5 frames of 80×80 pixels are over"), "{error}");

    // A still has the limit of a picture.
    let mut request = moving_request(vec![moving_gif(6)], "[]");
    request.outputs = Output { anim: Some(false), ..Output::new(OutputFormat::Webp) }.into();
    pipeline_with(limits).transform(request, Deadline::NONE).unwrap();
}

/// Lets the first frames pass; the time of the others is over.
#[derive(Debug)]
struct Slow {
    left: AtomicUsize,
}

impl Engine for Slow {
    fn kind(&self) -> EngineKind {
        EngineKind::Cpu
    }

    fn run(&self, plan: &Plan, sources: &dyn Sources, sink: &mut dyn Sink, _: Deadline) -> Result<(), Error> {
        let is_late = self.left.fetch_sub(1, Ordering::Relaxed) == 0;
        let deadline = if is_late { Deadline::at(Instant::now()) } else { Deadline::NONE };
        deadline.check()?;
        CpuEngine::new().run(plan, sources, sink, deadline)
    }
}

#[test]
fn animation_minds_deadlines_and_damage_on_the_way() {
    let engine = Arc::new(Slow { left: AtomicUsize::new(3) });
    let pipeline = Pipeline::new(Engines::only(engine), Limits::default(), 1 << 30);
    let request = |canvas| moving_request(vec![canvas], "[]");
    let error = pipeline.transform(request(moving_gif(5)), Deadline::NONE).unwrap_err();
    assert_eq!(error.code(), Code::TimedOut);

    let whole = moving_gif(5);
    let error = pipeline_with(Limits::default())
        .transform(request(whole.slice(..whole.len() - 10)), Deadline::NONE)
        .unwrap_err();
    assert_eq!((error.source_index(), error.code()), (Some(0), Code::Damaged), "{error}");
}
