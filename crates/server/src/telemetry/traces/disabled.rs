//! No traces: this build goes without.

use axum::extract::Request;
use axum::http::StatusCode;
use tracing::{Span, Subscriber};
use tracing_subscriber::registry::LookupSpan;

use super::Collector;

/// What sends traces; nothing here.
#[derive(Debug)]
#[must_use = "what was not sent yet is sent when it is dropped"]
pub struct Traces(());

/// Why traces that are wanted are not sent.
#[derive(Debug, thiserror::Error)]
#[error("OTEL_EXPORTER_OTLP_ENDPOINT has no effect: this build has no traces (cargo feature otel)")]
pub struct NoTraces;

impl Traces {
    /// Begins to send, if the environment asks for it. Without a call of [`init`](crate::telemetry::init) there is nothing to send.
    ///
    /// # Errors
    ///
    /// [`NoTraces`] if traces are wanted, and cannot be sent.
    pub fn open() -> Result<Self, NoTraces> {
        if super::are_wanted() { Err(NoTraces) } else { Ok(Self(())) }
    }

    /// Returns what collects spans; nothing if there are none to send.
    pub(crate) fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> Option<Collector<S>> {
        None
    }
}

/// Makes the caller's span the parent of that of a request.
pub(crate) fn begun(_span: &Span, _request: &Request) {}

/// Tells the span of a request how it ended.
pub(crate) fn answered(_span: &Span, _status: StatusCode) {}
