//! How far a run is, for people: a bar on a terminal, a line now and then elsewhere, a line for each failure, and one at the end.

use std::fmt;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressState, ProgressStyle};

use super::work::Outcome;
use crate::error::{Error, report};

/// Time between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// What the bar looks like.
const BAR: &str = "{bar:30} {human_pos} of {human_len} pictures, {rate} a second, {eta} left{msg}";

/// The progress of a run.
#[derive(Debug)]
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    began: Instant,
    total: usize,
    counts: Mutex<Counts>,
}

/// What has become of the pictures so far.
#[derive(Debug)]
struct Counts {
    made: usize,
    made_bytes: u64,
    skipped: usize,
    failed: usize,
    /// When the last line was written.
    told: Instant,
}

impl Counts {
    const fn done(&self) -> usize {
        self.made + self.skipped + self.failed
    }
}

impl Progress {
    /// Begins with so many pictures to come.
    pub(super) fn begin(total: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template(BAR).unwrap_or_else(|_| ProgressStyle::default_bar());
            let rate = |state: &ProgressState, text: &mut dyn fmt::Write| {
                // Writing to a line of the bar cannot fail.
                let _ = write!(text, "{:.1}", state.per_sec());
            };
            ProgressBar::new(total as u64).with_style(style.with_key("rate", rate))
        });
        let began = Instant::now();
        let counts = Mutex::new(Counts { made: 0, made_bytes: 0, skipped: 0, failed: 0, told: began });
        Self { bar, began, total, counts }
    }

    /// Counts a result. A failure is told at once, but not again if it was `told` for another result of the same source, which is called
    /// `source`.
    pub(super) fn add(&self, source: &str, outcome: &Outcome, told: Option<&Arc<Error>>) {
        let mut counts = self.lock();
        match outcome {
            Outcome::Made { bytes } => {
                counts.made += 1;
                counts.made_bytes += bytes;
            }
            Outcome::Skipped => counts.skipped += 1,
            Outcome::Failed(error) => {
                counts.failed += 1;
                if !told.is_some_and(|told| Arc::ptr_eq(told, error)) {
                    self.say(&format!("{source}: {error}"));
                }
            }
        }
        if let Some(bar) = &self.bar {
            if counts.failed > 0 {
                bar.set_message(format!(", {} failed", counts.failed));
            }
            bar.set_position(counts.done() as u64);
        } else if counts.told.elapsed() >= LINE_EVERY {
            counts.told = Instant::now();
            self.say(&self.line(&counts));
        }
    }

    /// Says what became of all of them.
    pub(super) fn end(&self, is_stopped: bool) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let counts = self.lock();
        let Counts { made, made_bytes, skipped, failed, .. } = *counts;
        let seconds = self.began.elapsed().as_secs_f64();
        let left = match self.total - counts.done() {
            0 => String::new(),
            left if is_stopped => format!(", {left} left for the next run"),
            left => format!(", {left} not begun"),
        };
        let bytes = HumanBytes(made_bytes);
        report(&format!("{made} made ({bytes}), {skipped} skipped, {failed} failed{left}, in {seconds:.1} s"));
    }

    /// Says in a line how far it is.
    fn line(&self, counts: &Counts) -> String {
        let (done, total) = (counts.done(), self.total);
        let rate = done as f64 / self.began.elapsed().as_secs_f64();
        let left = HumanDuration(Duration::from_secs_f64((total - done) as f64 / rate));
        format!("{done} of {total} pictures, {rate:.1} a second, {left} left")
    }

    /// Writes a line, above the bar if there is one.
    fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| report(text)),
            None => report(text),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        // Whatever panicked, counting goes on.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
