//! Failures that are remembered for a moment, so that a server which is down, or has no such file, is not asked by everybody.

use std::time::{Duration, Instant};

use quick_cache::sync::Cache as Entries;

use crate::cache::Key;
use crate::{Class, Error};

/// The most failures that are remembered.
const MAX_ENTRIES: usize = 1000;

/// Failures of the last moment.
#[derive(Debug)]
pub(crate) struct Failures {
    entries: Entries<Key, (Error, Instant)>,
    time: Duration,
}

impl Failures {
    /// Remembers failures for some time.
    pub(crate) fn new(time: Duration) -> Self {
        Self { entries: Entries::new(MAX_ENTRIES), time }
    }

    /// Returns the failure that asking again would most likely meet.
    pub(crate) fn find(&self, key: &Key) -> Option<Error> {
        let (error, since) = self.entries.get(key)?;
        if since.elapsed() < self.time { Some(error) } else { None }
    }

    /// Remembers a failure, if it is one of the server that was asked.
    pub(crate) fn keep(&self, key: &Key, error: &Error) {
        let is_of_server = match error.class() {
            Class::Missing | Class::Unreachable | Class::BadAnswer | Class::Deadline => true,
            Class::Refused | Class::Limit | Class::Busy | Class::Ours => false,
        };
        if is_of_server && !self.time.is_zero() {
            self.entries.insert(key.clone(), (error.clone(), Instant::now()));
        }
    }

    /// Forgets failures of a URL.
    pub(crate) fn forget(&self, url: &str) {
        self.entries.retain(|key, _| key.url != url);
    }
}
