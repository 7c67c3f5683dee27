//! Spans go to a collector over OTLP, as protobuf in HTTP.
//!
//! Where to, how many and under which name is said by the variables that OpenTelemetry has for that (`OTEL_EXPORTER_OTLP_ENDPOINT`,
//! `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_TRACES_SAMPLER`, `OTEL_SERVICE_NAME` and so on), which its own crates read. The filter of the log
//! does not count here: a trace always has all stages.

use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, StatusCode};
use opentelemetry::KeyValue;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{SpanKind, Status, TracerProvider};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter as OtlpExporter, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use tracing::level_filters::LevelFilter;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::{OpenTelemetryLayer, OpenTelemetrySpanExt};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

use super::Collector;
use super::client::Client;
use crate::config::{Environment, Strings};
use crate::middleware::is_watched;

/// Time at the end for spans that were not sent yet.
const LAST_TIMEOUT: Duration = Duration::from_secs(5);

/// The name under which spans are sent, if the environment has no other.
const SERVICE: &str = "palmette";

/// The span of a request, whose kind and name are set when it is sent.
const REQUEST_SPAN: &str = "request";
const METHOD: &str = "http.request.method";
const ROUTE: &str = "http.route";

/// What sends traces.
#[derive(Debug)]
#[must_use = "what was not sent yet is sent when it is dropped"]
pub struct Traces(Option<SdkTracerProvider>);

/// Why traces that are wanted are not sent.
#[derive(Debug, thiserror::Error)]
#[error("no traces are sent: {0}")]
#[non_exhaustive]
pub enum NoTraces {
    /// Occurs when the environment names an endpoint that is not a URL, or similar.
    Settings(#[from] ExporterBuildError),
    /// Occurs when the system refuses what a client needs.
    Client(#[from] std::io::Error),
}

impl Traces {
    /// Begins to send, if the environment asks for it. Without a call of [`init`](crate::telemetry::init) there is nothing to send.
    ///
    /// # Errors
    ///
    /// [`NoTraces`] if traces are wanted, and cannot be sent.
    pub fn open() -> Result<Self, NoTraces> {
        if !super::are_wanted() {
            return Ok(Self(None));
        }
        let exporter = OtlpExporter::builder().with_http().with_http_client(Client::new()?).build()?;
        let provider =
            SdkTracerProvider::builder().with_batch_exporter(Requests(exporter)).with_resource(resource()).build();
        Ok(Self(Some(provider)))
    }

    /// Returns what collects spans; nothing if there are none to send.
    pub(crate) fn layer<S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync>(&self) -> Option<Collector<S>> {
        let tracer = self.0.as_ref()?.tracer(SERVICE);
        // Those of libraries are not about requests, and the exporter's own would never end.
        let ours = Targets::new().with_target("palmette", LevelFilter::INFO);
        let layer = OpenTelemetryLayer::new(tracer).with_location(false).with_threads(false).with_target(false);
        Some(layer.with_filter(ours).boxed())
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        if let Some(Err(error)) = self.0.take().map(|provider| provider.shutdown_with_timeout(LAST_TIMEOUT)) {
            tracing::warn!("the last traces were not sent: {error}");
        }
    }
}

/// Returns what is said of this process.
fn resource() -> Resource {
    let has_name = |name: &str, part: &str| {
        Environment.get(name).ok().flatten().is_some_and(|value| !value.is_empty() && value.contains(part))
    };
    let builder = Resource::builder().with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    if has_name("OTEL_SERVICE_NAME", "") || has_name("OTEL_RESOURCE_ATTRIBUTES", "service.name=") {
        builder.build()
    } else {
        builder.with_service_name(SERVICE).build()
    }
}

/// Makes the caller's span the parent of that of a request.
pub(crate) fn begun(span: &Span, request: &Request) {
    let parent = TraceContextPropagator::new().extract(&Headers(request.headers()));
    // Fails if nothing is sent, or if this request is one that is not traced.
    let _ = span.set_parent(parent);
    span.set_attribute(METHOD, request.method().to_string());
    span.set_attribute("url.path", request.uri().path().to_owned());
    if let Some(route) = request.extensions().get::<MatchedPath>() {
        span.set_attribute(ROUTE, route.as_str().to_owned());
    }
}

/// Tells the span of a request how it ended.
pub(crate) fn answered(span: &Span, status: StatusCode) {
    span.set_attribute("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.set_status(Status::error(""));
    }
}

/// Returns an attribute of a span, if it is there, as text.
fn attribute(span: &SpanData, key: &str) -> Option<String> {
    let attribute = span.attributes.iter().find(|attribute| attribute.key.as_str() == key)?;
    Some(attribute.value.as_str().into_owned())
}

/// The headers of a request.
struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|name| name.as_str()).collect()
    }
}

/// Sends spans; those of requests as a server's, under the name of their route, and none of probes.
#[derive(Debug)]
struct Requests(OtlpExporter);

impl SpanExporter for Requests {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        batch.retain(|span| !attribute(span, ROUTE).is_some_and(|route| is_watched(&route)));
        for span in batch.iter_mut().filter(|span| span.name == REQUEST_SPAN) {
            let words: Vec<_> = [METHOD, ROUTE].into_iter().filter_map(|key| attribute(span, key)).collect();
            span.name = words.join(" ").into();
            span.span_kind = SpanKind::Server;
        }
        self.0.export(batch).await
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}
