//! Where the time of a run goes: for benches, which need its parts apart. No request is timed like this.
//!
//! The three phases are told apart by waiting for the device between them, so a timed run takes longer than one that is not:
//! there, the device computes while the host goes on recording. Kernels are timed by the device itself, where it has a clock.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use palmette_core::Deadline;

use super::{Job, encoder_of};
use crate::Error;
use crate::device::Gpu;

/// Where the time of one run went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// From the first byte of the first source until all of them have arrived on the device.
    pub upload: Duration,
    /// What lies between: recording, tables, kernels, and what the host does with a measurement.
    pub run: Duration,
    /// From the end of the kernels until the result lies in the memory of the host; with what a measuring step reads.
    pub read_back: Duration,
    /// Every dispatch, in order. Empty if the device has no clock, or if there were more than [`Timings::MAX_KERNELS`].
    pub kernels: Vec<KernelTime>,
}

impl Timings {
    /// How many dispatches can be timed in one run.
    pub const MAX_KERNELS: u32 = wgpu::QUERY_SET_MAX_QUERIES / 2;
}

/// One dispatch of a kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KernelTime {
    /// The stem of its files: see `shaders/README.md`.
    pub name: &'static str,
    /// How long it took, on the clock of the device.
    pub time: Duration,
}

/// A part of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Sources go to the device.
    Upload,
    /// Kernels run.
    Run,
    /// Something comes back.
    ReadBack,
}

/// What a timed job knows so far.
#[derive(Debug)]
pub(super) struct Stopwatch {
    phase: Phase,
    since: Instant,
    timings: Timings,
    /// The device's clock, if it has one.
    queries: Option<wgpu::QuerySet>,
    /// The dispatches; each has two queries.
    kernels: Vec<&'static str>,
}

impl Stopwatch {
    fn start(gpu: &Gpu) -> Self {
        let has_clock = gpu.device.features().contains(wgpu::Features::TIMESTAMP_QUERY);
        let queries = has_clock.then(|| {
            gpu.device.create_query_set(&wgpu::QuerySetDescriptor {
                label: Some("timings"),
                ty: wgpu::QueryType::Timestamp,
                count: 2 * Timings::MAX_KERNELS,
            })
        });
        let (phase, since) = (Phase::Upload, Instant::now());
        Self { phase, since, timings: Timings::default(), queries, kernels: Vec::new() }
    }

    /// Adds the time since the last lap to its phase, and begins another one.
    fn lap(&mut self, phase: Phase) {
        let now = Instant::now();
        let booked = match self.phase {
            Phase::Upload => &mut self.timings.upload,
            Phase::Run => &mut self.timings.run,
            Phase::ReadBack => &mut self.timings.read_back,
        };
        *booked += now - self.since;
        (self.phase, self.since) = (phase, now);
    }

    /// Sees to it that a dispatch is timed, while there are queries left.
    pub(super) fn dispatch(&mut self, name: &'static str) -> Option<wgpu::ComputePassTimestampWrites<'_>> {
        let query_set = self.queries.as_ref()?;
        let index = u32::try_from(self.kernels.len()).ok()?;
        self.kernels.push(name);
        (index < Timings::MAX_KERNELS).then_some(wgpu::ComputePassTimestampWrites {
            query_set,
            beginning_of_pass_write_index: Some(2 * index),
            end_of_pass_write_index: Some(2 * index + 1),
        })
    }
}

impl<'a> Job<'a> {
    /// Begins a chain that is timed; its sources come first.
    pub(crate) fn timed(gpu: &'a Gpu, deadline: Deadline) -> Self {
        Self { stopwatch: Some(Stopwatch::start(gpu)), ..Self::new(gpu, deadline) }
    }

    /// Waits until everything so far is done, and begins another phase; does nothing in a job that is not timed.
    pub(crate) fn enter(&mut self, phase: Phase) -> Result<(), Error> {
        if self.stopwatch.is_some() {
            self.finish()?;
        }
        self.lap(phase);
        Ok(())
    }

    /// Begins another phase where everything is done already.
    pub(super) fn lap(&mut self, phase: Phase) {
        if let Some(stopwatch) = &mut self.stopwatch {
            stopwatch.lap(phase);
        }
    }

    /// Reads what the device's clock said, after everything else that the job does.
    pub(crate) fn timings(mut self) -> Result<Timings, Error> {
        let Some(Stopwatch { mut timings, queries, kernels, .. }) = self.stopwatch.take() else {
            return Ok(Timings::default());
        };
        let count = u32::try_from(kernels.len()).unwrap_or(u32::MAX);
        let Some(queries) = queries.filter(|_| (1..=Timings::MAX_KERNELS).contains(&count)) else {
            return Ok(timings);
        };
        let device = &self.gpu.device;
        let bytes = u64::from(2 * count * wgpu::QUERY_SIZE);
        // Only such a buffer takes the answers, and it cannot be read itself.
        let answers = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("timings"),
            size: bytes,
            usage: wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        });
        let readable = self.storage(bytes / 4)?;
        let encoder = encoder_of(&mut self.encoder, &self.gpu.device);
        encoder.resolve_query_set(&queries, 0..2 * count, &answers, 0);
        encoder.copy_buffer_to_buffer(&answers, 0, readable.buffer(), 0, bytes);
        let ticks: Vec<[u64; 2]> =
            self.read_back(&[(&readable, bytes)], |ticks| Ok(bytemuck::pod_collect_to_vec(ticks)))?;
        let tick_ns = f64::from(self.gpu.queue.get_timestamp_period());
        let time = |[begin, end]: &[u64; 2]| ticks_to_time(end.saturating_sub(*begin), tick_ns);
        let times = ticks.iter().map(time);
        timings.kernels = kernels.into_iter().zip(times).map(|(name, time)| KernelTime { name, time }).collect();
        Ok(timings)
    }

    /// Copies the beginning of one buffer of the device to another, as often as said, and returns how long one copy took.
    pub(crate) fn time_copies(&mut self, bytes: u64, copies: u32) -> Result<Duration, Error> {
        let (from, to) = (self.storage(bytes.div_ceil(4))?, self.storage(bytes.div_ceil(4))?);
        // Memory that was never written need not exist yet.
        let encoder = encoder_of(&mut self.encoder, &self.gpu.device);
        encoder.clear_buffer(from.buffer(), 0, None);
        encoder.clear_buffer(to.buffer(), 0, None);
        self.finish()?;
        let encoder = encoder_of(&mut self.encoder, &self.gpu.device);
        for _ in 0..copies {
            encoder.copy_buffer_to_buffer(from.buffer(), 0, to.buffer(), 0, bytes);
        }
        let start = Instant::now();
        self.finish()?;
        self.check_scopes()?;
        Ok(start.elapsed() / copies)
    }

    /// Submits what was recorded and waits until the device has done everything that it was ever told.
    fn finish(&mut self) -> Result<(), Error> {
        let submission = self.submit()?;
        let (sender, receiver) = channel();
        self.gpu.queue.on_submitted_work_done(move || {
            // If nobody receives any more, the job was given up.
            let _ = sender.send(());
        });
        self.gpu.poller.watch(submission);
        match receiver.recv_timeout(self.gpu.timeout) {
            Ok(()) => self.check(),
            Err(RecvTimeoutError::Disconnected) => Err(Error::Lost),
            Err(RecvTimeoutError::Timeout) => {
                self.check()?;
                self.gpu.give_up();
                Err(Error::TimedOut { timeout_ms: self.gpu.timeout.as_millis() })
            }
        }
    }
}

/// Turns ticks of the device's clock into time.
#[expect(clippy::cast_precision_loss, reason = "2^53 ticks are months")]
fn ticks_to_time(ticks: u64, tick_ns: f64) -> Duration {
    Duration::from_secs_f64(ticks as f64 * tick_ns / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timing_turns_ticks_into_time() {
        assert_eq!(ticks_to_time(0, 1.0), Duration::ZERO);
        assert_eq!(ticks_to_time(3_000, 32.0), Duration::from_micros(96));
    }
}
