//! Failures as exceptions: `palmette.Error` with its code, or Python's own `OSError` for files.

use std::io;
use std::path::Path;

use palmette::protocol::Error as ProtocolError;
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use crate::options::name_in_python;

/// Makes a `palmette.Error`.
pub(crate) fn new(py: Python<'_>, code: Option<u16>, message: &str) -> PyErr {
    static ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    match ERROR.import(py, "palmette._error", "Error") {
        Ok(error) => PyErr::from_type(error.clone(), (message.to_owned(), code)),
        Err(missing) => missing,
    }
}

/// Makes the exception for a failure of the library.
pub(crate) fn of_library(py: Python<'_>, error: &palmette::Error) -> PyErr {
    match error {
        palmette::Error::Read { path, source } | palmette::Error::Write { path, source } => of_file(py, path, source),
        other => new(py, Some(other.code().number()), &other.to_string()),
    }
}

/// Makes the exception for options that the protocol refuses; it calls them by their names in Python.
pub(crate) fn of_protocol(py: Python<'_>, error: ProtocolError) -> PyErr {
    let code = error.code().number();
    let error = match error {
        ProtocolError::BadValue { option, allowed, actual, hint } => {
            ProtocolError::BadValue { option: name_in_python(&option), allowed, actual, hint }
        }
        ProtocolError::UnknownOption { option, known, hint } => {
            // As it was written, but for the object that it rides in. The URL of a font has a place of its own, and beside what rides in
            // the font stand the others.
            let (option, beside) = match option.split_once("font.") {
                Some((quote, name)) => (format!("{quote}{name}"), &["size", "color"][..]),
                None => (option, &[][..]),
            };
            let known = beside.iter().copied().chain(known).filter(|name| *name != "url");
            let known = known.map(name_in_python).collect::<Vec<_>>().join(", ");
            let hint = name_in_python(&hint.to_string());
            return new(py, Some(code), &format!("unknown option {option}; known options are {known}{hint}"));
        }
        ProtocolError::Conflict { first, second } => {
            let [first, second] = [first, second].map(name_in_python);
            return new(py, Some(code), &format!("{first} and {second} cannot be used together"));
        }
        other => other,
    };
    new(py, Some(code), &error.to_string())
}

/// Says which of several outputs an exception is about, counted from 0.
pub(crate) fn at_output(py: Python<'_>, index: usize, error: PyErr) -> PyErr {
    let message = format!("output {}: {}", index + 1, error.value(py));
    match error.value(py).getattr("code").and_then(|code| code.extract()) {
        Ok(code) => new(py, code, &message),
        Err(_) => PyErr::from_type(error.get_type(py), message),
    }
}

/// Makes the exception that Python itself raises for a file.
fn of_file(py: Python<'_>, path: &Path, error: &io::Error) -> PyErr {
    let Some(number) = error.raw_os_error() else { return PyOSError::new_err(error.to_string()) };
    let text = || py.import("os")?.call_method1("strerror", (number,))?.extract::<String>();
    match text() {
        // `OSError` picks the subclass by the number.
        Ok(text) => PyOSError::new_err((number, text, path.as_os_str().to_owned())),
        Err(error) => error,
    }
}
