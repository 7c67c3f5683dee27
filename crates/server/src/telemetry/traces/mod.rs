//! Traces of requests for OpenTelemetry, if this build has them.
//!
//! The two modules have the same signatures, so that no other code depends on the features of the build.

#[cfg(feature = "otel")]
mod client;
#[cfg(not(feature = "otel"))]
mod disabled;
#[cfg(feature = "otel")]
mod enabled;

#[cfg(not(feature = "otel"))]
pub use disabled::{NoTraces, Traces};
#[cfg(feature = "otel")]
pub use enabled::{NoTraces, Traces};

#[cfg(not(feature = "otel"))]
pub(crate) use disabled::{answered, begun};
#[cfg(feature = "otel")]
pub(crate) use enabled::{answered, begun};

use tracing_subscriber::Layer;

use crate::config::{Environment, Strings};

/// What collects spans for [`Traces`].
type Collector<S> = Box<dyn Layer<S> + Send + Sync>;

/// The variables that name a collector.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];

/// Tells whether the environment asks for traces, in the words that OpenTelemetry has for that.
fn are_wanted() -> bool {
    let value = |name| Environment.get(name).ok().flatten().filter(|value| !value.is_empty());
    let is_off = value("OTEL_SDK_DISABLED").is_some_and(|text| text.eq_ignore_ascii_case("true"))
        || value("OTEL_TRACES_EXPORTER").is_some_and(|text| text == "none");
    ENDPOINTS.into_iter().any(|name| value(name).is_some()) && !is_off
}
