//! How long each stage of a request takes, where stages interleave.
//!
//! Rows are decoded, run through steps and encoded a few at a time. So a clock knows the stage that is running, and counts
//! every moment for one stage: while the encoder waits for rows, it is not the encoder's time.

use std::cell::{Cell, RefCell};
use std::time::Instant;

use crate::{Stage, Timings};

/// Measures the stages of one request.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    timings: RefCell<Timings>,
    running: Cell<Option<(Stage, Instant)>>,
}

impl Clock {
    /// Goes on with times that were measured before.
    pub(crate) fn new(timings: Timings) -> Self {
        Self { timings: RefCell::new(timings), running: Cell::default() }
    }

    /// Runs a stage in a span of its own; the stage around it, if there is one, waits.
    pub(crate) fn stage<T>(&self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let _span = tracing::info_span!("stage", name = stage.as_str()).entered();
        self.within(stage, work)
    }

    /// Runs a part of a stage; the stage around it waits.
    pub(crate) fn within<T>(&self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let around = self.switch(Some(stage));
        let result = work();
        self.switch(around);
        result
    }

    /// Returns what was measured.
    pub(crate) fn into_timings(self) -> Timings {
        self.timings.into_inner()
    }

    /// Counts the time since the last switch for the stage that was running, and goes on with another one.
    fn switch(&self, to: Option<Stage>) -> Option<Stage> {
        let now = Instant::now();
        let before = self.running.replace(to.map(|stage| (stage, now)));
        if let Some((stage, since)) = before {
            self.timings.borrow_mut().add(stage, now - since);
        }
        before.map(|(stage, _)| stage)
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
}
