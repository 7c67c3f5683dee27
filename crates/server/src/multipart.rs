//! Feeds a body to the form parser while it arrives.

use axum::extract::Request;
use axum::http::header;
use http_body_util::BodyExt;
use palmette_protocol::form::FormReader;
use palmette_protocol::request::Collector;

use crate::Error;
use crate::admission::HeldBody;
use crate::shared::Shared;

/// Reads the whole form of a request and has its parts collected.
///
/// Parts come in order of arrival, cut anywhere. The first error ends this at once; the rest of the body is then read by
/// [`crate::linger`]. The returned value counts the memory that the form takes, and belongs to the holder of its parts.
///
/// # Errors
///
/// [`Error::Protocol`] for errors of the form or of the collector; [`Error::Body`] if the body breaks off or comes too
/// slowly; [`Error::BodiesFull`] if all bodies together hold too much.
pub(crate) async fn collect(
    request: Request,
    shared: &Shared,
    collector: &mut impl Collector,
) -> Result<HeldBody, Error> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut reader = FormReader::new(content_type.unwrap_or_default(), shared.config.limits.form)?;
    let mut held = shared.admission.body();
    let mut body = request.into_body();
    while let Some(frame) = body.frame().await {
        // Trailers say nothing about a form.
        let Ok(chunk) = frame.map_err(Error::Body)?.into_data() else { continue };
        let kept_bytes = collector.held_bytes() + reader.held_bytes();
        held.set((kept_bytes + chunk.len()) as u64)?;
        reader.feed(&chunk, |event| collector.accept(event))?;
    }
    reader.finish()?;
    held.set(collector.held_bytes() as u64)?;
    Ok(held)
}
