//! What a request is estimated to take is what a fresh process really takes.
//!
//! Every case runs in a process of its own, this binary started again, with the allocator of the command: its peak of resident
//! memory is at most the estimate and a little for the process itself, and the estimate at most twice the peak and that little.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../src/allocator.rs"]
mod allocator;

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use palmette::codec::{AnimationEncoder, EncodeFormat, EncodeOptions, encode};
use palmette::core::rows::collect;
use palmette::core::{Ability, Band, Deadline, Error, Layout, Limits, Model, ModelError, Picture, Pixmap, Rows, Size};
use palmette::protocol::request::FontFiles;
use palmette::protocol::{Output, OutputFormat, Outputs, Quality, Source, TransformRequest, list};
use palmette::{Answer, EngineChoice, Engines, Pipeline, Rendition, Transform};

/// Names the folder of a case to the process that runs it.
const CASE_VARIABLE: &str = "PALMETTE_TEST_MEMORY_CASE";

/// What a process takes beside the pictures: its code, the pool of the allocator, tables of codecs.
const PROCESS_BYTES: u64 = 32_000_000;

/// What is asked for.
struct Case<'a> {
    source: &'a [u8],
    options: &'static str,
    format: OutputFormat,
    quality: u8,
    /// Of several results; none for one as wide as it comes.
    widths: &'static [u32],
}

/// What a case took.
struct Taken {
    estimate_bytes: u64,
    peak_bytes: u64,
}

/// Draws what codecs find hard: colours that change from pixel to pixel, over slopes; with soft alpha or none.
fn picture(size: Size, has_alpha: bool) -> Pixmap {
    let mut state = 1_u32;
    let level = |value: u32| u8::try_from(value % 256).unwrap();
    let mut data = Vec::new();
    for y in 0..size.height {
        for x in 0..size.width {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = state >> 28;
            let slope = |at: u32, of: u32| level(at * 230 / of + noise);
            let alpha = if has_alpha { slope(x + y, size.width + size.height) } else { 255 };
            data.extend([slope(x, size.width), slope(y, size.height), level(x / 16 * 37), alpha]);
        }
    }
    Pixmap::from_vec(size, data).unwrap()
}

fn file(size: Size, has_alpha: bool, format: EncodeFormat, quality: u8) -> Vec<u8> {
    let options = EncodeOptions { quality: Some(quality), ..EncodeOptions::new(format) };
    encode(picture(size, has_alpha), &options).unwrap().bytes
}

fn animation(size: Size, format: EncodeFormat, frames: u8) -> Vec<u8> {
    let mut encoder = AnimationEncoder::new(&EncodeOptions::new(format), size, None).unwrap();
    for number in 0..frames {
        let mut frame = picture(size, false);
        frame
            .data_mut()
            .as_chunks_mut::<4>()
            .0
            .iter_mut()
            .for_each(|pixel| pixel[2] = pixel[2].wrapping_add(number * 50));
        encoder.push(frame, 40).unwrap();
    }
    encoder.finish().unwrap().bytes
}

/// Runs a case in a process of its own.
fn take(case: &Case<'_>) -> Taken {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("source"), case.source).unwrap();
    let widths: Vec<String> = case.widths.iter().map(u32::to_string).collect();
    let text = format!("{}\n{}\n{}\n{}\n", case.options, case.format.as_str(), case.quality, widths.join(" "));
    fs::write(folder.path().join("case"), text).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_runs_a_case", "--ignored", "--nocapture"])
        .env(CASE_VARIABLE, folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let number = |name: &str| {
        let line = text.lines().find_map(|line| line.split_once(name)).unwrap_or_else(|| panic!("{text}")).1;
        line.trim().parse().unwrap()
    };
    Taken { estimate_bytes: number("estimate:"), peak_bytes: number("peak:") }
}

/// Runs cases, prints what they took, and fails if an estimate was wrong.
#[track_caller]
fn assert_estimates(what: &str, cases: &[Case<'_>]) {
    let mut wrong = Vec::new();
    for case in cases {
        let Taken { estimate_bytes, peak_bytes } = take(case);
        let name =
            format!("{what} {{{}}} to {} at {} {:?}", case.options, case.format.as_str(), case.quality, case.widths);
        let told = format!("{name}: estimate {} kB, peak {} kB", estimate_bytes / 1000, peak_bytes / 1000);
        eprintln!("{told}");
        // The file comes on top: bodies have a budget of their own.
        let most = estimate_bytes + case.source.len() as u64 + PROCESS_BYTES;
        if peak_bytes > most || estimate_bytes > 2 * peak_bytes + PROCESS_BYTES {
            wrong.push(told);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Returns the most memory that this process ever held.
fn peak_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// Enlarges four times by repeating pixels, a row at a time.
#[derive(Debug)]
struct Repeats;

/// The rows of that: each row of the picture four times.
struct RepeatedRows {
    picture: Arc<Pixmap>,
    next: u32,
    row: Vec<u8>,
}

impl Model for Repeats {
    fn name(&self, _: Ability) -> &str {
        "repeats"
    }

    fn can(&self, ability: Ability) -> bool {
        ability == Ability::Enlarge
    }

    fn enlarge(&self, picture: Arc<Pixmap>, _: Size, _: Deadline) -> Result<Box<dyn Rows + '_>, ModelError> {
        Ok(Box::new(RepeatedRows { picture, next: 0, row: Vec::new() }))
    }
}

impl Rows for RepeatedRows {
    fn size(&self) -> Size {
        Size::new(4 * self.picture.width(), 4 * self.picture.height())
    }

    fn layout(&self) -> Layout {
        Layout::Rgba
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        if self.next == self.size().height {
            return Ok(None);
        }
        let pixels = self.picture.row(self.next / 4).as_chunks::<4>().0;
        self.row.clear();
        self.row.extend(pixels.iter().flat_map(|&[red, green, blue, _]| [[red, green, blue, 255]; 4]).flatten());
        self.next += 1;
        Ok(Some(Band::of_one(&mut self.row)))
    }

    fn into_picture(mut self: Box<Self>) -> Result<Picture, Error> {
        collect(&mut *self)
    }
}

#[test]
#[ignore = "started by the others, each time in a process of its own"]
fn child_runs_a_case() {
    let folder = std::env::var(CASE_VARIABLE).unwrap();
    let text = fs::read_to_string(Path::new(&folder).join("case")).unwrap();
    let [options, format, quality, widths] = text.lines().collect::<Vec<_>>()[..] else { panic!("four lines: {text}") };
    let widths: Vec<u32> = widths.split_whitespace().map(|width| width.parse().unwrap()).collect();
    let list = if options.is_empty() { "[]".to_owned() } else { format!(r#"[{{"imageIndex":0,{options}}}]"#) };
    let source: bytes::Bytes = fs::read(Path::new(&folder).join("source")).unwrap().into();
    let request = || {
        let raw_ops = list::parse_list(&list).unwrap();
        let mut output = Output::new(OutputFormat::ALL.into_iter().find(|known| known.as_str() == format).unwrap());
        output.quality = Some(quality.parse::<u8>().ok().and_then(Quality::new).unwrap());
        TransformRequest {
            sources: vec![Source::Image(source.clone())],
            ops: list::resolve(&raw_ops).unwrap(),
            raw_ops,
            outputs: match widths[..] {
                [] => output.into(),
                _ => Outputs::Each(widths.iter().map(|&width| wide(width, &output)).collect()),
            },
            explain: false,
            engine: EngineChoice::Auto,
            fonts: FontFiles::default(),
        }
    };
    let pipeline = Pipeline::new(Engines::open(EngineChoice::Cpu).unwrap(), Limits::default(), u64::MAX / 2);
    let pipeline = pipeline.with_model(Arc::new(Repeats));
    let prepared = pipeline.prepare(request(), Deadline::NONE).unwrap();
    let estimate = prepared.memory_bytes();
    let each = &mut |_, answer: Result<Answer, palmette::Error>| {
        assert!(!answer.unwrap().bytes.is_empty());
        ControlFlow::Continue(())
    };
    pipeline.run_each(prepared, Deadline::NONE, &mut |_| (), each).unwrap();
    println!("\nestimate:{estimate}\npeak:{}", peak_bytes());
}

/// A result of a width.
fn wide(width: u32, output: &Output) -> Rendition {
    Rendition::new(output.clone()).transform(Transform::resize(width, 0))
}

/// The sizes that stills are tried at.
const SIZES: [Size; 2] = [Size::new(1200, 900), Size::new(3000, 2400)];

/// Tries one source with all outputs.
fn assert_outputs(what: &str, source: &[u8]) {
    use OutputFormat::{Avif, Gif, Jpeg, Png, Rgba, Webp};
    let outputs = [
        (Jpeg, 80),
        (Jpeg, 95),
        (Png, 100),
        (Png, 80),
        (Webp, 80),
        (Webp, 100),
        (Avif, 60),
        (Avif, 95),
        (Gif, 80),
        (Rgba, 80),
    ];
    let cases = outputs.map(|(format, quality)| Case { source, options: "", format, quality, widths: &[] });
    assert_estimates(what, &cases);
}

#[test]
fn memory_of_every_output_is_estimated() {
    for size in SIZES {
        assert_outputs(&format!("{size}"), &file(size, false, EncodeFormat::Jpeg, 80));
    }
}

#[test]
fn memory_of_every_output_with_alpha_is_estimated() {
    assert_outputs("alpha", &file(SIZES[0], true, EncodeFormat::Png, 100));
}

/// Tries sources of a size in every format.
fn assert_sources(size: Size) {
    use EncodeFormat::{Avif, Gif, Jpeg, Png, Webp};
    for (format, quality, has_alpha) in [
        (Jpeg, 80, false),
        (Jpeg, 95, false),
        (Png, 100, true),
        (Webp, 80, false),
        (Webp, 80, true),
        (Webp, 100, true),
        (Avif, 60, false),
        (Avif, 95, true),
        (Gif, 80, false),
    ] {
        let source = file(size, has_alpha, format, quality);
        let what = format!("{size} {} of quality {quality}, alpha {has_alpha}", format.as_str());
        let case =
            Case { source: &source, options: r#""width":300"#, format: OutputFormat::Jpeg, quality: 80, widths: &[] };
        assert_estimates(&what, &[case]);
    }
}

#[test]
fn memory_of_every_small_source_is_estimated() {
    assert_sources(SIZES[0]);
}

#[test]
fn memory_of_every_large_source_is_estimated() {
    assert_sources(SIZES[1]);
}

#[test]
fn memory_of_every_kind_of_step_is_estimated() {
    let source = file(SIZES[1], false, EncodeFormat::Jpeg, 80);
    let options = [
        r#""blur":250"#,
        r#""sharpen":3,"brightness":1.5"#,
        r#""rotate":90"#,
        r#""width":4000,"height":4000,"fit":"pad""#,
        r#""width":1500,"height":1500,"fit":"cover","gravity":"right""#,
        r#""trim":{"left":1000,"top":1000}"#,
        r#""border":{"color":"red","width":300}"#,
    ];
    let cases =
        options.map(|options| Case { source: &source, options, format: OutputFormat::Rgba, quality: 80, widths: &[] });
    assert_estimates("steps", &cases);
}

#[test]
fn memory_of_enlargements_is_that_of_rows() {
    // 24 megapixels, of which a whole picture would be 96 MB: three times what an estimate may be wrong by.
    for (format, has_alpha, options) in [
        (EncodeFormat::Jpeg, false, r#""width":6000,"upscale":"generate""#),
        (EncodeFormat::Png, true, r#""width":5900,"upscale":"generate""#),
    ] {
        let source = file(Size::new(1500, 1000), has_alpha, format, 90);
        let case = Case { source: &source, options, format: OutputFormat::Jpeg, quality: 80, widths: &[] };
        assert_estimates("enlarged", &[case]);
    }
}

#[test]
fn memory_of_several_results_is_estimated() {
    let size = Size::new(4000, 3000);
    // Planes at all reductions, and pixels that are read once for all.
    for (format, has_alpha) in [(EncodeFormat::Jpeg, false), (EncodeFormat::Png, true)] {
        let source = file(size, has_alpha, format, 90);
        let widths = &[320, 640, 960, 1280, 1600, 1920, 3900];
        let cases = [("", OutputFormat::Jpeg), (r#""rotate":90,"blur":3"#, OutputFormat::Webp)];
        let cases = cases.map(|(options, format)| Case { source: &source, options, format, quality: 80, widths });
        assert_estimates(&format!("several of {}", format.as_str()), &cases);
    }
    let source = animation(Size::new(1000, 800), EncodeFormat::Gif, 4);
    let case = Case { source: &source, options: "", format: OutputFormat::Webp, quality: 80, widths: &[900, 500, 300] };
    assert_estimates("several animations", &[case]);
}

#[test]
fn memory_of_animations_is_estimated() {
    for format in [EncodeFormat::Gif, EncodeFormat::Webp] {
        let source = animation(Size::new(1000, 800), format, 6);
        let cases = [OutputFormat::Gif, OutputFormat::Webp].map(|format| Case {
            source: &source,
            options: "",
            format,
            quality: 80,
            widths: &[],
        });
        assert_estimates(&format!("animated {}", format.as_str()), &cases);
    }
}
