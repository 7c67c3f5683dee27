//! The state that all requests of a server share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use palmette::Pipeline;
use palmette_origin::{Fetcher, Settings as FetchSettings};

use crate::admission::Admission;
use crate::config::{Budgets, Config, Memory};
use crate::connection::Places;
use crate::credentials::Credentials;
use crate::metrics::Metrics;

/// The state of a server.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) credentials: Credentials,
    pub(crate) pipeline: Pipeline,
    pub(crate) admission: Admission,
    pub(crate) fetcher: Fetcher,
    pub(crate) places: Arc<Places>,
    pub(crate) metrics: Metrics,
    is_stopping: AtomicBool,
}

impl Shared {
    pub(crate) fn new(config: Config, credentials: Credentials, pipeline: Pipeline) -> Self {
        let budgets = Budgets::of(&config, Memory::find());
        let admission = Admission::new(&config.admission, &budgets);
        let pipeline = pipeline.with_idle_cores(admission.idle_cores().clone());
        let metrics = Metrics::new(&pipeline.engines().prices());
        let places = Places::new(&config.server, metrics.cuts.clone());
        let fetcher = Fetcher::new(&FetchSettings {
            cache_bytes: budgets.fetch_cache_bytes,
            max_arriving_bytes: budgets.fetch_arriving_bytes,
            ..config.fetch.fetcher.clone()
        });
        Self { config, credentials, pipeline, admission, fetcher, places, metrics, is_stopping: AtomicBool::new(false) }
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
