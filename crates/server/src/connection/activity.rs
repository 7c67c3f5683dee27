//! The activity of a connection, which decides how much it deserves its place.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// The activity of one connection.
#[derive(Debug)]
pub(crate) struct Activity {
    state: Mutex<State>,
    cut: Notify,
}

#[derive(Debug)]
struct State {
    stage: Stage,
    /// Whether something of an answer waits for its reader, who is held to a rate.
    is_writing: bool,
}

/// How far the connection is with a request.
#[derive(Clone, Copy, Debug)]
enum Stage {
    /// There is none, or not its whole head.
    Idle {
        /// Since when there is none.
        since: Instant,
        /// Since when there may be some bytes of its head.
        head_since: Option<Instant>,
    },
    /// Its body is waited for.
    Body(Window),
    /// It is worked on, or answered.
    Busy,
}

/// The bytes of a body that came in a stretch of time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) since: Instant,
    pub(super) bytes: u64,
}

impl Window {
    pub(super) const fn new(since: Instant) -> Self {
        Self { since, bytes: 0 }
    }

    /// Returns how long ago the bytes should have come that are missing for the least rate; nothing if none are.
    pub(super) fn behind(&self, min_bytes_per_s: u64, now: Instant) -> Option<Duration> {
        let millis_worth = self.bytes.saturating_mul(1000).checked_div(min_bytes_per_s)?;
        now.duration_since(self.since)
            .checked_sub(Duration::from_millis(millis_worth))
            .filter(|behind| !behind.is_zero())
    }
}

/// The limits of a connection while it has no request.
#[derive(Clone, Copy, Debug)]
pub(super) struct IdleLimits {
    pub(super) head_timeout: Duration,
    pub(super) idle_timeout: Duration,
}

impl Activity {
    /// Begins with a connection that has just been made.
    pub(super) fn new() -> Self {
        let now = Instant::now();
        let stage = Stage::Idle { since: now, head_since: Some(now) };
        Self { state: Mutex::new(State { stage, is_writing: false }), cut: Notify::new() }
    }

    /// Notes that bytes came: if there is no request, a head has begun.
    pub(super) fn read(&self) {
        if let Stage::Idle { head_since: head_since @ None, .. } = &mut self.lock().stage {
            *head_since = Some(Instant::now());
        }
    }

    /// Notes whether something of an answer waits for its reader.
    pub(super) fn write(&self, is_waiting: bool) {
        self.lock().is_writing = is_waiting;
    }

    /// Notes that the head of a request is there.
    pub(super) fn begin_request(&self) {
        self.lock().stage = Stage::Busy;
    }

    /// Notes that the body of the request is waited for, and how many bytes came lately; or that it is not waited for.
    pub(super) fn wait_for_body(&self, window: Option<Window>) {
        let mut state = self.lock();
        // The rest of a body may be read when its request is answered already.
        if !matches!(state.stage, Stage::Idle { .. }) {
            state.stage = window.map_or(Stage::Busy, Stage::Body);
        }
    }

    /// Notes that the answer was handed out.
    pub(super) fn end_request(&self) {
        self.lock().stage = Stage::Idle { since: Instant::now(), head_since: None };
    }

    /// Ends the connection.
    pub(super) fn cut(&self) {
        self.cut.notify_one();
    }

    /// Waits until somebody ends it.
    pub(super) async fn until_cut(&self) {
        self.cut.notified().await;
    }

    /// Says for how long the connection has been of no use: idle, without the whole head of a request, or with a body that is so
    /// far behind the least rate. The longer, the less it deserves its place; nothing if it does.
    pub(super) fn useless_for(&self, min_bytes_per_s: u64, now: Instant) -> Option<Duration> {
        let state = self.lock();
        match state.stage {
            Stage::Idle { since, .. } if !state.is_writing => Some(now.duration_since(since)),
            Stage::Body(window) => window.behind(min_bytes_per_s, now),
            Stage::Idle { .. } | Stage::Busy => None,
        }
    }

    /// Tells whether the connection has had its time for a head, or for being idle.
    pub(super) fn is_overdue(&self, limits: &IdleLimits, now: Instant) -> bool {
        let state = self.lock();
        match state.stage {
            Stage::Idle { since, head_since } if !state.is_writing => {
                now.duration_since(since) >= limits.idle_timeout
                    || head_since.is_some_and(|since| now.duration_since(since) >= limits.head_timeout)
            }
            Stage::Idle { .. } | Stage::Body(_) | Stage::Busy => false,
        }
    }

    /// Locks the state, which is whole even if a thread panicked while it held it.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: IdleLimits =
        IdleLimits { head_timeout: Duration::from_secs(5), idle_timeout: Duration::from_secs(75) };

    #[tokio::test(start_paused = true)]
    async fn activity_head_has_its_time_from_its_first_byte() {
        let activity = Activity::new();
        let pass = async |seconds| tokio::time::advance(Duration::from_secs(seconds)).await;
        let is_overdue = || activity.is_overdue(&LIMITS, Instant::now());
        pass(4).await;
        assert!(!is_overdue());
        pass(1).await;
        assert!(is_overdue(), "the first head of a connection");
        activity.begin_request();
        pass(100).await;
        assert!(!is_overdue(), "a request is held to other things");
        activity.end_request();
        pass(74).await;
        assert!(!is_overdue(), "it may be idle for longer");
        activity.read();
        activity.read();
        pass(1).await;
        assert!(is_overdue(), "but not for ever");
        activity.begin_request();
        activity.end_request();
        activity.read();
        pass(5).await;
        assert!(is_overdue(), "a head that has begun");
    }

    #[tokio::test(start_paused = true)]
    async fn activity_of_no_use_is_idle_or_a_slow_body() {
        let activity = Activity::new();
        let seconds = || activity.useless_for(100, Instant::now()).map(|time| time.as_secs_f64());
        let pass = async |seconds| tokio::time::advance(Duration::from_secs(seconds)).await;
        pass(2).await;
        assert_eq!(seconds(), Some(2.0));
        activity.begin_request();
        assert_eq!(seconds(), None);
        activity.wait_for_body(Some(Window { since: Instant::now(), bytes: 150 }));
        pass(1).await;
        assert_eq!(seconds(), None, "it keeps up");
        pass(1).await;
        assert_eq!(seconds(), Some(0.5));
        assert_eq!(activity.useless_for(0, Instant::now()), None, "there is no least rate");
        activity.wait_for_body(None);
        assert_eq!(seconds(), None);
        activity.end_request();
        activity.write(true);
        assert_eq!(seconds(), None, "the answer is still being read");
        activity.write(false);
        assert_eq!(seconds(), Some(0.0));
    }
}
