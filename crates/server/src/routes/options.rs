//! `GET /options`: everything that a request may say, for programs that help to write one.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use palmette::FontFolder;
use palmette::ops::{Draw, Text, Transform};
use palmette_protocol::{OptionInfo, OptionObject, OptionSpec, Output};
use serde_json::json;

use super::health::{engine_status, models_status};
use crate::shared::Shared;

/// Lists every option with its values, from the tables that requests are read by, the engines and fonts to choose from, and the
/// models.
pub(crate) async fn options(State(shared): State<Arc<Shared>>) -> Response {
    let body = json!({
        "profile": palmette::PROFILE,
        "engine": engine_status(&shared),
        "models": models_status(&shared),
        "transform": infos(Transform::OPTIONS),
        "draw": infos(Draw::OPTIONS),
        "output": Output::FIELDS,
        "text": infos(Text::OPTIONS),
        "fonts": shared.pipeline.fonts().map_or_else(Vec::new, FontFolder::names),
    });
    // The state of the GPU changes.
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, body.to_string()).into_response()
}

fn infos<T>(specs: &[OptionSpec<T>]) -> Vec<OptionInfo> {
    specs.iter().map(OptionSpec::info).collect()
}
