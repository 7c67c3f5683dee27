//! The form of all answers of the API: `{"result", "success", "errors", "messages"}`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use palmette_protocol::answer::ERROR_HEADER;
use serde_json::{Value, json};

use crate::error::PublicFailure;
use crate::shared::Shared;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A result in its envelope.
#[derive(Debug)]
pub(super) struct Success(pub(super) Value);

impl IntoResponse for Success {
    fn into_response(self) -> Response {
        let envelope = json!({ "result": self.0, "success": true, "errors": [], "messages": [] });
        ([(header::CONTENT_TYPE, JSON)], envelope.to_string()).into_response()
    }
}

/// Puts failures at paths of the API into their envelope, whoever made them.
pub(crate) async fn enveloped(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    // A server that hosts no pictures says that in the words of all others.
    let is_api = shared.hosted.is_some() && super::is_api(request.uri().path());
    let mut response = next.run(request).await;
    if !is_api {
        return response;
    }
    let Some(PublicFailure { code, text }) = response.extensions_mut().remove() else { return response };
    let errors = json!([{ "code": code.number(), "message": text }]);
    let envelope = json!({ "result": null, "success": false, "errors": errors, "messages": [] });
    let headers = response.headers_mut();
    headers.remove(ERROR_HEADER);
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, JSON);
    *response.body_mut() = Body::from(envelope.to_string());
    response
}
