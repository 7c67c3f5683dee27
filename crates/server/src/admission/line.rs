//! The line: requests that wait for a worker and for memory, both at once.
//!
//! The memory of a request is known before it is worked on, so it waits here, where it costs nothing, and never on the thread of
//! a worker. Who comes first is served first, with two exceptions:
//!
//! - One that does not fit into the memory that is free is overtaken by those that do, but not for ever: once it has waited for
//!   half of the time that anybody may wait, nobody takes memory before it.
//! - A *small* request that large ones keep from its turn is worked on beside them, one such at a time: by the express worker,
//!   with some memory of its own. It takes a share of a core from the others for a moment, and a thumbnail need not wait for
//!   seconds behind a poster.
//!
//! Work that nobody waits for takes what is [left over](Line::spare), and never stands in the line.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use palmette::core::IdleCores;
use tokio::sync::oneshot;

/// The most that a small request holds: the memory that 1.5 megapixels take to become a picture, some ten milliseconds of work.
const MAX_SMALL_BYTES: u64 = 32_000_000;

/// A small request is also no more than one part in so many of all memory: with little of it, less is small.
const SMALL_PARTS: u64 = 8;

/// Requests that the mean time of work reaches back over, more or less.
const MEAN_OVER: u32 = 8;

/// Requests that wait, and the resources they wait for.
#[derive(Debug)]
pub(super) struct Line {
    limits: LineLimits,
    /// Told of every worker that begins and ends.
    idle: IdleCores,
    state: Mutex<State>,
}

/// The resources that requests wait for.
#[derive(Clone, Copy, Debug)]
pub(super) struct LineLimits {
    pub(super) workers: usize,
    pub(super) max_bytes: u64,
    /// Requests that may wait.
    pub(super) max_queued: usize,
    /// Time that a request may wait.
    pub(super) max_wait: Duration,
}

impl LineLimits {
    /// Tells whether a request is small.
    fn is_small(&self, bytes: u64) -> bool {
        bytes <= MAX_SMALL_BYTES.min(self.max_bytes / SMALL_PARTS)
    }
}

#[derive(Debug)]
struct State {
    free_workers: usize,
    /// Workers that are busy with requests that are not small.
    large_working: usize,
    is_express_free: bool,
    /// Memory of the pictures that are worked on, and of answers that found no room elsewhere.
    held_bytes: u64,
    next_ticket: u64,
    waiting: VecDeque<Waiting>,
    /// How long a worker was busy with a request, on average.
    mean_work: Option<Duration>,
}

/// A request in the line.
#[derive(Debug)]
struct Waiting {
    ticket: u64,
    bytes: u64,
    since: Instant,
    call: oneshot::Sender<Turn>,
}

/// Who works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lane {
    /// One of the workers.
    Worker,
    /// The one for small requests.
    Express,
}

/// Why a request is not let into the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Too many wait already.
    Full,
    /// It would wait for too long.
    TooLong,
}

/// How full the line is.
#[derive(Clone, Copy, Debug)]
pub(super) struct LineLoad {
    pub(super) queued: usize,
    pub(super) working: usize,
    pub(super) held_bytes: u64,
}

impl Line {
    pub(super) fn new(limits: LineLimits, idle: IdleCores) -> Arc<Self> {
        let state = State {
            free_workers: limits.workers,
            large_working: 0,
            is_express_free: true,
            held_bytes: 0,
            next_ticket: 0,
            waiting: VecDeque::new(),
            mean_work: None,
        };
        Arc::new(Self { limits, idle, state: Mutex::new(state) })
    }

    pub(super) fn load(&self) -> LineLoad {
        let state = self.lock();
        let working = self.limits.workers - state.free_workers + usize::from(!state.is_express_free);
        LineLoad { queued: state.waiting.len(), working, held_bytes: state.held_bytes }
    }

    /// Tells whether even a small request would be refused right now.
    pub(super) fn is_full(&self) -> bool {
        let state = self.lock();
        let may_run = state.free_workers > 0 || (state.is_express_free && state.large_working > 0);
        state.waiting.len() >= self.limits.max_queued && !may_run
    }

    /// Estimates how long a request that comes now waits.
    pub(super) fn expected_wait(&self) -> Duration {
        self.lock().expected_wait(&self.limits)
    }

    /// Waits for a worker, and for `bytes` of memory. Dropping the future leaves the line.
    ///
    /// # Errors
    ///
    /// A [`Refusal`], at once or when the time is over.
    pub(super) async fn turn(self: &Arc<Self>, bytes: u64) -> Result<Turn, Refusal> {
        let (call, called) = oneshot::channel();
        let place = self.enter(bytes, call)?;
        match tokio::time::timeout(self.limits.max_wait, called).await {
            Ok(Ok(turn)) => Ok(turn),
            // The other end is dropped only with the place.
            Ok(Err(_)) | Err(_) => {
                drop(place);
                Err(Refusal::TooLong)
            }
        }
    }

    /// Tells whether somebody waits.
    pub(super) fn is_waited_in(&self) -> bool {
        !self.lock().waiting.is_empty()
    }

    /// Takes a worker and `bytes` of memory that nobody waits for; nothing if there is not so much at once.
    pub(super) fn spare(self: &Arc<Self>, bytes: u64) -> Option<Turn> {
        let mut state = self.lock();
        let fits = state.held_bytes.saturating_add(bytes) <= self.limits.max_bytes;
        if state.free_workers == 0 || !state.waiting.is_empty() || !fits {
            return None;
        }
        state.take_worker(self.limits.is_small(bytes));
        state.held_bytes += bytes;
        drop(state);
        Some(self.begin(bytes, Lane::Worker, Duration::ZERO, false))
    }

    /// Lines a request up, and lets everybody go whose turn it is.
    fn enter(self: &Arc<Self>, bytes: u64, call: oneshot::Sender<Turn>) -> Result<Place, Refusal> {
        let mut state = self.lock();
        let is_hopeless = !self.limits.is_small(bytes) && state.expected_wait(&self.limits) > self.limits.max_wait;
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.waiting.push_back(Waiting { ticket, bytes, since: Instant::now(), call });
        let turns = state.next(&self.limits, Instant::now());
        let waits = state.waiting.back().is_some_and(|last| last.ticket == ticket);
        let refusal = match () {
            () if waits && state.waiting.len() > self.limits.max_queued => Some(Refusal::Full),
            () if waits && is_hopeless => Some(Refusal::TooLong),
            () => None,
        };
        if refusal.is_some() {
            state.waiting.pop_back();
        }
        drop(state);
        self.call(turns);
        refusal.map_or_else(|| Ok(Place { line: Arc::clone(self), ticket }), Err)
    }

    /// Gives memory or a worker back, or takes some, and lets everybody go whose turn it then is.
    fn change(self: &Arc<Self>, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        change(&mut state);
        let turns = state.next(&self.limits, Instant::now());
        drop(state);
        self.call(turns);
    }

    fn call(self: &Arc<Self>, turns: Vec<(Waiting, Lane)>) {
        for (Waiting { bytes, since, call, .. }, lane) in turns {
            // One that has just left gives its turn back by dropping it.
            let _ = call.send(self.begin(bytes, lane, since.elapsed(), true));
        }
    }

    /// Begins the turn of a request for which a worker and memory were taken. Whether it `is_typical` says whether its time counts when others
    /// want to know how long they will wait.
    fn begin(self: &Arc<Self>, bytes: u64, lane: Lane, waited: Duration, is_typical: bool) -> Turn {
        self.idle.worker_begins();
        let is_small = self.limits.is_small(bytes);
        let worker = Worker { line: Arc::clone(self), lane, is_small, is_typical, since: Instant::now() };
        Turn { worker, memory: PixelMemory { line: Arc::clone(self), bytes }, waited }
    }

    /// Locks the state, which is whole even if a thread panicked while it held it.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes those out of the line whose turn it is.
    fn next(&mut self, limits: &LineLimits, now: Instant) -> Vec<(Waiting, Lane)> {
        let mut turns = Vec::new();
        let mut may_overtake = true;
        let mut at = 0;
        while at < self.waiting.len() && (self.free_workers > 0 || self.is_express_free) {
            let Waiting { bytes, since, .. } = self.waiting[at];
            let is_small = limits.is_small(bytes);
            let fits = self.held_bytes.saturating_add(bytes) <= limits.max_bytes;
            // With a free worker it is memory that keeps it waiting, and that is others' too.
            let is_held_up = self.free_workers > 0 || self.large_working > 0;
            let lane = if self.free_workers > 0 && fits && may_overtake {
                self.take_worker(is_small);
                Lane::Worker
            } else if is_small && self.is_express_free && is_held_up {
                self.is_express_free = false;
                Lane::Express
            } else {
                may_overtake &= fits || now.duration_since(since) < limits.max_wait / 2;
                at += 1;
                continue;
            };
            self.held_bytes += bytes;
            turns.extend(self.waiting.remove(at).map(|waiting| (waiting, lane)));
        }
        turns
    }

    /// Takes a worker, of which there is one.
    fn take_worker(&mut self, is_small: bool) {
        self.free_workers -= 1;
        self.large_working += usize::from(!is_small);
    }

    /// Estimates how long a request that comes now waits, if the ones before it take as long as the last ones did.
    fn expected_wait(&self, limits: &LineLimits) -> Duration {
        let (Some(mean), 0) = (self.mean_work, self.free_workers) else { return Duration::ZERO };
        let before = u32::try_from(self.waiting.len()).unwrap_or(u32::MAX);
        let workers = u32::try_from(limits.workers).unwrap_or(u32::MAX).max(1);
        // Those who are worked on are half done, on average.
        mean.saturating_mul(before) / workers + mean / 2
    }
}

/// A place in the line, which is left when this is dropped.
#[derive(Debug)]
struct Place {
    line: Arc<Line>,
    ticket: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        // Others may have waited only because this one was not to be overtaken.
        self.line.change(|state| state.waiting.retain(|waiting| waiting.ticket != self.ticket));
    }
}

/// A worker and memory, until this is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    worker: Worker,
    memory: PixelMemory,
    waited: Duration,
}

impl Turn {
    /// Gives the worker back, and keeps the memory.
    pub(super) fn end(self) -> PixelMemory {
        drop(self.worker);
        self.memory
    }

    /// Returns how long the request stood in the line.
    pub(crate) const fn waited(&self) -> Duration {
        self.waited
    }

    /// Returns the memory.
    pub(crate) const fn memory(&mut self) -> &mut PixelMemory {
        &mut self.memory
    }
}

/// A worker that is busy until this is dropped.
#[derive(Debug)]
struct Worker {
    line: Arc<Line>,
    lane: Lane,
    is_small: bool,
    /// Whether its time says how long others will take.
    is_typical: bool,
    since: Instant,
}

impl Drop for Worker {
    fn drop(&mut self) {
        let work = self.since.elapsed();
        self.line.idle.worker_ends();
        self.line.change(|state| match self.lane {
            Lane::Worker => {
                state.free_workers += 1;
                state.large_working -= usize::from(!self.is_small);
                if self.is_typical {
                    let mean = state.mean_work.unwrap_or(work);
                    state.mean_work = Some((mean * (MEAN_OVER - 1) + work) / MEAN_OVER);
                }
            }
            Lane::Express => state.is_express_free = true,
        });
    }
}

/// Memory that counts as pictures' until this is dropped.
#[derive(Debug)]
pub(crate) struct PixelMemory {
    line: Arc<Line>,
    bytes: u64,
}

impl PixelMemory {
    /// Counts no bytes yet.
    pub(super) const fn none(line: Arc<Line>) -> Self {
        Self { line, bytes: 0 }
    }

    /// Returns the bytes that are held.
    pub(crate) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Counts so many bytes from now on. More than the limit is possible: bytes that are held already have to be counted, and others wait.
    pub(crate) fn set(&mut self, bytes: u64) {
        let before = std::mem::replace(&mut self.bytes, bytes);
        if before == bytes {
            return;
        }
        self.line.change(|state| state.held_bytes = state.held_bytes - before + bytes);
    }
}

impl Drop for PixelMemory {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.line.change(|state| state.held_bytes -= self.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LARGE: u64 = 400;

    /// A line before two workers, with memory for 1,000 bytes, of which 125 are small.
    fn line(max_queued: usize) -> Arc<Line> {
        let max_wait = Duration::from_secs(4);
        Line::new(LineLimits { workers: 2, max_bytes: 1000, max_queued, max_wait }, IdleCores::new(2))
    }

    /// Lines a request up; the receiver gets its turn.
    fn enter(line: &Arc<Line>, bytes: u64) -> (Place, oneshot::Receiver<Turn>) {
        let (call, called) = oneshot::channel();
        (line.enter(bytes, call).unwrap(), called)
    }

    fn turn(request: &mut (Place, oneshot::Receiver<Turn>)) -> Option<Turn> {
        request.1.try_recv().ok()
    }

    /// Makes everybody who waits have waited for longer.
    fn pass_time(line: &Arc<Line>, time: Duration) {
        line.lock().waiting.iter_mut().for_each(|waiting| waiting.since -= time);
    }

    #[test]
    fn line_serves_in_order_of_arrival() {
        let line = line(9);
        let mut requests: Vec<_> = (0..4).map(|_| enter(&line, LARGE)).collect();
        let turns: Vec<_> = requests.iter_mut().map(turn).collect();
        assert_eq!(turns.iter().map(Option::is_some).collect::<Vec<_>>(), [true, true, false, false]);
        assert_eq!((line.load().working, line.load().queued, line.load().held_bytes), (2, 2, 800));
        drop(turns);
        assert!(turn(&mut requests[2]).is_some(), "and then there is room for the others");
    }

    #[test]
    fn line_lets_those_overtake_who_fit_but_not_for_ever() {
        let line = line(9);
        let _running = turn(&mut enter(&line, LARGE)).unwrap();
        let mut largest = enter(&line, 700);
        let second = turn(&mut enter(&line, 500)).expect("it fits into what is free");
        drop(second);
        pass_time(&line, Duration::from_secs(2));
        let mut third = enter(&line, 500);
        assert!(turn(&mut third).is_none(), "the largest one has waited for long enough");
        drop(_running);
        let largest = turn(&mut largest).expect("and now it fits");
        assert!(turn(&mut third).is_none());
        drop(largest);
        assert!(turn(&mut third).is_some());
    }

    #[test]
    fn line_has_a_worker_for_small_requests_that_large_ones_hold_up() {
        let line = line(9);
        let running = [turn(&mut enter(&line, LARGE)).unwrap(), turn(&mut enter(&line, LARGE)).unwrap()];
        let mut large = enter(&line, LARGE);
        let mut small = [enter(&line, 100), enter(&line, 100)];
        let first = turn(&mut small[0]).expect("the workers are busy with large requests");
        assert!(turn(&mut small[1]).is_none(), "one at a time");
        drop(first);
        let _second = turn(&mut small[1]).unwrap();
        assert!(turn(&mut large).is_none());
        drop(running);
        assert!(turn(&mut large).is_some());
    }

    #[test]
    fn line_tells_which_cores_are_idle() {
        let line = line(9);
        let idle = || line.idle.borrow(9).count();
        let (mut first, mut second) = (enter(&line, LARGE), enter(&line, LARGE));
        let turns = (turn(&mut first).unwrap(), turn(&mut second).unwrap());
        assert_eq!(idle(), 0);
        drop(turns.0.end());
        assert_eq!(idle(), 1);
        drop(turns.1);
        assert_eq!(idle(), 2);
        let (place, called) = enter(&line, LARGE);
        drop((called, place));
        assert_eq!(idle(), 2, "one that left has given its turn back");
    }

    #[test]
    fn line_has_no_more_workers_for_small_requests_alone() {
        let line = line(9);
        let _running = [turn(&mut enter(&line, 100)).unwrap(), turn(&mut enter(&line, 100)).unwrap()];
        assert!(turn(&mut enter(&line, 100)).is_none(), "it would only make all slower");
    }

    #[test]
    fn line_has_room_for_small_requests_where_others_hold_all_memory() {
        let line = line(9);
        let mut memory = turn(&mut enter(&line, LARGE)).unwrap().end();
        memory.set(1000);
        let mut large = enter(&line, LARGE);
        pass_time(&line, Duration::from_secs(3));
        assert!(turn(&mut enter(&line, 100)).is_some());
        assert!(turn(&mut large).is_none());
        drop(memory);
        assert!(turn(&mut large).is_some());
    }

    #[test]
    fn line_is_bounded() {
        let line = line(1);
        let _running = [turn(&mut enter(&line, 100)).unwrap(), turn(&mut enter(&line, 100)).unwrap()];
        let place = enter(&line, LARGE);
        assert!(line.is_full());
        assert_eq!(line.enter(1, oneshot::channel().0).unwrap_err(), Refusal::Full);
        drop(place);
        assert!(!line.is_full());
        assert!(line.enter(1, oneshot::channel().0).is_ok());
    }

    #[test]
    fn line_spares_only_what_nobody_waits_for() {
        let line = line(9);
        assert!(line.spare(1001).is_none(), "there is not so much memory");
        let spare = line.spare(600).unwrap();
        assert_eq!((line.load().working, line.load().held_bytes, line.idle.borrow(9).count()), (1, 600, 1));
        assert!(!line.is_waited_in());
        let mut waiting = enter(&line, 500);
        assert!(turn(&mut waiting).is_none() && line.is_waited_in());
        assert!(line.spare(100).is_none(), "somebody waits for memory");
        drop(spare);
        let running = [turn(&mut waiting).unwrap(), turn(&mut enter(&line, 100)).unwrap()];
        assert!(line.spare(100).is_none(), "there is no worker");
        assert_eq!(line.lock().mean_work, None, "what was more than asked for tells nobody how long to wait");
        drop(running);
        assert!(line.spare(100).is_some());
    }

    #[test]
    fn line_refuses_what_would_wait_for_too_long() {
        let line = line(9);
        line.lock().mean_work = Some(Duration::from_secs(3));
        assert_eq!(line.expected_wait(), Duration::ZERO, "there are free workers");
        let _running = [turn(&mut enter(&line, LARGE)).unwrap(), turn(&mut enter(&line, LARGE)).unwrap()];
        assert_eq!(line.expected_wait(), Duration::from_millis(1500));
        let _waiting = [enter(&line, LARGE), enter(&line, LARGE)];
        assert_eq!(line.expected_wait(), Duration::from_millis(4500));
        assert_eq!(line.enter(LARGE, oneshot::channel().0).unwrap_err(), Refusal::TooLong);
        assert!(line.enter(1, oneshot::channel().0).is_ok(), "but a small one would not");
    }

    #[tokio::test(start_paused = true)]
    async fn line_is_left_when_the_time_is_over() {
        let line = line(9);
        let _running = [line.turn(LARGE).await.unwrap(), line.turn(LARGE).await.unwrap()];
        let start = tokio::time::Instant::now();
        assert_eq!(line.turn(LARGE).await.unwrap_err(), Refusal::TooLong);
        assert_eq!(start.elapsed(), Duration::from_secs(4));
        assert_eq!(line.load().queued, 0);
    }
}
