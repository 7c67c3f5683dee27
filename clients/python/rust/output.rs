//! The output as Python names it: `"webp"` as well as `"image/webp"`; and several, each a dict.

use std::path::Path;

use palmette::Rendition;
use palmette::ops::Transform;
use palmette::protocol::{
    EngineChoice, Error as ProtocolError, Hint, OptionObject, Output, OutputFormat, RawOutput, RawRendition, nearest,
};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::{error, options};

/// The keys of a rendition.
const RENDITION: [&str; 5] = ["format", "quality", "background", "anim", "transforms"];

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

/// Reads renditions, as they are sent, with the format of each as it was given.
///
/// # Errors
///
/// `TypeError` for what is no list of dicts with a format; `palmette.Error` 9401 for a key that no rendition has.
pub(crate) fn raw_renditions(given: &Bound<'_, PyAny>) -> PyResult<Vec<(RawRendition, String)>> {
    let mut all = Vec::new();
    for (index, item) in given.try_iter()?.enumerate() {
        all.push(raw_rendition(&item?).map_err(|error| error::at_output(given.py(), index, error))?);
    }
    Ok(all)
}

fn raw_rendition(given: &Bound<'_, PyAny>) -> PyResult<(RawRendition, String)> {
    let py = given.py();
    let Ok(given) = given.cast::<PyDict>() else {
        return Err(PyTypeError::new_err(format!("a rendition must be a dict, got {}", given.get_type().name()?)));
    };
    for name in given.keys() {
        let name: String = name.extract()?;
        if !RENDITION.contains(&&*name) {
            let hint = nearest(&name, RENDITION).map_or(Hint::None, Hint::Name);
            let option = format!("{name:?}");
            return Err(error::of_protocol(
                py,
                ProtocolError::UnknownOption { option, known: RENDITION.to_vec(), hint },
            ));
        }
    }
    let field = |name: &str| Ok::<_, PyErr>(given.get_item(name)?.filter(|value| !value.is_none()));
    let format = field("format")?.ok_or_else(|| PyTypeError::new_err("a rendition needs a format"))?;
    let format: String = format.extract()?;
    let background = field("background")?.map(|background| background.extract()).transpose()?;
    let anim = field("anim")?.map(|anim| anim.extract()).transpose()?;
    let mut transforms = Vec::new();
    if let Some(list) = field("transforms")? {
        for options in list.try_iter()? {
            let options = options?;
            let options =
                options.cast::<PyDict>().map_err(|_| PyTypeError::new_err("transforms must be a list of dicts"))?;
            transforms.push(options::read(Some(options), Transform::OPTIONS)?);
        }
    }
    let output = raw(&format, field("quality")?.as_ref(), background, anim)?;
    Ok((RawRendition { transforms, output }, format))
}

/// Reads renditions, and checks them.
///
/// # Errors
///
/// Those of [`raw_renditions`]; `palmette.Error` 9432 for an unknown format, 9401 for anything else that is not allowed.
pub(crate) fn renditions(given: &Bound<'_, PyAny>) -> PyResult<Vec<Rendition>> {
    let py = given.py();
    let resolved = |(RawRendition { transforms, output }, format): &(RawRendition, String)| {
        let mut rendition = Rendition::new(resolve(py, output, format)?);
        for options in transforms {
            let options = Transform::from_options(options).map_err(|error| error::of_protocol(py, error))?;
            rendition = rendition.transform(options);
        }
        Ok(rendition)
    };
    let raw = raw_renditions(given)?;
    let all = raw.iter().enumerate();
    all.map(|(index, raw)| resolved(raw).map_err(|error| error::at_output(py, index, error))).collect()
}
