//! `POST /transform`: a form in, a picture out, or the plan of one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use palmette::core::Deadline;
use palmette::{Answer, Explanation, Pipeline, Prepared};
use palmette_protocol::Outputs;
use palmette_protocol::request::{TransformCollector, TransformRequest};
use tracing::{Instrument, Span, info_span};

use super::results;
use crate::admission::{Answered, HeldBody};
use crate::cache::{self, Digesting, Job, Served};
use crate::shared::Shared;
use crate::{Error, fonts, multipart};

/// Makes the picture that a form describes, or says how it would be made.
pub(crate) async fn transform(
    State(shared): State<Arc<Shared>>,
    Extension(deadline): Extension<Deadline>,
    request: Request,
) -> Result<Response, Error> {
    shared.admission.check()?;
    let partition = cache::partition(&shared, request.headers());
    let mut collector = Digesting::new(TransformCollector::new(shared.config.limits.request), shared.cache.is_some());
    let mut body = multipart::collect(request, &shared, &mut collector).instrument(info_span!("collect")).await?;
    let (collector, digests) = collector.into_parts();
    let mut request = info_span!("parse").in_scope(|| collector.finish())?;
    let is_list = matches!(request.outputs, Outputs::Each(_));
    fonts::fetch(&shared, &mut request, &mut body).instrument(info_span!("fetch")).await?;

    if request.explain {
        let prepared = prepare(&shared, request, deadline).await?;
        let json = match is_list {
            true => explain(&shared, prepared, body, move |pipeline, it| pipeline.explain_each(it, deadline))
                .await?
                .to_json(),
            false => explain_one(&shared, prepared, body, deadline).await?.to_json(),
        };
        let content_type = HeaderValue::from_static("application/json");
        return Ok(([(header::CONTENT_TYPE, content_type)], json).into_response());
    }
    let (asked, keys) = (Instant::now(), cache::keys(&shared, &request, &digests, partition));
    let job = Job::new(request, Arc::new(body));
    if is_list {
        return results::answer(&shared, job, keys, deadline).await;
    }
    let key = keys.and_then(|keys| keys.into_iter().next());
    let served = cache::serve(&shared, key, job, deadline).await?;
    Ok(respond(&shared, &served, asked.elapsed(), HeaderMap::new()))
}

/// Looks at the headers of a request: they and the plan tell what it will hold.
pub(crate) async fn prepare(shared: &Shared, request: TransformRequest, deadline: Deadline) -> Result<Prepared, Error> {
    let pipeline = shared.pipeline.clone();
    Ok(shared.admission.glance(move || pipeline.prepare(request, deadline)).await??)
}

/// A picture that was made.
pub(crate) struct Made {
    pub(crate) answer: Answer,
    /// What holds its memory until it is sent.
    pub(crate) memory: Answered,
    /// How long it waited for a worker and for memory.
    pub(crate) waited: Duration,
}

/// Waits for the turn of a prepared request, and makes its picture. What counts the bytes of its sources is held until then.
pub(crate) async fn run(
    shared: &Shared,
    prepared: Prepared,
    body: impl Send + 'static,
    deadline: Deadline,
) -> Result<Made, Error> {
    let turn = shared.admission.turn(prepared.memory_bytes()).instrument(info_span!("wait")).await?;
    let waited = turn.waited();
    shared.metrics.count_wait(waited);

    let pipeline = shared.pipeline.clone();
    let work = shared.admission.work(turn, move |memory| {
        let planned_bytes = memory.bytes();
        let answer = pipeline.run(prepared, deadline, &mut |file_bytes| memory.set(planned_bytes + file_bytes));
        drop(body);
        answer
    });
    let (answer, memory) = work.await?;
    let answer = answer?;
    shared.metrics.count_answer(&answer);
    Span::current().record("engine.kind", answer.engine.as_str()).record("engine.reason", answer.reason.as_str());
    Ok(Made { answer, memory, waited })
}

/// Puts the plan of one picture into words.
pub(super) async fn explain_one(
    shared: &Shared,
    prepared: Prepared,
    body: HeldBody,
    deadline: Deadline,
) -> Result<Explanation, Error> {
    explain(shared, prepared, body, move |pipeline, prepared| pipeline.explain_prepared(prepared, deadline)).await
}

/// Puts plans into words; where they depend on pixels, that takes as much as the pictures do.
async fn explain<T: Send + 'static>(
    shared: &Shared,
    prepared: Prepared,
    body: HeldBody,
    explain: impl FnOnce(&Pipeline, Prepared) -> Result<T, palmette::Error> + Send + 'static,
) -> Result<T, Error> {
    let (pipeline, is_measured, bytes) = (shared.pipeline.clone(), prepared.is_measured(), prepared.memory_bytes());
    let explain = move || {
        let explanation = explain(&pipeline, prepared);
        drop(body);
        explanation
    };
    if !is_measured {
        return Ok(shared.admission.glance(explain).await??);
    }
    let turn = shared.admission.turn(bytes).await?;
    let (explanation, _) = shared.admission.work(turn, |_| explain()).await?;
    Ok(explanation?)
}

/// Puts a picture into HTTP, beside headers that it has already; `took` is the time from the question to the picture.
pub(super) fn respond(shared: &Shared, served: &Served, took: Duration, mut headers: HeaderMap) -> Response {
    let of_size = served.result.size_headers().into_iter().filter(|_| served.result.is_bare());
    for (name, value) in served.headers(took).into_iter().chain(of_size) {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    let mut response = Response::new(Body::from(served.result.lend(&shared.admission)));
    *response.headers_mut() = headers;
    response
}
