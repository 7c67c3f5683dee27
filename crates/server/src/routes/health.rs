//! `GET /live` and `GET /ready`: for those who watch over the process.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use palmette::core::Ability;
use palmette_protocol::EngineChoice;
use serde_json::{Value, json};

use crate::shared::Shared;

/// Says that the process answers at all.
pub(crate) async fn live() -> &'static str {
    "live\n"
}

/// Says whether requests are welcome, and which engines and models would work on them.
pub(crate) async fn ready(State(shared): State<Arc<Shared>>) -> Response {
    let is_ready = !shared.is_stopping();
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "ready": is_ready,
        "version": env!("CARGO_PKG_VERSION"),
        "profile": palmette::PROFILE,
        "engine": engine_status(&shared),
        "models": models_status(&shared),
        "libheif": palmette::codec::heic::version(),
    });
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body.to_string()).into_response()
}

/// Says which models there are, by the word that installs each.
pub(crate) fn models_status(shared: &Shared) -> Value {
    let model = shared.pipeline.model();
    let entry = |ability: Ability| {
        let name = model.filter(|model| model.can(ability)).map(|model| model.name(ability));
        (ability.word().to_owned(), json!(name))
    };
    Value::Object(Ability::ALL.into_iter().map(entry).collect())
}

/// Lists the engines, their state, and the values of the field `engine` of a request.
pub(crate) fn engine_status(shared: &Shared) -> Value {
    let engines = shared.pipeline.engines();
    let is_offered = |choice: &EngineChoice| *choice != EngineChoice::Gpu || engines.has_gpu();
    let offered: Vec<&str> =
        EngineChoice::ALL.iter().filter(|choice| is_offered(choice)).map(|choice| choice.as_str()).collect();
    json!({ "choice": engines.choice().as_str(), "cpu": "ready", "gpu": engines.gpu_status(), "offered": offered })
}
