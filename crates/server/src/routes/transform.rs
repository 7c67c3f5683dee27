//! `POST /transform`: a form in, a picture out, or the plan of one.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use palmette::core::Deadline;
use palmette::{Answer, Stage, Timings};
use palmette_protocol::OutputFormat;
use palmette_protocol::request::TransformCollector;
use tracing::Span;

use crate::admission::HeldBody;
use crate::answer_body::AnswerBody;
use crate::shared::Shared;
use crate::{Error, multipart};

/// The stages that a client is told about; the others are in the metrics.
const TOLD_STAGES: [Stage; 3] = [Stage::Decode, Stage::Run, Stage::Encode];

/// Makes the picture that a form describes, or says how it would be made.
pub(crate) async fn transform(
    State(shared): State<Arc<Shared>>,
    Extension(deadline): Extension<Deadline>,
    request: Request,
) -> Result<Response, Error> {
    shared.admission.check()?;
    let mut collector = TransformCollector::new(shared.config.limits.request);
    let held = multipart::collect(request, &shared, |event| collector.accept(event)).await?;
    let request = collector.finish()?;

    let pipeline = shared.pipeline.clone();
    if request.explain {
        let explain = holding(held, move || pipeline.explain(request, deadline));
        let explanation = shared.admission.run(explain).await??;
        let content_type = HeaderValue::from_static("application/json");
        return Ok(([(header::CONTENT_TYPE, content_type)], explanation.to_json()).into_response());
    }
    let answer = shared.admission.run(holding(held, move || pipeline.transform(request, deadline))).await??;
    shared.metrics.count_answer(&answer);
    Span::current().record("engine.kind", answer.engine.as_str()).record("engine.reason", answer.reason.as_str());
    Ok(respond(answer))
}

/// Counts a body as held until the work on it is done.
fn holding<T>(held: HeldBody, work: impl FnOnce() -> T) -> impl FnOnce() -> T {
    move || {
        let outcome = work();
        drop(held);
        outcome
    }
}

/// Puts a picture into HTTP.
fn respond(answer: Answer) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    headers.insert("palmette-engine", HeaderValue::from_static(answer.engine.as_str()));
    if let Ok(value) = HeaderValue::try_from(server_timing(&answer.timings)) {
        headers.insert(HeaderName::from_static("server-timing"), value);
    }
    // Bare pixels do not say themselves how they are to be read.
    if matches!(answer.format, OutputFormat::Rgb | OutputFormat::Rgba) {
        headers.insert("image-width", answer.size.width.into());
        headers.insert("image-height", answer.size.height.into());
    }
    let mut response = Response::new(Body::new(AnswerBody::new(answer.bytes, answer.reservation)));
    *response.headers_mut() = headers;
    response
}

/// Writes the times of the stages, in milliseconds.
fn server_timing(timings: &Timings) -> String {
    let entry = |stage: Stage| format!("{};dur={:.3}", stage.as_str(), timings.get(stage).as_secs_f64() * 1e3);
    TOLD_STAGES.map(entry).join(", ")
}
