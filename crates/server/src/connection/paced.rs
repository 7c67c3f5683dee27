//! A body that has to arrive at some rate.
//!
//! The deadline of its request bounds it as well, but not by much: until then, a client that sends a byte a second holds a
//! connection, and the bytes before. The rate counts only while the request waits for the body, and over a while, so that a phone may fall
//! silent for some seconds.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep};

use super::activity::{Activity, Window};

/// Waiting over which the rate is measured.
const WINDOW: Duration = Duration::from_secs(10);

/// A body that breaks off when it comes too slowly.
#[derive(Debug)]
pub(super) struct Paced<B> {
    body: B,
    min_bytes_per_s: u64,
    activity: Arc<Activity>,
    /// The bytes that came since the last look at the rate; nothing until the body is waited for.
    window: Option<(Window, Pin<Box<Sleep>>)>,
}

/// Why a body breaks off.
#[derive(Debug, thiserror::Error)]
pub(super) enum PacedError<E> {
    /// Occurs when the connection fails.
    #[error(transparent)]
    Body(E),
    /// Occurs when too little comes.
    #[error("too slow: {bytes} bytes came in {} s, and the minimum is {min_bytes_per_s} bytes per second", WINDOW.as_secs())]
    TooSlow {
        /// The bytes that came.
        bytes: u64,
        /// The least for a second.
        min_bytes_per_s: u64,
    },
}

impl<B> Paced<B> {
    pub(super) const fn new(body: B, min_bytes_per_s: u64, activity: Arc<Activity>) -> Self {
        Self { body, min_bytes_per_s, activity, window: None }
    }

    /// Counts bytes that came.
    fn count(&mut self, bytes: usize) {
        if let Some((window, _)) = &mut self.window {
            window.bytes += bytes as u64;
            self.activity.wait_for_body(Some(*window));
        }
    }

    /// Waits for more; fails if too little came for too long.
    fn wait<E>(&mut self, context: &mut Context<'_>) -> Poll<PacedError<E>> {
        let (activity, min_bytes_per_s) = (&self.activity, self.min_bytes_per_s);
        let (window, timer) = self.window.get_or_insert_with(|| {
            let window = Window::new(Instant::now());
            activity.wait_for_body(Some(window));
            (window, Box::pin(tokio::time::sleep(WINDOW)))
        });
        while timer.as_mut().poll(context).is_ready() {
            let now = Instant::now();
            if window.behind(min_bytes_per_s, now).is_some() {
                return Poll::Ready(PacedError::TooSlow { bytes: window.bytes, min_bytes_per_s });
            }
            *window = Window::new(now);
            activity.wait_for_body(Some(*window));
            timer.as_mut().reset(now + WINDOW);
        }
        Poll::Pending
    }
}

impl<B: http_body::Body<Data = Bytes> + Unpin> http_body::Body for Paced<B> {
    type Data = Bytes;
    type Error = PacedError<B::Error>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Pending => self.wait(context).map(|error| Some(Err(error))),
            Poll::Ready(Some(Ok(frame))) => {
                self.count(frame.data_ref().map_or(0, Bytes::len));
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(end) => {
                self.activity.wait_for_body(None);
                Poll::Ready(end.map(|result| result.map_err(PacedError::Body)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Drop for Paced<B> {
    fn drop(&mut self) {
        self.activity.wait_for_body(None);
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use tokio::sync::mpsc;

    use super::*;

    /// A body of what somebody sends.
    struct Sent(mpsc::UnboundedReceiver<Bytes>);

    impl http_body::Body for Sent {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            self.0.poll_recv(context).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
        }
    }

    /// Reads a body of which so many bytes come every so many seconds, 100 times, at a least rate of 100; returns the bytes that came.
    async fn read(bytes: usize, seconds: u64) -> Result<usize, String> {
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            for _ in 0..100 {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                let _ = sender.send(Bytes::from(vec![7; bytes]));
            }
        });
        let body = Paced::new(Sent(receiver), 100, Arc::new(Activity::new()));
        let whole = body.collect().await.map_err(|error| error.to_string())?;
        Ok(whole.to_bytes().len())
    }

    #[tokio::test(start_paused = true)]
    async fn paced_body_may_fall_silent_but_must_keep_up() {
        assert_eq!(read(120, 1).await, Ok(12_000));
        assert_eq!(read(1_000, 9).await, Ok(100_000));
        let error = read(1, 1).await.unwrap_err();
        assert!(error.contains("bytes came in 10 s, and the minimum is 100 bytes per second"), "{error}");
        assert!(read(10_000, 11).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn paced_body_counts_only_while_somebody_waits_for_it() {
        let (sender, receiver) = mpsc::unbounded_channel();
        let mut body = Paced::new(Sent(receiver), 100, Arc::new(Activity::new()));
        tokio::time::advance(Duration::from_secs(60)).await;
        sender.send(Bytes::from_static(b"x")).unwrap();
        assert!(body.frame().await.unwrap().is_ok());
        tokio::time::advance(Duration::from_secs(60)).await;
        drop(sender);
        assert!(body.frame().await.is_none());
    }
}
