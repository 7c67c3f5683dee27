//! Requests of the real client, both ways: bytes to trees, and trees to the same bytes.

use std::collections::BTreeSet;
use std::fs;
use std::num::NonZeroU32;
use std::path::PathBuf;

use palmette_ops::transform::{Border, Length, Segment, Trim, TrimBorder, TrimEdges};
use palmette_ops::tree::{Step, rebuild};
use palmette_ops::{
    AxisPosition, Color, Composite, Draw, Fit, Flip, Gravity, GravityMode, ImageIndex, Op, Repeat, Rotate, Text,
    Transform, TreeLimits,
};
use palmette_protocol::color::to_hex;
use palmette_protocol::form::{Boundary, FormSource, InfoForm, Piece, TransformForm};
use palmette_protocol::list::parse_list;
use palmette_protocol::{
    Code, Collector, EngineChoice, FormLimits, InfoCollector, Options, Outputs, RawNode, RawOutput, RequestLimits,
    Source,
};

use crate::wire::{WholePart, collect, read, read_parts};

/// What the Worker wrote, as far as the request tells: the tree and the output, or the code that such a request gets.
const TRANSFORMS: [(&str, Result<&str, Code>); 17] = [
    ("base64_in", Ok("input(decoded bytes).output(image/png)")),
    ("bg_num", Err(Code::InvalidOption)),
    ("draw_ab", Ok(r#"input(PNG).draw(input(PNG), {"top":1}).output(image/png)"#)),
    ("extra", Ok("input(MODE_EXTRA).output(image/png)")),
    (
        "full_options",
        Ok(concat!(
            r#"input(IMG0).transform({"width":320,"height":240.5,"fit":"pad","gravity":{"x":0.5,"y":0.25,"mode":"#,
            r#""box-center"},"background":"rgba(255,0,0,0.5)","blur":5,"brightness":1.1,"contrast":0.9,"gamma":1.2,"#,
            r#""saturation":0,"sharpen":3,"flip":"hv","rotate":270,"trim":{"top":1,"left":2,"width":30,"height":40},"#,
            r##""border":{"color":"#ffffff","width":3},"segment":"foreground","zoom":0.5,"nul":null})"##,
            r#".transform({"trim":"border","border":{"top":1,"left":2,"bottom":3,"right":4,"color":"red"},"#,
            r#""gravity":"face","blur":null}).output(image/webp)"#,
        )),
    ),
    (
        "mixed",
        Ok(concat!(
            r##"input(base).draw(input(img1), {}).draw(text(TXT2, 72 px, #ff0000).draw(input(img3), {"top":1}), {"left":5})"##,
            r#".draw(input(img4).draw(text(TXT5), {}).transform({"width":9}), {})"#,
            r#".draw(text(TXT6).transform({"rotate":180}), {}).draw(input(img7), {}).output(image/png)"#,
        )),
    ),
    (
        "nested",
        Ok(concat!(
            r#"input(png).transform({"rotate":90})"#,
            r#".draw(input(png1).transform({"rotate":180}), {"opacity":0.5,"repeat":true,"top":10,"left":20})"#,
            r#".draw(input(png2).draw(input(png3), {"repeat":"x","bottom":1,"right":2,"composite":"in"})"#,
            r#".transform({"rotate":270}), {}).draw(input(png4), {}).output(image/avif)"#,
        )),
    ),
    ("none", Ok("input(PNG).output(image/png)")),
    ("output_all", Ok("input(IMG0).output(image/jpeg, quality 80, background #ff00ff, anim false)")),
    ("output_anim", Ok("input(IMG0).output(image/webp, quality 34, anim true)")),
    ("output_noformat", Err(Code::BadForm)),
    ("output_rgba", Ok("input(IMG0).output(rgba)")),
    ("plain", Ok(r#"input(PNG).transform({"rotate":90,"width":100}).output(image/avif)"#)),
    ("quality_str", Ok("input(PNG).output(image/png, quality 90)")),
    ("text_min", Ok("text(Min).output(image/png)")),
    ("text", Ok("text(Hello <World> \"é😀\"\nline2, 48 px, #ff0000).output(image/png)")),
    ("text_base_draw", Ok("text(TXT0).draw(input(img1), {}).draw(text(TXT2), {}).output(image/png)")),
];

/// Requests whose source failed on the way.
const BROKEN: [&str; 3] = ["drawerr", "streamerr", "streamerr2"];

struct Capture {
    content_type: String,
    body: Vec<u8>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn capture(name: &str) -> Capture {
    let headers = fs::read_to_string(folder().join(name).with_extension("headers")).expect("the capture has headers");
    let content_type = headers.lines().find_map(|line| line.strip_prefix("Content-Type: "));
    Capture {
        content_type: content_type.expect("the capture has a content type").to_owned(),
        body: fs::read(folder().join(name).with_extension("bin")).expect("the capture has a body"),
    }
}

/// Writes a node as the Worker wrote it.
fn show(node: &RawNode<&Source>) -> String {
    let mut text = match node.source {
        Source::Image(bytes) if bytes.starts_with(b"\x89PNG") => "input(PNG)".to_owned(),
        Source::Image(bytes) => format!("input({})", String::from_utf8_lossy(bytes)),
        Source::Text(text) => {
            let (default, mut set) = (Text::default(), String::new());
            if text.size != default.size {
                set += &format!(", {} px", text.size);
            }
            if text.color != default.color {
                set += &format!(", {}", to_hex(text.color));
            }
            assert_eq!(text.font_url, "https://example.com/font.ttf");
            format!("text({}{set})", text.content)
        }
    };
    for step in &node.steps {
        text += &match step {
            Step::Transform(options) => format!(".transform({})", serde_json::to_string(options).expect("is JSON")),
            Step::Draw { child, options } => {
                format!(".draw({}, {})", show(child), serde_json::to_string(options).expect("is JSON"))
            }
        };
    }
    text
}

#[test]
fn captures_are_all_tested() {
    let files: BTreeSet<_> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "bin"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let tested = TRANSFORMS.iter().map(|(name, _)| *name).chain(BROKEN).chain(["info"]);
    assert_eq!(files, tested.map(str::to_owned).collect());
}

#[test]
fn captures_become_the_trees_that_were_written() {
    for (name, expected) in TRANSFORMS {
        let Capture { content_type, body } = capture(name);
        let collected = collect(&content_type, &body, RequestLimits::default());
        let actual = collected.map_err(|error| error.code()).map(|request| {
            let sources = request.sources.iter().collect();
            let tree = rebuild(sources, request.raw_ops, &TreeLimits::default()).unwrap();
            let Outputs::One(given) = request.outputs else { panic!("{name} asks for one result") };
            let mut output = given.format.as_str().to_owned();
            output += &given.quality.map(|quality| format!(", quality {}", quality.get())).unwrap_or_default();
            output += &given.background.map(|color| format!(", background {}", to_hex(color))).unwrap_or_default();
            output += &given.anim.map(|anim| format!(", anim {anim}")).unwrap_or_default();
            assert_eq!((request.explain, request.engine), (false, EngineChoice::Auto));
            format!("{}.output({output})", show(&tree))
        });
        assert_eq!(actual.as_deref(), expected.as_ref().map(|text| *text), "{name}");
    }
}

#[test]
fn capture_of_every_option_becomes_typed() {
    let Capture { content_type, body } = capture("full_options");
    let request = collect(&content_type, &body, RequestLimits::default()).unwrap();
    let pixels = |pixels| Some(Length::Pixels(pixels));
    let first = Transform {
        trim: Some(Trim::Edges(TrimEdges {
            top: pixels(1),
            left: pixels(2),
            width: pixels(30),
            height: pixels(40),
            ..TrimEdges::default()
        })),
        flip: Some(Flip::Both),
        rotate: Some(Rotate::ThreeQuarters),
        width: NonZeroU32::new(320),
        height: NonZeroU32::new(241),
        fit: Some(Fit::Pad),
        gravity: Some(Gravity::Point { x: 0.5, y: 0.25, mode: GravityMode::BoxCenter }),
        zoom: Some(0.5),
        upscale: None,
        segment: Some(Segment::Foreground),
        brightness: Some(1.1),
        contrast: Some(0.9),
        gamma: Some(1.2),
        saturation: Some(0.0),
        blur: Some(5),
        sharpen: Some(3.0),
        background: Some(Color { red: 255, green: 0, blue: 0, alpha: 128 }),
        border: Some(Border { color: Color::WHITE, top: 3, right: 3, bottom: 3, left: 3 }),
    };
    let second = Transform {
        trim: Some(Trim::Border(TrimBorder::default())),
        gravity: Some(Gravity::Face),
        border: Some(Border { color: Color::opaque(255, 0, 0), top: 1, right: 4, bottom: 3, left: 2 }),
        ..Transform::default()
    };
    let expected = [first, second].map(|options| Op::Transform { image_index: ImageIndex::CANVAS, options });
    assert_eq!(request.ops, expected);
}

#[test]
fn capture_of_draws_becomes_typed() {
    let Capture { content_type, body } = capture("nested");
    let request = collect(&content_type, &body, RequestLimits::default()).unwrap();
    let draws: Vec<_> = request
        .ops
        .into_iter()
        .filter_map(|op| match op {
            Op::Draw { options, .. } => Some(options),
            Op::Transform { .. } => None,
        })
        .collect();
    let tiled = Draw {
        opacity: 0.5,
        repeat: Repeat::Both,
        horizontal: AxisPosition::FromStart(20),
        vertical: AxisPosition::FromStart(10),
        ..Draw::default()
    };
    let row = Draw {
        repeat: Repeat::X,
        composite: Composite::In,
        horizontal: AxisPosition::FromEnd(2),
        vertical: AxisPosition::FromEnd(1),
        ..Draw::default()
    };
    assert_eq!(draws, [tiled, row, Draw::default(), Draw::default()]);
}

#[test]
fn captures_of_failed_streams_are_refused() {
    for name in BROKEN {
        let Capture { content_type, body } = capture(name);
        let error = collect(&content_type, &body, RequestLimits::default()).unwrap_err();
        assert_eq!(error.code(), Code::BadForm, "{name}");
        assert_eq!(error.to_string(), "the body ends before the closing boundary of the form");
    }
}

#[test]
fn captures_cut_anywhere_are_refused() {
    for (name, _) in TRANSFORMS {
        let Capture { content_type, body } = capture(name);
        // Up to the last dash something is missing; the line break behind it is not needed.
        for end in 0..body.len() - 2 {
            let error = collect(&content_type, &body[..end], RequestLimits::default()).unwrap_err();
            assert_eq!(error.code(), Code::BadForm, "{name}, {end} bytes");
        }
    }
}

#[test]
fn captures_read_alike_however_they_are_cut() {
    for (name, _) in TRANSFORMS {
        let Capture { content_type, body } = capture(name);
        let (whole, _) = read_parts(&content_type, &body, &[]);
        for length in 1..=100 {
            assert_eq!(read_parts(&content_type, &body, &[length]).0, whole, "{name}, chunks of {length} bytes");
        }
    }
}

#[test]
fn captures_are_written_byte_for_byte() {
    for (name, _) in TRANSFORMS {
        let Capture { content_type, body } = capture(name);
        let (parts, result) = read_parts(&content_type, &body, &[]);
        result.unwrap();
        let form = TransformForm::new(raw_tree(&parts), raw_output(&parts));
        let boundary = boundary(&content_type);
        assert_eq!(boundary.content_type(), content_type);
        let written = Piece::join(&form.into_pieces(&boundary));
        assert_eq!(String::from_utf8_lossy(&written), String::from_utf8_lossy(&body), "{name}");
        assert_eq!(written, body, "{name}");
    }
}

#[test]
fn capture_of_info_goes_both_ways() {
    let Capture { content_type, body } = capture("info");
    let mut collector = InfoCollector::new(RequestLimits::default());
    read(&content_type, &body, &[7], FormLimits::default(), |event| collector.accept(event)).unwrap();
    let image = collector.finish().unwrap();
    assert!(image.starts_with(b"\x89PNG"));
    assert_eq!(Piece::join(&InfoForm::new(image).into_pieces(&boundary(&content_type))), body);
}

/// The boundary of a capture, as this crate makes it of the digits.
fn boundary(content_type: &str) -> Boundary {
    let digits = content_type.rsplit('-').next().expect("a split has a last part");
    Boundary::new(digits.parse().expect("the boundary ends with digits"))
}

fn raw_tree(parts: &[WholePart]) -> RawNode<FormSource<Vec<u8>>> {
    let sources = parts.iter().filter_map(|part| {
        assert_eq!(part.is_file, ["image", "draw_image"].contains(&part.name.as_str()));
        match part.name.as_str() {
            "image" | "draw_image" => Some(FormSource::Image(part.data.clone())),
            "text_input" | "draw_text" => {
                let options: Options = serde_json::from_slice(&part.data).expect("a text source is an object");
                Some(FormSource::Text(options))
            }
            _ => None,
        }
    });
    let list = parse_list(field(parts, "transforms").expect("there is a list").as_str()).expect("the list is one");
    rebuild(sources.collect(), list, &TreeLimits::default()).expect("the list is a tree")
}

fn raw_output(parts: &[WholePart]) -> RawOutput {
    RawOutput {
        format: field(parts, "output_format").expect("there is a format"),
        quality: field(parts, "output_quality"),
        background: field(parts, "background"),
        anim: field(parts, "anim"),
    }
}

fn field(parts: &[WholePart], name: &str) -> Option<String> {
    let part = parts.iter().find(|part| part.name == name)?;
    Some(String::from_utf8(part.data.clone()).expect("a field is text"))
}
