//! A body that is read to its end, within bounds, even when nobody wants it any more.
//!
//! A server that answers before it has read the whole body, and then closes, makes the client's kernel throw the answer away:
//! the client sees a broken connection instead of the error. So a body that is dropped early (by a handler that found the first part
//! wrong, an unknown path, the deadline) goes to a task that reads on and throws the bytes away while the
//! answer is being sent.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header;
use bytes::{Buf, Bytes};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::runtime::Handle;

use crate::config::ServerConfig;

/// A body that lingers after it was dropped.
#[derive(Debug)]
pub(crate) struct Lingering {
    /// Gone once the end was reached.
    body: Option<Body>,
    /// Whether the client waits for a word before it sends the body.
    is_held_back: bool,
    max_bytes: u64,
    timeout: Duration,
}

impl Lingering {
    /// Wraps the body of a request.
    pub(crate) fn wrap(request: Request, config: &ServerConfig) -> Request {
        let is_held_back = request.headers().contains_key(header::EXPECT);
        request.map(|body| {
            Body::new(Self {
                body: Some(body),
                is_held_back,
                max_bytes: config.drain_max_bytes,
                timeout: config.drain_timeout,
            })
        })
    }
}

impl http_body::Body for Lingering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        // Asking for the first frame makes the HTTP library say "100 Continue".
        self.is_held_back = false;
        let Some(body) = self.body.as_mut() else { return Poll::Ready(None) };
        let frame = std::task::ready!(Pin::new(body).poll_frame(context));
        if !matches!(frame, Some(Ok(_))) {
            self.body = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(http_body::Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), http_body::Body::size_hint)
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        let Some(body) = self.body.take() else { return };
        // A client that was never told to send its body reads the answer first; what it sends next may be another request.
        if self.is_held_back || http_body::Body::is_end_stream(&body) {
            return;
        }
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(tokio::time::timeout(self.timeout, drain(body, self.max_bytes)));
        }
    }
}

/// Reads and throws away up to `left` bytes.
async fn drain(mut body: Body, mut left: u64) {
    while let Some(Ok(frame)) = body.frame().await {
        let bytes = frame.data_ref().map_or(0, Buf::remaining) as u64;
        match left.checked_sub(bytes) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}
