//! How a request gets its result: it is found, or waited for, or made.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use palmette::core::Deadline;
use palmette::ops::Class;
use palmette_protocol::request::TransformRequest;
use tracing::{Instrument, Span};

use super::key::Key;
use super::result::CachedResult;
use super::served::{Served, Times, Way};
use super::siblings::{self, Sibling};
use super::tiers::Tier;
use crate::Error;
use crate::admission::{HeldBody, Loan, panic_message};
use crate::routes::transform::{self, Made};
use crate::shared::Shared;

/// How often a request takes over from others whose time was over, before their failure counts as its own.
const MAX_TAKEOVERS: u32 = 3;

/// A request that may have to be computed.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) request: TransformRequest,
    /// What counts the bytes of its sources.
    pub(crate) body: Arc<HeldBody>,
    /// What may be made with it, if there is room for that.
    pub(crate) siblings: Vec<Sibling>,
}

impl Job {
    /// Makes one without siblings.
    pub(crate) fn new(request: TransformRequest, body: Arc<HeldBody>) -> Self {
        Self { request, body, siblings: Vec::new() }
    }
}

/// What becomes of a flight, for all who waited.
pub(super) type Outcome = Result<Landed, Failed>;

/// What a flight ends with.
#[derive(Clone, Debug)]
pub(super) enum Landed {
    /// It was made.
    Made(Flown),
    /// It was there: below the memory, or since just before this flight began.
    Kept(Arc<CachedResult>, Tier),
    /// It was to be made ahead, and was not. The request is for somebody who waited.
    GivenUp(Arc<Job>),
}

/// A result that was just made.
#[derive(Clone, Debug)]
pub(super) struct Flown {
    pub(super) result: Arc<CachedResult>,
    /// Counts its bytes until they are in answers.
    pub(super) loan: Arc<Loan>,
    pub(super) times: Times,
}

/// A failure, and the request for somebody who takes it over.
#[derive(Clone, Debug)]
pub(super) struct Failed {
    error: Arc<Error>,
    job: Arc<Job>,
}

impl Failed {
    /// Tells whether the failure is about when the request came, or about chance, and not about what it asks for.
    fn is_of_the_moment(&self) -> bool {
        match &*self.error {
            Error::QueueFull { .. } | Error::WaitedTooLong { .. } | Error::Panicked { .. } => true,
            error => error.class() == Class::Deadline,
        }
    }
}

/// Finds the result of a request, waits for it, or makes it. Without a key it is made.
///
/// # Errors
///
/// Those of the pipeline and of admission. A failure that others share is [`Error::Shared`].
pub(crate) async fn serve(
    shared: &Arc<Shared>,
    key: Option<Key>,
    job: Job,
    deadline: Deadline,
) -> Result<Served, Error> {
    let (Some(cache), Some(key)) = (&shared.cache, key) else {
        let Flown { result, loan, times } = make(shared, Arc::new(job), deadline).await?;
        return Ok(Served::made(result, loan, Way::Uncached(times)));
    };
    if let Some(result) = cache.tiers.find(&key) {
        return Ok(cache.hit(result, Tier::Memory));
    }
    let mut job = Arc::new(job);
    let mut takeovers = 0;
    loop {
        let flight = || fly(Arc::clone(shared), key, Arc::clone(&job), deadline).instrument(Span::current()).boxed();
        let (flight, is_first) = cache.flights.join(key, flight);
        if !is_first {
            // The request at work has the same sources, and hands them on if it fails.
            drop(job);
        }
        match flight.await {
            Ok(Landed::Kept(result, tier)) => return Ok(cache.hit(result, tier)),
            Ok(Landed::GivenUp(given_up)) => job = given_up,
            Ok(Landed::Made(Flown { result, loan, times })) => {
                let way = if is_first { Way::Miss(times) } else { Way::Shared };
                if is_first {
                    cache.metrics.miss()
                } else {
                    cache.metrics.shared()
                }
                return Ok(Served::made(result, loan, way));
            }
            Err(failed) if !is_first && failed.is_of_the_moment() && takeovers < MAX_TAKEOVERS => {
                takeovers += 1;
                job = failed.job;
            }
            Err(failed) => return Err(Error::Shared(failed.error)),
        }
    }
}

/// Finds a result below the memory, or makes it and keeps it. Nothing of that panics but by a bug, which then is a failure as in a worker.
async fn fly(shared: Arc<Shared>, key: Key, job: Arc<Job>, deadline: Deadline) -> Outcome {
    let work = async {
        let Some(cache) = &shared.cache else {
            return make(&shared, Arc::clone(&job), deadline).await.map(Landed::Made);
        };
        if let Some(result) = cache.tiers.find(&key) {
            return Ok(Landed::Kept(result, Tier::Memory));
        }
        if let Some((result, tier)) = cache.tiers.find_below(key).await {
            return Ok(Landed::Kept(result, tier));
        }
        let flown = match siblings::make(&shared, &job, deadline).await {
            Some(made) => made?,
            None => make(&shared, Arc::clone(&job), deadline).await?,
        };
        cache.tiers.keep(key, &flown.result);
        Ok(Landed::Made(flown))
    };
    let panicked = |payload: Box<dyn Any + Send>| Err(Error::Panicked { message: panic_message(&*payload) });
    let outcome = AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(panicked);
    outcome.map_err(|error| Failed { error: Arc::new(error), job })
}

/// Prepares a request, waits for its turn, and makes its result.
async fn make(shared: &Shared, job: Arc<Job>, deadline: Deadline) -> Result<Flown, Error> {
    let prepared = transform::prepare(shared, job.request.clone(), deadline).await?;
    let Made { answer, memory, waited } = transform::run(shared, prepared, job, deadline).await?;
    let stages = answer.timings.clone();
    let loan = memory.loan(answer.bytes.len());
    let (result, loan) = CachedResult::made(answer, loan);
    Ok(Flown { result, loan, times: Times { stages, waited } })
}
