//! A number of bytes, or of cores, that all pictures share: who wants more than is free waits.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What is shared.
#[derive(Debug)]
pub(super) struct Gate {
    max: u64,
    held: Mutex<u64>,
    freed: Condvar,
}

/// A part of it, held until this is dropped.
#[derive(Debug)]
pub(super) struct Held<'a> {
    gate: &'a Gate,
    amount: u64,
}

impl Gate {
    pub(super) fn new(max: u64) -> Self {
        Self { max, held: Mutex::default(), freed: Condvar::new() }
    }

    /// Waits until so much is free. Who wants more than there is gets in when nobody else holds any: that it is too much is for others to
    /// say.
    pub(super) fn wait(&self, amount: u64) -> Held<'_> {
        let mut held = self.lock();
        while *held > 0 && held.saturating_add(amount) > self.max {
            held = self.freed.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
        *held = held.saturating_add(amount);
        Held { gate: self, amount }
    }

    fn lock(&self) -> MutexGuard<'_, u64> {
        // It is a number, which no panic leaves half changed.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held<'_> {
    /// Counts another amount from now on, without waiting: what has grown is there already.
    pub(super) fn set(&mut self, amount: u64) {
        let mut held = self.gate.lock();
        *held = held.saturating_sub(self.amount).saturating_add(amount);
        self.amount = amount;
        self.gate.freed.notify_all();
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.set(0);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn gate_lets_no_more_in_than_it_has() {
        let (gate, inside, most) = (Gate::new(10), AtomicU64::new(0), AtomicU64::new(0));
        thread::scope(|scope| {
            for amount in [3, 4, 5, 6, 3, 2, 9, 10] {
                let (gate, inside, most) = (&gate, &inside, &most);
                scope.spawn(move || {
                    for _ in 0..50 {
                        let _held = gate.wait(amount);
                        most.fetch_max(inside.fetch_add(amount, Ordering::SeqCst) + amount, Ordering::SeqCst);
                        thread::yield_now();
                        inside.fetch_sub(amount, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!((3..=10).contains(&most.into_inner()));
        assert_eq!(*gate.lock(), 0);
    }

    #[test]
    fn gate_lets_in_alone_what_is_too_much() {
        let gate = Gate::new(10);
        let mut held = gate.wait(100);
        held.set(4);
        let other = gate.wait(6);
        drop((held, other));
        assert_eq!(*gate.lock(), 0);
    }
}
