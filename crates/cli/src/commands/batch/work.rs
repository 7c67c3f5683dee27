//! The threads that make the pictures, each one after the other.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use palmette_store::{Results, Written};

use super::gate::Gate;
use super::progress::Progress;
use super::recipe::Recipes;
use super::report::Report;
use super::stop::Stop;
use super::targets::Job;
use crate::error::Error;

/// Pictures of a bucket that are read and written while another is computed: a bucket takes its time to answer.
const WAITING_FOR_EACH: usize = 4;

/// What the threads share.
pub(super) struct Work<'a> {
    pub(super) recipes: &'a Recipes<'a>,
    pub(super) results: &'a Results,
    pub(super) skips_existing: bool,
    pub(super) keeps_going: bool,
    pub(super) stop: &'a Stop,
    pub(super) progress: &'a Progress,
    pub(super) report: Option<&'a Report>,
    /// Memory for sources that were read, together.
    pub(super) bodies: Gate,
    pub(super) max_source_bytes: u64,
}

/// What became of a picture.
#[derive(Debug)]
pub(super) enum Outcome {
    Made { bytes: u64 },
    Skipped,
    Failed(Error),
}

impl Outcome {
    /// Returns the word for it in a report.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Made { .. } => "made",
            Self::Skipped => "skipped",
            Self::Failed(_) => "failed",
        }
    }
}

/// What threads tell each other.
#[derive(Debug, Default)]
struct Shared {
    next: AtomicUsize,
    has_ended: AtomicBool,
    /// The exit status of the first failure.
    failure: Mutex<Option<u8>>,
}

impl Work<'_> {
    /// Makes all pictures, `at_once` at a time; returns the exit status of the first failure, if any failed.
    pub(super) fn run(&self, jobs: &[Job], at_once: usize) -> Result<Option<u8>, Error> {
        let is_remote = |job: &Job| job.source.path().is_none();
        let waits = self.results.is_bucket() || jobs.first().is_some_and(is_remote);
        let threads = if waits { at_once.saturating_mul(WAITING_FOR_EACH) } else { at_once };
        let shared = Shared::default();
        let run = || self.take_turns(jobs, &shared);
        let outcomes: Vec<Result<(), Error>> = thread::scope(|scope| {
            let threads: Vec<_> = (0..threads.min(jobs.len())).map(|_| scope.spawn(run)).collect();
            threads.into_iter().map(|thread| thread.join().expect("panics of pictures are caught")).collect()
        });
        outcomes.into_iter().collect::<Result<(), Error>>()?;
        Ok(shared.failure.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes one job after the other. A report that cannot be written ends the run.
    fn take_turns(&self, jobs: &[Job], shared: &Shared) -> Result<(), Error> {
        while !self.stop.is_wanted() && !shared.has_ended.load(Ordering::Relaxed) {
            let Some(job) = jobs.get(shared.next.fetch_add(1, Ordering::Relaxed)) else { break };
            let began = Instant::now();
            let outcome = self.outcome(job);
            if let Outcome::Failed(error) = &outcome {
                shared.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error.exit_status());
                if !self.keeps_going {
                    shared.has_ended.store(true, Ordering::Relaxed);
                }
            }
            self.progress.add(&job.source.to_string(), &outcome);
            let told =
                self.report.map(|report| report.add(job, &self.results.name(&job.target), &outcome, began.elapsed()));
            if let Some(Err(error)) = told {
                shared.has_ended.store(true, Ordering::Relaxed);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Does one job. A panic is the failure of one picture.
    fn outcome(&self, job: &Job) -> Outcome {
        let made = catch_unwind(AssertUnwindSafe(|| self.make(job)));
        made.unwrap_or_else(|payload| Err(Error::Panicked { message: message(&*payload) }))
            .unwrap_or_else(Outcome::Failed)
    }

    /// Reads a source, makes its result unless it is there, and writes it.
    fn make(&self, job: &Job) -> Result<Outcome, Error> {
        let recipe = self.recipes.get(job.format).expect("every job's recipe was made when it was named");
        let is_there = |mark: &str| Ok::<_, Error>(self.skips_existing && self.results.has(&job.target, mark)?);
        let source = job.source.looked_up()?;
        if source.version().is_some() && is_there(&recipe.mark(&source, &[]))? {
            return Ok(Outcome::Skipped);
        }
        let _held = self.bodies.wait(source.size_bytes());
        let bytes = source.read(self.max_source_bytes)?;
        let mark = recipe.mark(&source, &bytes);
        if source.version().is_none() && is_there(&mark)? {
            return Ok(Outcome::Skipped);
        }
        let made = recipe.make(bytes)?;
        let bytes = made.bytes.len() as u64;
        let result = Written { bytes: made.bytes, content_type: made.content_type, mark: &mark };
        self.results.write(&job.target, result)?;
        Ok(Outcome::Made { bytes })
    }
}

/// Returns the message of a panic.
fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("not a text").to_owned()
}
