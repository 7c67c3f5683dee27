//! The output as Python names it: `"webp"` as well as `"image/webp"`.

use std::path::Path;

use palmette::protocol::{EngineChoice, Output, OutputFormat, RawOutput};
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::error;

/// Puts the fields of an output together, as they are sent.
///
/// # Errors
///
/// `TypeError` for a quality that is neither a number nor a word.
pub(crate) fn raw(
    format: &str,
    quality: Option<&Bound<'_, PyAny>>,
    background: Option<String>,
    anim: Option<bool>,
) -> PyResult<RawOutput> {
    let quality = quality.map(quality_text).transpose()?;
    let format = file_format(format).unwrap_or(format).to_owned();
    Ok(RawOutput { format, quality, background, anim: anim.map(|anim| anim.to_string()) })
}

/// Checks the fields of an output.
///
/// # Errors
///
/// `palmette.Error` 9432 for an unknown format, 9401 for anything else that is not allowed.
pub(crate) fn resolve(py: Python<'_>, raw: &RawOutput, given: &str) -> PyResult<Output> {
    raw.resolve().map_err(|error| match error {
        palmette::protocol::Error::UnknownOutput { .. } => {
            let known = OutputFormat::ALL.map(|format| format.as_str().trim_start_matches("image/")).join(", ");
            error::new(py, Some(error.code().number()), &format!("format must be one of {known}, got {given:?}"))
        }
        other => error::of_protocol(py, other),
    })
}

/// Reads the name of an engine.
///
/// # Errors
///
/// `palmette.Error` 9401 if it is none.
pub(crate) fn engine(py: Python<'_>, name: &str) -> PyResult<EngineChoice> {
    EngineChoice::parse(name).map_err(|error| error::of_protocol(py, error))
}

/// Returns the format of files that goes by a name or an ending, such as `jpg`.
fn file_format(name: &str) -> Option<&'static str> {
    let name = if name == "jpg" { "jpeg" } else { name };
    OutputFormat::ALL.map(OutputFormat::as_str).into_iter().find(|known| known.strip_prefix("image/") == Some(name))
}

/// Writes a quality as a field of a form, where everything is text.
fn quality_text(quality: &Bound<'_, PyAny>) -> PyResult<String> {
    match quality.cast::<PyString>() {
        Ok(word) => Ok(word.to_str()?.to_owned()),
        Err(_) => Ok(quality.extract::<f64>()?.to_string()),
    }
}

/// Returns the format that the name of a file ends with.
pub(crate) fn format_of(path: &Path) -> Option<&'static str> {
    file_format(&path.extension()?.to_str()?.to_ascii_lowercase())
}
