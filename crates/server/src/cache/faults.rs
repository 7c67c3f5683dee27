//! Tiers that fail: counted each time, and logged now and then. A full disk stays full for a while, and a bucket away.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use palmette_store::Error as StoreError;

use crate::metrics::Failures;

/// The least time between two lines of the log.
const LOG_INTERVAL: Duration = Duration::from_secs(60);

/// The failures of a tier.
#[derive(Debug)]
pub(super) struct Faults {
    failures: Failures,
    logged: Mutex<Option<Instant>>,
}

impl Faults {
    pub(super) fn new(failures: Failures) -> Self {
        Self { failures, logged: Mutex::default() }
    }

    /// Counts a result that found no place among those that wait.
    pub(super) fn skipped(&self) {
        self.failures.count();
    }

    /// Counts a failure, and logs it if it is time.
    pub(super) fn failed(&self, error: &StoreError) {
        self.failures.count();
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.is_none_or(|time| time.elapsed() >= LOG_INTERVAL) {
            *logged = Some(Instant::now());
            tracing::warn!("a result was not kept, or not found: {error}");
        }
    }
}
