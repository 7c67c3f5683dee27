//! What all requests of a server share.

use std::sync::atomic::{AtomicBool, Ordering};

use palmette::Pipeline;

use crate::admission::Admission;
use crate::config::Config;
use crate::metrics::Metrics;

/// The state of a server.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) pipeline: Pipeline,
    pub(crate) admission: Admission,
    pub(crate) metrics: Metrics,
    is_stopping: AtomicBool,
}

impl Shared {
    pub(crate) fn new(config: Config, pipeline: Pipeline) -> Self {
        let admission = Admission::new(&config.admission);
        Self { config, pipeline, admission, metrics: Metrics::new(), is_stopping: AtomicBool::new(false) }
    }

    /// Says that the server will stop, so that nobody sends it new work.
    pub(crate) fn stop(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
    }

    /// Tells whether the server will stop.
    pub(crate) fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }
}
