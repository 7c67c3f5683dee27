//! What is on its way, of all callers together: so many requests, and so many bytes of whole files.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout_at;

use crate::answer::Limits;
use crate::{Error, Origin};

/// The limits, and what counts towards them.
#[derive(Debug)]
pub(crate) struct Arriving {
    places: Arc<Semaphore>,
    bytes: AtomicU64,
    max_bytes: u64,
}

/// The right to ask a server, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Arriving {
    pub(crate) fn new(max_running: usize, max_bytes: u64) -> Arc<Self> {
        let places = Arc::new(Semaphore::new(max_running.clamp(1, Semaphore::MAX_PERMITS)));
        Arc::new(Self { places, bytes: AtomicU64::new(0), max_bytes })
    }

    /// Waits for a place.
    pub(crate) async fn place(&self, origin: &Origin, limits: Limits) -> Result<Place, Error> {
        let timed_out = || Error::TimedOut { origin: origin.clone(), timeout: limits.timeout };
        let permit = timeout_at(limits.deadline, Arc::clone(&self.places).acquire_owned()).await;
        let permit = permit.map_err(|_| timed_out())?;
        // Nobody closes it.
        Ok(Place { _permit: permit.map_err(|_| timed_out())? })
    }

    /// Begins to count the bytes of a file.
    pub(crate) fn file(self: &Arc<Self>) -> Counted {
        Counted { arriving: Arc::clone(self), bytes: 0 }
    }
}

/// Bytes of a file that is on its way, counted until this is dropped.
#[derive(Debug)]
pub(crate) struct Counted {
    arriving: Arc<Arriving>,
    bytes: u64,
}

impl Counted {
    /// Counts more bytes.
    pub(crate) fn add(&mut self, bytes: usize) -> Result<(), Error> {
        let bytes = bytes as u64;
        let max_bytes = self.arriving.max_bytes;
        // Only a count; nothing else is ordered by it.
        let counted = self.arriving.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
            held.checked_add(bytes).filter(|&sum| sum <= max_bytes)
        });
        counted.map_err(|_| Error::Full { max_bytes })?;
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.arriving.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
