//! What is decided when, and what an answer holds.

use std::time::Instant;

use bytes::Bytes;
use palmette::codec::{EncodeFormat, EncodeOptions, encode, probe};
use palmette::core::{Deadline, EngineKind, Limits, Pixmap, Size};
use palmette::ops::Class;
use palmette::protocol::{Code, Info, OutputFormat, TransformRequest};
use palmette::{EngineChoice, Engines, Error, Pipeline, Reason, Stage};

use crate::support::{pipeline, png, request};

const DRAW: &str = r#"[{"drawImageIndex":1,"targetImageIndex":0}]"#;

#[test]
fn pipeline_answers_with_picture_and_times() {
    let pipeline = pipeline();
    let list = r#"[{"imageIndex":0,"width":2}]"#;
    let answer = pipeline.transform(request(vec![png(4, 2)], list), Deadline::NONE).unwrap();
    assert_eq!((answer.size, &answer.bytes[..]), (Size::new(2, 1), &[9, 8, 7, 255, 9, 8, 7, 255][..]));
    assert_eq!((answer.engine, answer.reason), (EngineKind::Cpu, Reason::CpuWanted));
    assert_eq!(answer.frame_count, 1);
    assert!(answer.timings.get(Stage::Decode) > std::time::Duration::ZERO);
}

#[test]
fn pipeline_looks_at_every_header_before_it_decodes_anything() {
    let damaged = png(64, 64).slice(..60);
    for second in [Bytes::from_static(b"no picture"), png(13_000, 1)] {
        let error = pipeline().transform(request(vec![damaged.clone(), second], DRAW), Deadline::NONE).unwrap_err();
        assert_eq!(error.source_index(), Some(1), "{error}");
    }
    let error = pipeline().transform(request(vec![damaged, png(1, 1)], DRAW), Deadline::NONE).unwrap_err();
    assert_eq!((error.source_index(), error.code()), (Some(0), Code::Damaged), "{error}");
}

#[test]
fn pipeline_answers_take_no_more_memory_than_their_bytes() {
    let list = r#"[{"imageIndex":0,"trim":{"width":20,"height":10}}]"#;
    let answer = pipeline().transform(request(vec![png(1000, 1000)], list), Deadline::NONE).unwrap();
    assert_eq!(answer.size, Size::new(20, 10));
    // A vector that is made of them has what they keep alive.
    assert_eq!(Vec::from(answer.bytes).capacity(), 800, "not the four megabytes that it was cut out of");
}

#[test]
fn pipeline_weighs_requests_before_it_runs_them() {
    let pipeline = Pipeline::new(Engines::open(EngineChoice::Cpu).unwrap(), Limits::default(), 1_000_000);
    let prepared = pipeline.prepare(request(vec![png(1000, 1000)], "[]"), Deadline::NONE).unwrap();
    assert!(prepared.memory_bytes() >= 4_000_000, "{}", prepared.memory_bytes());
    let error = pipeline.run(prepared, Deadline::NONE, &mut |_| ()).unwrap_err();
    assert!(matches!(error, Error::TooMuchMemory { max_bytes: 1_000_000, .. }), "{error}");
    assert_eq!(error.code(), Code::DimensionsTooLarge);
}

#[test]
fn pipeline_minds_the_deadline() {
    let late = Deadline::at(Instant::now());
    let error = pipeline().transform(request(vec![png(4, 2)], "[]"), late).unwrap_err();
    assert_eq!(error.code(), Code::TimedOut);
}

#[test]
fn pipeline_refuses_a_gpu_that_is_not_there() {
    let on = |engine| TransformRequest { engine, ..request(vec![png(4, 2)], "[]") };
    for engine in [EngineChoice::Auto, EngineChoice::Cpu] {
        let answer = pipeline().transform(on(engine), Deadline::NONE).unwrap();
        assert_eq!((answer.engine, answer.reason), (EngineKind::Cpu, Reason::CpuWanted));
    }
    let status = if cfg!(feature = "gpu") { "not wanted" } else { "not built in" };
    let message = format!("engine must be auto or cpu, got \"gpu\": this server has no GPU ({status})");
    let picture = pipeline().transform(on(EngineChoice::Gpu), Deadline::NONE).unwrap_err();
    assert_eq!(
        (picture.code(), picture.class(), picture.to_string()),
        (Code::InvalidOption, Class::Unsupported, message)
    );
    let plan = pipeline().explain(on(EngineChoice::Gpu), Deadline::NONE).unwrap_err();
    assert_eq!(plan.to_string(), picture.to_string());
}

#[test]
#[cfg(not(feature = "gpu"))]
fn pipeline_has_no_gpu_if_none_is_built_in() {
    let error = palmette::Engines::open(palmette::EngineChoice::Gpu).unwrap_err();
    assert_eq!(error.to_string(), "engine `gpu` cannot be used: it is not built in; use `auto` or `cpu`");
}

#[test]
fn pipeline_informs_without_limits() {
    let info = pipeline().info(&png(13_000, 1)).unwrap();
    assert!(matches!(info, Info::Raster { width: 13_000, height: 1, .. }));
    assert_eq!(pipeline().info(b"<svg xmlns='http://www.w3.org/2000/svg'/>").unwrap(), Info::Svg);
    assert_eq!(pipeline().info(b"").unwrap_err().code(), Code::NotAPicture);
    // A frame of 0×1 pixels on a screen of 0×1 is no picture, whatever its limits.
    let empty = b"GIF89a\x00\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x00\x00\x01\x00\x00\x02\x02\x44\x01\x00;";
    assert_eq!(pipeline().info(empty).unwrap_err().code(), Code::DimensionsTooLarge);
}

#[test]
fn pipeline_carries_the_copyright_of_a_canvas_over_to_jpeg() {
    let pixmap = Pixmap::filled(Size::new(4, 2), [9, 8, 7, 255]).unwrap();
    let options = EncodeOptions { copyright: Some("© somebody".to_owned()), ..EncodeOptions::new(EncodeFormat::Jpeg) };
    let canvas: Bytes = encode(pixmap, &options).unwrap().bytes.into();
    for (format, copyright) in [(OutputFormat::Jpeg, Some("© somebody")), (OutputFormat::Webp, None)] {
        let mut request = request(vec![canvas.clone()], "[]");
        request.outputs = format.into();
        let explanation = pipeline().explain(request.clone(), Deadline::NONE).unwrap();
        assert_eq!(explanation.output.copyright.as_deref(), copyright);
        let answer = pipeline().transform(request, Deadline::NONE).unwrap();
        assert_eq!(probe(&answer.bytes).unwrap().copyright.as_deref(), copyright);
    }
}
