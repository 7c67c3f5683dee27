//! The one thread that waits for the device, so that no request waits for another's read-back.
//!
//! Callbacks of the device run inside a poll, and a poll of a lost device panics: both happen on this thread only.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Waits for submissions, each in its turn.
#[derive(Debug)]
pub(crate) struct Poller {
    /// Absent only while it is dropped.
    submissions: Option<Sender<wgpu::SubmissionIndex>>,
    thread: Option<JoinHandle<()>>,
    lost: Arc<AtomicBool>,
}

impl Poller {
    /// Starts the thread; it ends before the poller does, or when the device is lost.
    pub(crate) fn start(device: wgpu::Device, lost: Arc<AtomicBool>) -> Self {
        let (submissions, receiver) = channel();
        let name = "palmette-gpu-poll".to_owned();
        let started = std::thread::Builder::new().name(name).spawn({
            let lost = Arc::clone(&lost);
            move || poll(&device, &receiver, &lost)
        });
        let thread = match started {
            Ok(thread) => Some(thread),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "no thread can be started to wait for the device");
                lost.store(true, Ordering::Release);
                None
            }
        };
        Self { submissions: Some(submissions), thread, lost }
    }

    /// Sees to it that the callbacks of a submission run once it is done.
    pub(crate) fn watch(&self, submission: wgpu::SubmissionIndex) {
        if let Some(submissions) = &self.submissions {
            // If nobody listens the device is lost, and the code that waits for the callback sees that.
            let _ = submissions.send(submission);
        }
    }
}

impl Drop for Poller {
    /// Waits for the thread. It holds the device, and a driver must not be closing that while the process ends.
    fn drop(&mut self) {
        self.submissions = None;
        self.lost.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            // It catches its panics.
            let _ = thread.join();
        }
    }
}

/// Waits for one submission after the other.
fn poll(device: &wgpu::Device, submissions: &Receiver<wgpu::SubmissionIndex>, lost: &AtomicBool) {
    /// How long a wait lasts before it looks whether the device was given up.
    const TIMEOUT: Duration = Duration::from_millis(250);
    /// How often a poll may panic without the device being lost. One that times out while another thread submits, and finds nothing left to wait for, does
    /// (wgpu-core 30, `Device::maintain`): the device is none the worse for that.
    const MAX_PANICS: u32 = 3;
    while let Ok(submission) = submissions.recv() {
        let mut panics = 0;
        loop {
            let wait = wgpu::PollType::Wait { submission_index: Some(submission.clone()), timeout: Some(TIMEOUT) };
            match catch_unwind(AssertUnwindSafe(|| device.poll(wait))) {
                Ok(Err(wgpu::PollError::Timeout)) if !lost.load(Ordering::Acquire) => {}
                Ok(Err(wgpu::PollError::Timeout)) => return,
                Ok(_) => break,
                // The callback of a lost device comes before the panic.
                Err(_) if !lost.load(Ordering::Acquire) && panics < MAX_PANICS => panics += 1,
                Err(_) => {
                    lost.store(true, Ordering::Release);
                    return;
                }
            }
        }
    }
}
