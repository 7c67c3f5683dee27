//! Functions of the module, which use a pipeline that all of them share: on the CPU, with the default limits.

use std::path::PathBuf;
use std::sync::OnceLock;

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::pipeline::Pipeline;
use crate::transformer::Transformer;
use crate::{error, output};

/// Returns the pipeline of programs that need none of their own.
fn shared() -> &'static Pipeline {
    static SHARED: OnceLock<Pipeline> = OnceLock::new();
    SHARED.get_or_init(Pipeline::default)
}

/// Opens a picture: the bytes of a file, a path, or a file that is open. Only its header is read.
#[pyfunction]
#[pyo3(signature = (source, /))]
pub(crate) fn open(source: &Bound<'_, PyAny>) -> PyResult<Transformer> {
    shared().open(source)
}

/// Begins with pixels: an array of `uint8` whose shape is (height, width) or (height, width, channels).
#[pyfunction]
#[pyo3(signature = (array, /))]
pub(crate) fn from_array(array: &Bound<'_, PyAny>) -> PyResult<Transformer> {
    shared().open_array(array)
}

/// Sets a text, which is then a picture like any other.
#[pyfunction]
#[pyo3(signature = (text, /, font, **options))]
pub(crate) fn text(text: &str, font: &Bound<'_, PyAny>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Transformer> {
    shared().text(text, font, options)
}

/// Describes a picture by its header: its format, and its size as displayed.
#[pyfunction]
#[pyo3(signature = (source, /))]
pub(crate) fn info<'py>(source: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    shared().info(source)
}

/// Returns the format that the name of a file ends with.
#[pyfunction]
#[pyo3(signature = (path, /))]
pub(crate) fn format_of(py: Python<'_>, path: PathBuf) -> PyResult<&'static str> {
    output::format_of(&path).ok_or_else(|| error::of_library(py, &palmette::Error::Extension { path }))
}
