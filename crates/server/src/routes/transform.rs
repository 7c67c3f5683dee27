//! `POST /transform`: a form in, a picture out, or the plan of one.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use palmette::core::Deadline;
use palmette::{Answer, Damage, Explanation, Pipeline, Prepared, Stage, Timings};
use palmette_protocol::request::TransformCollector;
use palmette_protocol::{OutputFormat, Outputs};
use tracing::{Instrument, Span, info_span};

use super::results;
use crate::admission::{Answered, HeldBody};
use crate::shared::Shared;
use crate::{Error, fonts, multipart};

/// The stages that a client is told about; the others are in the metrics.
const TOLD_STAGES: [Stage; 3] = [Stage::Decode, Stage::Run, Stage::Encode];

/// The most of a [`Damage`] that is put into a header.
const MAX_DAMAGE_CHARS: usize = 200;

/// Makes the picture that a form describes, or says how it would be made.
pub(crate) async fn transform(
    State(shared): State<Arc<Shared>>,
    Extension(deadline): Extension<Deadline>,
    request: Request,
) -> Result<Response, Error> {
    shared.admission.check()?;
    let mut collector = TransformCollector::new(shared.config.limits.request);
    let mut body = multipart::collect(request, &shared, &mut collector).instrument(info_span!("collect")).await?;
    let mut request = info_span!("parse").in_scope(|| collector.finish())?;
    let explains = request.explain;
    let is_list = matches!(request.outputs, Outputs::Each(_));
    fonts::fetch(&shared, &mut request, &mut body).instrument(info_span!("fetch")).await?;

    // Headers and the plan tell what the request will hold. It waits for that much memory, and for a worker, at once.
    let pipeline = shared.pipeline.clone();
    let prepare = move || pipeline.prepare(request, deadline).map(|prepared| (prepared, body));
    let (prepared, body) = shared.admission.glance(prepare).await??;
    if explains {
        let json = match is_list {
            true => explain(&shared, prepared, body, move |pipeline, it| pipeline.explain_each(it, deadline))
                .await?
                .to_json(),
            false => explain_one(&shared, prepared, body, deadline).await?.to_json(),
        };
        let content_type = HeaderValue::from_static("application/json");
        return Ok(([(header::CONTENT_TYPE, content_type)], json).into_response());
    }
    if is_list {
        return results::answer(&shared, prepared, body, deadline).await;
    }
    let Made { answer, memory, .. } = run(&shared, prepared, body, deadline).await?;
    Ok(respond(answer, memory, HeaderMap::new()))
}

/// A picture that was made.
pub(super) struct Made {
    pub(super) answer: Answer,
    /// What holds its memory until it is sent.
    pub(super) memory: Answered,
    /// How long it waited for a worker and for memory.
    pub(super) waited: Duration,
}

/// Waits for the turn of a prepared request, and makes its picture.
pub(super) async fn run(
    shared: &Shared,
    prepared: Prepared,
    body: HeldBody,
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

/// Puts a picture into HTTP, beside headers that it has already.
pub(super) fn respond(answer: Answer, memory: Answered, mut headers: HeaderMap) -> Response {
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    headers.insert("palmette-engine", HeaderValue::from_static(answer.engine.as_str()));
    if let Ok(value) = HeaderValue::try_from(server_timing(&answer.timings)) {
        headers.insert(HeaderName::from_static("server-timing"), value);
    }
    if let Some(value) = answer.damage.as_ref().and_then(|it| HeaderValue::try_from(damage(it)).ok()) {
        headers.insert("palmette-damaged", value);
    }
    // Bare pixels do not say themselves how they are to be read.
    if matches!(answer.format, OutputFormat::Rgb | OutputFormat::Rgba) {
        headers.insert("image-width", answer.size.width.into());
        headers.insert("image-height", answer.size.height.into());
    }
    let mut response = Response::new(Body::from(memory.hold(answer.bytes)));
    *response.headers_mut() = headers;
    response
}

/// Writes the times of the stages, in milliseconds.
pub(super) fn server_timing(timings: &Timings) -> String {
    let entry = |stage: Stage| format!("{};dur={:.3}", stage.as_str(), timings.get(stage).as_secs_f64() * 1e3);
    TOLD_STAGES.map(entry).join(", ")
}

/// Writes the damage of a source. Decoders have their own words, so characters that a header cannot hold are left out.
pub(super) fn damage(damage: &Damage) -> String {
    let text = damage.to_string();
    let visible = text.chars().filter(|&character| character == ' ' || character.is_ascii_graphic());
    visible.take(MAX_DAMAGE_CHARS).collect()
}
