//! Logging: where lines go and how they look.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::{LogConfig, LogFormat};

/// Sends log lines of this process to its standard error. A second call does nothing.
///
/// A filter that cannot be parsed counts as `info`; [`Config`](crate::Config) never holds one.
pub fn init(config: &LogConfig) {
    let filter = config.filter.parse().unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // An error means that somebody, a test perhaps, has set logging up already.
    let _ = match config.format {
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
}
