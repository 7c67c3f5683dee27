//! Results that nobody has asked for yet: the picture of a miss in the other widths of its page.
//!
//! They are made in one plan with the one that was asked for, which is first and leaves as soon as it is there. They take a worker and memory
//! only if nobody waits for these, and give way to the first who does; so a server that is busy makes what it is asked for, and nothing else.
//! While one is being made, whoever asks for it waits for that, as for any other flight; one that is given up is made by who waits.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use palmette::core::{Deadline, Error as CoreError};
use palmette::{Answer, Error as PipelineError, Prepared};
use palmette_protocol::Outputs;
use palmette_protocol::request::TransformRequest;
use tokio::sync::oneshot;
use tracing::{Instrument, Span};

use super::flights::Flight;
use super::key::Key;
use super::known::{Known, UrlId};
use super::result::CachedResult;
use super::serve::{Flown, Job, Landed, Outcome};
use super::served::Times;
use crate::Error;
use crate::admission::{AnswerMemory, WorkMemory};
use crate::routes::transform;
use crate::shared::Shared;

/// What becomes of siblings, in metrics: they were made; given up, mostly for somebody who waited; or not begun, since somebody waited already,
/// no memory was left, or the picture moves.
const MADE: &str = "made";
const GIVEN_UP: &str = "given_up";
const SKIPPED: &str = "skipped";

/// A result that will probably be asked for next: the same picture in another width.
#[derive(Clone, Debug)]
pub(crate) struct Sibling {
    pub(crate) key: Key,
    /// The request for it alone.
    pub(crate) request: TransformRequest,
    /// What its URL leads to, if that holds for a while.
    pub(crate) known: Option<(UrlId, Arc<Known>)>,
}

/// A sibling that is made here and nowhere else.
struct Claim {
    sibling: Sibling,
    /// What those poll who ask for it meanwhile; on the list of flights as long as somebody has it.
    flight: Flight<Outcome>,
    made: oneshot::Sender<Flown>,
}

/// What becomes of the one that was asked for; nothing if it has to be made alone.
type Asked = oneshot::Receiver<Option<Result<Flown, Error>>>;

/// Makes the result of a job together with its siblings, and returns once it is there; nothing if it has to be made alone: if there is nothing to
/// be made with it, or no room for more than was asked for.
pub(super) async fn make(shared: &Arc<Shared>, job: &Arc<Job>, deadline: Deadline) -> Option<Result<Flown, Error>> {
    let asked = begin(shared, job, deadline).await?;
    // Work that panicked does so again alone, and says why.
    asked.await.ok().flatten()
}

/// Begins the work, if it can begin at once.
async fn begin(shared: &Arc<Shared>, job: &Arc<Job>, deadline: Deadline) -> Option<Asked> {
    if job.siblings.is_empty() || shared.admission.is_waited_for() {
        shared.metrics.cache.siblings(SKIPPED, job.siblings.len());
        return None;
    }
    let claims: Vec<Claim> = job.siblings.iter().filter_map(|sibling| Claim::new(shared, sibling, job)).collect();
    if claims.is_empty() {
        return None;
    }
    let request = together(&job.request, &claims)?;
    // Whatever is wrong is found again for the one that was asked for, and said in its words.
    let prepared = transform::prepare(shared, request, deadline).await.ok()?;
    let spare = || shared.admission.spare(prepared.memory_bytes());
    let Some(turn) = prepared.comes_in_order().then(spare).flatten() else {
        shared.metrics.cache.siblings(SKIPPED, claims.len());
        return None;
    };
    shared.metrics.count_wait(turn.waited());

    let (sender, asked) = oneshot::channel();
    let work = Work {
        shared: Arc::clone(shared),
        claims: claims.into_iter().map(Some).collect(),
        asked: Some(sender),
        span: Span::current(),
    };
    let (shared, job) = (Arc::clone(shared), Arc::clone(job));
    let work = async move {
        let worked = shared.admission.work(turn, move |memory| {
            work.run(prepared, deadline, memory);
            drop(job);
        });
        // A panic leaves the one who asked without an answer, and that is told by it.
        drop(worked.await);
    };
    tokio::spawn(work.in_current_span());
    Some(asked)
}

/// Asks for several results of one picture, the one that was asked for first; nothing if something is drawn on one of them.
fn together(asked: &TransformRequest, claims: &[Claim]) -> Option<TransformRequest> {
    let siblings = claims.iter().map(|claim| &claim.sibling.request);
    let renditions = [asked].into_iter().chain(siblings).map(TransformRequest::as_rendition);
    Some(TransformRequest {
        ops: Vec::new(),
        raw_ops: Vec::new(),
        outputs: Outputs::Each(renditions.collect::<Option<_>>()?),
        ..asked.clone()
    })
}

impl Claim {
    /// Claims a sibling, unless it is there or is being made already.
    fn new(shared: &Shared, sibling: &Sibling, job: &Job) -> Option<Self> {
        let cache = shared.cache.as_ref()?;
        let (made, flown) = oneshot::channel();
        let alone = Arc::new(Job::new(sibling.request.clone(), Arc::clone(&job.body)));
        let flight = || async move { Ok(flown.await.map_or(Landed::GivenUp(alone), Landed::Made)) }.boxed();
        let (flight, is_first) = cache.flights.join(sibling.key, flight);
        // One that was being made until just now is there, so it is looked for only now.
        let is_missing = is_first && !cache.has(&sibling.key);
        is_missing.then(|| Self { sibling: sibling.clone(), flight, made })
    }
}

/// The work on a result and its siblings, off the async threads.
struct Work {
    shared: Arc<Shared>,
    /// By sibling, until it is made.
    claims: Vec<Option<Claim>>,
    /// Who asked, until it is answered.
    asked: Option<oneshot::Sender<Option<Result<Flown, Error>>>>,
    /// That of the request.
    span: Span,
}

impl Work {
    fn run(mut self, prepared: Prepared, deadline: Deadline, memory: &mut WorkMemory<'_>) {
        let (shared, answers, planned_bytes) = (Arc::clone(&self.shared), memory.answers(), memory.bytes());
        let growing = &mut |file_bytes| memory.set(planned_bytes + file_bytes);
        let each = &mut |index: usize, answer| match index.checked_sub(1) {
            None => self.asked_is_made(answer, &answers),
            Some(sibling) => self.sibling_is_made(sibling, answer, &answers),
        };
        if let Err(error) = shared.pipeline.run_each(prepared, deadline, growing, each) {
            self.answer(Err(error.into()));
        }
        let given_up = self.claims.iter().flatten().count();
        shared.metrics.cache.siblings(GIVEN_UP, given_up);
    }

    /// Answers the one who asked.
    fn asked_is_made(&mut self, answer: Result<Answer, PipelineError>, answers: &AnswerMemory) -> ControlFlow<()> {
        let is_whole = answer.as_ref().is_ok_and(|answer| answer.damage.is_none());
        let is_answered = match answer {
            Ok(answer) => {
                self.span.record("engine.kind", answer.engine.as_str()).record("engine.reason", answer.reason.as_str());
                let flown = self.flown(answer, answers);
                self.answer(Ok(flown))
            }
            Err(error) => self.answer(Err(error.into())),
        };
        // What is damaged is not made together, and nobody makes more for a client that did not wait.
        if is_whole && is_answered { self.go_on() } else { ControlFlow::Break(()) }
    }

    /// Keeps a sibling, and hands it to those who asked for it meanwhile.
    fn sibling_is_made(
        &mut self,
        index: usize,
        answer: Result<Answer, PipelineError>,
        answers: &AnswerMemory,
    ) -> ControlFlow<()> {
        // One that cannot be made fails in its own words, once somebody asks for it.
        if let Ok(answer) = answer
            && let Some(cache) = &self.shared.cache
            && let Some(Claim { sibling, flight, made }) = self.claims[index].take()
        {
            let flown = self.flown(answer, answers);
            cache.tiers.keep(sibling.key, &flown.result);
            if let Some((id, known)) = sibling.known {
                cache.urls.learn(&id, known);
            }
            self.shared.metrics.cache.siblings(MADE, 1);
            // Nobody may have asked.
            let _ = made.send(flown);
            drop(flight);
        }
        self.go_on()
    }

    /// Goes on, unless somebody waits who asked for something, or the server is about to stop. Whoever asked here comes first.
    fn go_on(&self) -> ControlFlow<()> {
        let gives_way = self.shared.admission.is_waited_for() || self.shared.is_stopping();
        if self.asked.is_none() && gives_way { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Tells the one who asked; whether it still waits.
    fn answer(&mut self, outcome: Result<Flown, Error>) -> bool {
        let Some(asked) = self.asked.take() else { return false };
        let is_told = match &outcome {
            // It names a place of a request for several results.
            Err(Error::Pipeline(PipelineError::Core(CoreError::At { .. }))) => None,
            _ => Some(outcome),
        };
        asked.send(is_told).is_ok()
    }

    /// Makes a result of an answer.
    fn flown(&self, answer: Answer, answers: &AnswerMemory) -> Flown {
        self.shared.metrics.count_answer(&answer);
        let times = Times { stages: answer.timings.clone(), waited: Duration::ZERO };
        let loan = answers.loan(answer.bytes.len());
        let (result, loan) = CachedResult::made(answer, loan);
        Flown { result, loan, times }
    }
}
