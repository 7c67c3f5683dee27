//! The body of a picture: in slices, so that the memory it takes counts as taken until it is sent.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use palmette::Reservation;

/// Bytes handed to the connection at a time. It asks for more when its buffer, of a few hundred KiB, has room, so a slow
/// reader keeps this body alive and with it the reservation.
const SLICE_BYTES: usize = 64 * 1024;

/// Bytes and the reservation that covers them.
#[derive(Debug)]
pub(crate) struct AnswerBody {
    left: Bytes,
    _reservation: Reservation,
}

impl AnswerBody {
    pub(crate) const fn new(bytes: Bytes, reservation: Reservation) -> Self {
        Self { left: bytes, _reservation: reservation }
    }
}

impl http_body::Body for AnswerBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        let length = SLICE_BYTES.min(self.left.len());
        Poll::Ready(Some(Ok(Frame::data(self.left.split_to(length)))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len() as u64)
    }
}
