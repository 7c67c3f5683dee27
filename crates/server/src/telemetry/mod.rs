//! Telemetry: where log lines go and how they look, and traces ([`Traces`]). Metrics are in the module `metrics`.

mod traces;

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::IsTerminal;
use std::panic::PanicHookInfo;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::config::{LogConfig, LogFormat};

pub use traces::{NoTraces, Traces};
pub(crate) use traces::{answered, begun};

/// Sends log lines of this process to its standard error, panics among them, and spans to `traces`. A second call does nothing.
///
/// A filter that cannot be parsed counts as `info`; [`Config`](crate::Config) never holds one.
pub fn init(config: &LogConfig, traces: Option<&Traces>) {
    let filter: EnvFilter = config.filter.parse().unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match config.format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
        // The list of all spans has the current one, too.
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).boxed(),
    };
    let spans = traces.and_then(Traces::layer);
    // An error means that somebody, a test perhaps, has set logging up already, and knows what to do with panics.
    let set_up = tracing_subscriber::registry().with(lines.with_filter(filter)).with(spans).try_init();
    if set_up.is_ok() {
        std::panic::set_hook(Box::new(log_panic));
    }
}

/// Logs a panic in the form of all other lines; the code that catches it says what follows.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let thread = std::thread::current();
    let backtrace = Backtrace::capture();
    tracing::error!(
        thread.name = thread.name(),
        panic.location = panic.location().map(tracing::field::display),
        panic.backtrace =
            (backtrace.status() == BacktraceStatus::Captured).then(|| tracing::field::display(&backtrace)),
        "a thread panicked: {}",
        panic.payload_as_str().unwrap_or("not a text")
    );
}
