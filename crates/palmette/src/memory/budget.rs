//! The memory that all requests share, and who waits for it.
//!
//! In the order of arrival: a large request is not overtaken forever by small ones. Waiting blocks the thread, which is a
//! worker's, and there are no more of them than cores.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use palmette_core::Deadline;

use crate::Error;

/// How often a waiting request looks at its deadline.
const DEADLINE_INTERVAL: Duration = Duration::from_millis(50);

/// The memory that all requests share.
#[derive(Debug)]
pub struct PixelBudget {
    max_bytes: u64,
    state: Mutex<State>,
    /// Signalled whenever memory is given back or a waiting request leaves.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    held_bytes: u64,
    next_ticket: u64,
    /// Tickets of those who wait, the first served first.
    waiting: VecDeque<u64>,
}

impl PixelBudget {
    /// Makes a budget of so many bytes.
    #[must_use]
    pub fn new(max_bytes: u64) -> Arc<Self> {
        Arc::new(Self { max_bytes, state: Mutex::default(), changed: Condvar::new() })
    }

    /// Returns the bytes that are held right now.
    #[must_use]
    pub fn held_bytes(&self) -> u64 {
        self.lock().held_bytes
    }

    /// Takes `bytes`, waiting for them if need be.
    ///
    /// # Errors
    ///
    /// [`Error::TooMuchMemory`] if so much can never be free; [`palmette_core::Error::DeadlineExceeded`], within a
    /// twentieth of a second, if it was not in time.
    pub fn reserve(self: &Arc<Self>, bytes: u64, deadline: Deadline) -> Result<Reservation, Error> {
        if bytes > self.max_bytes {
            return Err(Error::TooMuchMemory { needed_bytes: bytes, max_bytes: self.max_bytes });
        }
        let mut state = self.lock();
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.waiting.push_back(ticket);
        while state.waiting.front() != Some(&ticket) || state.held_bytes + bytes > self.max_bytes {
            if let Err(error) = deadline.check() {
                state.waiting.retain(|&waiting| waiting != ticket);
                self.changed.notify_all();
                return Err(error.into());
            }
            (state, _) = self.changed.wait_timeout(state, DEADLINE_INTERVAL).unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting.pop_front();
        state.held_bytes += bytes;
        self.changed.notify_all();
        drop(state);
        Ok(Reservation { budget: Arc::clone(self), bytes })
    }

    /// Locks the counters; they are whole even if a thread panicked while it held them.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn release(&self, bytes: u64) {
        self.lock().held_bytes -= bytes;
        self.changed.notify_all();
    }
}

/// Memory that is held until this is dropped.
#[derive(Debug)]
pub struct Reservation {
    budget: Arc<PixelBudget>,
    bytes: u64,
}

impl Reservation {
    /// Returns the bytes that are held.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Gives back all but `bytes`; does nothing if no more is held.
    pub fn shrink_to(&mut self, bytes: u64) {
        let spare = self.bytes.saturating_sub(bytes);
        self.bytes -= spare;
        self.budget.release(spare);
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.release(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn budget_gives_back_on_drop_and_shrink() {
        let budget = PixelBudget::new(100);
        let mut first = budget.reserve(80, Deadline::NONE).unwrap();
        first.shrink_to(30);
        first.shrink_to(90);
        assert_eq!((first.bytes(), budget.held_bytes()), (30, 30));
        let second = budget.reserve(70, Deadline::NONE).unwrap();
        drop((first, second));
        assert_eq!(budget.held_bytes(), 0);
    }

    #[test]
    fn budget_refuses_what_never_fits_and_what_is_late() {
        let budget = PixelBudget::new(100);
        assert!(matches!(budget.reserve(101, Deadline::NONE), Err(Error::TooMuchMemory { needed_bytes: 101, .. })));
        let _held = budget.reserve(100, Deadline::NONE).unwrap();
        let late = budget.reserve(1, Deadline::at(Instant::now()));
        assert!(matches!(late, Err(Error::Core(palmette_core::Error::DeadlineExceeded))));
    }

    #[test]
    fn budget_serves_in_order_of_arrival() {
        let budget = PixelBudget::new(100);
        let held = budget.reserve(60, Deadline::NONE).unwrap();
        let (sender, order) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            for bytes in [100, 40] {
                let before = budget.lock().waiting.len();
                let (budget, sender) = (&budget, sender.clone());
                scope.spawn(move || {
                    let reservation = budget.reserve(bytes, Deadline::NONE).unwrap();
                    sender.send(reservation.bytes()).unwrap();
                });
                while budget.lock().waiting.len() == before {
                    std::thread::yield_now();
                }
            }
            drop(held);
        });
        assert_eq!(order.try_iter().collect::<Vec<_>>(), [100, 40], "40 would have fitted at once, but came later");
    }
}
