//! The first tier: results in memory, weighed in bytes.
//!
//! The library is the one that keeps fetched files ([`palmette_origin`]): `quick_cache`, which is kept up, small, and evicts by S3-FIFO, so that a
//! walk through pictures that nobody asks for twice does not push out those that everybody does.

use std::sync::Arc;

use quick_cache::sync::Cache as Entries;
use quick_cache::{DefaultHashBuilder, Lifecycle, OptionsBuilder, Weighter};

use super::key::Key;
use super::result::CachedResult;
use crate::metrics::Evictions;

/// Results in memory.
#[derive(Debug)]
pub(super) struct Memory {
    entries: Entries<Key, Arc<CachedResult>, Weight, DefaultHashBuilder, Counting>,
}

/// What an entry takes.
#[derive(Clone, Debug)]
struct Weight;

impl Weighter<Key, Arc<CachedResult>> for Weight {
    fn weight(&self, _: &Key, result: &Arc<CachedResult>) -> u64 {
        result.weight()
    }
}

/// Counts what is evicted.
#[derive(Clone, Debug)]
struct Counting(Evictions);

impl Lifecycle<Key, Arc<CachedResult>> for Counting {
    type RequestState = ();

    fn on_evict(&self, (): &mut (), _: Key, _: Arc<CachedResult>) {
        self.0.count();
    }
}

impl Memory {
    /// Makes room for so many bytes.
    pub(super) fn new(max_bytes: u64, evictions: Evictions) -> Self {
        /// A guess at the size of a result, by which the library makes room for its tables.
        const TYPICAL_BYTES: u64 = 50_000;
        let items = usize::try_from(max_bytes / TYPICAL_BYTES).unwrap_or(usize::MAX).clamp(16, 1 << 20);
        // One shard, since a result must fit into one, and a large one should. What is locked for is only a look into a table.
        let options =
            OptionsBuilder::new().shards(1).estimated_items_capacity(items).weight_capacity(max_bytes).build();
        let options = options.expect("both capacities are given");
        let entries = Entries::with_options(options, Weight, DefaultHashBuilder::default(), Counting(evictions));
        Self { entries }
    }

    pub(super) fn get(&self, key: &Key) -> Option<Arc<CachedResult>> {
        self.entries.get(key)
    }

    /// Tells whether there is a result, which is not to say that anybody wants it.
    pub(super) fn has(&self, key: &Key) -> bool {
        self.entries.contains_key(key)
    }

    /// Keeps a result, unless it has no room even alone.
    pub(super) fn keep(&self, key: Key, result: Arc<CachedResult>) {
        self.entries.insert(key, result);
    }

    pub(super) fn remove(&self, key: &Key) {
        self.entries.remove(key);
    }

    /// Returns the number of results, and their bytes.
    pub(super) fn load(&self) -> (usize, u64) {
        (self.entries.len(), self.entries.weight())
    }
}
