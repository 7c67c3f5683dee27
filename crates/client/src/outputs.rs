//! Several pictures of one request, as they come.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use hyper::header::CONTENT_TYPE;
use hyper::http::response::Parts;
use palmette_protocol::answer::message_in_body;
use palmette_protocol::mixed::{MalformedAnswer, MixedPart, MixedReader};

use crate::Error;
use crate::answer::Answer;

/// The renditions of one request, in the order in which they were asked for: a stream, of which each comes as soon as the server has
/// made it.
///
/// No more than the one that is arriving is held. A stream that is dropped before its end ends its connection.
#[derive(Debug)]
pub struct Outputs {
    answer: Answer,
    reader: MixedReader,
    url: String,
    /// How many were asked for.
    count: usize,
    /// How many came.
    came: usize,
    /// There is nothing after the end, and after a failure of the answer itself.
    is_over: bool,
}

/// A picture that was made, one of several.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The media type: that of the format, or `application/octet-stream` for bare pixels.
    pub content_type: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// The file, or the bare pixels.
    pub bytes: Bytes,
}

impl Outputs {
    /// Takes an answer that consists of parts.
    pub(crate) async fn accept(head: Parts, answer: Answer, url: String, count: usize) -> Result<Self, Error> {
        let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let Some(reader) = content_type.and_then(MixedReader::new) else {
            return Err(answer.into_foreign(&head).await);
        };
        Ok(Self { answer, reader, url, count, came: 0, is_over: false })
    }

    /// Waits for the next one; `None` after the last.
    ///
    /// One that could not be made is an [`Error::Images`] in its place, and the others come all the same. There is nothing after any
    /// other error.
    ///
    /// # Errors
    ///
    /// [`Error::Images`] for this one; [`Error::Incomplete`], [`Error::Malformed`], [`Error::Transport`] or [`Error::TimedOut`] if not all of
    /// the answer arrives.
    pub async fn next(&mut self) -> Option<Result<Rendered, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Waits for all of them.
    ///
    /// # Errors
    ///
    /// Those of [`Outputs::next`] that are not about one of them.
    pub async fn all(mut self) -> Result<Vec<Result<Rendered, Error>>, Error> {
        let mut all = Vec::new();
        while let Some(next) = self.next().await {
            match next {
                Err(error) if !matches!(error, Error::Images { .. }) => return Err(error),
                next => all.push(next),
            }
        }
        Ok(all)
    }

    /// Reads on until a part is whole, or the answer over.
    fn poll_part(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<MixedPart>, Error>> {
        loop {
            match self.reader.next_part() {
                Ok(Some(part)) => return Poll::Ready(Ok(Some(part))),
                Ok(None) if self.reader.is_over() => return Poll::Ready(Ok(None)),
                Ok(None) => {}
                Err(source) => return Poll::Ready(Err(Error::Malformed { url: self.url.clone(), source })),
            }
            match ready!(self.answer.poll_chunk(cx)) {
                Some(Ok(chunk)) => self.reader.feed(&chunk),
                Some(Err(error)) => return Poll::Ready(Err(error)),
                None => return Poll::Ready(Err(self.incomplete())),
            }
        }
    }

    /// Reads a part: a picture, or why there is none.
    fn rendered(&self, part: MixedPart) -> Result<Rendered, Error> {
        if let Some(code) = part.code() {
            let text = String::from_utf8_lossy(&part.bytes);
            return Err(Error::Images { code, message: message_in_body(&text).to_owned() });
        }
        let side = |name| part.header(name)?.parse().ok();
        match (part.header("content-type"), side("image-width"), side("image-height")) {
            (Some(content_type), Some(width), Some(height)) => {
                Ok(Rendered { content_type: content_type.to_owned(), width, height, bytes: part.bytes })
            }
            _ => {
                let source = MalformedAnswer { part: self.came - 1, problem: "it does not tell its type and its size" };
                Err(Error::Malformed { url: self.url.clone(), source })
            }
        }
    }

    fn incomplete(&self) -> Error {
        Error::Incomplete { url: self.url.clone(), came: self.came, count: self.count }
    }
}

impl Stream for Outputs {
    type Item = Result<Rendered, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        let part = ready!(self.poll_part(cx));
        self.is_over = !matches!(part, Ok(Some(_)));
        Poll::Ready(match part {
            Ok(Some(part)) => {
                self.came += 1;
                Some(self.rendered(part))
            }
            Ok(None) if self.came == self.count => None,
            Ok(None) => Some(Err(self.incomplete())),
            Err(error) => Some(Err(error)),
        })
    }
}
