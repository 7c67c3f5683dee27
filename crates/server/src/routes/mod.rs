//! The resources that are served, one file each.

mod health;
mod info;
mod metrics;
mod openapi;
mod options;
mod playground;
mod transform;

use axum::http::{Method, Uri};

use crate::Error;

pub(crate) use health::{live, ready};
pub(crate) use info::info;
pub(crate) use metrics::metrics;
pub(crate) use openapi::openapi;
pub(crate) use options::options;
pub(crate) use playground::{playground, playground_file};
pub(crate) use transform::transform;

/// Answers for every path that is not served.
pub(crate) async fn unknown_path(uri: Uri) -> Error {
    Error::UnknownPath { path: uri.path().to_owned() }
}

/// Answers for every method that a path does not take.
pub(crate) async fn wrong_method(method: Method, uri: Uri) -> Error {
    Error::WrongMethod { path: uri.path().to_owned(), method: method.to_string() }
}
