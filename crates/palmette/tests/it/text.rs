//! Text as a source: laid out before it is drawn, and like any other picture from then on.
//!
//! The fonts are those of Debian's package `fonts-dejavu-core`.

use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use palmette::codec::{AnimationEncoder, DecodeOptions, EncodeFormat, EncodeOptions, animation};
use palmette::core::{Deadline, Limits, Pixmap, Size};
use palmette::protocol::request::FontFiles;
use palmette::protocol::{Code, OutputFormat, Source, TransformRequest};
use palmette::{Color, Draw, FontFolder, Pipeline, Text, Transform};

use crate::support::{pipeline, pipeline_with, png, request};

const FOLDER: &str = "/usr/share/fonts/truetype/dejavu";
const URL: &str = "https://example.com/DejaVuSans.ttf";

fn font_bytes() -> Bytes {
    let path = format!("{FOLDER}/DejaVuSans.ttf");
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}; it is in fonts-dejavu-core")).into()
}

/// The one font that tests fetch.
fn fonts() -> FontFiles {
    let mut fonts = FontFiles::default();
    fonts.insert(URL, font_bytes());
    fonts
}

fn red(content: &str) -> Text {
    Text { size: 24.0, color: Color::opaque(255, 0, 0), ..Text::new(content, URL) }
}

/// A request for bare pixels of texts, each a source, with the fonts that they need.
fn texts(texts: &[Text], list: &str) -> TransformRequest {
    let sources = texts.iter().cloned().map(Source::Text).collect();
    TransformRequest { sources, fonts: fonts(), ..request(Vec::new(), list) }
}

fn pixels(pipeline: &Pipeline, request: TransformRequest) -> Pixmap {
    let answer = pipeline.transform(request, Deadline::NONE).unwrap();
    Pixmap::from_vec(answer.size, answer.bytes.to_vec()).unwrap()
}

/// The sum of all alphas.
fn ink(pixmap: &Pixmap) -> u64 {
    pixmap.data().iter().skip(3).step_by(4).map(|&alpha| u64::from(alpha)).sum()
}

#[test]
fn text_is_a_canvas_in_its_colour_on_nothing() {
    let set = pixels(&pipeline(), texts(&[red("Minimal")], "[]"));
    assert!((80..110).contains(&set.size().width) && set.size().height == 28, "{}", set.size());
    assert!(ink(&set) > 100_000, "{}", ink(&set));
    let pixels = set.data().as_chunks::<4>().0;
    assert!(pixels.iter().all(|pixel| *pixel == [0; 4] || pixel[..3] == [255, 0, 0]));
    let [corner, stem] = [set.pixel(0, 0), *pixels.iter().max_by_key(|pixel| pixel[3]).unwrap()];
    assert_eq!((corner, stem), ([0; 4], [255, 0, 0, 255]));
}

#[test]
fn text_is_transformed_and_drawn_upon_like_a_picture() {
    let pipeline = pipeline();
    let plain = pixels(&pipeline, texts(&[red("Text")], "[]"));
    let turned = pixels(&pipeline, texts(&[red("Text")], r#"[{"imageIndex":0,"rotate":90,"flip":"h"}]"#));
    assert_eq!(turned.size(), Size::new(plain.size().height, plain.size().width));
    assert_eq!(ink(&turned), ink(&plain));
    let trimmed = pixels(&pipeline, texts(&[red("Text")], r#"[{"imageIndex":0,"trim":"border"}]"#));
    assert!(trimmed.size().height < plain.size().height, "what is measured is drawn for it: {}", trimmed.size());
    assert_eq!(ink(&trimmed), ink(&plain));
    let window = pixels(&pipeline, texts(&[red("Text")], r#"[{"imageIndex":0,"trim":{"left":3,"top":5}}]"#));
    assert_eq!(window.pixel(20, 10), plain.pixel(23, 15));

    let on_text = r#"[{"drawImageIndex":1,"targetImageIndex":0,"left":0,"top":0}]"#;
    let both = pixels(&pipeline, texts(&[red("Text"), Text { color: Color::BLACK, ..red("|") }], on_text));
    assert_eq!(both.size(), plain.size());
    assert!(both.data().as_chunks::<4>().0.iter().any(|pixel| pixel == &[0, 0, 0, 255]));
}

#[test]
fn text_on_a_picture_changes_the_pixels_below_it() {
    let request = TransformRequest {
        sources: vec![Source::Image(png(200, 100)), Source::Text(red("Mark"))],
        fonts: fonts(),
        ..request(Vec::new(), r#"[{"drawImageIndex":1,"targetImageIndex":0,"right":10,"bottom":5,"opacity":0.5}]"#)
    };
    let drawn = pixels(&pipeline(), request);
    let size = pixels(&pipeline(), texts(&[red("Mark")], "[]")).size();
    let (left, top) = (190 - size.width, 95 - size.height);
    let mut changed = 0;
    for (y, x) in (0..100).flat_map(|y| (0..200).map(move |x| (y, x))) {
        let is_below = (left..190).contains(&x) && (top..95).contains(&y);
        let is_changed = drawn.pixel(x, y) != [9, 8, 7, 255];
        assert!(is_below || !is_changed, "{x}, {y}");
        changed += u32::from(is_changed);
    }
    assert!(changed > 200, "{changed}");
}

#[test]
fn text_is_drawn_on_every_frame() {
    let mut encoder = AnimationEncoder::new(&EncodeOptions::new(EncodeFormat::Gif), Size::new(120, 40), None).unwrap();
    for grey in [40, 80, 120] {
        encoder.push(Pixmap::filled(Size::new(120, 40), [grey, grey, grey, 255]).unwrap(), 100).unwrap();
    }
    let canvas = encoder.finish().unwrap().bytes.into();
    let request = TransformRequest {
        sources: vec![Source::Image(canvas), Source::Text(red("Frame"))],
        outputs: OutputFormat::Webp.quality(100).into(),
        fonts: fonts(),
        ..request(Vec::new(), r#"[{"drawImageIndex":1,"targetImageIndex":0}]"#)
    };
    let answer = pipeline().transform(request, Deadline::NONE).unwrap();
    assert_eq!(answer.frame_count, 3);
    let frames: Vec<_> = animation(&answer.bytes, &DecodeOptions::default()).unwrap().map(Result::unwrap).collect();
    let red_in =
        |pixmap: &Pixmap| pixmap.data().as_chunks::<4>().0.iter().filter(|it| it[0] > 200 && it[1] < 60).count();
    let counts: Vec<_> = frames.iter().map(|frame| red_in(&frame.pixmap)).collect();
    assert!(counts.iter().all(|count| *count > 100), "{counts:?}");
}

#[test]
fn text_moves_nothing_as_a_canvas_of_a_format_that_can() {
    let request = TransformRequest { outputs: OutputFormat::Gif.into(), ..texts(&[red("Still")], "[]") };
    let answer = pipeline().transform(request, Deadline::NONE).unwrap();
    assert_eq!((answer.frame_count, answer.content_type), (1, "image/gif"));
}

#[test]
fn text_is_the_same_wherever_its_font_comes_from() {
    let folder = Arc::new(FontFolder::scan(FOLDER).unwrap());
    let pipeline = Pipeline::builder().fonts(folder).build().unwrap();
    let expected = pixels(&pipeline, texts(&[red("Same")], "[]"));
    let data = format!("data:font/ttf;base64,{}", BASE64_STANDARD.encode(font_bytes()));
    for font_url in ["font:DejaVu Sans", "font:dejavusans", "FONT: DejaVu Sans", &data] {
        let text = Text { font_url: font_url.to_owned(), ..red("Same") };
        assert!(texts(std::slice::from_ref(&text), "[]").font_urls().is_empty(), "nothing to fetch");
        assert_eq!(pixels(&pipeline, texts(&[text], "[]")), expected, "{font_url:.20}");
    }
}

#[test]
fn text_falls_back_on_the_fonts_of_the_operator() {
    let folder = Arc::new(FontFolder::scan(FOLDER).unwrap());
    let with_folder = Pipeline::builder().fonts(folder).build().unwrap();
    // Mono lacks what Sans has: letters of Ogham.
    let text = Text { font_url: "mono".to_owned(), ..red("a\u{1681}") };
    let mono = std::fs::read(format!("{FOLDER}/DejaVuSansMono.ttf")).unwrap();
    let entry = |pipeline: &Pipeline| {
        let mut request = texts(std::slice::from_ref(&text), "[]");
        request.fonts.insert("mono", mono.clone());
        pipeline.explain(request, Deadline::NONE).unwrap().sources.remove(0).text.unwrap()
    };
    let (alone, with_folder) = (entry(&pipeline()), entry(&with_folder));
    assert_eq!((alone.missing_count, alone.fonts.len()), (1, 1), "{alone:?}");
    assert_eq!((with_folder.missing_count, with_folder.fonts.len()), (0, 2), "{with_folder:?}");
}

#[test]
fn text_that_cannot_be_set_says_why() {
    let folder = Arc::new(FontFolder::scan(FOLDER).unwrap());
    let pipeline = Pipeline::builder().fonts(folder).build().unwrap();
    let with_url = |url: &str| Text { font_url: url.to_owned(), ..red("a") };
    let wide = Text { size: 4000.0, ..red("wide") };
    for (text, code, words) in [
        (
            with_url("https://example.com/other.ttf"),
            Code::FontFailed,
            r#"font "https://example.com/other.ttf": it was not"#,
        ),
        (with_url("https://example.com/gone.ttf"), Code::FontFailed, r#"gone.ttf": the server answered 404"#),
        (with_url("https://example.com/photo.png"), Code::FontFailed, "not a font in a supported format"),
        (with_url("font:No Such"), Code::FontFailed, r#"font "No Such": there is no font of that name, only DejaVu"#),
        (with_url("data:font/ttf;base64"), Code::FontFailed, "font in a data URL: the data URL is malformed"),
        (with_url("data:font/ttf,abc"), Code::FontFailed, "font in a data URL: not a font in a supported format"),
        (wide, Code::DimensionsTooLarge, "the limit for a side is 4096"),
    ] {
        let mut request = TransformRequest {
            sources: vec![Source::Image(png(4, 4)), Source::Text(text)],
            ..texts(&[], r#"[{"drawImageIndex":1,"targetImageIndex":0}]"#)
        };
        request.fonts.fail("https://example.com/gone.ttf", "the server answered 404");
        request.fonts.insert("https://example.com/photo.png", png(4, 4));
        let error = pipeline.transform(request, Deadline::NONE).unwrap_err();
        assert!(error.to_string().starts_with("picture 1: ") && error.to_string().contains(words), "{error}");
        assert_eq!((error.code(), error.source_index()), (code, Some(1)), "{error}");
    }
    let small = Limits { max_side_px: 40, ..Limits::default() };
    let error = pipeline_with(small).transform(texts(&[red("Minimal")], "[]"), Deadline::NONE).unwrap_err();
    assert_eq!(error.code(), Code::DimensionsTooLarge, "{error}");
}

#[test]
fn text_is_explained_and_weighed() {
    let pipeline = pipeline();
    let request = || texts(&[red("one\ntwo")], r#"[{"imageIndex":0,"width":40}]"#);
    let explanation = pipeline.explain(request(), Deadline::NONE).unwrap();
    let source = &explanation.sources[0];
    assert_eq!((source.format, source.file_size, source.frame_count), ("text", 7, 1));
    let entry = source.text.as_ref().unwrap();
    assert_eq!((entry.line_count, entry.glyph_count, entry.missing_count), (2, 6, 0));
    assert_eq!(entry.fonts, ["DejaVu Sans"]);
    let json = explanation.to_json();
    assert!(json.contains(r#""line_count": 2"#) && !json.contains("notes"), "{json}");
    let least = source.size.bytes() + font_bytes().len() as u64;
    assert!(explanation.memory_bytes >= least, "the picture and its font: {} and {least}", explanation.memory_bytes);
    // A font that two texts share is held once.
    let list = r#"[{"drawImageIndex":1,"targetImageIndex":0}]"#;
    let twice = pipeline.explain(texts(&[red("one\ntwo"), red("one")], list), Deadline::NONE).unwrap();
    let font = font_bytes().len() as u64;
    assert!(twice.memory_bytes < 2 * font, "{} of a font of {font}", twice.memory_bytes);
    // A picture has no such entry.
    let picture = pipeline.explain(crate::support::request(vec![png(2, 2)], "[]"), Deadline::NONE).unwrap();
    assert!(!picture.to_json().contains(r#""text""#));
}

#[test]
fn text_is_opened_by_programs_too() {
    let pipeline = pipeline();
    let mark = pipeline.text(red("Mark"), &fonts()).unwrap();
    let size = mark.size();
    assert_eq!((mark.frame_count(), size.height), (1, 28));
    let canvas = pipeline.open(png(200, 100)).unwrap();
    let drawn =
        canvas.clone().draw(mark.clone().transform(Transform::resize(20, 0)), Draw::top_left(0, 0)).pixels().unwrap();
    assert_ne!(drawn, canvas.pixels().unwrap());
    assert_eq!(mark.pixels().unwrap(), pixels(&pipeline, texts(&[red("Mark")], "[]")));
    let error = pipeline.text(Text::new("a", "font:any"), &FontFiles::default()).unwrap_err();
    assert!(error.to_string().ends_with("there is no font of that name, nor any other"), "{error}");
}
