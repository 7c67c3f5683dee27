//! What is asked for, and what comes back.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::HeaderMap;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LAST_MODIFIED};
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::arriving::{Counted, Place};
use crate::error::BrokenReason;
use crate::store::Body;
use crate::{Error, Origin};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    pub(crate) url: String,
    pub(crate) max_bytes: u64,
    pub(crate) accept: HeaderValue,
    pub(crate) known: Option<Box<Head>>,
}

impl Request {
    /// Asks for the bytes of a URL, at most so many of them.
    #[must_use]
    pub fn new(url: impl Into<String>, max_bytes: u64) -> Self {
        Self { url: url.into(), max_bytes, accept: HeaderValue::from_static("*/*"), known: None }
    }

    /// Says which media types are wanted, in the header `accept`; `*/*` if nothing is said.
    #[must_use]
    pub fn accept(self, media_types: HeaderValue) -> Self {
        Self { accept: media_types, ..self }
    }

    /// Asks only if there is something else than what an earlier answer held, by its `etag` or else its date.
    ///
    /// [`Fetcher::open`](crate::Fetcher::open) does; [`Fetcher::get`](crate::Fetcher::get) has a cache of its own that does.
    #[must_use]
    pub fn unless(self, known: Head) -> Self {
        Self { known: Some(Box::new(known)), ..self }
    }
}

/// What an answer says about itself.
#[derive(Clone, Debug)]
pub struct Head {
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
}

impl Head {
    /// Returns the URL of the answer, which is the last one that redirects led to.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// Returns all headers.
    #[must_use]
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the media type that the server says.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.text(&CONTENT_TYPE)
    }

    /// Returns the tag of this state of the file.
    #[must_use]
    pub fn etag(&self) -> Option<&str> {
        self.text(&ETAG)
    }

    /// Returns when the file was changed, as the server writes it.
    #[must_use]
    pub fn last_modified(&self) -> Option<&str> {
        self.text(&LAST_MODIFIED)
    }

    /// Returns how many bytes the server promises.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.text(&CONTENT_LENGTH)?.parse().ok()
    }

    fn text(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// A file, whole.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Its bytes.
    pub bytes: Bytes,
    /// What the answer said about it; of a `data:` URL, its media type alone.
    pub head: Head,
    /// Where it came from.
    pub source: Source,
    /// How long it holds, by its own headers; nothing if it has to be asked for again.
    pub fresh_for: Duration,
}

/// Where a file came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The URL itself.
    Data,
    /// The server.
    Server,
    /// The cache, without a question.
    Cache,
    /// The cache, although it may be outdated: its headers allow that while the server is asked, or if it fails.
    Stale,
    /// The cache, after the server had said that nothing has changed.
    Revalidated,
    /// The answer to the same question, which another caller had asked and still waited for.
    Shared,
}

impl Source {
    /// Returns a name for metrics and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Server => "server",
            Self::Cache => "cache",
            Self::Stale => "stale",
            Self::Revalidated => "revalidated",
            Self::Shared => "shared",
        }
    }
}

/// What a question whose answer streams leads to.
#[derive(Debug)]
pub enum Opened {
    /// A file that is about to come.
    Answer(Answer),
    /// Nothing has changed since the answer that [`Request::unless`] named.
    Unchanged(Head),
}

/// A file that comes while it is read.
///
/// The limits hold to its last byte: not more bytes than asked for, and not later than the time for all.
#[derive(Debug)]
pub struct Answer {
    pub(crate) head: Head,
    pub(crate) body: Body,
    pub(crate) left_bytes: u64,
    pub(crate) limits: Limits,
    pub(crate) origin: Origin,
    _place: Place,
}

/// What a fetch may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) max_bytes: u64,
    pub(crate) deadline: Instant,
    pub(crate) timeout: Duration,
}

impl Answer {
    /// Takes an answer's head apart from its body, if it promises no more than it may.
    pub(crate) fn new(head: Head, body: Body, limits: Limits, origin: Origin, place: Place) -> Result<Self, Error> {
        if head.content_length().is_some_and(|bytes| bytes > limits.max_bytes) {
            return Err(Error::TooLarge { max_bytes: limits.max_bytes });
        }
        Ok(Self { head, body, left_bytes: limits.max_bytes, limits, origin, _place: place })
    }

    /// Returns what the answer says about itself.
    #[must_use]
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// Waits for more bytes; `None` when all are there.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] at the byte that is too many, [`Error::TimedOut`], [`Error::Broken`].
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            let timed_out = |_| Error::TimedOut { origin: self.origin.clone(), timeout: self.limits.timeout };
            let frame = timeout_at(self.limits.deadline, self.body.frame()).await.map_err(timed_out)?;
            let Some(frame) = frame else { return Ok(None) };
            let broken =
                |source| Error::Broken { origin: self.origin.clone(), source: BrokenReason(Arc::from(source)) };
            // Trailers say nothing about a file.
            let Ok(bytes) = frame.map_err(broken)?.into_data() else { continue };
            let left_bytes = self.left_bytes.checked_sub(bytes.len() as u64);
            self.left_bytes = left_bytes.ok_or(Error::TooLarge { max_bytes: self.limits.max_bytes })?;
            return Ok(Some(bytes));
        }
    }

    /// Waits for all bytes.
    ///
    /// # Errors
    ///
    /// Those of [`chunk`](Self::chunk), and [`Error::OutOfMemory`].
    pub async fn bytes(self) -> Result<Bytes, Error> {
        self.bytes_counted(None).await
    }

    /// Waits for all bytes, and counts the memory that is reserved for them while it does.
    pub(crate) async fn bytes_counted(mut self, mut counted: Option<Counted>) -> Result<Bytes, Error> {
        let mut all: Vec<u8> = Vec::new();
        let promised = self.head.content_length().and_then(|bytes| usize::try_from(bytes).ok());
        while let Some(bytes) = self.chunk().await? {
            let needed = all.len() + bytes.len();
            if needed > all.capacity() {
                // As much again, so that little is copied; but no more than was promised, nor all of that before it comes.
                let doubled = needed.max(all.capacity() * 2);
                let wanted = promised.filter(|promised| *promised >= needed).map_or(doubled, |most| doubled.min(most));
                if let Some(counted) = &mut counted {
                    counted.add(wanted - all.capacity())?;
                }
                let out_of_memory = |_| Error::OutOfMemory { bytes: wanted as u64 };
                all.try_reserve_exact(wanted - all.len()).map_err(out_of_memory)?;
            }
            all.extend_from_slice(&bytes);
        }
        all.shrink_to_fit();
        Ok(all.into())
    }
}
