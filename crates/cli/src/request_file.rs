//! `--request FILE.json`: a whole request, in the words of the wire.
//!
//! ```json
//! {
//!   "sources": ["photo.jpg", "watermark.png", {"text": "hello", "font": {"url": "sans.ttf"}}],
//!   "transforms": [
//!     {"imageIndex": 1, "width": 100, "height": 100},
//!     {"drawImageIndex": 1, "targetImageIndex": 0, "bottom": 10, "right": 10, "opacity": 0.75}
//!   ],
//!   "output_format": "image/avif",
//!   "output_quality": 80,
//!   "background": "white",
//!   "anim": false
//! }
//! ```
//!
//! `outputs` may stand in place of the fields of the output, as in a form: a list of objects with `transforms` and these fields.
//!
//! `sources` are in the order of their indices, the canvas first. A string is the name of a file, relative to the JSON file; an
//! object is a text source. Everything else goes to the protocol as it is, under its own name.

use std::path::Path;

use palmette::protocol::form::Part;
use serde::Deserialize;
use serde_json::Value;

use crate::error::Error;
use crate::files;
use crate::form::Form;

/// The most bytes that such a file may have; requests are a few KiB.
const MAX_BYTES: u64 = 16 << 20;

/// The file, in which only the shape of the outermost object is looked at here.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestFile {
    sources: Vec<SourceField>,
    transforms: Value,
    output_format: Option<Value>,
    output_quality: Option<Value>,
    background: Option<Value>,
    anim: Option<Value>,
    outputs: Option<Value>,
    explain: Option<Value>,
    engine: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum SourceField {
    File(String),
    Text(serde_json::Map<String, Value>),
}

/// Reads a request file into a form.
pub(crate) fn read(path: &Path) -> Result<Form, Error> {
    let bytes = files::read(path, MAX_BYTES)?;
    let request: RequestFile =
        serde_json::from_slice(&bytes).map_err(|source| Error::RequestFile { path: path.to_owned(), source })?;
    let directory = path.parent().unwrap_or(Path::new(""));

    let mut form = Form::default();
    for (index, source) in request.sources.into_iter().enumerate() {
        match (source, index) {
            (SourceField::File(name), 0) => form.push_file(Part::Image, resolve(directory, &name)),
            (SourceField::File(name), _) => form.push_file(Part::DrawImage, resolve(directory, &name)),
            (SourceField::Text(text), 0) => form.push_text_source(Part::TextInput, text, directory),
            (SourceField::Text(text), _) => form.push_text_source(Part::DrawText, text, directory),
        }
    }
    form.push_text(Part::Transforms, request.transforms.to_string());
    let fields = [
        (Part::OutputFormat, request.output_format),
        (Part::OutputQuality, request.output_quality),
        (Part::Background, request.background),
        (Part::Anim, request.anim),
        (Part::Outputs, request.outputs),
        (Part::Explain, request.explain),
        (Part::Engine, request.engine),
    ];
    for (part, value) in fields {
        match value {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => form.push_text(part, text),
            Some(other) => form.push_text(part, other.to_string()),
        }
    }
    Ok(form)
}

/// Returns where a source is; `-` stays standard input.
fn resolve(directory: &Path, name: &str) -> std::path::PathBuf {
    if name == files::STANDARD { name.into() } else { directory.join(name) }
}
