//! The time that a call has.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Sleep, sleep};

use crate::Error;

/// When a call is over; never, if it has no limit.
#[derive(Debug)]
pub(crate) struct Deadline {
    /// The clock and the time that it was wound up for.
    timer: Option<(Pin<Box<Sleep>>, Duration)>,
    /// The address of the server, for messages.
    pub(crate) url: String,
}

impl Deadline {
    /// Starts the time of a call.
    pub(crate) fn start(timeout: Option<Duration>, url: String) -> Self {
        Self { timer: timeout.map(|timeout| (Box::pin(sleep(timeout)), timeout)), url }
    }

    /// Polls something unless the time is over.
    pub(crate) fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<Result<T, Error>> {
        if let Poll::Ready(value) = poll(cx) {
            return Poll::Ready(Ok(value));
        }
        let Some((timer, timeout)) = &mut self.timer else { return Poll::Pending };
        timer.as_mut().poll(cx).map(|()| Err(Error::TimedOut { url: self.url.clone(), timeout: *timeout }))
    }

    /// Waits for something, as long as there is time.
    pub(crate) async fn wait<F: Future>(&mut self, future: F) -> Result<F::Output, Error> {
        let mut future = std::pin::pin!(future);
        std::future::poll_fn(|cx| self.poll(cx, |cx| future.as_mut().poll(cx))).await
    }
}
