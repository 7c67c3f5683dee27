//! How a failure travels: a header that carries the number and a body that carries the text.

use crate::Code;

/// The header that carries the code of a failure, `err=N`.
pub const ERROR_HEADER: &str = "cf-images-binding";

/// Writes the value of [`ERROR_HEADER`].
#[must_use]
pub fn error_header(code: Code) -> String {
    format!("err={code}")
}

/// Writes the body of a failure, `text/plain`.
#[must_use]
pub fn error_body(code: Code, message: &str) -> String {
    format!("ERROR {code}: {message}")
}
