//! An answer: whether it is one, and its bytes as they come.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http_body::Body;
use hyper::Response;
use hyper::body::Incoming;
use hyper::http::response::Parts;
use palmette_protocol::answer::{ERROR_HEADER, code_in_header, message_in_body};

use crate::Error;
use crate::body::Interest;
use crate::deadline::Deadline;
use crate::error::TransportError;

/// The most bytes of a text that says what is wrong.
const MAX_MESSAGE_BYTES: usize = 64 * 1024;

/// The bytes of an answer.
#[derive(Debug)]
pub(crate) struct Answer {
    body: Incoming,
    deadline: Deadline,
    /// The request is sent on for as long as the answer is read.
    _interest: Interest,
}

impl Answer {
    /// Takes an answer that is one; reads any other to its end and returns what it says.
    pub(crate) async fn accept(
        response: Response<Incoming>,
        deadline: Deadline,
        interest: Interest,
    ) -> Result<(Parts, Self), Error> {
        let (head, body) = response.into_parts();
        let mut answer = Self { body, deadline, _interest: interest };
        let code = head.headers.get(ERROR_HEADER).and_then(|value| code_in_header(value.to_str().ok()?));
        if let Some(code) = code {
            let message = message_in_body(&answer.excerpt().await?).to_owned();
            return Err(Error::Images { code, message });
        }
        if head.status.is_success() { Ok((head, answer)) } else { Err(answer.into_foreign(&head).await) }
    }

    /// Makes the error for an answer that is none of this protocol.
    pub(crate) async fn into_foreign(mut self, head: &Parts) -> Error {
        match self.excerpt().await {
            Ok(text) => Error::NotAnAnswer { url: self.deadline.url, status: head.status.as_u16(), text },
            Err(error) => error,
        }
    }

    /// Returns the next bytes.
    pub(crate) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        let Self { body, deadline, .. } = self;
        loop {
            let frame = ready!(deadline.poll(cx, |cx| Pin::new(&mut *body).poll_frame(cx)));
            return Poll::Ready(match frame {
                Ok(None) => None,
                Ok(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => Some(Ok(data)),
                    // What follows a body says nothing here.
                    Err(_) => continue,
                },
                Ok(Some(Err(error))) => {
                    Some(Err(Error::Transport { url: deadline.url.clone(), source: TransportError::new(error) }))
                }
                Err(error) => Some(Err(error)),
            });
        }
    }

    /// Waits for the next bytes.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        std::future::poll_fn(|cx| self.poll_chunk(cx)).await.transpose()
    }

    /// Reads everything.
    pub(crate) async fn bytes(mut self) -> Result<Bytes, Error> {
        let Some(first) = self.chunk().await? else { return Ok(Bytes::new()) };
        let Some(second) = self.chunk().await? else { return Ok(first) };
        let mut bytes = BytesMut::from(first);
        bytes.extend_from_slice(&second);
        while let Some(chunk) = self.chunk().await? {
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    }

    /// Reads the beginning as text.
    async fn excerpt(&mut self) -> Result<String, Error> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            let room = MAX_MESSAGE_BYTES - bytes.len();
            bytes.extend_from_slice(&chunk[..room.min(chunk.len())]);
            if bytes.len() == MAX_MESSAGE_BYTES {
                break;
            }
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
