//! When a device that failed is opened again, and when it is not any more.
//!
//! A device may be lost for a reason that passes: a driver is updated, another process takes all memory. It may also be
//! broken, and a broken one that is opened again and again costs every request in flight a second run. So the pauses grow,
//! and after some failures in a row there is no further attempt until the process starts again.

use std::time::{Duration, Instant};

use super::GpuSettings;

/// The longest pause.
const MAX_DELAY: Duration = Duration::from_secs(60);

/// A device that fails sooner than this after it was opened has not recovered: its failures go on counting.
const PROBATION: Duration = Duration::from_secs(60);

/// The failures of a device so far.
#[derive(Debug)]
pub(super) struct Recovery {
    settings: GpuSettings,
    /// Failures in a row: losses, and openings that failed.
    failures: u32,
    opened_at: Instant,
}

/// The next action after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Open the device again, but not before this moment.
    RetryAt(Instant),
    /// Do without, after so many failures in a row.
    GiveUp {
        /// How many.
        failures: u32,
    },
}

impl Recovery {
    /// Begins with a device that was just opened.
    pub(super) const fn new(settings: GpuSettings, now: Instant) -> Self {
        Self { settings, failures: 0, opened_at: now }
    }

    /// Notes that the device was opened again.
    pub(super) const fn opened(&mut self, now: Instant) {
        self.opened_at = now;
    }

    /// Notes that an open device was lost.
    pub(super) fn lost(&mut self, now: Instant) -> Verdict {
        if now.duration_since(self.opened_at) >= PROBATION {
            self.failures = 0;
        }
        self.failed(now)
    }

    /// Notes that the device could not be opened.
    pub(super) fn failed(&mut self, now: Instant) -> Verdict {
        self.failures += 1;
        if self.failures >= self.settings.max_failures {
            return Verdict::GiveUp { failures: self.failures };
        }
        let doublings = (self.failures - 1).min(31);
        let delay = self.settings.retry_delay.saturating_mul(1 << doublings);
        Verdict::RetryAt(now + delay.min(MAX_DELAY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: GpuSettings =
        GpuSettings { max_bytes: 0, timeout: Duration::ZERO, retry_delay: Duration::from_secs(10), max_failures: 6 };

    fn after(start: Instant, seconds: u64) -> Verdict {
        Verdict::RetryAt(start + Duration::from_secs(seconds))
    }

    #[test]
    fn recovery_takes_longer_each_time_and_ends() {
        let start = Instant::now();
        let mut recovery = Recovery::new(SETTINGS, start);
        assert_eq!(recovery.lost(start), after(start, 10));
        for seconds in [20, 40, 60, 60] {
            assert_eq!(recovery.failed(start), after(start, seconds));
        }
        assert_eq!(recovery.failed(start), Verdict::GiveUp { failures: 6 });
    }

    #[test]
    fn recovery_begins_anew_only_with_a_device_that_worked_for_a_while() {
        let start = Instant::now();
        let mut recovery = Recovery::new(SETTINGS, start);
        assert_eq!(recovery.failed(start), after(start, 10));
        recovery.opened(start);
        let soon = start + Duration::from_secs(59);
        assert_eq!(recovery.lost(soon), after(soon, 20));
        recovery.opened(soon);
        let later = soon + PROBATION;
        assert_eq!(recovery.lost(later), after(later, 10));
    }
}
