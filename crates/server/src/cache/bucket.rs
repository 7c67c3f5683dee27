//! The third tier: results in a bucket, for all servers of a group.
//!
//! A bucket that is slow or away must not be: a request waits for it for a moment only, and nobody asks it for a while after it failed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use palmette_store::BucketShelf;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::faults::Faults;
use super::file;
use super::key::Key;
use super::result::CachedResult;

/// Requests to the bucket at once, each of which takes a thread.
const MAX_AT_ONCE: usize = 4;

/// Results that wait to be written, those that are being written included.
const MAX_WAITING: usize = 64;

/// The time that a request waits for the bucket, before it is computed.
const PATIENCE: Duration = Duration::from_secs(1);

/// The time for which a bucket that failed is left alone.
const PAUSE: Duration = Duration::from_secs(10);

/// Results in a bucket.
#[derive(Debug)]
pub(super) struct Bucket(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    shelf: BucketShelf,
    /// The most bytes of a result.
    max_bytes: u64,
    /// One permit for each result that waits to be written.
    waiting: Arc<Semaphore>,
    /// One permit for each thread that speaks with the bucket.
    threads: Arc<Semaphore>,
    faults: Faults,
    /// Until when the bucket is left alone.
    paused: Mutex<Option<Instant>>,
}

impl Bucket {
    pub(super) fn new(shelf: BucketShelf, max_bytes: u64, faults: Faults) -> Self {
        Self(Arc::new(Inner {
            shelf,
            max_bytes,
            waiting: Arc::new(Semaphore::new(MAX_WAITING)),
            threads: Arc::new(Semaphore::new(MAX_AT_ONCE)),
            faults,
            paused: Mutex::default(),
        }))
    }

    /// Reads a result, if that can be done soon.
    pub(super) async fn get(&self, key: Key) -> Option<Arc<CachedResult>> {
        if self.0.is_paused() {
            return None;
        }
        let inner = Arc::clone(&self.0);
        let read = async move {
            // The thread has it until its end, even if nobody waits for that any more.
            let place = Arc::clone(&inner.threads).acquire_owned().await.ok()?;
            let read = spawn_blocking(move || {
                let _place = place;
                inner.get(&key)
            });
            // A panic there is a bug, and no reason to make nothing.
            read.await.ok().flatten()
        };
        let read = tokio::time::timeout(PATIENCE, read).await;
        if read.is_err() {
            self.0.pause();
            self.0.faults.skipped();
        }
        read.ok().flatten()
    }

    /// Has a result written.
    pub(super) fn keep(&self, key: Key, result: &Arc<CachedResult>) {
        let place = Arc::clone(&self.0.waiting).try_acquire_owned().ok().filter(|_| !self.0.is_paused());
        let Some(place) = place else { return self.0.faults.skipped() };
        let (inner, result) = (Arc::clone(&self.0), Arc::clone(result));
        tokio::spawn(async move {
            let Ok(thread) = Arc::clone(&inner.threads).acquire_owned().await else { return };
            let _ = spawn_blocking(move || {
                let _places = (place, thread);
                inner.put(&key, &result);
            })
            .await;
        });
    }

    /// Removes a result.
    pub(super) async fn remove(&self, key: Key) {
        let inner = Arc::clone(&self.0);
        let _ = spawn_blocking(move || inner.remove(&key)).await;
    }
}

impl Inner {
    fn get(&self, key: &Key) -> Option<Arc<CachedResult>> {
        let object = self.shelf.get(key.digest(), self.max_bytes).map_err(|error| self.failed(&error)).ok()?;
        let (facts, bytes) = file::read(&object?)?;
        Some(CachedResult::read(bytes, facts))
    }

    fn put(&self, key: &Key, result: &CachedResult) {
        if !self.is_paused() {
            let put = self.shelf.put(key.digest(), &[&file::head(result), &result.bytes]);
            let _ = put.map_err(|error| self.failed(&error));
        }
    }

    fn remove(&self, key: &Key) {
        let _ = self.shelf.remove(key.digest()).map_err(|error| self.failed(&error));
    }

    fn failed(&self, error: &palmette_store::Error) {
        self.pause();
        self.faults.failed(error);
    }

    fn pause(&self) {
        *self.paused.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + PAUSE);
    }

    fn is_paused(&self) -> bool {
        self.paused.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|end| Instant::now() < end)
    }
}
