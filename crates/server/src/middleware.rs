//! The layers around the routes; [`crate::app()`] says in which order they stand, and why.

use std::any::Any;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use palmette::core::Deadline;
use palmette_protocol::Code;
use palmette_protocol::answer::{ERROR_HEADER, RESIZED_HEADER};
use tracing::Instrument;

use crate::Error;
use crate::admission::panic_message;
use crate::config::UrlAccess;
use crate::linger::Lingering;
use crate::request_id::REQUEST_ID;
use crate::routes::{hosted, image_url};
use crate::shared::Shared;
use crate::telemetry;

/// The paths that orchestrators and monitors ask for.
const WATCHED_PATHS: [&str; 3] = ["/live", "/ready", "/metrics"];

/// Tells whether a request is one of an orchestrator or a monitor.
pub(crate) fn is_watched(path: &str) -> bool {
    WATCHED_PATHS.contains(&path)
}

/// The routes that are open to those who have no token: for orchestrators, and the page that asks its user for one.
const FREE_PATHS: [&str; 4] = ["/live", "/ready", "/", "/playground/{file}"];

/// Puts a span around a request and logs its end.
pub(crate) async fn trace(request: Request, next: Next) -> Response {
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    let span = tracing::info_span!(
        "request",
        request.id = id,
        http.method = %request.method(),
        http.path = request.uri().path(),
        // Known only once a picture was made.
        engine.kind = tracing::field::Empty,
        engine.reason = tracing::field::Empty,
    );
    telemetry::begun(&span, &request);
    let is_watcher = is_watched(request.uri().path());
    let start = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let duration_ms = start.elapsed().as_secs_f64() * 1e3;
    let status = response.status().as_u16();
    // Probes come every few seconds, for ever.
    span.in_scope(|| {
        if is_watcher {
            tracing::debug!(http.status = status, duration_ms, "request answered");
        } else {
            tracing::info!(http.status = status, duration_ms, "request answered");
        }
    });
    telemetry::answered(&span, response.status());
    response
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

/// Names the code of a failed image URL in the header that belongs there.
pub(crate) async fn resized(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_image_url = image_url::is_image_url(path) || hosted::is_delivery(path);
    let mut response = next.run(request).await;
    if is_image_url && let Some(value) = response.headers_mut().remove(ERROR_HEADER) {
        response.headers_mut().insert(RESIZED_HEADER, value);
    }
    response
}

/// Turns a panic in a handler into an answer. (One in a worker is caught by [`crate::admission`].)
pub(crate) fn caught_panic(payload: Box<dyn Any + Send + 'static>) -> Response {
    Error::Panicked { message: panic_message(&*payload) }.into_response()
}

/// Refuses requests without a token, if tokens are asked for.
pub(crate) async fn token(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let is_free = |path: &str| {
        // Pages cannot send a token, nor can those whom an upload link was given to.
        let is_open_url = image_url::PATHS.contains(&path) && shared.config.url.access != UrlAccess::Token;
        FREE_PATHS.contains(&path) || is_open_url || hosted::FREE_PATHS.contains(&path)
    };
    if path.is_some_and(is_free) {
        return next.run(request).await;
    }
    match shared.credentials.tokens().admit(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => {
            // The client is to see the answer, and most of them read it only when they have sent everything.
            drop(Lingering::wrap(request, &shared.config.server));
            Error::from(refusal).into_response()
        }
    }
}

/// Refuses requests on connections beyond the limit, except those for health and metrics.
pub(crate) async fn places(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    if is_watched(request.uri().path()) || !shared.places.are_overfull() {
        return next.run(request).await;
    }
    let max_connections = shared.places.max_connections();
    let error = Error::ConnectionsFull { max_connections, retry_after: shared.admission.retry_after() };
    // The place is needed for others.
    ([(header::CONNECTION, HeaderValue::from_static("close"))], error).into_response()
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
