//! The connections of a store: so many at once, and those that are idle are kept for later.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The most connections of one process. A transaction takes milliseconds, and a server of Postgres has a hundred for everybody.
const MAX_CONNECTIONS: usize = 16;

/// How long is waited for one of them.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The connections of a store.
#[derive(Debug)]
pub(super) struct Pool<C> {
    connections: Mutex<Connections<C>>,
    returned: Condvar,
}

#[derive(Debug)]
struct Connections<C> {
    idle: Vec<C>,
    in_use: usize,
}

/// The right to have a connection, until this is dropped.
#[derive(Debug)]
pub(super) struct Turn<'a, C> {
    pool: &'a Pool<C>,
    kept: Option<C>,
}

impl<C> Default for Pool<C> {
    fn default() -> Self {
        Self { connections: Mutex::new(Connections { idle: Vec::new(), in_use: 0 }), returned: Condvar::new() }
    }
}

impl<C> Pool<C> {
    /// Waits for the right to have a connection; nothing if it takes too long. With it comes a connection that is idle, if there is one.
    pub(super) fn turn(&self) -> Option<(Turn<'_, C>, Option<C>)> {
        let is_full = |connections: &mut Connections<C>| connections.in_use >= MAX_CONNECTIONS;
        let waited = self.returned.wait_timeout_while(self.lock(), TIMEOUT, is_full);
        let (mut connections, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return None;
        }
        connections.in_use += 1;
        let idle = connections.idle.pop();
        Some((Turn { pool: self, kept: None }, idle))
    }

    /// Returns all connections that are idle, which are not kept any more.
    pub(super) fn take_idle(&self) -> Vec<C> {
        std::mem::take(&mut self.lock().idle)
    }

    fn lock(&self) -> MutexGuard<'_, Connections<C>> {
        // What is in it is complete whenever the lock is let go.
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C> Turn<'_, C> {
    /// Keeps a connection for later.
    pub(super) fn keep(mut self, connection: C) {
        self.kept = Some(connection);
    }
}

impl<C> Drop for Turn<'_, C> {
    fn drop(&mut self) {
        let mut connections = self.pool.lock();
        connections.in_use -= 1;
        connections.idle.extend(self.kept.take());
        drop(connections);
        self.pool.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_keep_connections_and_have_bounds() {
        let pool = Pool::default();
        let (turn, idle) = pool.turn().unwrap();
        assert_eq!(idle, None, "the first one is made by who asks");
        turn.keep(1);
        let (turn, idle) = pool.turn().unwrap();
        assert_eq!(idle, Some(1));
        drop(turn);
        let mut turns: Vec<_> = (0..MAX_CONNECTIONS).map(|_| pool.turn().unwrap()).collect();
        std::thread::scope(|scope| {
            let late = scope.spawn(|| pool.turn().unwrap().1);
            std::thread::sleep(Duration::from_millis(20));
            assert!(!late.is_finished(), "there are no more than that");
            turns.pop().unwrap().0.keep(2);
            assert_eq!(late.join().unwrap(), Some(2));
        });
        drop(turns);
        let (turn, _) = pool.turn().unwrap();
        turn.keep(3);
        assert_eq!((pool.take_idle(), pool.take_idle()), (vec![3], vec![]));
    }
}
