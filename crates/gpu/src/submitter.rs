//! Where jobs hand in what they recorded: what comes at once goes to the device in one submission.
//!
//! A submission has a price of its own, and the queue takes one at a time, so that jobs would wait for each other here in any
//! case. The first one submits at once and alone; what comes while it does waits, and then goes together, by the hand of one
//! of those who wait. There is no timer and no other thread: who is alone waits for nobody.
//!
//! A submission is done when all of it is, so it is limited in work, lest a small request wait for the kernels of large ones.
//! If it fails, everything in it fails; so a job looks for errors of its own before it hands anything in.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::Error;
use crate::scopes::Scopes;

/// The one way to the queue of a device.
#[derive(Debug)]
pub(crate) struct Submitter {
    device: wgpu::Device,
    queue: wgpu::Queue,
    lost: Arc<AtomicBool>,
    state: Mutex<State>,
    /// Wakes who waits when a submission is over.
    over: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Entry>,
    is_submitting: bool,
}

/// The commands of one job.
#[derive(Debug)]
struct Entry {
    commands: wgpu::CommandBuffer,
    work: u64,
    outcome: Arc<OnceLock<Outcome>>,
}

/// How a submission ended, for each job that was in it.
type Outcome = Result<wgpu::SubmissionIndex, Arc<Error>>;

impl Submitter {
    /// Prepares a queue; `lost` is set if a submission shows that its device is gone.
    pub(crate) fn new(device: wgpu::Device, queue: wgpu::Queue, lost: Arc<AtomicBool>) -> Self {
        Self { device, queue, lost, state: Mutex::default(), over: Condvar::new() }
    }

    /// Submits commands, of so much work as [`State::MAX_WORK`] counts it, and waits until that has happened.
    ///
    /// It waits also if its deadline passes or the device is lost meanwhile: buffers of a job may be written by the next one as
    /// soon as it gives up, and that must not come before these commands.
    ///
    /// # Errors
    ///
    /// [`Error::Submission`].
    pub(crate) fn submit(&self, commands: wgpu::CommandBuffer, work: u64) -> Result<wgpu::SubmissionIndex, Error> {
        let outcome = Arc::new(OnceLock::new());
        let mut state = self.lock();
        state.waiting.push_back(Entry { commands, work, outcome: Arc::clone(&outcome) });
        loop {
            if let Some(outcome) = outcome.get() {
                return outcome.clone().map_err(Error::Submission);
            }
            if state.is_submitting {
                state = self.over.wait(state).unwrap_or_else(PoisonError::into_inner);
            } else {
                state.is_submitting = true;
                let entries = state.next();
                drop(state);
                self.submit_all(entries);
                state = self.lock();
                state.is_submitting = false;
                self.over.notify_all();
            }
        }
    }

    /// Submits what several jobs handed in, and tells each how it went. Never panics, since others wait for it.
    fn submit_all(&self, entries: Vec<Entry>) {
        let (commands, outcomes): (Vec<_>, Vec<_>) =
            entries.into_iter().map(|entry| (entry.commands, entry.outcome)).unzip();
        let result = catch_unwind(AssertUnwindSafe(|| {
            let scopes = Scopes::push(&self.device);
            let submission = self.queue.submit(commands);
            scopes.pop().map(|()| submission)
        }));
        let result = result.unwrap_or_else(|_| {
            self.lost.store(true, Ordering::Release);
            Err(Error::Lost)
        });
        let result = result.map_err(Arc::new);
        for outcome in outcomes {
            // Nobody else sets it.
            let _ = outcome.set(result.clone());
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is complete before the lock is let go.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Jobs in one submission, at most.
    const MAX_ENTRIES: usize = 16;

    /// Invocations and copied words in one submission, unless a single job has more: a fraction of a millisecond on a card.
    const MAX_WORK: u64 = 4_000_000;

    /// Takes out what goes into the next submission.
    fn next(&mut self) -> Vec<Entry> {
        let count = Self::count(self.waiting.iter().map(|entry| entry.work));
        self.waiting.drain(..count).collect()
    }

    /// Counts how many go together: the first in any case, and of those behind it what the limits allow.
    fn count(works: impl Iterator<Item = u64>) -> usize {
        let sums = works.scan(0, |sum: &mut u64, work| {
            *sum = sum.saturating_add(work);
            Some(*sum)
        });
        sums.take(Self::MAX_ENTRIES).take_while(|&sum| sum <= Self::MAX_WORK).count().max(1)
    }
}

#[cfg(test)]
mod tests;
