//! Logging: where lines go and how they look.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::IsTerminal;
use std::panic::PanicHookInfo;

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
        // The list of all spans has the current one, too.
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(false).try_init(),
    };
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
