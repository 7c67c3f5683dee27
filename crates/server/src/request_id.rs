//! The id of a request, which its answer and every log line about it share.
//!
//! Most clients see it in a header. The Images binding shows none, so errors that lead to the log say it in their text, and
//! find it by [`current`].

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

/// The header that carries the id of a request, both ways.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken from a client.
const MAX_REQUEST_ID_BYTES: usize = 128;

tokio::task_local! {
    /// The id of the request that is being answered.
    static CURRENT: HeaderValue;
}

/// Gives every request an id: its own, if it brought a decent one.
pub(crate) async fn assign(mut request: Request, next: Next) -> Response {
    let id = request.headers().get(REQUEST_ID).filter(|id| is_decent(id)).cloned().unwrap_or_else(new_request_id);
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let mut response = CURRENT.scope(id.clone(), next.run(request)).await;
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

/// Returns the id of the request that is being answered, or `none` where nobody asked for one.
pub(crate) fn current() -> String {
    let id = CURRENT.try_with(|id| id.to_str().map(str::to_owned));
    id.ok().and_then(Result::ok).unwrap_or_else(|| "none".to_owned())
}
