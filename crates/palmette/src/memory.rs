//! How much memory pixels may take, over all requests of a process together.
//!
//! A plan tells how large every picture will be, so what a request needs is known before anything is decoded. It waits
//! until that much is free, in the order of arrival: a large request is not overtaken forever by small ones. Waiting blocks
//! the thread, which is a worker's, and there are no more of them than cores.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use palmette_core::plan::{AxisOrder, Plan, StepKind};
use palmette_core::{Deadline, Pixmap, Size};

use crate::Error;

/// How often a waiting request looks at its deadline.
const DEADLINE_INTERVAL: Duration = Duration::from_millis(50);

/// Bytes a pixel that a codec may hold beside the pixmap: planes of a video frame at 16 bits, and a copy.
const CODEC_PIXEL_BYTES: u64 = 12;

/// Bytes a pixel between the two passes of a resize: four channels of 16 bits.
const RESIZE_PIXEL_BYTES: u64 = 8;

/// Estimates the bytes that a plan takes at its worst moment: decoding, one of its steps, or encoding.
#[must_use]
pub(crate) fn estimate(plan: &Plan) -> u64 {
    let sources: u64 = plan.sources.iter().copied().map(pixmap_bytes).sum();
    let decode = plan.sources.iter().map(|size| size.area() * CODEC_PIXEL_BYTES).max().unwrap_or(0);
    let encode = pixmap_bytes(plan.result) + plan.result.area() * CODEC_PIXEL_BYTES;

    // Sizes of all nodes while the plan runs; a node is replaced by the result of each of its steps.
    let mut nodes = plan.sources.clone();
    let mut worst_step = 0;
    for step in &plan.steps {
        let live: u64 = nodes.iter().copied().map(pixmap_bytes).sum();
        worst_step =
            worst_step.max(live + pixmap_bytes(step.output) + between_passes(&step.kind, step.input, step.output));
        if let Some(node) = nodes.get_mut(step.node.0 as usize) {
            *node = step.output;
        }
    }
    (sources + decode).max(worst_step).max(encode)
}

/// Returns the bytes of a picture between steps.
const fn pixmap_bytes(size: Size) -> u64 {
    size.area() * Pixmap::PIXEL_BYTES as u64
}

/// Returns the bytes that a step holds between its two passes.
const fn between_passes(kind: &StepKind, input: Size, output: Size) -> u64 {
    let StepKind::Resize(resize) = kind else { return 0 };
    let between = match resize.order {
        AxisOrder::HorizontalFirst => Size::new(output.width, input.height),
        AxisOrder::VerticalFirst => Size::new(input.width, output.height),
    };
    between.area() * RESIZE_PIXEL_BYTES
}

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
