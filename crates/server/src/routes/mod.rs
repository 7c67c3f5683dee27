//! The resources that are served, one file each.

mod etag;
mod health;
pub(crate) mod hosted;
pub(crate) mod image_url;
mod info;
mod metrics;
mod openapi;
mod options;
mod playground;
mod purge;
mod results;
pub(crate) mod transform;

use std::sync::Arc;

use axum::extract::State;
use axum::http::{Method, Uri};

use crate::Error;
use crate::shared::Shared;

pub(crate) use health::{live, ready};
pub(crate) use image_url::{image_form, image_url, ipx_url, next_url};
pub(crate) use info::info;
pub(crate) use metrics::metrics;
pub(crate) use openapi::openapi;
pub(crate) use options::options;
pub(crate) use playground::{playground, playground_file};
pub use purge::PurgeError;
pub(crate) use purge::purge;
pub(crate) use transform::transform;

/// Answers for every path that is not served.
pub(crate) async fn unknown_path(State(shared): State<Arc<Shared>>, uri: Uri) -> Error {
    let config = &shared.config.server;
    let served = [
        config.playground.then_some("GET / in a browser"),
        Some("POST /transform"),
        Some("POST /info"),
        Some("POST /purge"),
        Some("GET /options"),
        Some("GET /openapi.json"),
        Some("GET /live"),
        Some("GET /ready"),
        config.metrics_listen.is_none().then_some("GET /metrics"),
    ];
    unknown(&uri, &served)
}

/// Answers for every path that is not served beside `/metrics`.
pub(crate) async fn unknown_path_of_metrics(uri: Uri) -> Error {
    unknown(&uri, &[Some("GET /metrics"), Some("GET /live"), Some("GET /ready")])
}

/// Names what is served in place of a path.
fn unknown(uri: &Uri, served: &[Option<&'static str>]) -> Error {
    let served: Vec<_> = served.iter().copied().flatten().collect();
    let (last, others) = served.split_last().expect("something is served");
    Error::UnknownPath { path: uri.path().to_owned(), served: format!("{} or {last}", others.join(", ")) }
}

/// Answers for every method that a path does not take.
pub(crate) async fn wrong_method(method: Method, uri: Uri) -> Error {
    Error::WrongMethod { path: uri.path().to_owned(), method: method.to_string() }
}
