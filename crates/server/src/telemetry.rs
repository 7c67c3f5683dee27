//! Logging: where lines go and how they look, and the spans of stages.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::IsTerminal;
use std::panic::PanicHookInfo;

use tracing::Span;
use tracing_subscriber::EnvFilter;

use crate::config::{LogConfig, LogFormat};

/// Sends log lines of this process to its standard error, panics among them. A second call does nothing.
///
/// A filter that cannot be parsed counts as `info`; [`Config`](crate::Config) never holds one.
pub fn init(config: &LogConfig) {
    let filter = config.filter.parse().unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // An error means that somebody, a test perhaps, has set logging up already, and knows what to do with panics.
    let set_up = match config.format {
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    if set_up.is_ok() {
        std::panic::set_hook(Box::new(log_panic));
    }
}

/// Makes the span of a stage that happens here; those of the pipeline have theirs from it, with the same name.
pub(crate) fn stage(name: &'static str) -> Span {
    tracing::info_span!("stage", name)
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
