//! Which jobs are submitted together, and which fail together; on an adapter, unless `PALMETTE_GPU` says otherwise.

use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

use super::*;
use crate::device::Gpu;
use crate::{AdapterChoice, GpuOptions};

#[test]
fn submissions_are_limited_in_jobs_and_work() {
    let (all, half) = (State::MAX_WORK, State::MAX_WORK / 2);
    let count = |works: &[u64]| State::count(works.iter().copied());
    assert_eq!(count(&[10]), 1);
    assert_eq!(count(&[10, 20, 30]), 3);
    assert_eq!(count(&[0; State::MAX_ENTRIES + 1]), State::MAX_ENTRIES);
    assert_eq!(count(&[half, half, 1, 1]), 2);
    assert_eq!(count(&[1, all, 1]), 1);
    // One that is too large goes alone, and is not left behind.
    assert_eq!(count(&[2 * all, 1]), 1);
    assert_eq!(count(&[u64::MAX, u64::MAX]), 1);
}

fn open() -> Option<Gpu> {
    let wish = std::env::var("PALMETTE_GPU").unwrap_or_default();
    if wish == "off" {
        return None;
    }
    match Gpu::open(&GpuOptions { adapter: AdapterChoice::Any, ..GpuOptions::default() }) {
        Ok(gpu) => Some(gpu),
        Err(error) => {
            assert!(wish != "require", "PALMETTE_GPU=require, but {error}");
            eprintln!("skipped: no adapter ({error})");
            None
        }
    }
}

/// Records commands that use a buffer; if it is gone when they are submitted, that is an error.
fn commands(gpu: &Gpu, is_gone: bool) -> wgpu::CommandBuffer {
    let (usage, label) = (wgpu::BufferUsages::COPY_DST, None);
    let buffer =
        gpu.device.create_buffer(&wgpu::BufferDescriptor { label, size: 16, usage, mapped_at_creation: false });
    let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    encoder.clear_buffer(&buffer, 0, None);
    if is_gone {
        buffer.destroy();
    }
    encoder.finish()
}

/// Hands in commands from a thread each while a submission seems to be under way, so that all of them wait; returns what
/// became of each.
fn hand_in(gpu: &Gpu, all: &[bool]) -> Vec<Result<wgpu::SubmissionIndex, Error>> {
    let submitter = &gpu.submitter;
    submitter.lock().is_submitting = true;
    std::thread::scope(|scope| {
        let submit = |&is_gone| scope.spawn(move || submitter.submit(commands(gpu, is_gone), 1));
        let threads: Vec<ScopedJoinHandle<'_, _>> = all.iter().map(submit).collect();
        let start = Instant::now();
        let waiting = || submitter.lock().waiting.len();
        while waiting() < all.len() && start.elapsed() < Duration::from_secs(20) {
            std::thread::yield_now();
        }
        let waited = waiting();
        submitter.lock().is_submitting = false;
        submitter.over.notify_all();
        assert_eq!(waited, all.len(), "somebody did not wait");
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    })
}

#[test]
fn submissions_take_along_what_waits() {
    let Some(gpu) = open() else { return };
    let indices: Vec<String> = hand_in(&gpu, &[false; 3]).iter().map(|index| format!("{index:?}")).collect();
    assert!(indices.iter().all(|index| *index == indices[0] && index.starts_with("Ok")), "{indices:?}");
    let alone = format!("{:?}", gpu.submitter.submit(commands(&gpu, false), 1));
    assert!(alone.starts_with("Ok") && alone != indices[0], "{alone} after {indices:?}");
}

#[test]
fn submissions_that_fail_harm_nobody_else() {
    let Some(gpu) = open() else { return };
    for result in hand_in(&gpu, &[false, true, false]) {
        let Err(Error::Submission(error)) = result else { panic!("{result:?}") };
        assert!(matches!(*error, Error::Refused(_)), "{error:?}");
    }
    assert!(!gpu.is_lost(), "nothing is wrong with the device");
    assert!(hand_in(&gpu, &[false; 2]).iter().all(Result::is_ok));
}
