//! Cores that nobody works on: what long work may use beside its own.
//!
//! A service works on as many pictures as it has workers, one core each. While fewer are worked on, cores are idle, and what
//! takes long may borrow them. They are asked for where the long work starts, not where the request does, because by then
//! others may have come. What is borrowed is not borrowed again; a request that comes meanwhile is worked on all the same, and
//! shares its core for a while. No byte of any result depends on how many there are.

use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, Ordering};

/// Idle cores, counted in one place for all who use them. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct IdleCores {
    /// Below 0 while some are borrowed that their workers need again.
    count: Arc<AtomicIsize>,
}

impl IdleCores {
    /// Counts so many; the default is none.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self { count: Arc::new(AtomicIsize::new(signed(count))) }
    }

    /// Tells that a worker has begun to work: one fewer is idle.
    pub fn worker_begins(&self) {
        self.add(-1);
    }

    /// Tells that a worker is done: one more is idle.
    pub fn worker_ends(&self) {
        self.add(1);
    }

    /// Borrows up to `most` of those that are idle now, until what this returns is dropped.
    #[must_use]
    pub fn borrow(&self, most: usize) -> BorrowedCores {
        let mut borrowed = 0;
        // Only a count; nothing else is ordered by it.
        let _ = self.count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |idle| {
            borrowed = usize::try_from(idle).unwrap_or(0).min(most);
            (borrowed > 0).then(|| idle - signed(borrowed))
        });
        BorrowedCores { idle: self.clone(), count: borrowed }
    }

    /// Counts more of them, or fewer.
    fn add(&self, more: isize) {
        self.count.fetch_add(more, Ordering::Relaxed);
    }
}

/// Cores that were idle, and are used until this is dropped.
#[derive(Debug)]
pub struct BorrowedCores {
    idle: IdleCores,
    count: usize,
}

impl BorrowedCores {
    /// Returns how many there are: none, if none was idle.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }
}

impl Drop for BorrowedCores {
    fn drop(&mut self) {
        self.idle.add(signed(self.count));
    }
}

/// Makes a number of cores one that can be subtracted.
fn signed(count: usize) -> isize {
    isize::try_from(count).unwrap_or(isize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_cores_are_borrowed_once() {
        let idle = IdleCores::new(3);
        let first = idle.borrow(2);
        let second = idle.clone().borrow(8);
        assert_eq!([first.count(), second.count(), idle.borrow(8).count()], [2, 1, 0]);
        drop(first);
        assert_eq!(idle.borrow(8).count(), 2);
        assert_eq!(idle.borrow(1).count(), 1, "those are back, too");
    }

    #[test]
    fn idle_cores_are_fewer_while_workers_work() {
        let idle = IdleCores::new(2);
        idle.worker_begins();
        let borrowed = idle.borrow(8);
        idle.worker_begins();
        assert_eq!([borrowed.count(), idle.borrow(8).count()], [1, 0], "the second worker shares a core");
        drop(borrowed);
        assert_eq!(idle.borrow(8).count(), 0);
        idle.worker_ends();
        assert_eq!(idle.borrow(8).count(), 1);
        assert_eq!(IdleCores::default().borrow(8).count(), 0);
    }
}
