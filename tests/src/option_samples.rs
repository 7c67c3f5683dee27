//! What each option does, as small pictures: the examples of the protocol's tables, drawn, and the tables of docs/options.md with
//! them.
//!
//! `cargo xtask generate` makes both anew; a test keeps them true.

use std::fmt::Write;

use palmette_codec::{DecodeOptions, EncodeOptions};
use palmette_core::{Pixmap, Size};
use palmette_ops::{Draw, Fit, Transform};
use palmette_protocol::{OptionObject, OptionSpec, Options};

use crate::Case;
use crate::pictures::from_fn;

/// The folder of the pictures, from the top of the repository.
pub const FOLDER: &str = "docs/options";

/// What stands where there is no picture.
const NEEDS_MODEL: &str = "needs a model: refused with 9401";

/// Returns the path of a sample's picture, from the top of the repository: the options, as far as a file name can spell them.
#[must_use]
pub fn path(name: &str, json: &str) -> String {
    let spelled: String = json.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    let words: Vec<&str> = spelled.split_whitespace().filter(|word| *word != name).collect();
    format!("{FOLDER}/{name}-{}.jpg", words.join("-"))
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

/// Writes a table of options, with their pictures, as Markdown.
#[must_use]
pub fn table<T>(specs: &[OptionSpec<T>]) -> String {
    let mut table = "| option | values | what it does | |\n| --- | --- | --- | --- |\n".to_owned();
    for spec in specs {
        let shown: Vec<String> = spec.examples.iter().map(|json| captioned(spec.name, json)).collect();
        let shown = if shown.is_empty() { NEEDS_MODEL.to_owned() } else { shown.join("<br>") };
        writeln!(table, "| `{}` | {} | {} | {shown} |", spec.name, spec.allowed, spec.summary)
            .expect("a string takes everything");
    }
    table
}

/// A picture below its options, as they are written in JavaScript.
fn captioned(name: &str, json: &str) -> String {
    let script = json.replace("\": ", ": ").replace("{\"", "{").replace(", \"", ", ").replace('"', "'");
    let path = path(name, json);
    format!("`{script}`<br>![]({})", path.strip_prefix("docs/").expect("the pictures are beside the page"))
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
