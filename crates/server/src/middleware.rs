//! The layers around the routes; [`crate::app()`] says in which order they stand, and why.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use palmette::core::Deadline;
use palmette_protocol::Code;
use tracing::Instrument;

use crate::Error;
use crate::admission::panic_message;
use crate::linger::Lingering;
use crate::shared::Shared;

/// The header that carries the id of a request, both ways.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken from a client.
const MAX_REQUEST_ID_BYTES: usize = 128;

/// Gives every request an id: its own, if it brought a decent one.
pub(crate) async fn request_id(mut request: Request, next: Next) -> Response {
    let id = request.headers().get(REQUEST_ID).filter(|id| is_decent(id)).cloned().unwrap_or_else(new_request_id);
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let mut response = next.run(request).await;
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// Tells whether an id can stand in a log line as it is.
fn is_decent(id: &HeaderValue) -> bool {
    (1..=MAX_REQUEST_ID_BYTES).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic)
}

/// Makes an id that no other request has: the moment and a count. It is a name, not a secret.
fn new_request_id() -> HeaderValue {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let micros = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros());
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    HeaderValue::try_from(format!("{micros:x}-{count:x}")).unwrap_or(HeaderValue::from_static("none"))
}

/// Puts a span around a request and logs its end.
pub(crate) async fn trace(request: Request, next: Next) -> Response {
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    let span = tracing::info_span!("request", request.id = id, http.method = %request.method(), http.path = request.uri().path());
    let start = Instant::now();
    async move {
        let response = next.run(request).await;
        let duration_ms = start.elapsed().as_secs_f64() * 1e3;
        tracing::info!(http.status = response.status().as_u16(), duration_ms, "request answered");
        response
    }
    .instrument(span)
    .await
}

/// Counts and times every request.
pub(crate) async fn metrics(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    // Only paths that exist become labels, so that nobody can make up new ones.
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let start = Instant::now();
    let response = next.run(request).await;
    let code = response.extensions().get::<Code>().copied();
    shared.metrics.count_request(route, response.status(), code, start.elapsed());
    response
}

/// Turns a panic in a handler into an answer. (One in a worker is caught by [`crate::admission`].)
pub(crate) fn caught_panic(payload: Box<dyn Any + Send + 'static>) -> Response {
    Error::Panicked { message: panic_message(&*payload) }.into_response()
}

/// Ends a request when its time is over, and tells the handler when that is.
pub(crate) async fn deadline(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    let timeout = shared.config.limits.timeout;
    request.extensions_mut().insert(Deadline::at(Instant::now() + timeout));
    match tokio::time::timeout(timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Error::DeadlineExceeded { timeout }.into_response(),
    }
}

/// Makes the rest of a body be read, within bounds, when a request ends early.
pub(crate) async fn lingering_body(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    next.run(Lingering::wrap(request, &shared.config.server)).await
}
