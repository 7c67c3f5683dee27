//! Requests of the binding in workerd, written again with the verbs of this crate: the same bytes, except for the boundary.

use std::fs;
use std::path::PathBuf;

use palmette_client::{Color, Images, Options, Output, OutputFormat, RawOutput, Text, Transform, Transformer};
use palmette_client::{Draw, EngineChoice};
use palmette_protocol::{FormEvent, FormLimits, FormReader, OptionObject};
use serde_json::{Value, json};

use crate::recorder::{PICTURE, PLAN, Recorded, recorded_images};

/// A request of the binding.
struct Capture {
    head: Vec<String>,
    body: Vec<u8>,
}

impl Capture {
    fn read(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../protocol/tests/fixtures").join(name);
        let head = fs::read_to_string(path.with_extension("headers")).unwrap();
        let head = head.trim_end().split("\r\n").flat_map(|line| line.split('\n')).map(str::to_owned).collect();
        Self { head, body: fs::read(path.with_extension("bin")).unwrap() }
    }

    /// Returns what the pictures of the form hold, in their order.
    fn images(&self) -> Vec<Vec<u8>> {
        let mut files = Vec::new();
        let mut is_in_file = false;
        let content_type = self.head.iter().find_map(|line| line.strip_prefix("Content-Type: ")).unwrap();
        let mut reader = FormReader::new(content_type, FormLimits::default()).unwrap();
        let on_event = |event: FormEvent<'_>| {
            match event {
                FormEvent::PartStart { filename, .. } => {
                    is_in_file = filename.is_some();
                    files.extend(is_in_file.then(Vec::new));
                }
                FormEvent::Data(data) if is_in_file => files.last_mut().unwrap().extend_from_slice(data),
                FormEvent::Data(_) | FormEvent::PartEnd | FormEvent::End => {}
            }
            Ok(())
        };
        reader.feed(&self.body, on_event).unwrap();
        files
    }
}

fn options(value: Value) -> Options {
    match value {
        Value::Object(options) => options,
        other => panic!("not an object: {other}"),
    }
}

fn text(text: &str) -> Text {
    Text::new(text, "https://example.com/font.ttf")
}

fn raw(format: &str, quality: Option<&str>, background: Option<&str>, anim: Option<&str>) -> RawOutput {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    RawOutput { format: format.to_owned(), quality: owned(quality), background: owned(background), anim: owned(anim) }
}

/// Returns the request as a program writes it that has these pictures.
fn written(name: &str, images: &Images, files: &[Vec<u8>]) -> (Transformer, RawOutput) {
    let file = |index: usize| files[index].clone();
    let input = |index: usize| images.input(file(index));
    let png = || OutputFormat::Png.into();
    let none = Draw::default;
    match name {
        "base64_in" | "extra" | "none" => (input(0), png()),
        "bg_num" => (input(0), raw("image/png", None, Some("5"), None)),
        "draw_ab" => (input(0).draw(file(1), options(json!({"top": 1}))), png()),
        "full_options" => {
            let first = json!({
                "width": 320, "height": 240.5, "fit": "pad", "gravity": {"x": 0.5, "y": 0.25, "mode": "box-center"},
                "background": "rgba(255,0,0,0.5)", "blur": 5, "brightness": 1.1, "contrast": 0.9, "gamma": 1.2,
                "saturation": 0, "sharpen": 3, "flip": "hv", "rotate": 270,
                "trim": {"top": 1, "left": 2, "width": 30, "height": 40}, "border": {"color": "#ffffff", "width": 3},
                "segment": "foreground", "zoom": 0.5, "nul": null,
            });
            let second = json!({
                "trim": "border", "border": {"top": 1, "left": 2, "bottom": 3, "right": 4, "color": "red"},
                "gravity": "face", "blur": null,
            });
            (input(0).transform(options(first)).transform(options(second)), OutputFormat::Webp.into())
        }
        "mixed" => {
            let red = json!({
                "text": "TXT2", "font": {"url": "https://example.com/font.ttf"}, "size": 72, "color": "red",
            });
            let second = images.text(options(red)).draw(file(2), options(json!({"top": 1})));
            let fourth = input(3).draw(text("TXT5"), none()).transform(options(json!({"width": 9})));
            let sixth = images.text(text("TXT6")).transform(options(json!({"rotate": 180})));
            let tree = input(0).draw(file(1), none()).draw(second, options(json!({"left": 5}))).draw(fourth, none());
            (tree.draw(sixth, none()).draw(file(4), none()), png())
        }
        "nested" => {
            let turn = |degrees: u16| options(json!({"rotate": degrees}));
            let tiled = options(json!({"opacity": 0.5, "repeat": true, "top": 10, "left": 20}));
            let row = options(json!({"repeat": "x", "bottom": 1, "right": 2, "composite": "in"}));
            let second = input(2).draw(file(3), row).transform(turn(270));
            let tree = input(0).transform(turn(90)).draw(input(1).transform(turn(180)), tiled).draw(second, none());
            (tree.draw(file(4), none()), OutputFormat::Avif.into())
        }
        "output_all" => {
            let background = Some(Color::opaque(255, 0, 255));
            let output = Output { background, anim: Some(false), ..OutputFormat::Jpeg.quality(80) };
            (input(0), output.into())
        }
        "output_anim" => (input(0), raw("image/webp", Some("33.5"), None, Some("true"))),
        "output_noformat" => (input(0), raw("undefined", None, None, None)),
        "output_rgba" => (input(0), OutputFormat::Rgba.into()),
        "plain" => (input(0).transform(options(json!({"rotate": 90, "width": 100}))), OutputFormat::Avif.into()),
        "quality_str" => (input(0), raw("image/png", Some("high"), None, None)),
        "text" => {
            let source = json!({
                "text": "Hello <World> \"é😀\"\nline2", "font": {"url": "https://example.com/font.ttf"}, "size": 48,
                "color": "#FF0000",
            });
            (images.text(options(source)), png())
        }
        "text_base_draw" => (images.text(text("TXT0")).draw(file(0), none()).draw(text("TXT2"), none()), png()),
        "text_min" => (images.text(text("Min")), png()),
        other => panic!("{other} is not written here"),
    }
}

/// Every capture whose sources did not fail, except that of `/info`.
const NAMES: [&str; 17] = [
    "base64_in",
    "bg_num",
    "draw_ab",
    "extra",
    "full_options",
    "mixed",
    "nested",
    "none",
    "output_all",
    "output_anim",
    "output_noformat",
    "output_rgba",
    "plain",
    "quality_str",
    "text",
    "text_base_draw",
    "text_min",
];

/// Asserts that a request is the captured one, apart from the boundary and the host.
fn assert_same(name: &str, actual: &Recorded, expected: &Capture) {
    let boundary = |content_type: &str| content_type.split_once("boundary=").unwrap().1.to_owned();
    let content_type = actual.header("content-type").unwrap();
    let expected_type = expected.head.iter().find_map(|line| line.strip_prefix("Content-Type: ")).unwrap();
    let (ours, theirs) = (boundary(content_type), boundary(expected_type));
    assert_eq!(content_type.replace(&ours, ""), expected_type.replace(&theirs, ""), "{name}");
    assert_eq!(ours.len(), theirs.len(), "{name}");
    assert!(
        ours.starts_with(&"-".repeat(26)) && ours[26..].bytes().all(|byte| byte.is_ascii_digit()),
        "{name}: {ours}"
    );

    let body = String::from_utf8_lossy(&actual.body).replace(&ours, &theirs);
    assert_eq!(body, String::from_utf8_lossy(&expected.body), "{name}");
    assert_eq!(actual.body.len(), expected.body.len(), "{name}");

    assert_eq!(actual.head[0], expected.head[0], "{name}");
    let names = |head: &[String]| {
        let mut names: Vec<_> =
            head[1..].iter().filter_map(|line| Some(line.split_once(':')?.0.to_ascii_lowercase())).collect();
        names.sort();
        names
    };
    assert_eq!(names(&actual.head), names(&expected.head), "{name}");
    assert_eq!(actual.header("transfer-encoding"), Some("chunked"), "{name}");
    assert!(actual.is_whole, "{name}");
}

#[tokio::test]
async fn captures_are_sent_byte_for_byte() {
    for name in NAMES {
        let capture = Capture::read(name);
        let (images, recorded) = recorded_images(PICTURE).await;
        let (transformer, output) = written(name, &images, &capture.images());
        transformer.output(output).await.unwrap();
        assert_same(name, &recorded.await.unwrap(), &capture);
    }
}

#[tokio::test]
async fn capture_of_info_is_sent_byte_for_byte() {
    let capture = Capture::read("info");
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 26\r\n\r\n{\"format\":\"image/svg+xml\"}";
    let (images, recorded) = recorded_images(answer).await;
    images.info(capture.images().remove(0)).await.unwrap();
    assert_same("info", &recorded.await.unwrap(), &capture);
}

#[tokio::test]
async fn captures_do_not_depend_on_how_options_are_written() {
    let capture = Capture::read("plain");
    let (images, recorded) = recorded_images(PICTURE).await;
    let typed = Transform::from_options(&options(json!({"rotate": 90, "width": 100}))).unwrap();
    images.input(capture.images().remove(0)).transform(typed).output(OutputFormat::Avif).await.unwrap();
    assert_same("plain", &recorded.await.unwrap(), &capture);
}

#[tokio::test]
async fn forms_say_what_only_this_server_knows() {
    let (images, recorded) = recorded_images(PLAN).await;
    let plan = images.input(&b"x"[..]).engine(EngineChoice::Cpu).explain(OutputFormat::Png).await.unwrap();
    assert_eq!(plan, "{}");
    let body = String::from_utf8(recorded.await.unwrap().body).unwrap();
    assert!(body.contains("name=\"explain\"\r\n\r\ntrue\r\n"), "{body}");
    assert!(body.contains("name=\"engine\"\r\n\r\ncpu\r\n"), "{body}");
}
