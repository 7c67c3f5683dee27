//! Who gets in: bounds on the bodies that wait in memory, on the pictures that are worked on, and on the answers that wait
//! for their readers; and a bounded line before a bounded set of workers.
//!
//! A request goes through it in this order. Its body is counted while it arrives ([`Admission::body`]), and so are files that are fetched
//! for it ([`Admission::room`]). Its headers are looked
//! at ([`Admission::glance`]), which tells how much memory it will hold. It waits in the [`mod@line`] for a worker and for that much memory
//! ([`Admission::turn`]). It is worked on ([`Admission::work`]), and its answer is counted until it
//! is sent ([`Answered`]), apart from pictures: a slow reader takes no memory from those who want to compute.
//!
//! There are as many workers as cores, because the work is computing; one more would only make all slower. A request that
//! finds the line full, or would stand in it for too long, is refused at once, and the client is told when to come back: an
//! unbounded wait would only move the refusal to its own time limit.

mod budget;
mod line;

use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use palmette::core::IdleCores;
use palmette_origin::{Error as FetchError, Room};
use tokio::sync::Semaphore;

use self::budget::{Budget, Held};
use self::line::{Line, LineLimits, Refusal};
use crate::Error;
use crate::config::{AdmissionConfig, Budgets};

use self::line::PixelMemory;
pub(crate) use self::line::Turn;

/// The shortest time that a client is told to wait for, and the longest: nobody can foretell a longer time.
const RETRY_AFTER: std::ops::RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(60);

/// The bounds of all requests together.
#[derive(Debug)]
pub(crate) struct Admission {
    line: Arc<Line>,
    /// The cores that long work may use, as the line tells.
    idle: IdleCores,
    /// One permit for each request whose headers are looked at.
    glances: Arc<Semaphore>,
    bodies: Arc<Budget>,
    answers: Arc<Budget>,
    max_queued: usize,
    max_queue_wait: Duration,
    max_pixel_bytes: u64,
}

/// How full it is right now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) queued: usize,
    pub(crate) working: usize,
    pub(crate) body_bytes: u64,
    pub(crate) pixel_bytes: u64,
    pub(crate) answer_bytes: u64,
}

impl Admission {
    pub(crate) fn new(config: &AdmissionConfig, budgets: &Budgets) -> Self {
        let workers = config.workers.count().get();
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let idle = IdleCores::new(workers.min(cores));
        let line = LineLimits {
            workers,
            max_bytes: budgets.pixel_bytes,
            max_queued: config.max_queued,
            max_wait: config.max_queue_wait,
        };
        Self {
            line: Line::new(line, idle.clone()),
            idle,
            glances: Arc::new(Semaphore::new(workers)),
            bodies: Budget::new(budgets.body_bytes),
            answers: Budget::new(budgets.answer_bytes),
            max_queued: config.max_queued,
            max_queue_wait: config.max_queue_wait,
            max_pixel_bytes: budgets.pixel_bytes,
        }
    }

    /// Returns the cores that are idle while fewer requests are worked on than there are workers.
    pub(crate) const fn idle_cores(&self) -> &IdleCores {
        &self.idle
    }

    /// Tells whether a request would be refused right now, before its body is read for nothing.
    ///
    /// # Errors
    ///
    /// [`Error::QueueFull`].
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.line.is_full() { Err(self.refuse(Refusal::Full)) } else { Ok(()) }
    }

    /// Starts to count the bytes of a body.
    pub(crate) fn body(&self) -> HeldBody {
        HeldBody {
            held: Held::new(Arc::clone(&self.bodies)),
            max_bytes: self.bodies.max_bytes(),
            line: Arc::clone(&self.line),
        }
    }

    /// Returns where files that are being fetched count, as bodies do that arrive.
    pub(crate) fn room(&self) -> Arc<dyn Room> {
        Arc::<Budget>::clone(&self.bodies)
    }

    /// Says that there is too much to do, if that is why a file was not fetched.
    pub(crate) fn busy(&self, error: &FetchError) -> Option<Error> {
        let retry_after = self.retry_after();
        match *error {
            FetchError::Full { max_bytes } => Some(Error::FetchesFull { max_bytes, retry_after }),
            FetchError::NoRoom => Some(Error::BodiesFull { max_bytes: self.bodies.max_bytes(), retry_after }),
            _ => None,
        }
    }

    /// Does work that takes almost no time and memory, off the async threads.
    ///
    /// # Errors
    ///
    /// [`Error::WaitedTooLong`] if there is too much even of that; [`Error::Panicked`] if it panicked.
    pub(crate) async fn glance<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let permit = tokio::time::timeout(self.max_queue_wait, Arc::clone(&self.glances).acquire_owned()).await;
        let Ok(Ok(permit)) = permit else { return Err(self.refuse(Refusal::TooLong)) };
        off_the_async_threads(move || {
            let _held = permit;
            work()
        })
        .await
    }

    /// Waits for a worker and for memory. Dropping the future leaves the line.
    ///
    /// # Errors
    ///
    /// [`Error::Pipeline`] if there is never so much memory; [`Error::QueueFull`] at once if too many wait already;
    /// [`Error::WaitedTooLong`], at once if that can be told.
    pub(crate) async fn turn(&self, bytes: u64) -> Result<Turn, Error> {
        if bytes > self.max_pixel_bytes {
            return Err(palmette::Error::TooMuchMemory { needed_bytes: bytes, max_bytes: self.max_pixel_bytes }.into());
        }
        self.line.turn(bytes).await.map_err(|refusal| self.refuse(refusal))
    }

    /// Takes a worker and memory that nobody waits for, if there is so much; for work that is more than was asked for.
    pub(crate) fn spare(&self, bytes: u64) -> Option<Turn> {
        self.line.spare(bytes)
    }

    /// Tells whether a request waits for a worker or for memory.
    pub(crate) fn is_waited_for(&self) -> bool {
        self.line.is_waited_in()
    }

    /// Works on a request whose turn it is. Work that has begun is finished, even if the future is dropped.
    ///
    /// # Errors
    ///
    /// [`Error::Panicked`] if the work panicked.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        mut turn: Turn,
        work: impl FnOnce(&mut WorkMemory<'_>) -> T + Send + 'static,
    ) -> Result<(T, Answered), Error> {
        let answers = AnswerMemory { line: Arc::clone(&self.line), answers: Arc::clone(&self.answers) };
        off_the_async_threads(move || {
            let outcome = work(&mut WorkMemory { pixels: turn.memory(), answers: &answers });
            (outcome, Answered { pixels: turn.end(), answers })
        })
        .await
    }

    /// Counts the bytes of an answer that no work was done for.
    pub(crate) fn loan(&self, bytes: usize) -> Loan {
        AnswerMemory { line: Arc::clone(&self.line), answers: Arc::clone(&self.answers) }.loan(bytes)
    }

    /// Counts an answer that no work was done for, until it is sent. Unlike a result it may be refused: nothing is lost.
    ///
    /// # Errors
    ///
    /// [`Error::AnswersFull`] if that is more than all answers together may hold.
    pub(crate) fn answer(&self, bytes: Bytes) -> Result<Bytes, Error> {
        let mut held = Held::new(Arc::clone(&self.answers));
        if held.set(bytes.len() as u64) {
            return Ok(Bytes::from_owner(Counted { bytes, _held: held }));
        }
        Err(Error::AnswersFull { max_bytes: self.answers.max_bytes(), retry_after: self.retry_after() })
    }

    /// Estimates when a client that is refused now should come back.
    pub(crate) fn retry_after(&self) -> Duration {
        retry_after(&self.line)
    }

    /// Returns how full it is.
    pub(crate) fn load(&self) -> Load {
        let line = self.line.load();
        Load {
            queued: line.queued,
            working: line.working,
            body_bytes: self.bodies.held_bytes(),
            pixel_bytes: line.held_bytes,
            answer_bytes: self.answers.held_bytes(),
        }
    }

    fn refuse(&self, refusal: Refusal) -> Error {
        let retry_after = self.retry_after();
        match refusal {
            Refusal::Full => Error::QueueFull { max_queued: self.max_queued, retry_after },
            Refusal::TooLong => Error::WaitedTooLong { max_wait: self.max_queue_wait, retry_after },
        }
    }
}

/// Returns the time that the line takes, in whole seconds.
fn retry_after(line: &Line) -> Duration {
    let seconds = line.expected_wait().as_millis().div_ceil(1000);
    Duration::from_secs(u64::try_from(seconds).unwrap_or(u64::MAX)).clamp(*RETRY_AFTER.start(), *RETRY_AFTER.end())
}

/// Runs work in the span of its request.
async fn off_the_async_threads<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let span = tracing::Span::current();
    let task = tokio::task::spawn_blocking(move || span.in_scope(work));
    task.await.map_err(|error| match error.try_into_panic() {
        Ok(payload) => Error::Panicked { message: panic_message(&*payload) },
        // Blocking tasks are not cancelled but at the end of the runtime, when nobody waits here any more.
        Err(error) => resume_unwind(Box::new(error.to_string())),
    })
}

/// Returns the message of a panic.
pub(crate) fn panic_message(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("not a text").to_owned()
}

/// The bytes of one body, counted until this is dropped.
#[derive(Debug)]
pub(crate) struct HeldBody {
    held: Held,
    max_bytes: u64,
    line: Arc<Line>,
}

impl HeldBody {
    /// Counts so many bytes from now on; to be called before they are kept.
    ///
    /// # Errors
    ///
    /// [`Error::BodiesFull`] if that is more than all bodies together may hold.
    pub(crate) fn set(&mut self, bytes: u64) -> Result<(), Error> {
        if self.held.set(bytes) {
            return Ok(());
        }
        Err(Error::BodiesFull { max_bytes: self.max_bytes, retry_after: retry_after(&self.line) })
    }

    /// Counts so many bytes more.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set).
    pub(crate) fn add(&mut self, bytes: u64) -> Result<(), Error> {
        self.set(self.held.bytes().saturating_add(bytes))
    }
}

/// The memory of a request that is worked on.
#[derive(Debug)]
pub(crate) struct WorkMemory<'a> {
    pixels: &'a mut PixelMemory,
    answers: &'a AnswerMemory,
}

impl WorkMemory<'_> {
    /// Returns the bytes that are held.
    pub(crate) const fn bytes(&self) -> u64 {
        self.pixels.bytes()
    }

    /// Counts so many bytes from now on, as [`PixelMemory::set`] does.
    pub(crate) fn set(&mut self, bytes: u64) {
        self.pixels.set(bytes);
    }

    /// Returns where answers are counted that leave before the work is over.
    pub(crate) fn answers(&self) -> AnswerMemory {
        self.answers.clone()
    }
}

/// Where the bytes of answers are counted.
#[derive(Clone, Debug)]
pub(crate) struct AnswerMemory {
    line: Arc<Line>,
    answers: Arc<Budget>,
}

impl AnswerMemory {
    /// Counts so many bytes of an answer.
    pub(crate) fn loan(&self, bytes: usize) -> Loan {
        let mut held = Held::new(Arc::clone(&self.answers));
        let mut pixels = PixelMemory::none(Arc::clone(&self.line));
        if !held.set(bytes as u64) {
            pixels.set(bytes as u64);
        }
        Loan { _held: held, _pixels: pixels }
    }
}

/// The memory that a request held at work, until its answer has its own.
#[derive(Debug)]
pub(crate) struct Answered {
    pixels: PixelMemory,
    answers: AnswerMemory,
}

impl Answered {
    /// Counts so many bytes for an answer from now on, and nothing else of what the request held.
    pub(crate) fn loan(self, bytes: usize) -> Loan {
        let loan = self.answers.loan(bytes);
        drop(self.pixels);
        loan
    }
}

/// The bytes of an answer, counted until this is dropped: as an answer's if there is room for that, else as a picture's.
#[derive(Debug)]
pub(crate) struct Loan {
    _held: Held,
    _pixels: PixelMemory,
}

/// The bytes of an answer that is counted.
struct Counted {
    bytes: Bytes,
    _held: Held,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::Config;
    use crate::config::{MaxBytes, Memory, Workers};

    fn admission(workers: usize, max_queued: usize) -> Arc<Admission> {
        let admission = AdmissionConfig {
            workers: Workers::Exactly(NonZeroUsize::new(workers).unwrap()),
            max_queued,
            max_body_bytes: MaxBytes::Exactly(100),
            max_pixel_bytes: MaxBytes::Exactly(1000),
            max_answer_bytes: MaxBytes::Exactly(100),
            ..AdmissionConfig::default()
        };
        let config = Config { admission, ..Config::default() };
        Arc::new(Admission::new(&config.admission, &Budgets::of(&config, Memory::find())))
    }

    async fn run<T: Send + 'static>(
        admission: &Admission,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let turn = admission.turn(1).await?;
        admission.work(turn, |_| work()).await.map(|(outcome, _)| outcome)
    }

    /// Occupies a worker until the sender is dropped.
    async fn occupy(admission: &Arc<Admission>) -> mpsc::Sender<()> {
        let (sender, receiver) = mpsc::channel::<()>();
        let working = admission.load().working;
        let admission_in_task = Arc::clone(admission);
        tokio::spawn(async move { run(&admission_in_task, move || receiver.recv()).await.map(drop) });
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
            async move { run(&admission, || 7).await }
        });
        while admission.load().queued == 0 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(admission.check(), Err(Error::QueueFull { max_queued: 1, .. })));
        assert!(matches!(run(&admission, || 8).await, Err(Error::QueueFull { max_queued: 1, .. })));
        drop(busy);
        assert_eq!(waiting.await.unwrap().unwrap(), 7);
    }

    #[tokio::test]
    async fn admission_forgets_those_who_leave_the_queue() {
        let admission = admission(1, 1);
        let _busy = occupy(&admission).await;
        let gone = tokio::time::timeout(Duration::from_millis(20), run(&admission, || 7)).await;
        assert!(gone.is_err(), "there was no worker");
        assert_eq!(admission.load().queued, 0);
        assert!(admission.check().is_ok());
    }

    #[tokio::test]
    async fn admission_survives_a_panic() {
        let admission = admission(1, 0);
        let result: Result<(), _> = run(&admission, || panic!("on purpose")).await;
        assert!(matches!(result, Err(Error::Panicked { message }) if message == "on purpose"));
        assert_eq!((run(&admission, || 7).await.unwrap(), admission.load().pixel_bytes), (7, 0));
    }

    #[tokio::test]
    async fn admission_refuses_what_never_fits() {
        let refused = admission(1, 9).turn(1001).await.unwrap_err();
        assert!(matches!(refused, Error::Pipeline(palmette::Error::TooMuchMemory { max_bytes: 1000, .. })));
    }

    #[test]
    fn admission_bounds_bodies() {
        let admission = admission(1, 0);
        let mut first = admission.body();
        first.set(60).unwrap();
        let mut second = admission.body();
        assert!(matches!(second.set(41), Err(Error::BodiesFull { max_bytes: 100, .. })));
        drop(first);
        second.set(90).unwrap();
        second.add(10).unwrap();
        assert!(second.add(1).is_err());
        assert_eq!(admission.load().body_bytes, 100);
    }

    #[test]
    fn admission_bounds_answers_that_can_wait() {
        let admission = admission(1, 0);
        let first = admission.answer(vec![7; 60].into()).unwrap();
        assert_eq!((&first[..], admission.load().answer_bytes), (&[7; 60][..], 60));
        let second = admission.answer(vec![7; 41].into());
        assert!(matches!(second, Err(Error::AnswersFull { max_bytes: 100, .. })));
        drop(first);
        assert!(admission.answer(vec![7; 100].into()).is_ok());
        assert_eq!(admission.load().answer_bytes, 0);
    }

    #[tokio::test]
    async fn admission_counts_answers_apart_from_pictures() {
        let admission = admission(1, 0);
        let answer = async |bytes| {
            let turn = admission.turn(500).await.unwrap();
            let ((), answered) = admission.work(turn, |_| ()).await.unwrap();
            answered.loan(bytes)
        };
        let held = || (admission.load().answer_bytes, admission.load().pixel_bytes);
        let first = answer(80).await;
        assert_eq!(held(), (80, 0), "nothing of the picture is held any more");
        let second = answer(30).await;
        assert_eq!(held(), (80, 30), "what finds no room with the answers");
        let kept = admission.loan(25);
        assert_eq!(held(), (80, 55), "nor does one that took no work");
        drop(first);
        assert_eq!(held(), (0, 55));
        drop((second, kept));
        assert_eq!(held(), (0, 0));
        let _kept = admission.loan(25);
        assert_eq!(held(), (25, 0));
    }

    #[tokio::test]
    async fn admission_counts_what_grows() {
        let admission = admission(1, 0);
        let turn = admission.turn(500).await.unwrap();
        let work = |memory: &mut WorkMemory<'_>| memory.set(memory.bytes() + 900);
        let ((), answered) = admission.work(turn, work).await.unwrap();
        assert_eq!(admission.load().pixel_bytes, 1400);
        drop(answered);
        assert_eq!(admission.load().pixel_bytes, 0);
    }

    #[tokio::test]
    async fn admission_tells_an_honest_time() {
        let admission = admission(1, 9);
        assert_eq!(admission.retry_after(), Duration::from_secs(1));
        run(&admission, || std::thread::sleep(Duration::from_millis(1100))).await.unwrap();
        let _busy = occupy(&admission).await;
        let mut waiting = Vec::new();
        for _ in 0..3 {
            let admission = Arc::clone(&admission);
            waiting.push(tokio::spawn(async move { admission.turn(1).await.map(drop) }));
        }
        while admission.load().queued < 3 {
            tokio::task::yield_now().await;
        }
        assert_eq!(admission.retry_after(), Duration::from_secs(4), "1.1 s for each of three, and half of that");
    }
}
