//! The threads that make the pictures, each one after the other.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use palmette_store::{Key, Results, Written};

use super::gate::Gate;
use super::progress::Progress;
use super::recipe::{Made, Recipes};
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
    Made {
        bytes: u64,
    },
    Skipped,
    /// It is shared by all results of a picture if none could be made.
    Failed(Arc<Error>),
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
            let mut told = None;
            for (target, outcome) in job.targets.iter().zip(self.outcomes(job)) {
                if let Outcome::Failed(error) = &outcome {
                    shared.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error.exit_status());
                    if !self.keeps_going {
                        shared.has_ended.store(true, Ordering::Relaxed);
                    }
                }
                self.progress.add(&job.source.to_string(), &outcome, told.as_ref());
                let written =
                    self.report.map(|report| report.add(job, &self.results.name(target), &outcome, began.elapsed()));
                if let Some(Err(error)) = written {
                    shared.has_ended.store(true, Ordering::Relaxed);
                    return Err(error);
                }
                if let Outcome::Failed(error) = outcome {
                    told = Some(error);
                }
            }
        }
        Ok(())
    }

    /// Does one job, and returns what became of each of its results. A panic is the failure of one picture.
    fn outcomes(&self, job: &Job) -> Vec<Outcome> {
        let made = catch_unwind(AssertUnwindSafe(|| self.make(job)));
        let made = made.unwrap_or_else(|payload| Err(Error::Panicked { message: message(&*payload) }));
        made.unwrap_or_else(|error| {
            let error = Arc::new(error);
            job.targets.iter().map(|_| Outcome::Failed(Arc::clone(&error))).collect()
        })
    }

    /// Reads a source, makes its results unless they are there, and writes them.
    fn make(&self, job: &Job) -> Result<Vec<Outcome>, Error> {
        let recipe = self.recipes.get(job.format).expect("every job's recipe was made when it was named");
        let are_there = |mark: &str| {
            let is_there = |target| self.results.has(target, mark);
            Ok::<_, Error>(self.skips_existing && all(job.targets.iter().map(is_there))?)
        };
        let skipped = || job.targets.iter().map(|_| Outcome::Skipped).collect();
        let source = job.source.looked_up()?;
        if source.version().is_some() && are_there(&recipe.mark(&source, &[]))? {
            return Ok(skipped());
        }
        let _held = self.bodies.wait(source.size_bytes());
        let bytes = source.read(self.max_source_bytes)?;
        let mark = recipe.mark(&source, &bytes);
        if source.version().is_none() && are_there(&mark)? {
            return Ok(skipped());
        }
        let made = recipe.make(bytes)?;
        let written = job.targets.iter().zip(made).map(|(target, made)| self.write(target, made?, &mark));
        Ok(written.map(|outcome| outcome.unwrap_or_else(|error| Outcome::Failed(Arc::new(error)))).collect())
    }

    /// Writes a result.
    fn write(&self, target: &Key, made: Made, mark: &str) -> Result<Outcome, Error> {
        let bytes = made.bytes.len() as u64;
        self.results.write(target, Written { bytes: made.bytes, content_type: made.content_type, mark })?;
        Ok(Outcome::Made { bytes })
    }
}

/// Tells whether all are true, or what keeps one from being known.
fn all<E>(answers: impl Iterator<Item = Result<bool, E>>) -> Result<bool, E> {
    for answer in answers {
        if !answer? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Returns the message of a panic.
fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("not a text").to_owned()
}
