//! `GET /options`: everything that a request may say, for programs that help to write one.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use palmette::FontFolder;
use palmette::core::Ability;
use palmette::ops::{Draw, Text, Transform};
use palmette_protocol::url::url_options;
use palmette_protocol::{OptionInfo, OptionObject, OptionSpec, Output};
use serde_json::{Value, json};

use super::health::{engine_status, models_status};
use crate::shared::Shared;

/// The options of a transform that need a model: what it must be able to do, the option, and its value if the others need none.
const MODEL_OPTIONS: [(Ability, &str, Option<&str>); 4] = [
    (Ability::Faces, "gravity", Some("face")),
    (Ability::Faces, "zoom", None),
    (Ability::Enlarge, "upscale", Some("generate")),
    (Ability::Foreground, "segment", None),
];

/// Lists every option with its values, from the tables that requests are read by, the engines and fonts to choose from, the
/// models, and which options need one.
pub(crate) async fn options(State(shared): State<Arc<Shared>>) -> Response {
    let body = json!({
        "profile": palmette::PROFILE,
        "engine": engine_status(&shared),
        "models": models_status(&shared),
        "needs": needs(),
        "transform": infos(Transform::OPTIONS),
        "draw": infos(Draw::OPTIONS),
        "output": Output::FIELDS,
        "text": infos(Text::OPTIONS),
        "url": url_options(),
        "fonts": shared.pipeline.fonts().map_or_else(Vec::new, FontFolder::names),
    });
    // The state of the GPU changes.
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, body.to_string()).into_response()
}

/// Lists the options that need a model, each with the word that installs one and with what the model does.
fn needs() -> Value {
    let entry = |(ability, option, value): (Ability, _, _)| json!({ "option": option, "value": value, "model": ability.word(), "does": ability.to_string() });
    MODEL_OPTIONS.into_iter().map(entry).collect()
}

fn infos<T>(specs: &[OptionSpec<T>]) -> Vec<OptionInfo> {
    specs.iter().map(OptionSpec::info).collect()
}
