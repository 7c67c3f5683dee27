//! The answer to a request for several results: `multipart/mixed`, a part for each, in their order, sent as soon as it is there.
//!
//! The status is 200 once the work begins. From then on a result that fails is a part that says so, and the others go on; so is one
//! that is not there when the time of the request is over. The worker never waits for the reader: parts that are made wait in memory,
//! counted with the other answers. A reader that goes away ends the work before the next result.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::hash::{BuildHasher, RandomState};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use palmette::core::Deadline;
use palmette::{Answer, Prepared};
use palmette_protocol::form::Boundary;
use palmette_protocol::mixed;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tracing::{Instrument, Span, info_span};

use super::transform;
use crate::admission::{AnswerMemory, HeldBody, WorkMemory};
use crate::cache::{CachedResult, Job, Key, Served, Times, Way};
use crate::error::Told;
use crate::shared::Shared;
use crate::{Error, request_id};

/// A part: its headers without the length, and its content.
#[derive(Clone)]
struct Part {
    headers: Vec<(&'static str, String)>,
    bytes: Bytes,
}

/// What the worker tells.
enum Made {
    /// The result of this index.
    Result(usize, Part),
    /// Nothing more will come, for this reason.
    Over(Part),
}

/// Answers a request for several results: with those that are kept, or else once its turn comes, while they are made.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    Job { request, body, .. }: Job,
    keys: Option<Vec<Key>>,
    deadline: Deadline,
) -> Result<Response, Error> {
    let (asked, keys) = (Instant::now(), keys.unwrap_or_default());
    if let Some(cache) = shared.cache.as_ref().filter(|_| !keys.is_empty())
        && let Some(kept) = cache.get_all(&keys).await
    {
        return Ok(respond(kept.iter().map(|served| Part::new(shared, served, asked.elapsed()))));
    }
    let prepared = transform::prepare(shared, request, deadline).await?;
    let turn = shared.admission.turn(prepared.memory_bytes()).instrument(info_span!("wait")).await?;
    shared.metrics.count_wait(turn.waited());
    let teller = Teller { span: Span::current(), request_id: request_id::current() };
    let (sender, receiver) = unbounded_channel();
    let parts = Parts {
        receiver,
        boundary: boundary(),
        count: prepared.count(),
        next: 0,
        early: BTreeMap::new(),
        over: None,
        until: deadline.instant(),
        timeout: shared.config.limits.timeout,
        teller: teller.clone(),
        frames: VecDeque::new(),
    };
    let content_type = parts.boundary.mixed_content_type();

    let worker = Worker { shared: Arc::clone(shared), keys, sender: sender.clone(), teller: teller.clone() };
    let shared = Arc::clone(shared);
    let work = async move {
        let worked = shared.admission.work(turn, move |memory| worker.run(prepared, deadline, body, memory)).await;
        let failure = match worked {
            Ok((Ok(()), _)) => return,
            Ok((Err(error), _)) => Error::from(error),
            Err(error) => error,
        };
        // A reader that is gone needs no reason.
        let _ = sender.send(Made::Over(teller.failed(&failure)));
    };
    tokio::spawn(work.in_current_span());

    let frames = stream::unfold(parts, |mut parts| async {
        let frame = parts.next_frame().await?;
        Some((Ok::<_, Infallible>(frame), parts))
    });
    Ok(response(Body::from_stream(frames), &content_type))
}

/// Answers with parts that are all there.
fn respond(parts: impl Iterator<Item = Part>) -> Response {
    let boundary = boundary();
    let mut frames: Vec<Bytes> = parts.flat_map(|part| part.frames(&boundary)).collect();
    frames.push(mixed::end(&boundary).into());
    let frames = stream::iter(frames.into_iter().map(Ok::<_, Infallible>));
    response(Body::from_stream(frames), &boundary.mixed_content_type())
}

fn response(body: Body, content_type: &str) -> Response {
    let mut response = Response::new(body);
    if let Ok(value) = HeaderValue::try_from(content_type) {
        response.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    response
}

impl Part {
    /// Makes the part of a picture.
    fn new(shared: &Shared, served: &Served, took: Duration) -> Self {
        let headers = served.headers(took).into_iter().chain(served.result.size_headers()).collect();
        Self { headers, bytes: served.result.lend(&shared.admission) }
    }

    /// Returns what is sent for it.
    fn frames(self, boundary: &Boundary) -> [Bytes; 3] {
        let head = mixed::head(boundary, &self.headers, self.bytes.len());
        [head.into(), self.bytes, Bytes::from_static(b"\r\n")]
    }
}

/// Makes the parts of failures, and logs them, wherever they are found.
#[derive(Clone)]
struct Teller {
    /// That of the request.
    span: Span,
    request_id: String,
}

impl Teller {
    fn failed(&self, error: &Error) -> Part {
        let Told { headers, body } = self.span.in_scope(|| error.tell(&self.request_id));
        Part { headers, bytes: body.into() }
    }
}

/// Makes the results, off the async threads.
struct Worker {
    shared: Arc<Shared>,
    /// The keys of the results, if they are to be kept.
    keys: Vec<Key>,
    sender: UnboundedSender<Made>,
    teller: Teller,
}

impl Worker {
    fn run(
        &self,
        prepared: Prepared,
        deadline: Deadline,
        body: Arc<HeldBody>,
        memory: &mut WorkMemory<'_>,
    ) -> Result<(), palmette::Error> {
        let (answers, planned_bytes) = (memory.answers(), memory.bytes());
        let growing = &mut |file_bytes| memory.set(planned_bytes + file_bytes);
        let each = &mut |index, answer: Result<Answer, palmette::Error>| {
            let part = match answer {
                Ok(answer) => self.made(index, answer, &answers),
                Err(error) => self.teller.failed(&error.into()),
            };
            let sent = self.sender.send(Made::Result(index, part));
            // Nothing more is to be made for a reader that is gone.
            if sent.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let worked = self.shared.pipeline.run_each(prepared, deadline, growing, each);
        drop(body);
        worked
    }

    /// Makes the part of a picture.
    fn made(&self, index: usize, answer: Answer, answers: &AnswerMemory) -> Part {
        self.shared.metrics.count_answer(&answer);
        let (engine, reason) = (answer.engine.as_str(), answer.reason.as_str());
        self.teller.span.record("engine.kind", engine).record("engine.reason", reason);
        let (stages, key) = (answer.timings.clone(), self.keys.get(index));
        let loan = answers.loan(answer.bytes.len());
        let (result, loan) = CachedResult::made(answer, loan);
        let times = Times { stages, waited: Duration::ZERO };
        let way = match (&self.shared.cache, key) {
            (Some(cache), Some(&key)) => {
                cache.keep(key, &result);
                Way::Miss(times)
            }
            _ => Way::Uncached(times),
        };
        Part::new(&self.shared, &Served::made(result, loan, way), Duration::ZERO)
    }
}

/// Makes a boundary that no picture holds, since nobody knows it before.
fn boundary() -> Boundary {
    let half = || u128::from(RandomState::new().hash_one(()));
    Boundary::new(half() << 64 | half())
}

/// The parts of an answer, as they come.
struct Parts {
    receiver: UnboundedReceiver<Made>,
    boundary: Boundary,
    count: usize,
    /// The result that is sent next; behind the last, the end.
    next: usize,
    /// Results behind that one which are there already.
    early: BTreeMap<usize, Part>,
    /// Why nothing more comes, once that is so.
    over: Option<Part>,
    /// When the time of the request is over, and how long that was.
    until: Option<Instant>,
    timeout: Duration,
    teller: Teller,
    /// What is to be sent at once.
    frames: VecDeque<Bytes>,
}

impl Parts {
    /// Returns the next bytes of the answer; nothing behind its end.
    async fn next_frame(&mut self) -> Option<Bytes> {
        loop {
            if let Some(frame) = self.frames.pop_front() {
                return Some(frame);
            }
            if self.next >= self.count {
                let is_end = self.next == self.count;
                self.next += 1;
                return is_end.then(|| mixed::end(&self.boundary).into());
            }
            if let Some(part) = self.early.remove(&self.next).or_else(|| self.over.clone()) {
                self.frames.extend(part.frames(&self.boundary));
                self.next += 1;
                continue;
            }
            match self.receive().await {
                Made::Result(index, part) => drop(self.early.insert(index, part)),
                Made::Over(part) => self.over = Some(part),
            }
        }
    }

    /// Waits for the worker, as long as there is time.
    async fn receive(&mut self) -> Made {
        let received = match self.until {
            None => Ok(self.receiver.recv().await),
            Some(until) => tokio::time::timeout_at(until.into(), self.receiver.recv()).await,
        };
        let error = match received {
            Ok(Some(made)) => return made,
            Ok(None) => Error::Panicked { message: "the worker is gone".to_owned() },
            Err(_) => Error::DeadlineExceeded { timeout: self.timeout },
        };
        Made::Over(self.teller.failed(&error))
    }
}
