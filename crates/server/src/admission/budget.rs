//! Bytes that are held somewhere, and counted until they are not: those of bodies, and those of answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use palmette_origin::Room;

/// Bytes of one kind, of all requests together.
#[derive(Debug)]
pub(crate) struct Budget {
    held: AtomicU64,
    max_bytes: u64,
}

impl Budget {
    pub(super) fn new(max_bytes: u64) -> Arc<Self> {
        Arc::new(Self { held: AtomicU64::new(0), max_bytes })
    }

    pub(super) const fn max_bytes(&self) -> u64 {
        self.max_bytes
    }

    pub(super) fn held_bytes(&self) -> u64 {
        self.held.load(Ordering::Relaxed)
    }

    /// Counts more bytes; `false` if that is more than there may be, and then nothing was counted.
    fn take(&self, bytes: u64) -> bool {
        // Only a count; nothing else is ordered by it.
        let taken = self.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
            held.checked_add(bytes).filter(|&sum| sum <= self.max_bytes)
        });
        taken.is_ok()
    }

    fn give_back(&self, bytes: u64) {
        self.held.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Room for Budget {
    fn take(&self, bytes: u64) -> bool {
        Self::take(self, bytes)
    }

    fn give_back(&self, bytes: u64) {
        Self::give_back(self, bytes);
    }
}

/// Bytes that are counted until this is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    budget: Arc<Budget>,
    bytes: u64,
}

impl Held {
    /// Starts to count, at nothing.
    pub(super) const fn new(budget: Arc<Budget>) -> Self {
        Self { budget, bytes: 0 }
    }

    /// Returns the bytes that are counted.
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Counts so many bytes from now on; `false` if that would be too many, and then nothing changes.
    pub(super) fn set(&mut self, bytes: u64) -> bool {
        match bytes.checked_sub(self.bytes) {
            Some(more) if !self.budget.take(more) => return false,
            Some(_) => {}
            None => self.budget.give_back(self.bytes - bytes),
        }
        self.bytes = bytes;
        true
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.budget.give_back(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budget_counts_what_is_held() {
        let budget = Budget::new(100);
        let mut first = Held::new(Arc::clone(&budget));
        assert!(first.set(60));
        let mut second = Held::new(Arc::clone(&budget));
        assert!(!second.set(41) && second.set(40));
        assert!(first.set(20) && second.set(80));
        assert_eq!(budget.held_bytes(), 100);
        drop(first);
        assert_eq!(budget.held_bytes(), 80);
        drop(second);
        assert_eq!(budget.held_bytes(), 0);
    }
}
