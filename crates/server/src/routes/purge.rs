//! `POST /purge`: results of image URLs, and their sources, are forgotten before their time.
//!
//! ```json
//! {"urls": ["/cdn-cgi/image/width=320/lake.jpg"], "sources": ["/lake.jpg", "https://b.com/lake.jpg"]}
//! ```
//!
//! A URL stands for what it led to, whoever asked; a source for all URLs with it. Both have the source fetched again. Results of forms need
//! nothing like it: they are found by what they are made of.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use palmette::ops::Class;
use palmette_protocol::Code;
use palmette_protocol::url::UrlSource;
use serde_json::{Value, json};

use super::image_url;
use crate::Error;
use crate::cache::Purge;
use crate::shared::Shared;

/// The most of a text of a request that a message repeats.
const MAX_TOLD_CHARS: usize = 100;

/// Why nothing is forgotten.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PurgeError {
    /// Occurs when everybody could purge, strangers included.
    #[error("purging needs a token; the operator can name a file of tokens with the setting `server.token_file`")]
    Unprotected,
    /// Occurs when a body does not say what to forget.
    #[error(
        "the body must be JSON like {{\"urls\": [\"/cdn-cgi/image/width=320/a.jpg\"], \"sources\": [\"/a.jpg\"]}}, with one of the two or both"
    )]
    Shape,
    /// Occurs when a text is no image URL.
    #[error("{url:?} is not an image URL")]
    Url {
        /// The text.
        url: String,
    },
    /// Occurs when a text is no source.
    #[error("{source_text:?} is not a source: it must be a path or a URL")]
    Source {
        /// The text.
        source_text: String,
    },
}

impl PurgeError {
    /// Says whose fault the failure is.
    #[must_use]
    pub const fn class(&self) -> Class {
        Class::Caller
    }

    /// Returns the code that the client sees.
    #[must_use]
    pub const fn code(&self) -> Code {
        Code::InvalidOption
    }

    /// Returns the status, where it is not that of the code.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Unprotected => Some(403),
            Self::Shape | Self::Url { .. } | Self::Source { .. } => None,
        }
    }
}

/// Forgets what a body names, and says how many results that were.
pub(crate) async fn purge(State(shared): State<Arc<Shared>>, body: Bytes) -> Result<Response, Error> {
    let server = &shared.config.server;
    if server.insecure && server.token_files.is_empty() {
        return Err(PurgeError::Unprotected.into());
    }
    let purges = read(&shared, &body)?;
    let mut purged = 0;
    for purge in &purges {
        image_url::source::forget(&shared, purge.source());
        if let Some(cache) = &shared.cache {
            purged += cache.purge(purge).await;
        }
    }
    tracing::info!(purge.entries = purges.len(), purge.results = purged, "results were purged");
    let content_type = HeaderValue::from_static("application/json");
    Ok(([(header::CONTENT_TYPE, content_type)], json!({ "purged": purged }).to_string()).into_response())
}

/// Reads what is to be forgotten.
fn read(shared: &Shared, body: &[u8]) -> Result<Vec<Purge>, PurgeError> {
    let body: Value = serde_json::from_slice(body).map_err(|_| PurgeError::Shape)?;
    let fields = body.as_object().filter(|fields| !fields.is_empty()).ok_or(PurgeError::Shape)?;
    let mut purges = Vec::new();
    for (name, value) in fields {
        let read: fn(&Shared, &str) -> Result<Purge, PurgeError> = match name.as_str() {
            "urls" => read_url,
            "sources" => read_source,
            _ => return Err(PurgeError::Shape),
        };
        for text in value.as_array().ok_or(PurgeError::Shape)? {
            purges.push(read(shared, text.as_str().ok_or(PurgeError::Shape)?)?);
        }
    }
    Ok(purges)
}

fn read_url(shared: &Shared, text: &str) -> Result<Purge, PurgeError> {
    let url = image_url::read(shared, text).ok_or_else(|| PurgeError::Url { url: told(text) })?;
    Ok(Purge::Url(Box::new(url)))
}

fn read_source(_: &Shared, text: &str) -> Result<Purge, PurgeError> {
    UrlSource::parse(text, None).map(Purge::Source).ok_or_else(|| PurgeError::Source { source_text: told(text) })
}

/// Shortens a text for a message.
fn told(text: &str) -> String {
    text.chars().take(MAX_TOLD_CHARS).collect()
}
