//! Feeds a body to the form parser while it arrives.

use axum::extract::Request;
use axum::http::header;
use http_body_util::BodyExt;
use palmette_protocol::form::{FormEvent, FormReader};

use crate::Error;
use crate::admission::HeldBody;
use crate::shared::Shared;

/// Reads the whole form of a request and hands its events on.
///
/// Parts come in order of arrival, cut anywhere. Whatever goes wrong ends this at once; the rest of the body is then read by
/// [`crate::linger`]. What is returned counts the bytes of the form as held, and belongs to whoever holds them.
///
/// # Errors
///
/// [`Error::Protocol`] for what the form, or `on_event`, finds wrong; [`Error::Body`] if the body breaks off;
/// [`Error::BodiesFull`] if all bodies together hold too much.
pub(crate) async fn collect(
    request: Request,
    shared: &Shared,
    mut on_event: impl FnMut(FormEvent<'_>) -> Result<(), palmette_protocol::Error>,
) -> Result<HeldBody, Error> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut reader = FormReader::new(content_type.unwrap_or_default(), shared.config.limits.form)?;
    let mut held = shared.admission.body();
    let mut body = request.into_body();
    while let Some(frame) = body.frame().await {
        // Trailers say nothing about a form.
        let Ok(chunk) = frame.map_err(Error::Body)?.into_data() else { continue };
        held.grow(chunk.len() as u64)?;
        reader.feed(&chunk, &mut on_event)?;
    }
    reader.finish()?;
    Ok(held)
}
