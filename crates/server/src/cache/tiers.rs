//! Where results are kept: in memory, in a folder below it, and in a bucket below that.

use std::sync::Arc;

use palmette_store::{BucketShelf, Buckets, Error as StoreError, Shelf};

use super::bucket::Bucket;
use super::faults::Faults;
use super::folder::Folder;
use super::key::Key;
use super::memory::Memory;
use super::result::CachedResult;
use crate::config::CacheConfig;
use crate::metrics::{CacheLoad, CacheMetrics};

/// One of the places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tier {
    /// [`Memory`].
    Memory,
    /// [`Folder`].
    Folder,
    /// [`Bucket`].
    Bucket,
}

impl Tier {
    /// Returns the name in metrics.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Folder => "folder",
            Self::Bucket => "bucket",
        }
    }
}

/// The places that there are.
#[derive(Debug)]
pub(super) struct Tiers {
    memory: Option<Memory>,
    folder: Option<Folder>,
    bucket: Option<Bucket>,
}

impl Tiers {
    /// Makes the places that a configuration wants, with so many bytes in memory, and results of so many bytes at most from a bucket; nothing
    /// if it wants none.
    ///
    /// What cannot be opened is logged, and done without: it is only a cache. Who wants to know before asks [`check`](Self::check).
    pub(super) fn new(
        config: &CacheConfig,
        memory_bytes: u64,
        max_object_bytes: u64,
        metrics: &CacheMetrics,
    ) -> Option<Self> {
        let faults = |tier: Tier| Faults::new(metrics.failures(tier.as_str()));
        let memory = || Memory::new(memory_bytes, metrics.evictions(Tier::Memory.as_str()));
        let folder = |shelf| Folder::new(shelf, metrics.evictions(Tier::Folder.as_str()), faults(Tier::Folder));
        let bucket = |shelf| Bucket::new(shelf, max_object_bytes, faults(Tier::Bucket));
        let tiers = Self {
            memory: (memory_bytes > 0).then(memory),
            folder: open_folder(config).unwrap_or_else(without).map(folder),
            bucket: open_bucket(config).unwrap_or_else(without).map(bucket),
        };
        (tiers.memory.is_some() || tiers.folder.is_some() || tiers.bucket.is_some()).then_some(tiers)
    }

    /// Opens what a configuration names, to see whether it can be.
    ///
    /// # Errors
    ///
    /// Those of [`Shelf::open`] and [`BucketShelf::open`].
    pub(super) fn check(config: &CacheConfig) -> Result<(), StoreError> {
        open_folder(config)?;
        let shelf = open_bucket(config)?;
        // Its runtime must not end on a thread of another one.
        std::thread::spawn(move || drop(shelf));
        Ok(())
    }

    /// Looks into the memory.
    pub(super) fn find(&self, key: &Key) -> Option<Arc<CachedResult>> {
        self.memory.as_ref()?.get(key)
    }

    /// Tells whether memory or folder have a result; what the bucket has only a request would tell.
    pub(super) fn has(&self, key: &Key) -> bool {
        self.memory.as_ref().is_some_and(|memory| memory.has(key))
            || self.folder.as_ref().is_some_and(|folder| folder.has(key))
    }

    /// Looks below the memory. What is found is in memory from then on.
    pub(super) async fn find_below(&self, key: Key) -> Option<(Arc<CachedResult>, Tier)> {
        let in_folder = match &self.folder {
            Some(folder) => folder.get(key).await,
            None => None,
        };
        let (result, tier) = match in_folder {
            Some(result) => (result, Tier::Folder),
            None => (self.bucket.as_ref()?.get(key).await?, Tier::Bucket),
        };
        if let Some(memory) = &self.memory {
            memory.keep(key, Arc::clone(&result));
        }
        if let Some(folder) = self.folder.as_ref().filter(|_| tier == Tier::Bucket) {
            folder.keep(key, &result);
        }
        Some((result, tier))
    }

    /// Keeps a result everywhere.
    pub(super) fn keep(&self, key: Key, result: &Arc<CachedResult>) {
        if let Some(memory) = &self.memory {
            memory.keep(key, Arc::clone(result));
        }
        if let Some(folder) = &self.folder {
            folder.keep(key, result);
        }
        if let Some(bucket) = &self.bucket {
            bucket.keep(key, result);
        }
    }

    /// Removes a result everywhere.
    pub(super) async fn remove(&self, key: Key) {
        if let Some(memory) = &self.memory {
            memory.remove(&key);
        }
        if let Some(folder) = &self.folder {
            folder.remove(key).await;
        }
        if let Some(bucket) = &self.bucket {
            bucket.remove(key).await;
        }
    }

    /// Returns how full they are; of a bucket nobody knows.
    pub(super) fn load(&self) -> Vec<CacheLoad> {
        let memory = self.memory.as_ref().map(|memory| (Tier::Memory, memory.load()));
        let folder = self.folder.as_ref().map(|folder| (Tier::Folder, folder.load()));
        let load = |(tier, (entries, bytes)): (Tier, _)| CacheLoad { tier: tier.as_str(), entries, bytes };
        memory.into_iter().chain(folder).map(load).collect()
    }
}

/// Does without a place that cannot be opened.
fn without<T>(error: StoreError) -> Option<T> {
    tracing::error!("results are not kept there: {error}");
    None
}

/// Opens the bucket of a configuration, if it names one.
fn open_bucket(config: &CacheConfig) -> Result<Option<BucketShelf>, StoreError> {
    config.bucket.as_ref().map(|url| BucketShelf::open(url, &Buckets::default())).transpose()
}

/// Opens the folder of a configuration, if it names one.
fn open_folder(config: &CacheConfig) -> Result<Option<Shelf>, StoreError> {
    config.folder.as_ref().map(|path| Shelf::open(path, config.folder_bytes)).transpose()
}
