//! What is on its way, of all callers together: so many requests, and so many bytes of whole files.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout_at;

use crate::answer::Limits;
use crate::{Error, Origin};

/// Memory that somebody divides among more than files on their way, and in which these have to find room.
pub trait Room: fmt::Debug + Send + Sync {
    /// Counts so many bytes more; `false` if there is no room for them, and then nothing was counted.
    fn take(&self, bytes: u64) -> bool;

    /// Counts so many bytes less.
    fn give_back(&self, bytes: u64);
}

/// What is on its way, and how much that may be; for one fetcher, or for [several](crate::Fetcher::sharing).
#[derive(Debug)]
pub struct Arriving {
    places: Arc<Semaphore>,
    bytes: AtomicU64,
    max_bytes: u64,
    /// Where the bytes count, too.
    room: Option<Arc<dyn Room>>,
}

/// The right to ask a server, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Arriving {
    /// Allows so many requests at once, of which one more waits, and so many bytes of whole files, of which one more is
    /// [`Error::Full`].
    #[must_use]
    pub fn new(max_running: usize, max_bytes: u64) -> Self {
        let places = Arc::new(Semaphore::new(max_running.clamp(1, Semaphore::MAX_PERMITS)));
        Self { places, bytes: AtomicU64::new(0), max_bytes, room: None }
    }

    /// Has the bytes count in somebody's memory, too, until they have arrived; what finds no room there is [`Error::NoRoom`].
    #[must_use]
    pub fn within(self, room: Arc<dyn Room>) -> Self {
        Self { room: Some(room), ..self }
    }

    /// Returns the bytes that are counted.
    #[must_use]
    pub fn held_bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
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
    /// Counts more bytes, before they are held.
    pub(crate) fn add(&mut self, bytes: usize) -> Result<(), Error> {
        let bytes = bytes as u64;
        let Arriving { bytes: held, max_bytes, room, .. } = &*self.arriving;
        // Only a count; nothing else is ordered by it.
        let counted = held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
            held.checked_add(bytes).filter(|sum| sum <= max_bytes)
        });
        counted.map_err(|_| Error::Full { max_bytes: *max_bytes })?;
        if room.as_ref().is_some_and(|room| !room.take(bytes)) {
            held.fetch_sub(bytes, Ordering::Relaxed);
            return Err(Error::NoRoom);
        }
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.arriving.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
        if let Some(room) = &self.arriving.room {
            room.give_back(self.bytes);
        }
    }
}
