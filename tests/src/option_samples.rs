//! What each option does, as small pictures: the tables of README.md are made from this list.
//!
//! Every option of the protocol has at least one sample, or a reason why there is no picture of it; a test keeps both true,
//! and that README.md holds the tables as they are made here. `cargo run -p palmette-tests --example options` makes both
//! anew.

use std::fmt::Write;

use palmette_codec::{DecodeOptions, EncodeOptions};
use palmette_core::{Pixmap, Size};
use palmette_ops::{Draw, Fit, Transform};
use palmette_protocol::{OptionObject, OptionSpec, Options};

use crate::Case;
use crate::pictures::from_fn;

/// The folder of the pictures, from the top of the repository.
pub const FOLDER: &str = "examples/options";

/// What is shown of one option.
#[derive(Clone, Copy, Debug)]
pub enum Shown {
    /// Options of one object, as JSON, each with a picture.
    Pictures(&'static [&'static str]),
    /// There is no picture; this says why.
    Words(&'static str),
}

/// An option and what is shown of it.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// What is shown of it.
    pub shown: Shown,
}

const NEEDS_MODEL: Shown = Shown::Words("needs a model: refused with 9401");

/// The options of `transform`, in the order in which they apply.
pub const TRANSFORM_ROWS: [Row; 18] = [
    Row { name: "trim", shown: Shown::Pictures(&[r#"{"trim": {"left": 40, "bottom": 0.25}}"#]) },
    Row { name: "flip", shown: Shown::Pictures(&[r#"{"flip": "h"}"#, r#"{"flip": "v"}"#]) },
    Row { name: "rotate", shown: Shown::Pictures(&[r#"{"rotate": 90}"#, r#"{"rotate": 180}"#]) },
    Row { name: "width", shown: Shown::Pictures(&[r#"{"width": 90}"#]) },
    Row { name: "height", shown: Shown::Pictures(&[r#"{"height": 40}"#]) },
    Row {
        name: "fit",
        shown: Shown::Pictures(&[
            r#"{"width": 80, "height": 80, "fit": "scale-down"}"#,
            r#"{"width": 80, "height": 80, "fit": "contain"}"#,
            r#"{"width": 80, "height": 80, "fit": "cover"}"#,
            r#"{"width": 80, "height": 80, "fit": "crop"}"#,
            r#"{"width": 80, "height": 80, "fit": "aspect-crop"}"#,
            r#"{"width": 80, "height": 80, "fit": "pad"}"#,
            r#"{"width": 80, "height": 80, "fit": "squeeze"}"#,
            r#"{"width": 80, "height": 80, "fit": "scale-up"}"#,
        ]),
    },
    Row {
        name: "gravity",
        shown: Shown::Pictures(&[
            r#"{"width": 80, "height": 80, "fit": "cover", "gravity": "left"}"#,
            r#"{"width": 80, "height": 80, "fit": "cover", "gravity": {"x": 0.9, "y": 0.5}}"#,
            r#"{"width": 80, "height": 80, "fit": "cover", "gravity": "auto"}"#,
            r#"{"width": 80, "height": 80, "fit": "cover", "gravity": "entropy"}"#,
        ]),
    },
    Row { name: "zoom", shown: NEEDS_MODEL },
    Row { name: "upscale", shown: Shown::Words("`interpolate`; `generate` needs a model: refused with 9401") },
    Row { name: "segment", shown: NEEDS_MODEL },
    Row { name: "brightness", shown: Shown::Pictures(&[r#"{"brightness": 0.5}"#, r#"{"brightness": 1.5}"#]) },
    Row { name: "contrast", shown: Shown::Pictures(&[r#"{"contrast": 0.5}"#, r#"{"contrast": 1.6}"#]) },
    Row { name: "gamma", shown: Shown::Pictures(&[r#"{"gamma": 0.5}"#, r#"{"gamma": 2}"#]) },
    Row { name: "saturation", shown: Shown::Pictures(&[r#"{"saturation": 0}"#, r#"{"saturation": 2}"#]) },
    Row { name: "blur", shown: Shown::Pictures(&[r#"{"blur": 2}"#, r#"{"blur": 12}"#]) },
    Row { name: "sharpen", shown: Shown::Pictures(&[r#"{"sharpen": 2}"#, r#"{"sharpen": 8}"#]) },
    Row {
        name: "background",
        shown: Shown::Pictures(&[r#"{"width": 80, "height": 80, "fit": "pad", "background": "rgb(120 60 90 / 50%)"}"#]),
    },
    Row {
        name: "border",
        shown: Shown::Pictures(&[
            r#"{"border": {"color": "gold", "width": 6}}"#,
            r#"{"border": {"color": "white", "top": 4, "right": 4, "bottom": 20, "left": 4}}"#,
        ]),
    },
];

/// The options of `draw`.
pub const DRAW_ROWS: [Row; 7] = [
    Row { name: "opacity", shown: Shown::Pictures(&[r#"{"opacity": 1}"#, r#"{"opacity": 0.4}"#]) },
    Row {
        name: "repeat",
        shown: Shown::Pictures(&[
            r#"{"repeat": true, "opacity": 0.5}"#,
            r#"{"repeat": "x", "bottom": 0}"#,
            r#"{"repeat": "y", "left": 0}"#,
        ]),
    },
    Row { name: "top", shown: Shown::Pictures(&[r#"{"top": -20}"#]) },
    Row { name: "left", shown: Shown::Pictures(&[r#"{"left": 20}"#]) },
    Row { name: "bottom", shown: Shown::Pictures(&[r#"{"bottom": 10}"#]) },
    Row { name: "right", shown: Shown::Pictures(&[r#"{"right": 10}"#]) },
    Row {
        name: "composite",
        shown: Shown::Pictures(&[
            r#"{"composite": "over"}"#,
            r#"{"composite": "in"}"#,
            r#"{"composite": "atop"}"#,
            r#"{"composite": "out"}"#,
            r#"{"composite": "xor"}"#,
            r#"{"composite": "lighter"}"#,
        ]),
    },
];

/// Returns the path of a sample's picture, from the top of the repository: the options, as far as a file name can spell them.
#[must_use]
pub fn path(row: &Row, json: &str) -> String {
    let spelled: String = json.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    let words: Vec<&str> = spelled.split_whitespace().filter(|word| *word != row.name).collect();
    format!("{FOLDER}/{}-{}.jpg", row.name, words.join("-"))
}

/// Draws the picture of a sample: a file, ready to be written.
///
/// # Panics
///
/// If the options are wrong, or a picture of the examples is missing.
#[must_use]
pub fn draw_sample(json: &str, is_draw: bool) -> Vec<u8> {
    let options: Options = serde_json::from_str(json).expect("a sample is an object");
    let lake = || Case::of(read_example("lake.jpg")).transform(sized(180, 120));
    let case = if is_draw {
        let mark = Case::of(read_example("palmette.png")).transform(sized(64, 64));
        let options = Draw::from_options(&options).expect("a sample is valid");
        // A hole shows what an operator does where there is nothing below.
        Case::of(with_hole(&lake().run())).draw(mark, options)
    } else {
        lake().transform(Transform::from_options(&options).expect("a sample is valid"))
    };
    let result = case.run();
    let visible = Case::of(checkerboard(result.size())).draw(Case::of(result), Draw::default()).run();
    let options = EncodeOptions { quality: Some(85), ..EncodeOptions::new(palmette_codec::EncodeFormat::Jpeg) };
    palmette_codec::encode(visible, &options).expect("a small picture").bytes
}

/// Returns the table of `transform` as Markdown.
#[must_use]
pub fn transform_table() -> String {
    table(&TRANSFORM_ROWS, Transform::OPTIONS)
}

/// Returns the table of `draw` as Markdown.
#[must_use]
pub fn draw_table() -> String {
    table(&DRAW_ROWS, Draw::OPTIONS)
}

fn table<T>(rows: &[Row], specs: &[OptionSpec<T>]) -> String {
    let mut table = "| option | values | what it does | |\n| --- | --- | --- | --- |\n".to_owned();
    for row in rows {
        let spec = specs.iter().find(|spec| spec.name == row.name).expect("a row names an option");
        let shown = match row.shown {
            Shown::Words(words) => words.to_owned(),
            Shown::Pictures(samples) => {
                samples.iter().map(|json| captioned(row, json)).collect::<Vec<_>>().join("<br>")
            }
        };
        writeln!(table, "| `{}` | {} | {} | {shown} |", row.name, spec.allowed, spec.summary)
            .expect("a string takes everything");
    }
    table
}

/// A picture below its options, as they are written in JavaScript.
fn captioned(row: &Row, json: &str) -> String {
    let script = json.replace("\": ", ": ").replace("{\"", "{").replace(", \"", ", ").replace('"', "'");
    format!("`{script}`<br>![]({})", path(row, json))
}

fn read_example(name: &str) -> Pixmap {
    let path = format!("{}/../examples/pictures/{name}", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    palmette_codec::decode(&bytes, &DecodeOptions::default()).expect("a picture of the examples").pixmap
}

fn sized(width: u32, height: u32) -> Transform {
    let side = std::num::NonZeroU32::new;
    Transform { width: side(width), height: side(height), fit: Some(Fit::Squeeze), ..Transform::default() }
}

/// Makes the right half clear.
fn with_hole(picture: &Pixmap) -> Pixmap {
    from_fn(picture.size(), |x, y| if x < picture.width() / 2 { picture.pixel(x, y) } else { [0; 4] })
}

/// What stands for clear pixels.
fn checkerboard(size: Size) -> Pixmap {
    from_fn(size, |x, y| if (x / 8 + y / 8) % 2 == 0 { [230, 230, 230, 255] } else { [200, 200, 200, 255] })
}
