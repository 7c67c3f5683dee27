//! `POST /info`: a picture in, its format and size out.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use palmette_protocol::request::InfoCollector;

use crate::shared::Shared;
use crate::{Error, multipart};

/// Describes a picture by its header alone.
pub(crate) async fn info(State(shared): State<Arc<Shared>>, request: Request) -> Result<Response, Error> {
    let mut collector = InfoCollector::new(shared.config.limits.request);
    let body = multipart::collect(request, &shared, &mut collector).await?;
    let picture = collector.finish()?;

    let pipeline = shared.pipeline.clone();
    let glance = move || {
        let info = pipeline.info(&picture);
        drop(body);
        info
    };
    let info = shared.admission.glance(glance).await??;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], info.to_json()).into_response())
}
