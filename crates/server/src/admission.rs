//! Who gets in: a bounded queue before a bounded set of workers, and a bound on the bodies that wait in memory.
//!
//! There are as many workers as cores, because the work is computing; one more would only make all slower. A request that
//! finds the queue full is refused at once, and the client is told when to come back: an unbounded wait would only move
//! the refusal to its own time limit. What pixels may take is weighed later, in the pipeline, where sizes are known.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::Error;
use crate::config::AdmissionConfig;

/// The bounds of all requests together.
#[derive(Debug)]
pub(crate) struct Admission {
    /// One permit for each request that waits or is worked on.
    places: Arc<Semaphore>,
    /// One permit for each request that is worked on.
    workers: Arc<Semaphore>,
    bodies: Arc<Bodies>,
    worker_count: usize,
    max_queued: usize,
    retry_after: Duration,
}

/// How full it is right now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) queued: usize,
    pub(crate) working: usize,
    pub(crate) body_bytes: u64,
}

impl Admission {
    pub(crate) fn new(config: &AdmissionConfig) -> Self {
        let worker_count = config.workers.count().get();
        Self {
            places: Arc::new(Semaphore::new(worker_count + config.max_queued)),
            workers: Arc::new(Semaphore::new(worker_count)),
            bodies: Arc::new(Bodies { held: AtomicU64::new(0), max_bytes: config.max_body_bytes }),
            worker_count,
            max_queued: config.max_queued,
            retry_after: config.retry_after,
        }
    }

    /// Tells whether a request would be refused right now, before its body is read for nothing.
    ///
    /// # Errors
    ///
    /// [`Error::QueueFull`].
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.places.available_permits() == 0 { Err(self.queue_full()) } else { Ok(()) }
    }

    /// Waits for a worker and has the work done there. Dropping the future while it waits gives the place up; work that has
    /// begun is finished, and its worker is free only then.
    ///
    /// # Errors
    ///
    /// [`Error::QueueFull`] at once if too many wait already; [`Error::Panicked`] if the work panicked.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| self.queue_full())?;
        let worker = Arc::clone(&self.workers).acquire_owned().await.map_err(|_| self.queue_full())?;
        let span = tracing::Span::current();
        let task = tokio::task::spawn_blocking(move || {
            let _held = (place, worker);
            span.in_scope(work)
        });
        task.await.map_err(|error| match error.try_into_panic() {
            Ok(payload) => Error::Panicked { message: panic_message(&*payload) },
            // Blocking tasks are not cancelled but at the end of the runtime, when nobody waits here any more.
            Err(error) => resume_unwind(Box::new(error.to_string())),
        })
    }

    /// Starts to count the bytes of a body.
    pub(crate) fn body(&self) -> HeldBody {
        HeldBody { bodies: Arc::clone(&self.bodies), bytes: 0, retry_after: self.retry_after }
    }

    /// Returns how full it is.
    pub(crate) fn load(&self) -> Load {
        let working = self.worker_count - self.workers.available_permits();
        let inside = self.worker_count + self.max_queued - self.places.available_permits();
        Load { queued: inside.saturating_sub(working), working, body_bytes: self.bodies.held.load(Ordering::Relaxed) }
    }

    const fn queue_full(&self) -> Error {
        Error::QueueFull { max_queued: self.max_queued, retry_after: self.retry_after }
    }
}

/// Returns what a panic said.
pub(crate) fn panic_message(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("not a text").to_owned()
}

/// The bytes of all bodies that are in memory.
#[derive(Debug)]
struct Bodies {
    held: AtomicU64,
    max_bytes: u64,
}

/// The bytes of one body, counted until this is dropped.
#[derive(Debug)]
pub(crate) struct HeldBody {
    bodies: Arc<Bodies>,
    bytes: u64,
    retry_after: Duration,
}

impl HeldBody {
    /// Counts more bytes, before they are kept.
    ///
    /// # Errors
    ///
    /// [`Error::BodiesFull`] if that is more than all bodies together may hold.
    pub(crate) fn grow(&mut self, bytes: u64) -> Result<(), Error> {
        let max_bytes = self.bodies.max_bytes;
        // Only a count; nothing else is ordered by it.
        self.bodies
            .held
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
                held.checked_add(bytes).filter(|&sum| sum <= max_bytes)
            })
            .map_err(|_| Error::BodiesFull { max_bytes, retry_after: self.retry_after })?;
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for HeldBody {
    fn drop(&mut self) {
        self.bodies.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;
    use std::sync::mpsc;

    use super::*;
    use crate::config::Workers;

    fn admission(workers: usize, max_queued: usize) -> Arc<Admission> {
        let workers = Workers::Exactly(NonZeroUsize::new(workers).unwrap());
        Arc::new(Admission::new(&AdmissionConfig {
            workers,
            max_queued,
            max_body_bytes: 100,
            ..AdmissionConfig::default()
        }))
    }

    /// Occupies a worker until the sender is dropped.
    async fn occupy(admission: &Arc<Admission>) -> mpsc::Sender<()> {
        let (sender, receiver) = mpsc::channel::<()>();
        let working = admission.load().working;
        let admission_in_task = Arc::clone(admission);
        tokio::spawn(async move { admission_in_task.run(move || receiver.recv()).await.map(drop) });
        while admission.load().working == working {
            tokio::task::yield_now().await;
        }
        sender
    }

    #[tokio::test]
    async fn admission_refuses_when_workers_and_queue_are_full() {
        let admission = admission(1, 1);
        let busy = occupy(&admission).await;
        let waiting = tokio::spawn({
            let admission = Arc::clone(&admission);
            async move { admission.run(|| 7).await }
        });
        while admission.load().queued == 0 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(admission.check(), Err(Error::QueueFull { max_queued: 1, .. })));
        assert!(matches!(admission.run(|| 8).await, Err(Error::QueueFull { max_queued: 1, .. })));
        drop(busy);
        assert_eq!(waiting.await.unwrap().unwrap(), 7);
    }

    #[tokio::test]
    async fn admission_forgets_those_who_leave_the_queue() {
        let admission = admission(1, 1);
        let _busy = occupy(&admission).await;
        let gone = tokio::time::timeout(Duration::from_millis(20), admission.run(|| 7)).await;
        assert!(gone.is_err(), "there was no worker");
        assert_eq!(admission.load().queued, 0);
        assert!(admission.check().is_ok());
    }

    #[tokio::test]
    async fn admission_survives_a_panic() {
        let admission = admission(1, 0);
        let result: Result<(), _> = admission.run(|| panic!("on purpose")).await;
        assert!(matches!(result, Err(Error::Panicked { message }) if message == "on purpose"));
        assert_eq!(admission.run(|| 7).await.unwrap(), 7);
    }

    #[test]
    fn admission_bounds_bodies() {
        let admission = admission(1, 0);
        let mut first = admission.body();
        first.grow(60).unwrap();
        let mut second = admission.body();
        assert!(matches!(second.grow(41), Err(Error::BodiesFull { max_bytes: 100, .. })));
        second.grow(40).unwrap();
        drop(first);
        second.grow(60).unwrap();
        assert_eq!(admission.load().body_bytes, 100);
    }
}
