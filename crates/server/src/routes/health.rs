//! `GET /live` and `GET /ready`: for those who watch over the process.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::shared::Shared;

/// Says that the process answers at all.
pub(crate) async fn live() -> &'static str {
    "live\n"
}

/// Says whether requests are welcome, and what would work on them.
pub(crate) async fn ready(State(shared): State<Arc<Shared>>) -> Response {
    let is_ready = !shared.is_stopping();
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "ready": is_ready,
        "profile": palmette::PROFILE,
        "engine": {
            "choice": shared.pipeline.engines().choice().as_str(),
            "cpu": "ready",
            "gpu": shared.pipeline.engines().gpu_status(),
        },
    });
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body.to_string()).into_response()
}
