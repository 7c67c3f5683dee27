//! What became of each picture, for programs: a line of JSON each, written when it is known.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;

use super::targets::Job;
use super::work::Outcome;
use crate::error::Error;
use crate::files;

/// The report of a run.
pub(super) struct Report {
    path: PathBuf,
    out: Mutex<Box<dyn Write + Send>>,
}

impl Report {
    /// Begins a report, in the place of one that is there.
    pub(super) fn create(path: &Path) -> Result<Self, Error> {
        let out: Box<dyn Write + Send> = if files::is_standard(path) {
            Box::new(io::stdout())
        } else {
            Box::new(File::create(path).map_err(|source| Error::Write { path: path.to_owned(), source })?)
        };
        Ok(Self { path: path.to_owned(), out: Mutex::new(out) })
    }

    /// Adds a picture.
    pub(super) fn add(&self, job: &Job, target: &str, outcome: &Outcome, time: Duration) -> Result<(), Error> {
        let (code, error) = match outcome {
            Outcome::Failed(error) => (error.code(), Some(error.to_string())),
            Outcome::Made { .. } | Outcome::Skipped => (None, None),
        };
        let bytes = if let Outcome::Made { bytes } = outcome { Some(bytes) } else { None };
        let line = json!({
            "source": job.source.to_string(),
            "target": target,
            "outcome": outcome.word(),
            "code": code,
            "bytes": bytes,
            "ms": u64::try_from(time.as_millis()).unwrap_or(u64::MAX),
            "error": error,
        });
        let line = format!("{line}\n");
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let written = out.write_all(line.as_bytes()).and_then(|()| out.flush());
        written.map_err(|source| Error::Write { path: self.path.clone(), source })
    }
}
