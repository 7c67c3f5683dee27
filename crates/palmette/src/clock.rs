//! How long each stage of a request takes, where stages interleave.
//!
//! Rows are decoded, run through steps and encoded a few at a time. So a clock knows the stage that is running, and counts
//! every moment for one stage: while the encoder waits for rows, it is not the encoder's time. Where a large picture is worked on
//! by several threads, each has a stage of its own, and their times together may be more than passed.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Instant;

use tracing::span::Id;
use tracing::{Span, info_span};

use crate::{Stage, Timings};

/// Measures the stages of one request.
#[derive(Debug, Default)]
pub(crate) struct Clock(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    timings: Timings,
    /// By thread, the stage that it works in; of those that work in one.
    running: Vec<(ThreadId, Stage, Instant)>,
    /// The span of the stage that was entered last and has not ended.
    span: Option<Span>,
}

impl Clock {
    /// Goes on with times that were measured before.
    pub(crate) fn new(timings: Timings) -> Self {
        Self(Mutex::new(State { timings, ..State::default() }))
    }

    /// Runs a stage in a span of its own; the stage around it, if there is one, waits.
    ///
    /// On a thread without any span, that of the stage that was entered last is around it.
    pub(crate) fn stage<T>(&self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let current = Span::current();
        let around = if current.is_none() { self.lock().span.clone() } else { Some(current) };
        let span = span_of(stage, around.and_then(|span| span.id()));
        let before = self.lock().span.replace(span.clone());
        let result = span.in_scope(|| self.within(stage, work));
        self.lock().span = before;
        result
    }

    /// Runs a part of a stage; the stage around it waits.
    pub(crate) fn within<T>(&self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let around = self.switch(Some(stage));
        let result = work();
        self.switch(around);
        result
    }

    /// Returns the times that were measured since the last time that this was called.
    pub(crate) fn take_timings(&self) -> Timings {
        std::mem::take(&mut self.lock().timings)
    }

    /// Returns the measured times.
    pub(crate) fn into_timings(self) -> Timings {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner).timings
    }

    /// Counts the time since this thread's last switch for the stage that it worked in, and goes on with another one.
    fn switch(&self, to: Option<Stage>) -> Option<Stage> {
        let (now, thread) = (Instant::now(), thread::current().id());
        let mut state = self.lock();
        let place = state.running.iter().position(|&(id, ..)| id == thread);
        let before = place.map(|place| state.running.swap_remove(place));
        if let Some((_, stage, since)) = before {
            state.timings.add(stage, now - since);
        }
        state.running.extend(to.map(|stage| (thread, stage, now)));
        before.map(|(_, stage, _)| stage)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is complete before the lock is let go.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes the span of a stage below another one. The name of a span has to be written where it is made.
fn span_of(stage: Stage, parent: Option<Id>) -> Span {
    match stage {
        Stage::Probe => info_span!(parent: parent, "probe"),
        Stage::Lower => info_span!(parent: parent, "lower"),
        Stage::Decode => info_span!(parent: parent, "decode"),
        Stage::Run => info_span!(parent: parent, "run"),
        Stage::Encode => info_span!(parent: parent, "encode"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn clock_counts_every_moment_once() {
        let wait = || std::thread::sleep(Duration::from_millis(20));
        let (clock, start) = (Clock::default(), Instant::now());
        clock.stage(Stage::Encode, || {
            wait();
            clock.within(Stage::Run, || clock.within(Stage::Decode, wait));
        });
        let (all, timings) = (start.elapsed(), clock.into_timings());
        let [decode, run, encode] = [Stage::Decode, Stage::Run, Stage::Encode].map(|stage| timings.get(stage));
        assert!(decode >= Duration::from_millis(20) && encode >= Duration::from_millis(20), "{timings:?}");
        assert!(run < Duration::from_millis(20) && decode + run + encode <= all, "{timings:?}");
    }

    #[test]
    fn clock_counts_a_stage_for_each_thread() {
        let wait = || thread::sleep(Duration::from_millis(20));
        let clock = Clock::default();
        clock.stage(Stage::Run, || {
            thread::scope(|scope| {
                scope.spawn(|| clock.within(Stage::Decode, wait));
                wait();
            });
        });
        let timings = clock.into_timings();
        let [decode, run] = [Stage::Decode, Stage::Run].map(|stage| timings.get(stage));
        assert!(decode >= Duration::from_millis(20) && run >= Duration::from_millis(20), "{timings:?}");
    }
}
