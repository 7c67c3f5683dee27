//! Whole requests: parts in any order, and every way in which parts can be wrong.

use palmette_ops::{Class, TreeLimits};
use palmette_protocol::{
    Code, Collector, EngineChoice, FormLimits, InfoCollector, RequestLimits, Source, TransformCollector,
    TransformRequest,
};

use crate::wire::{CONTENT_TYPE, collect, form, read};

/// The parts of a form, the code it gets, and the message.
type Case<'a> = (&'a [(&'a str, &'a str)], Code, &'a str);

/// What is said of a misspelt option of an output.
const WIDHT: &str = "transform 1 of output 1: unknown option \"widht\"; known options are trim, flip, rotate, width, height, fit, \
                     gravity, zoom, upscale, segment, brightness, contrast, gamma, saturation, blur, sharpen, background, border; \
                     did you mean width?";

const TEXT: &str = r#"{"text":"T","font":{"url":"u"}}"#;
const LIST: (&str, &str) = ("transforms", "[]");
const FORMAT: (&str, &str) = ("output_format", "image/png");

fn request(parts: &[(&str, &str)]) -> Result<TransformRequest, palmette_protocol::Error> {
    collect(CONTENT_TYPE, &form(parts), RequestLimits::default())
}

#[test]
fn parts_may_come_in_any_order_if_sources_keep_theirs() {
    let draws = r#"[{"drawImageIndex":1,"targetImageIndex":0},{"drawImageIndex":2,"targetImageIndex":0},{"drawImageIndex":3,"targetImageIndex":0}]"#;
    let request = request(&[
        ("explain", "true"),
        ("engine", "gpu"),
        ("draw_image", "first"),
        FORMAT,
        ("draw_text", TEXT),
        ("transforms", draws),
        ("image", "canvas"),
        ("draw_image", "third"),
    ])
    .unwrap();
    let image = |bytes: &'static str| Source::Image(bytes.into());
    let [canvas, first, Source::Text(_), third] = &request.sources[..] else { panic!("four sources") };
    assert_eq!([canvas, first, third], [&image("canvas"), &image("first"), &image("third")]);
    assert_eq!((request.ops.len(), request.raw_ops.len(), request.explain), (3, 3, true));
    assert_eq!(request.engine, EngineChoice::Gpu);
}

#[test]
fn wrong_requests_get_their_code() {
    let image = ("image", "PNG");
    let text = ("text_input", TEXT);
    let known = "image, text_input, draw_image, draw_text, transforms, output_format, output_quality, background, anim, outputs, explain, engine";
    let unknown = format!("unknown part \"picture\"; known parts are {known}");
    let entry = ("outputs", r#"[{"output_format":"rgba"}]"#);
    let cases: [Case<'_>; 30] = [
        (&[], Code::BadForm, "image or text_input is missing"),
        (&[LIST, FORMAT], Code::BadForm, "image or text_input is missing"),
        (&[image, FORMAT], Code::BadForm, "transforms is missing"),
        (&[image, LIST], Code::BadForm, "output_format is missing"),
        (&[image, image], Code::BadForm, "image was sent twice"),
        (&[text, text], Code::BadForm, "text_input was sent twice"),
        (&[image, text], Code::BadForm, "image and text_input were both sent, and only one of them can be the canvas"),
        (&[text, image], Code::BadForm, "image and text_input were both sent, and only one of them can be the canvas"),
        (&[LIST, LIST], Code::BadForm, "transforms was sent twice"),
        (&[FORMAT, FORMAT], Code::BadForm, "output_format was sent twice"),
        (&[entry, entry], Code::BadForm, "outputs was sent twice"),
        (&[image, entry], Code::BadForm, "transforms is missing"),
        (&[image, LIST, entry, FORMAT], Code::InvalidOption, "outputs and output_format cannot be used together"),
        (&[image, LIST, entry, ("anim", "true")], Code::InvalidOption, "outputs and anim cannot be used together"),
        (
            &[
                image,
                ("transforms", r#"[{"imageIndex":0}]"#),
                ("outputs", r#"[{"output_format":"rgb","transforms":[{"widht":1}]}]"#),
            ],
            Code::InvalidOption,
            WIDHT,
        ),
        (&[("anim", "true"), ("anim", "true")], Code::BadForm, "anim was sent twice"),
        (&[("picture", "PNG")], Code::InvalidOption, &unknown),
        (
            &[image, ("transforms", "{"), FORMAT],
            Code::InvalidOption,
            "transforms is not JSON: EOF while parsing an object at line 1 column 1",
        ),
        (&[image, ("transforms", "5"), FORMAT], Code::InvalidOption, "transforms must be a list of objects, got 5"),
        (&[image, ("draw_image", "PNG"), LIST, FORMAT], Code::InvalidOption, "picture 1 is never drawn"),
        (
            &[image, ("transforms", r#"[{"imageIndex":0},{"imageIndex":0,"blur":251}]"#), FORMAT],
            Code::InvalidOption,
            "transform 2 of the canvas: blur must be 0 to 250, got 251",
        ),
        (
            &[image, LIST, ("output_format", "undefined")],
            Code::BadForm,
            "output_format must be one of image/jpeg, image/png, image/gif, image/webp, image/avif, rgb, rgba, got \"undefined\"",
        ),
        (&[image, LIST, FORMAT, ("anim", "yes")], Code::InvalidOption, "anim must be true or false, got \"yes\""),
        (&[image, LIST, FORMAT, ("explain", "1")], Code::InvalidOption, "explain must be true or false, got \"1\""),
        (&[image, LIST, FORMAT, ("engine", "")], Code::InvalidOption, "engine must be auto, cpu or gpu, got \"\""),
        (
            &[image, LIST, FORMAT, ("output_quality", "0")],
            Code::InvalidOption,
            "output_quality must be 1 to 100, high, medium-high, medium-low or low, got \"0\"",
        ),
        (
            &[("text_input", "[]")],
            Code::InvalidOption,
            "text_input must be an object of text, font, size, color, got []",
        ),
        (&[("text_input", "T")], Code::InvalidOption, "text_input is not JSON: expected value at line 1 column 1"),
        (&[("text_input", "{}")], Code::InvalidOption, "the canvas (text_input): text is missing"),
        (
            &[("draw_image", "PNG"), ("draw_text", r#"{"text":"T","font":{"url":"u"},"size":-1}"#)],
            Code::InvalidOption,
            "picture 2 (draw_text): size must be a number above 0, at most 4096, got -1",
        ),
    ];
    for (parts, code, message) in cases {
        let error = request(parts).unwrap_err();
        assert_eq!((error.to_string().as_str(), error.code(), error.class()), (message, code, Class::Caller));
    }
}

#[test]
fn fields_are_utf8() {
    let mut body = form(&[("transforms", "[]?")]);
    let at = body.iter().position(|&byte| byte == b'?').unwrap();
    body[at] = 0xff;
    let error = collect(CONTENT_TYPE, &body, RequestLimits::default()).unwrap_err();
    assert_eq!((error.to_string().as_str(), error.code()), ("transforms is not UTF-8", Code::BadForm));
}

#[test]
fn limits_are_those_of_the_protocol() {
    let limits = RequestLimits::default();
    assert_eq!(limits.max_source_bytes, 20_000_000);
    assert_eq!(limits.tree, TreeLimits { max_sources: 64, max_steps: 256, max_depth: 16 });
    assert_eq!(FormLimits::default().max_form_bytes, 100_000_000);
}

#[test]
fn limits_hold_as_parts_arrive() {
    let limits = RequestLimits {
        max_source_bytes: 5,
        max_field_bytes: 40,
        tree: TreeLimits { max_sources: 3, ..TreeLimits::default() },
    };
    let field = "x".repeat(41);
    let cases: [Case<'_>; 5] = [
        (&[("image", "123456")], Code::SourceTooLarge, "the canvas (image) is larger than 5 bytes"),
        (
            &[("draw_image", "12345"), ("draw_image", "123456")],
            Code::SourceTooLarge,
            "picture 2 (draw_image) is larger than 5 bytes",
        ),
        (&[("text_input", &field)], Code::BadForm, "text_input is larger than 40 bytes"),
        (&[("background", &field)], Code::BadForm, "background is larger than 40 bytes"),
        (
            &[("draw_image", "1"), ("draw_text", TEXT), ("draw_image", "2")],
            Code::InvalidOption,
            "more than 3 pictures, the canvas included",
        ),
    ];
    for (parts, code, message) in cases {
        // The form has not ended: the breach is seen before it does.
        let body = form(parts);
        let body = &body[..body.len() - "--\r\n".len()];
        let mut collector = TransformCollector::new(limits);
        let error = read(CONTENT_TYPE, body, &[1], FormLimits::default(), |event| collector.accept(event)).unwrap_err();
        assert_eq!((error.to_string().as_str(), error.code(), error.class()), (message, code, Class::Limit));
    }
}

#[test]
fn limits_on_steps_hold_at_the_end() {
    let list = |steps| format!("[{}]", vec![r#"{"imageIndex":0}"#; steps].join(","));
    assert!(request(&[("image", "PNG"), ("transforms", &list(256)), FORMAT]).is_ok());
    let error = request(&[("image", "PNG"), ("transforms", &list(257)), FORMAT]).unwrap_err();
    assert_eq!(error.to_string(), "257 transforms and draws are over the limit of 256");
}

#[test]
fn a_collector_without_the_end_of_a_form_has_no_request() {
    let error = TransformCollector::new(RequestLimits::default()).finish().unwrap_err();
    assert_eq!(error.code(), Code::BadForm);
    assert!(InfoCollector::new(RequestLimits::default()).finish().is_err());
}

#[test]
fn info_takes_one_image() {
    let info = |parts: &[(&str, &str)]| {
        let mut collector = InfoCollector::new(RequestLimits { max_source_bytes: 5, ..RequestLimits::default() });
        read(CONTENT_TYPE, &form(parts), &[3], FormLimits::default(), |event| collector.accept(event))?;
        collector.finish()
    };
    assert_eq!(info(&[("image", "12345")]).unwrap(), "12345");
    for (parts, code, message) in [
        (&[][..], Code::BadForm, "image is missing"),
        (&[("image", "1"), ("image", "2")], Code::BadForm, "image was sent twice"),
        (&[("image", "123456")], Code::SourceTooLarge, "the canvas (image) is larger than 5 bytes"),
        (&[("transforms", "[]")], Code::InvalidOption, "unknown part \"transforms\"; known parts are image"),
    ] {
        let error = info(parts).unwrap_err();
        assert_eq!((error.code(), error.to_string().as_str()), (code, message));
    }
}
