//! Pictures that are described by calls: the same pictures as from the wire, and errors in the words of the program.

use std::time::Duration;

use bytes::Bytes;
use palmette::core::{Deadline, Pixmap, Size};
use palmette::ops::Class;
use palmette::protocol::Code;
use palmette::{
    Border, Color, Draw, Error, Fit, Limits, OnDamage, OutputFormat, Pipeline, Repeat, Rotate, Transform, Transformer,
    Trim, TrimEdges,
};

use crate::support::{file_of, pipeline, png, request};

/// A picture whose pixels all differ, some of them clear.
fn noise(width: u32, height: u32) -> Pixmap {
    let samples = (0..width * height * 4).map(|index| u8::try_from(index.wrapping_mul(2_654_435_761) >> 24).unwrap());
    Pixmap::from_vec(Size::new(width, height), samples.collect()).unwrap()
}

/// The list of [`described`].
const LIST: &str = r#"[
    {"imageIndex": 0, "trim": {"left": 3, "top": 2, "width": 50, "height": 40}},
    {"imageIndex": 1, "rotate": 90},
    {"imageIndex": 2, "width": 5, "height": 5, "fit": "cover"},
    {"drawImageIndex": 2, "targetImageIndex": 1, "right": 1, "top": 2, "opacity": 0.5},
    {"drawImageIndex": 1, "targetImageIndex": 0, "repeat": true},
    {"imageIndex": 0, "width": 30, "border": {"width": 2, "color": "red"}}]"#;

/// What [`LIST`] says, by calls.
fn described(canvas: Transformer, overlay: Transformer, mark: Transformer) -> Transformer {
    let mark = mark.transform(Transform { fit: Some(Fit::Cover), ..Transform::resize(5, 5) });
    let overlay = overlay
        .transform(Transform { rotate: Some(Rotate::Quarter), ..Transform::default() })
        .draw(mark, Draw { opacity: 0.5, ..Draw::top_right(1, 2) });
    let border = Border { color: Color::opaque(255, 0, 0), top: 2, right: 2, bottom: 2, left: 2 };
    canvas
        .transform(Transform { trim: Some(Trim::window(3, 2, 50, 40)), ..Transform::default() })
        .draw(overlay, Draw { repeat: Repeat::Both, ..Draw::default() })
        .transform(Transform { border: Some(border), ..Transform::resize(30, 0) })
}

#[test]
fn transformer_makes_the_picture_of_the_list() {
    let pictures = [noise(64, 48), noise(9, 7), noise(20, 10)];
    let files = pictures.clone().map(file_of);
    let expected = pipeline().transform(request(files.to_vec(), LIST), Deadline::NONE).unwrap();
    let [canvas, overlay, mark] = files.map(|file| palmette::open(file).unwrap());
    let of_files = described(canvas, overlay, mark).output(OutputFormat::Rgba).unwrap();
    assert_eq!((of_files.size, &of_files.bytes), (expected.size, &expected.bytes));
    // Pixels are a source like any other.
    let [canvas, overlay, mark] = pictures.map(|picture| palmette::open(picture).unwrap());
    let of_pixels = described(canvas, overlay, mark).pixels().unwrap();
    assert_eq!((of_pixels.size(), of_pixels.data()), (expected.size, &expected.bytes[..]));
}

#[test]
fn transformer_may_move_to_another_thread() {
    let photo = palmette::open(noise(64, 48)).unwrap();
    let answer = std::thread::spawn(|| photo.resize(32, 0).output(OutputFormat::Jpeg.quality(70))).join().unwrap();
    let shown = format!("{:?}", answer.unwrap());
    assert!(shown.len() < 500 && shown.contains("width: 32"), "{shown}");
}

#[test]
fn transformer_clones_share_their_picture() {
    let photo = palmette::open(noise(64, 48)).unwrap();
    let sizes = [32, 16].map(|width| photo.clone().resize(width, 0).pixels().unwrap().size());
    assert_eq!(sizes, [Size::new(32, 24), Size::new(16, 12)]);
    assert_eq!(photo.pixels().unwrap(), noise(64, 48));
}

#[test]
fn transformer_opens_only_pictures() {
    let too_large = Pipeline::builder().limits(Limits { max_side_px: 10, ..Limits::default() }).build().unwrap();
    for (opened, message, code) in [
        (
            palmette::open(b"no picture"),
            "not an image in a supported format (JPEG, PNG, GIF, WebP, AVIF, HEIC, BMP, TIFF, ICO, QOI, PNM)",
            Code::NotAPicture,
        ),
        (palmette::open(Vec::new()), "the file is empty", Code::NotAPicture),
        (palmette::open(png(13_000, 1)), "13000×1 pixels is outside the limits", Code::DimensionsTooLarge),
        (too_large.open(png(11, 1)), "11×1 pixels is outside the limits", Code::DimensionsTooLarge),
        (too_large.open(noise(11, 1)), "11×1 pixels is outside the limits", Code::DimensionsTooLarge),
    ] {
        let error = opened.unwrap_err();
        assert!(error.to_string().starts_with(&format!("cannot open the picture: {message}")), "{error}");
        assert_eq!((error.code(), error.source_index()), (code, Some(0)));
    }
    // The pipeline that makes the picture decides.
    let overlay = palmette::open(noise(11, 1)).unwrap();
    let error = too_large.open(noise(5, 5)).unwrap().draw(overlay, Draw::default()).pixels().unwrap_err();
    assert!(error.to_string().starts_with("picture 1: 11×1 pixels is outside the limits"), "{error}");
}

#[test]
fn transformer_names_the_place_of_a_failure() {
    let open = || palmette::open(noise(64, 48)).unwrap();
    let blur = |blur| Transform { blur: Some(blur), ..Transform::default() };
    let gone = Transform { trim: Some(Trim::window(64, 0, 5, 5)), ..Transform::default() };
    let half = palmette::Length::Fraction(1.5);
    let beyond = TrimEdges { left: Some(half), ..TrimEdges::default() };
    let beyond = Transform { trim: Some(Trim::Edges(beyond)), ..Transform::default() };
    let damaged = palmette::open(png(64, 64).slice(..60)).unwrap();
    let draw = |opacity| Draw { opacity, ..Draw::default() };
    for (picture, message, code) in [
        (
            open().transform(blur(3)).transform(blur(251)),
            "transform 2 of the canvas: blur must be",
            Code::InvalidOption,
        ),
        (
            open().draw(open().draw(open().transform(blur(251)), draw(1.0)), draw(1.0)),
            "transform 1 of picture 2: blur must be",
            Code::InvalidOption,
        ),
        (open().draw(open(), draw(1.5)), "draw 1 on the canvas: opacity must be 0 to 1, got 1.5", Code::InvalidOption),
        (open().draw(open(), draw(f64::NAN)), "draw 1 on the canvas: every number must be finite", Code::InvalidOption),
        (open().transform(beyond), "transform 1 of the canvas: every number must be finite", Code::InvalidOption),
        (
            open().draw(open(), draw(1.0)).draw(open().transform(gone), draw(1.0)),
            "transform 1 of picture 2: `trim` cuts away all of 64×48 pixels",
            Code::InvalidOption,
        ),
        (open().draw(damaged, draw(1.0)), "picture 1: the image/png is damaged", Code::Damaged),
    ] {
        for error in [picture.clone().encode(OutputFormat::Png), picture.encode(OutputFormat::Rgb)] {
            let error = error.unwrap_err();
            assert!(error.to_string().starts_with(message), "{error}, not {message}");
            assert_eq!((error.code(), error.class()), (code, Class::Caller), "{error}");
        }
    }
}

#[test]
fn transformer_explains_what_it_would_do() {
    let explanation = palmette::open(noise(64, 48)).unwrap().resize(32, 0).explain(OutputFormat::Webp).unwrap();
    assert_eq!((explanation.sources[0].format, explanation.output.size), ("rgba", Size::new(32, 24)));
    assert!(explanation.steps.iter().any(|step| step.kind == "resize"), "{explanation:?}");
    let error = palmette::open(noise(4, 4))
        .unwrap()
        .draw(palmette::open(noise(4, 4)).unwrap(), Draw { opacity: 2.0, ..Draw::default() });
    assert!(matches!(error.explain(OutputFormat::Webp), Err(Error::Option { .. })));
}

#[test]
fn transformer_minds_time_and_memory() {
    let photo = palmette::open(noise(64, 48)).unwrap();
    let error = photo.timeout(Duration::ZERO).pixels().unwrap_err();
    assert_eq!((error.class(), error.to_string()), (Class::Deadline, "the time limit of the request ran out".into()));
    let small = Pipeline::builder().max_pixel_bytes(10_000).build().unwrap();
    let error = small.open(noise(64, 48)).unwrap().transform(Transform::resize(10, 0)).pixels();
    assert!(error.is_ok(), "pixels that a program holds already are not counted: {error:?}");
    let turned = Transform { rotate: Some(Rotate::Quarter), ..Transform::default() };
    let error = small.open(noise(64, 48)).unwrap().transform(turned).pixels().unwrap_err();
    assert!(matches!(error, Error::TooMuchMemory { max_bytes: 10_000, .. }), "{error}");
}

#[test]
fn transformer_shows_damaged_pictures_where_it_may() {
    let whole = file_of(noise(64, 48));
    let cut: Bytes = whole.slice(..whole.len() / 2);
    let shows = Pipeline::builder().on_damage(OnDamage::Show).build().unwrap();
    let answer = shows.open(cut.clone()).unwrap().output(OutputFormat::Rgba).unwrap();
    assert_eq!((answer.size, answer.damage.unwrap().index), (Size::new(64, 48), 0));
    let error = palmette::open(cut).unwrap().output(OutputFormat::Rgba).unwrap_err();
    assert!(error.to_string().starts_with("the canvas: the image/png is damaged"), "{error}");
}

#[test]
fn transformer_reads_and_writes_files() {
    let folder = std::env::temp_dir().join(format!("palmette-transformer-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("noise.PNG");
    palmette::open(noise(8, 6)).unwrap().save(&path).unwrap();
    assert_eq!(palmette::open_file(&path).unwrap().pixels().unwrap(), noise(8, 6));

    let error = palmette::open_file(folder.join("none.png")).unwrap_err();
    assert!(error.to_string().starts_with(&format!("cannot read {}", folder.join("none.png").display())), "{error}");
    let error = palmette::open(noise(8, 6)).unwrap().save(folder.join("none/noise.png")).unwrap_err();
    assert!(matches!(error, Error::Write { .. }) && error.class() == Class::Ours, "{error}");
    for name in ["noise", "noise.tiff", "noise.png.bak"] {
        let error = palmette::open(noise(8, 6)).unwrap().save(folder.join(name)).unwrap_err();
        assert!(matches!(error, Error::Extension { .. }) && !folder.join(name).exists(), "{error}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
