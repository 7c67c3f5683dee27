//! Sources as Python gives them: bytes, anything that lends bytes, a path, or a file that is open.

use std::path::PathBuf;

use bytes::Bytes;
use palmette::Pipeline;
use pyo3::buffer::{PyBuffer, PyUntypedBuffer};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyString};

use crate::error;

/// A source that was told apart.
enum Given {
    File(Bytes),
    Path(PathBuf),
}

/// Opens a picture. Files are read with the interpreter released.
///
/// # Errors
///
/// `TypeError` for anything else, `OSError` for a file that cannot be read, and `palmette.Error`.
pub(crate) fn open(pipeline: &Pipeline, source: &Bound<'_, PyAny>) -> PyResult<palmette::Transformer> {
    let given = tell(source)?;
    let opened = source.py().detach(|| match given {
        Given::File(bytes) => pipeline.open(bytes),
        Given::Path(path) => pipeline.open_file(path),
    });
    opened.map_err(|error| error::of_library(source.py(), &error))
}

/// Returns the bytes of a source.
///
/// # Errors
///
/// Those of [`open`].
pub(crate) fn bytes(source: &Bound<'_, PyAny>) -> PyResult<Bytes> {
    match tell(source)? {
        Given::File(bytes) => Ok(bytes),
        Given::Path(path) => {
            let read = source.py().detach(|| std::fs::read(&path));
            let failed = |error| palmette::Error::Read { path, source: error };
            read.map(Bytes::from).map_err(|error| error::of_library(source.py(), &failed(error)))
        }
    }
}

/// Finds out what a source is. Those of `bytes` are not copied, since they cannot change; all others are.
fn tell(source: &Bound<'_, PyAny>) -> PyResult<Given> {
    let py = source.py();
    if let Ok(bytes) = source.cast::<PyBytes>() {
        return Ok(Given::File(Bytes::from_owner(PyBackedBytes::from(bytes.clone()))));
    }
    if !source.is_instance_of::<PyString>()
        && let Ok(buffer) = PyUntypedBuffer::get(source)
    {
        if buffer.dimensions() > 1 {
            return Err(PyTypeError::new_err("this is an array of pixels; palmette.from_array() takes it"));
        }
        let bytes: PyBuffer<u8> = buffer.into_typed()?;
        return Ok(Given::File(bytes.to_vec(py)?.into()));
    }
    if let Ok(path) = source.extract::<PathBuf>() {
        return Ok(Given::Path(path));
    }
    if let Some(read) = source.getattr_opt("read")? {
        let content = read.call0()?;
        if let Ok(bytes) = content.cast_into::<PyBytes>() {
            return Ok(Given::File(Bytes::from_owner(PyBackedBytes::from(bytes))));
        }
        return Err(PyTypeError::new_err("the file must be opened for reading bytes: open(path, \"rb\")"));
    }
    let of = source.get_type();
    let allowed = "bytes, a path or a file that is open for reading bytes";
    Err(PyTypeError::new_err(format!("a picture must be {allowed}, got {}", of.name()?)))
}
