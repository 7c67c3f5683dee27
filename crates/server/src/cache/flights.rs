//! Work that several wait for: whoever asks for what is being made already waits for that.
//!
//! Nobody leads. The work is a future that all who wait poll, so it goes on while there is one of them, and is dropped, and leaves the line,
//! when the last one has left.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};

/// What all who wait poll.
pub(super) type Flight<T> = Shared<BoxFuture<'static, T>>;

/// Everything that is being made.
#[derive(Debug)]
pub(super) struct Flights<K: Eq + Hash, T: Clone> {
    running: Arc<Mutex<HashMap<K, Running<T>>>>,
    next_id: AtomicU64,
}

/// A flight, and the number by which it knows itself.
#[derive(Debug)]
struct Running<T: Clone> {
    id: u64,
    flight: WeakShared<BoxFuture<'static, T>>,
}

impl<K: Clone + Eq + Hash + Send + 'static, T: Clone + Send + Sync + 'static> Flights<K, T> {
    pub(super) fn new() -> Self {
        Self { running: Arc::default(), next_id: AtomicU64::new(0) }
    }

    /// Joins the flight of a key, or begins one. Says whether it began.
    pub(super) fn join(&self, key: K, begin: impl FnOnce() -> BoxFuture<'static, T>) -> (Flight<T>, bool) {
        let mut running = lock(&self.running);
        if let Some(flight) = running.get(&key).and_then(|running| running.flight.upgrade()) {
            return (flight, false);
        }
        // Only a name; nothing is ordered by it.
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let leaves = Leaves { running: Arc::clone(&self.running), key: key.clone(), id };
        let work = begin();
        let flight = async move {
            let _leaves = leaves;
            work.await
        };
        let flight = flight.boxed().shared();
        // It was made this moment and has not been waited for, so it can be found again.
        let weak = flight.downgrade().expect("a future that has not ended");
        running.insert(key, Running { id, flight: weak });
        (flight, true)
    }
}

/// Takes a flight off the list when it ends, or when nobody waits for it any more.
struct Leaves<K: Eq + Hash, T: Clone> {
    running: Arc<Mutex<HashMap<K, Running<T>>>>,
    key: K,
    id: u64,
}

impl<K: Eq + Hash, T: Clone> Drop for Leaves<K, T> {
    fn drop(&mut self) {
        let mut running = lock(&self.running);
        // Another one may have taken the place already.
        if running.get(&self.key).is_some_and(|running| running.id == self.id) {
            running.remove(&self.key);
        }
    }
}

/// Locks; whatever panicked while it held the lock left the map whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn flights_are_shared_while_somebody_waits() {
        let flights: Flights<u8, u8> = Flights::new();
        let begun = AtomicUsize::new(0);
        let begin = |key| {
            let (end, ended) = oneshot::channel();
            let work = || {
                begun.fetch_add(1, Ordering::Relaxed);
                async move { ended.await.unwrap() }.boxed()
            };
            (flights.join(key, work), end)
        };
        let ((first, is_first), end) = begin(1);
        let ((second, is_second), _) = begin(1);
        let ((_other, is_other), _end) = begin(2);
        assert_eq!((is_first, is_second, is_other), (true, false, true));
        // The one who began it leaves.
        drop(first);
        end.send(7).unwrap();
        assert_eq!((second.await, begun.load(Ordering::Relaxed)), (7, 2));

        let ((third, is_third), end) = begin(1);
        assert!(is_third, "what has ended is not waited for");
        drop(third);
        assert!(end.is_closed(), "what nobody waits for is dropped");
        assert!(begin(1).0.1);
    }
}
