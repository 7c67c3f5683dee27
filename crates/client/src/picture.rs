//! A picture that was made.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use hyper::header::{CONTENT_TYPE, HeaderName};
use hyper::http::response::Parts;

use crate::Error;
use crate::answer::Answer;

/// The header that tells how long each stage of a request took.
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// The header that names the engine.
const ENGINE: HeaderName = HeaderName::from_static("palmette-engine");

/// A picture as the server sends it: a stream of bytes, and its headers.
///
/// A picture that is dropped before its end ends its connection.
#[derive(Debug)]
pub struct Picture {
    content_type: String,
    engine: Option<String>,
    timings: Vec<(String, Duration)>,
    answer: Answer,
}

impl Picture {
    /// Takes an answer that has the type of a picture; whatever else answers well is a page of some other server.
    pub(crate) async fn accept(head: Parts, answer: Answer) -> Result<Self, Error> {
        let text = |name: &HeaderName| Some(head.headers.get(name)?.to_str().ok()?.to_owned());
        let Some(content_type) = text(&CONTENT_TYPE).filter(|name| is_picture(name)) else {
            return Err(answer.into_foreign(&head).await);
        };
        let timings = text(&SERVER_TIMING).map_or_else(Vec::new, |value| timings(&value));
        Ok(Self { content_type, engine: text(&ENGINE), timings, answer })
    }

    /// Returns the media type: that of the format, or `application/octet-stream` for bare pixels.
    #[must_use]
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// Returns the engine that computed the pixels, `cpu` or `gpu`, if the server names it.
    #[must_use]
    pub fn engine(&self) -> Option<&str> {
        self.engine.as_deref()
    }

    /// Returns how long each stage took on the server, by its name, in the order of the stages.
    pub fn timings(&self) -> impl Iterator<Item = (&str, Duration)> {
        self.timings.iter().map(|(stage, time)| (stage.as_str(), *time))
    }

    /// Waits for the next bytes; `None` after the last ones.
    ///
    /// # Errors
    ///
    /// [`Error::Transport`] or [`Error::TimedOut`] if not all of it arrives.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        self.answer.chunk().await
    }

    /// Waits for all of it.
    ///
    /// # Errors
    ///
    /// Those of [`Picture::chunk`].
    pub async fn bytes(self) -> Result<Bytes, Error> {
        self.answer.bytes().await
    }
}

impl Stream for Picture {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.answer.poll_chunk(cx)
    }
}

/// Tells whether a media type is one that [`Picture::content_type`] returns.
fn is_picture(content_type: &str) -> bool {
    content_type.starts_with("image/") || content_type == "application/octet-stream"
}

/// Reads `name;dur=milliseconds, …`; entries of another form are left out.
fn timings(value: &str) -> Vec<(String, Duration)> {
    let timing = |entry: &str| {
        let mut fields = entry.split(';').map(str::trim);
        let stage = fields.next().filter(|stage| !stage.is_empty())?;
        let milliseconds: f64 = fields.find_map(|field| field.strip_prefix("dur="))?.parse().ok()?;
        Some((stage.to_owned(), Duration::try_from_secs_f64(milliseconds / 1000.0).ok()?))
    };
    value.split(',').filter_map(timing).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timings_are_read_where_there_are_any() {
        let time = |stage: &str, micros| (stage.to_owned(), Duration::from_micros(micros));
        assert_eq!(
            timings("decode;dur=1.5, run;desc=\"x\";dur=20 ,encode;dur=0"),
            [time("decode", 1500), time("run", 20_000), time("encode", 0)]
        );
        assert_eq!(timings("decode, ;dur=1, run;dur=x, encode;dur=-1"), []);
    }
}
