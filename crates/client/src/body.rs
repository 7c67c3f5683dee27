//! A form on its way: pieces that the protocol wrote, and between them the sources as they come.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::vec;

use bytes::Bytes;
use http_body::Frame;
use palmette_protocol::form::Piece;
use tokio::sync::oneshot;

use crate::Source;

/// The body of a request. Its length is never known, as the binding never says it.
#[derive(Debug)]
pub(crate) struct FormBody {
    pieces: vec::IntoIter<Piece<Source>>,
    /// The source that is being sent.
    current: Option<Source>,
    /// Sources that were begun.
    begun: usize,
    failure: Failure,
    /// Resolves when nobody waits for the answer any more.
    abandoned: oneshot::Receiver<()>,
}

/// Which source failed and how; filled while a body is sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Failure(Arc<Mutex<Option<(usize, io::Error)>>>);

impl Failure {
    /// Takes what failed.
    pub(crate) fn take(&self) -> Option<(usize, io::Error)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn set(&self, index: usize, error: io::Error) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((index, error));
    }
}

/// Keeps a body going; when it is gone, the rest of the body is not sent and the connection ends.
#[derive(Debug)]
pub(crate) struct Interest {
    _sender: oneshot::Sender<()>,
}

/// Why a body ends before its end. The connection is cut then, so that no server takes what it has for a whole form.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Cut {
    /// Occurs when a source fails.
    #[error("a source failed")]
    Source,
    /// Occurs when the caller has the answer already, or wants none any more.
    #[error("the rest is not needed")]
    Abandoned,
}

impl FormBody {
    /// Makes the body of a form.
    pub(crate) fn new(pieces: Vec<Piece<Source>>) -> (Self, Interest, Failure) {
        let (sender, abandoned) = oneshot::channel();
        let failure = Failure::default();
        let body = Self { pieces: pieces.into_iter(), current: None, begun: 0, failure: failure.clone(), abandoned };
        (body, Interest { _sender: sender }, failure)
    }
}

impl http_body::Body for FormBody {
    type Data = Bytes;
    type Error = Cut;

    /// A request without a form has no body, and its head says so.
    fn is_end_stream(&self) -> bool {
        self.current.is_none() && self.pieces.as_slice().is_empty()
    }

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let this = &mut *self;
        if Pin::new(&mut this.abandoned).poll(cx).is_ready() {
            return Poll::Ready(Some(Err(Cut::Abandoned)));
        }
        loop {
            if let Some(source) = &mut this.current {
                match ready!(source.poll_chunk(cx)) {
                    // An empty chunk would end the body on the wire.
                    Some(Ok(chunk)) if chunk.is_empty() => continue,
                    Some(Ok(chunk)) => return Poll::Ready(Some(Ok(Frame::data(chunk)))),
                    Some(Err(error)) => {
                        this.failure.set(this.begun - 1, error);
                        return Poll::Ready(Some(Err(Cut::Source)));
                    }
                    None => this.current = None,
                }
            }
            match this.pieces.next() {
                None => return Poll::Ready(None),
                Some(Piece::Bytes(bytes)) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Some(Piece::Source(source)) => {
                    this.current = Some(source);
                    this.begun += 1;
                }
            }
        }
    }
}
