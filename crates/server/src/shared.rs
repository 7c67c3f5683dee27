//! The state that all requests of a server share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use palmette::Pipeline;
use palmette_origin::{Arriving, Fetcher, Settings as FetchSettings};

use crate::admission::Admission;
use crate::cache::Cache;
use crate::config::{Budgets, Config, Memory};
use crate::connection::Places;
use crate::credentials::Credentials;
use crate::hosted_store::HostedStore;
use crate::metrics::Metrics;
use crate::routes::image_url;
use crate::routes::image_url::source::Place;

/// The state of a server.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) credentials: Credentials,
    pub(crate) pipeline: Pipeline,
    pub(crate) admission: Admission,
    /// Fetches fonts.
    pub(crate) fetcher: Fetcher,
    /// Fetches the sources of image URLs.
    pub(crate) sources: Fetcher,
    /// Where the paths of image URLs lead.
    pub(crate) origins: Vec<Place>,
    /// Results that were made before; nothing if none are kept.
    pub(crate) cache: Option<Cache>,
    /// The store of hosted pictures, where there is to be one.
    pub(crate) hosted: Option<HostedStore>,
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
        let cache = Cache::new(&config, &pipeline, &budgets, metrics.cache.clone());
        let places = Places::new(&config.server, metrics.cuts.clone());
        // What is fetched for URLs and what is fetched for fonts are told apart by whom they may ask. They share what may be on its way, and
        // the memory for what is kept.
        let arriving = Arriving::new(config.fetch.fetcher.max_running, budgets.fetch_arriving_bytes);
        let arriving = Arc::new(arriving.within(admission.room()));
        let shares = if config.url.has_sources() { 2 } else { 1 };
        let settings =
            FetchSettings { cache_bytes: budgets.fetch_cache_bytes / shares, ..config.fetch.fetcher.clone() };
        let sources = image_url::source::fetcher(&config.url, settings.clone(), Arc::clone(&arriving));
        let origins = Place::open_all(&config.url);
        let fetcher = Fetcher::sharing(&settings, arriving);
        let hosted = config.hosted.is_on().then(|| HostedStore::new(config.hosted.clone()));
        Self {
            config,
            credentials,
            pipeline,
            admission,
            fetcher,
            sources,
            origins,
            cache,
            hosted,
            places,
            metrics,
            is_stopping: AtomicBool::new(false),
        }
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
