//! Fetches the fonts that a request names by URL, before it waits for a worker.
//!
//! That is network time, not computing time: a request that waits for a slow server of fonts keeps no other from a worker. A file that arrives
//! counts as part of the body of its request.

use std::time::Instant;

use futures_util::{StreamExt, stream};
use palmette_origin::{Class, Error as FetchError, Request};
use palmette_protocol::request::TransformRequest;

use crate::Error;
use crate::admission::HeldBody;
use crate::shared::Shared;

/// The most fonts of one request that are on their way at once.
const MAX_AT_ONCE: usize = 8;

/// Fetches the fonts of a request and gives them to it; of those that cannot be fetched, the reason, with which the pipeline refuses
/// the text that needs one.
///
/// # Errors
///
/// [`Error::BodiesFull`] if all bodies and fonts together would hold too much, [`Error::FetchesFull`] if all fetches would.
pub(crate) async fn fetch(shared: &Shared, request: &mut TransformRequest, held: &mut HeldBody) -> Result<(), Error> {
    let fetch = |url: String| async move {
        let begun = Instant::now();
        let outcome = shared.fetcher.get(&Request::new(url.as_str(), shared.config.fetch.max_bytes)).await;
        shared.metrics.count_fetch(&outcome, begun.elapsed());
        (url, outcome)
    };
    let mut fetches = stream::iter(request.font_urls()).map(fetch).buffer_unordered(MAX_AT_ONCE);
    while let Some((url, outcome)) = fetches.next().await {
        match outcome {
            Ok(fetched) => {
                held.add(fetched.bytes.len() as u64)?;
                request.fonts.insert(url, fetched.bytes);
            }
            Err(error) => {
                if let Some(busy) = shared.admission.busy(&error) {
                    return Err(busy);
                }
                log(&error);
                request.fonts.fail(url, error.to_string());
            }
        }
    }
    Ok(())
}

/// Logs why a font could not be fetched, with details that its user is not told. That the request was refused is another line.
fn log(error: &FetchError) {
    let class = error.class().as_str();
    match (error, error.class()) {
        (FetchError::NotPublic { special, .. }, _) => {
            tracing::info!(fetch.class = class, fetch.address = %special, "a font was not fetched: {error}");
        }
        (_, Class::Ours) => {
            tracing::error!(fetch.class = class, "a font was not fetched: {}", crate::error::chain(error))
        }
        _ => tracing::info!(fetch.class = class, "a font was not fetched: {}", crate::error::chain(error)),
    }
}
