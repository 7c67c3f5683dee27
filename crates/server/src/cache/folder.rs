//! The second tier: results in a folder, which outlive the process.
//!
//! Nobody waits until a result is written. Those that wait for the disk are bounded, since they are held in memory: if it is slower than
//! the results come, some are not written.

use std::sync::Arc;

use palmette_store::Shelf;
use tokio::sync::Semaphore;

use super::faults::Faults;
use super::file;
use super::key::Key;
use super::result::CachedResult;
use crate::metrics::Evictions;

/// Results that wait to be written, those that are being written included.
const MAX_WAITING: usize = 64;

/// Threads that wait for the disk. The workers need theirs.
const MAX_AT_ONCE: usize = 4;

/// Results in a folder.
#[derive(Debug)]
pub(super) struct Folder(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    shelf: Shelf,
    /// One permit for each result that waits to be written.
    waiting: Arc<Semaphore>,
    /// One permit for each thread at the disk.
    disk: Semaphore,
    evictions: Evictions,
    faults: Faults,
}

impl Folder {
    pub(super) fn new(shelf: Shelf, evictions: Evictions, faults: Faults) -> Self {
        Self(Arc::new(Inner {
            shelf,
            waiting: Arc::new(Semaphore::new(MAX_WAITING)),
            disk: Semaphore::new(MAX_AT_ONCE),
            evictions,
            faults,
        }))
    }

    /// Tells whether there is a file for a result.
    pub(super) fn has(&self, key: &Key) -> bool {
        self.0.shelf.has(key.digest())
    }

    /// Reads a result.
    pub(super) async fn get(&self, key: Key) -> Option<Arc<CachedResult>> {
        if !self.has(&key) {
            return None;
        }
        let _place = self.0.disk.acquire().await.ok()?;
        let inner = Arc::clone(&self.0);
        let read = tokio::task::spawn_blocking(move || inner.get(&key));
        // A panic there is a bug, and no reason to make nothing.
        read.await.ok().flatten()
    }

    /// Has a result written.
    pub(super) fn keep(&self, key: Key, result: &Arc<CachedResult>) {
        let Ok(place) = Arc::clone(&self.0.waiting).try_acquire_owned() else {
            return self.0.faults.skipped();
        };
        let (inner, result) = (Arc::clone(&self.0), Arc::clone(result));
        tokio::spawn(async move {
            let _places = (place, inner.disk.acquire().await);
            let writer = Arc::clone(&inner);
            // A panic there is a bug, and leaves at most a hidden file.
            let _ = tokio::task::spawn_blocking(move || writer.put(&key, &result)).await;
        });
    }

    /// Removes a result.
    pub(super) async fn remove(&self, key: Key) {
        let _place = self.0.disk.acquire().await;
        let inner = Arc::clone(&self.0);
        let _ = tokio::task::spawn_blocking(move || inner.shelf.remove(key.digest())).await;
    }

    /// Returns the number of results, and the bytes of their files.
    pub(super) fn load(&self) -> (usize, u64) {
        self.0.shelf.load()
    }
}

impl Inner {
    fn get(&self, key: &Key) -> Option<Arc<CachedResult>> {
        let file = match self.shelf.get(key.digest()) {
            Ok(file) => file?,
            Err(error) => {
                self.faults.failed(&error);
                return None;
            }
        };
        let (facts, bytes) = file::read(&file)?;
        Some(CachedResult::read(bytes, facts))
    }

    fn put(&self, key: &Key, result: &CachedResult) {
        match self.shelf.put(key.digest(), &[&file::head(result), &result.bytes]) {
            Ok(evicted) => (0..evicted).for_each(|_| self.evictions.count()),
            Err(error) => self.faults.failed(&error),
        }
    }
}
