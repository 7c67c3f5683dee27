//! Where a question goes: to a server, or to a store.

use std::sync::Arc;

use http_body_util::BodyExt;
use hyper::header::HeaderMap;
use hyper::http::request::Parts as RequestParts;
use hyper::{Response, Uri};
use tokio::time::timeout_at;
use url::Url;

use crate::answer::Limits;
use crate::error::BrokenReason;
use crate::fetcher::Inner;
use crate::store::{Body, Stored};
use crate::{Error, Origin};

/// A URL, and who is asked for it.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// The server that the URL names.
    Server(Url),
    /// A store.
    Store(Stored),
}

impl Target {
    pub(crate) const fn url(&self) -> &Url {
        match self {
            Self::Server(url) => url,
            Self::Store(stored) => &stored.url,
        }
    }

    /// Returns the origin that messages name.
    pub(crate) fn origin(&self) -> Result<Origin, Error> {
        match self {
            Self::Server(url) => Origin::asked(url),
            Self::Store(stored) => Ok(Origin::of_store(&stored.url)),
        }
    }

    /// Makes the head of a request.
    pub(crate) fn request(&self, headers: HeaderMap) -> Result<RequestParts, Error> {
        let not_a_url = |_| Error::Url { reason: url::ParseError::InvalidDomainCharacter };
        let (mut parts, ()) = hyper::Request::new(()).into_parts();
        parts.uri = self.url().as_str().parse::<Uri>().map_err(not_a_url)?;
        parts.headers = headers;
        Ok(parts)
    }

    /// Sends one request and waits for the head of its answer.
    pub(crate) async fn send(
        &self,
        inner: &Inner,
        headers: HeaderMap,
        limits: Limits,
    ) -> Result<Response<Body>, Error> {
        match self {
            Self::Server(url) => inner.send(url, headers, limits).await.map(|answer| answer.map(boxed)),
            Self::Store(Stored { store, name, .. }) => {
                let origin = self.origin()?;
                let answer = timeout_at(limits.deadline, store.ask(name, &headers)).await;
                let answer = answer.map_err(|_| Error::TimedOut { origin: origin.clone(), timeout: limits.timeout })?;
                answer.map_err(|source| Error::Store { origin, source: BrokenReason(Arc::from(source)) })
            }
        }
    }
}

/// Takes the body of a server as one of whoever.
pub(crate) fn boxed(body: hyper::body::Incoming) -> Body {
    body.map_err(Into::into).boxed_unsync()
}
