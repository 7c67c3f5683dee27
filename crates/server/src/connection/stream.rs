//! A connection that is given up when its reader takes nothing for too long, or too little all the time.
//!
//! Reading is bounded elsewhere, in the modules beside this one, which learn from here when bytes come. An answer has no
//! deadline, since a slow reader of a large picture is in its right as long as it reads. But it holds memory while it does, which
//! one that reads a byte a minute could do for days; so it has to keep up a rate, which counts only while an answer waits for it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use super::activity::Activity;

/// The limits of a reader.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// How long writes may get nowhere, and over how much waiting the rate is measured.
    pub(super) timeout: Duration,
    /// Bytes that the reader has to take for each second that writes wait for it.
    pub(super) min_bytes_per_s: u64,
}

/// A stream whose writes fail when its reader is too slow, and that tells when bytes come.
#[derive(Debug)]
pub(super) struct Watched<S> {
    stream: S,
    patience: Patience,
    activity: Arc<Activity>,
    timer: Pin<Box<Sleep>>,
    /// Since when the writes get nowhere; `timer` runs from then on.
    stuck_since: Option<Instant>,
    /// The time waited, and the bytes written meanwhile, since the last look at the rate.
    waited: Duration,
    written: u64,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S, patience: Patience, activity: Arc<Activity>) -> Self {
        let timer = Box::pin(tokio::time::sleep(patience.timeout));
        Self { stream, patience, activity, timer, stuck_since: None, waited: Duration::ZERO, written: 0 }
    }

    /// Passes the outcome of a write on, unless the reader is too slow; `count` says how many bytes it took.
    fn watch<T>(
        &mut self,
        outcome: Poll<io::Result<T>>,
        context: &mut Context<'_>,
        count: impl FnOnce(&T) -> usize,
    ) -> Poll<io::Result<T>> {
        match &outcome {
            Poll::Ready(result) => {
                self.written += result.as_ref().map_or(0, count) as u64;
                let waited = self.stuck_since.take().map_or(Duration::ZERO, |since| {
                    self.activity.write(false);
                    since.elapsed()
                });
                if self.keeps_up(waited) { outcome } else { Poll::Ready(Err(io::ErrorKind::TimedOut.into())) }
            }
            Poll::Pending => {
                if self.stuck_since.is_none() {
                    let now = Instant::now();
                    self.stuck_since = Some(now);
                    self.activity.write(true);
                    self.timer.as_mut().reset(now + self.patience.timeout);
                }
                ready!(self.timer.as_mut().poll(context));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }

    /// Says whether the reader is fast enough, after another wait; that is looked at whenever the waits add up to the timeout.
    fn keeps_up(&mut self, waited: Duration) -> bool {
        self.waited += waited;
        if self.waited < self.patience.timeout {
            return true;
        }
        let least = u128::from(self.patience.min_bytes_per_s) * self.waited.as_millis() / 1000;
        let keeps_up = u128::from(self.written) >= least;
        (self.waited, self.written) = (Duration::ZERO, 0);
        keeps_up
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(outcome, context, |taken| *taken)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.watch(outcome, context, |taken| *taken)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(context);
        self.watch(outcome, context, |()| 0)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_shutdown(context);
        self.watch(outcome, context, |()| 0)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.activity.read();
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// Ten seconds, and whatever rate.
    const fn patience(min_bytes_per_s: u64) -> Patience {
        Patience { timeout: Duration::from_secs(10), min_bytes_per_s }
    }

    /// Writes 2,000 bytes to a reader that takes some every so many seconds.
    async fn write_to_reader(patience: Patience, bytes: usize, seconds: u64) -> io::Result<()> {
        let (near, mut far) = tokio::io::duplex(bytes);
        let mut near = Watched::new(near, patience, Arc::new(Activity::new()));
        let reader = tokio::spawn(async move {
            let mut piece = vec![0; bytes];
            loop {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                // The other side may have given up.
                if far.read_exact(&mut piece).await.is_err() {
                    return;
                }
            }
        });
        let result = near.write_all(&[7; 2000]).await;
        reader.abort();
        result
    }

    #[tokio::test(start_paused = true)]
    async fn connection_waits_for_a_slow_reader_but_not_for_a_dead_one() {
        assert!(write_to_reader(patience(0), 1, 9).await.is_ok());
        assert_eq!(write_to_reader(patience(0), 1, 11).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn connection_waits_only_for_a_reader_that_keeps_up() {
        assert!(write_to_reader(patience(10), 51, 5).await.is_ok());
        assert_eq!(write_to_reader(patience(10), 40, 5).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn connection_does_not_count_what_nobody_waits_for() {
        let (near, mut far) = tokio::io::duplex(100);
        let mut near = Watched::new(near, patience(10), Arc::new(Activity::new()));
        for _ in 0..100 {
            // An answer that comes slowly is no fault of the reader.
            tokio::time::sleep(Duration::from_secs(9)).await;
            near.write_all(&[7]).await.unwrap();
            far.read_u8().await.unwrap();
        }
    }
}
