//! Results that were made before, and those that are being made right now.
//!
//! A request whose [key](mod@key) is that of a result which is kept is answered with that, and takes no worker; one whose key is that of a request
//! at work waits for the same result. Both happen between the reading of a request and the first look at its pictures, so a picture that was
//! refused is refused again by the pipeline: failures are not kept. Each result of a request has the key of the request for it alone.
//!
//! Results are found by what they are made of, so none is ever out of date, and nothing has to be told to go: a picture that changed has
//! another digest.

mod bucket;
mod digests;
mod faults;
mod file;
mod flights;
mod folder;
mod key;
mod known;
mod memory;
mod result;
mod serve;
mod served;
mod siblings;
mod tiers;

use std::sync::Arc;

use axum::http::HeaderMap;
use palmette::Pipeline;
use palmette_protocol::request::{Source, TransformRequest};
use palmette_protocol::{EngineChoice, Outputs};

use self::flights::Flights;
use self::key::{Program, Recipe};
use self::known::KnownUrls;
use self::serve::Outcome;
use self::tiers::{Tier, Tiers};
use crate::Config;
use crate::config::{Budgets, ConfigError};
use crate::metrics::{CacheLoad, CacheMetrics};
use crate::shared::Shared;

pub(crate) use self::digests::{Digesting, SourceDigests};
pub(crate) use self::key::{Digest, Key, Partition};
pub(crate) use self::known::{Holds, Known, Purge, UrlId};
pub(crate) use self::result::CachedResult;
pub(crate) use self::serve::{Job, serve};
pub(crate) use self::served::{Served, Times, Way};
pub(crate) use self::siblings::Sibling;

/// The share of the memory for what image URLs led to, as a divisor; and how much that is if no results are in memory.
const URLS_SHARE: u64 = 32;
const URLS_BYTES: u64 = 4_000_000;

/// Results that are kept, and those that are being made.
#[derive(Debug)]
pub(crate) struct Cache {
    tiers: Tiers,
    /// What image URLs led to.
    pub(crate) urls: KnownUrls,
    flights: Flights<Key, Outcome>,
    program: Program,
    /// Whether all tokens share their results.
    is_across_tokens: bool,
    metrics: CacheMetrics,
}

impl Cache {
    /// Makes the cache that a configuration wants; nothing if it wants none.
    pub(crate) fn new(config: &Config, pipeline: &Pipeline, budgets: &Budgets, metrics: CacheMetrics) -> Option<Self> {
        let memory_bytes = budgets.result_cache_bytes;
        let urls_bytes = if memory_bytes > 0 { memory_bytes / URLS_SHARE } else { URLS_BYTES };
        Some(Self {
            tiers: Tiers::new(&config.cache, memory_bytes - memory_bytes / URLS_SHARE, budgets.answer_bytes, &metrics)?,
            urls: KnownUrls::new(urls_bytes),
            flights: Flights::new(),
            program: Program::new(config, pipeline),
            is_across_tokens: config.cache.is_across_tokens,
            metrics,
        })
    }

    /// Opens what a configuration names, to see whether it can be.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Cache`], and [`ConfigError::AheadOfNothing`].
    pub(crate) fn check(config: &Config) -> Result<(), ConfigError> {
        if config.cache.is_off() && !config.url.srcset.widths().is_empty() {
            return Err(ConfigError::AheadOfNothing);
        }
        Tiers::check(&config.cache).map_err(ConfigError::Cache)
    }

    /// Returns what decides the bytes of the results of a request; nothing if they are not to be kept, or given to anybody else.
    fn recipe(&self, request: &TransformRequest, digests: &SourceDigests, partition: Partition) -> Option<Recipe> {
        let lacks_font = |source: &Source| {
            let Source::Text(text) = source else { return false };
            matches!(request.fonts.get(&text.font_url), Some(Err(_)))
        };
        // It is about to be refused, for a reason that holds for this moment.
        if request.sources.iter().any(lacks_font) {
            return None;
        }
        let partition = if self.is_across_tokens { Partition::All } else { partition };
        Some(Recipe::new(&self.program, partition, request, digests))
    }

    /// Returns how full its tiers are.
    pub(crate) fn load(&self) -> Vec<CacheLoad> {
        self.tiers.load()
    }

    /// Tells whether a result can be found without asking anybody else.
    pub(crate) fn has(&self, key: &Key) -> bool {
        self.tiers.has(key)
    }

    /// Finds a result.
    pub(crate) async fn get(&self, key: Key) -> Option<Served> {
        let (result, tier) = self.look(key).await?;
        Some(self.hit(result, tier))
    }

    /// Finds several results, or none: to make one that belongs to others takes almost as much as to make all.
    pub(crate) async fn get_all(&self, keys: &[Key]) -> Option<Vec<Served>> {
        let mut found = Vec::new();
        for &key in keys {
            found.push(self.look(key).await?);
        }
        Some(found.into_iter().map(|(result, tier)| self.hit(result, tier)).collect())
    }

    /// Keeps a result that was made with others.
    pub(crate) fn keep(&self, key: Key, result: &Arc<CachedResult>) {
        self.metrics.miss();
        self.tiers.keep(key, result);
    }

    /// Forgets what image URLs led to, and removes it everywhere. Returns how many results that were.
    pub(crate) async fn purge(&self, purge: &Purge) -> usize {
        let keys = self.urls.forget(purge);
        for &key in &keys {
            self.tiers.remove(key).await;
        }
        keys.len()
    }

    async fn look(&self, key: Key) -> Option<(Arc<CachedResult>, Tier)> {
        match self.tiers.find(&key) {
            Some(result) => Some((result, Tier::Memory)),
            None => self.tiers.find_below(key).await,
        }
    }

    /// Counts a result that was found.
    fn hit(&self, result: Arc<CachedResult>, tier: Tier) -> Served {
        self.metrics.hit(tier.as_str());
        Served::kept(result)
    }
}

/// Returns who shares results with the sender of a request.
pub(crate) fn partition(shared: &Shared, headers: &HeaderMap) -> Partition {
    shared.credentials.tokens().of(headers).map_or(Partition::All, Partition::Token)
}

/// Returns the keys of the results of a request, in their order; nothing if there is no cache, or it is not to be asked.
pub(crate) fn keys(
    shared: &Shared,
    request: &TransformRequest,
    digests: &SourceDigests,
    partition: Partition,
) -> Option<Vec<Key>> {
    // What is kept was made by some engine. Who chooses one wants to see it at work: to compare engines, or to measure them.
    let cache = shared.cache.as_ref().filter(|_| request.engine == EngineChoice::Auto)?;
    let recipe = cache.recipe(request, digests, partition)?;
    Some(match &request.outputs {
        Outputs::One(output) => vec![recipe.key(&request.ops, output)],
        Outputs::Each(renditions) => renditions
            .iter()
            .map(|rendition| recipe.key(&rendition.continue_list(&request.ops, &[]).0, &rendition.output))
            .collect(),
    })
}

/// Returns the key of a request with one result.
pub(crate) fn key(
    shared: &Shared,
    request: &TransformRequest,
    digests: &SourceDigests,
    partition: Partition,
) -> Option<Key> {
    let keys = keys(shared, request, digests, partition)?;
    keys.into_iter().next()
}
