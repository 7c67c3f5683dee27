//! `GET /metrics`: the counters, in the text format of Prometheus.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::cache::Cache;
use crate::metrics::CONTENT_TYPE;
use crate::shared::Shared;

/// Writes all metrics down.
pub(crate) async fn metrics(State(shared): State<Arc<Shared>>) -> Response {
    let cached_bytes = shared.fetcher.cached_bytes();
    let cache = shared.cache.as_ref().map(Cache::load).unwrap_or_default();
    let text = shared.metrics.encode(shared.admission.load(), shared.places.count(), cached_bytes, &cache);
    ([(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE))], text).into_response()
}
