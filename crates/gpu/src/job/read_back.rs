//! What comes back from the device: each job waits for its own, and the one thread that polls wakes it.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use palmette_core::{Pixmap, alloc};

use super::{Job, Phase, encoder_of};
use crate::Error;
use crate::image::Image;
use crate::pool::{Lease, Purpose};

impl Job<'_> {
    /// Copies bytes from the beginning of a buffer back to the host, after everything that was recorded.
    pub(crate) fn read_back(&mut self, lease: &Lease, len: usize) -> Result<Vec<u8>, Error> {
        self.enter(Phase::ReadBack)?;
        let bytes = len as u64;
        let read_back = self.gpu.pool.take(Purpose::ReadBack, bytes)?;
        let encoder = encoder_of(&mut self.encoder, &self.gpu.device);
        encoder.copy_buffer_to_buffer(lease.buffer(), 0, read_back.buffer(), 0, bytes);
        let result = self.submit().and_then(|submission| self.map(&read_back, len, submission));
        match &result {
            Ok(_) => drop(read_back),
            // It may still be waiting to be mapped.
            Err(_) => read_back.discard(),
        }
        // An error that a scope caught is the reason for any other one.
        self.check_scopes()?;
        self.lap(Phase::Run);
        result
    }

    /// Copies a picture back to the host.
    pub(crate) fn download(&mut self, image: &Image) -> Result<Pixmap, Error> {
        let len = Pixmap::PIXEL_BYTES * image.size.width as usize * image.size.height as usize;
        let data = self.read_back(&image.lease, len)?;
        Ok(Pixmap::from_vec(image.size, data)?)
    }

    /// Waits until a buffer can be read, and reads it.
    fn map(&self, read_back: &Lease, len: usize, submission: wgpu::SubmissionIndex) -> Result<Vec<u8>, Error> {
        let slice = read_back.buffer().slice(..len as u64);
        let (sender, receiver) = channel();
        // If nobody receives any more, the job was given up.
        slice.map_async(wgpu::MapMode::Read, move |result| drop(sender.send(result)));
        // Only now: a mapping is looked at when the device is polled, and not before.
        self.gpu.poller.watch(submission);
        let start = Instant::now();
        loop {
            self.check()?;
            match receiver.recv_timeout(Self::PATIENCE) {
                Ok(Ok(())) => break,
                Ok(Err(_)) => return Err(Error::ReadBack),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected)
                    if start.elapsed() >= self.gpu.timeout =>
                {
                    // What it still does with our buffers nobody knows.
                    self.gpu.give_up();
                    return Err(Error::TimedOut { timeout_ms: self.gpu.timeout.as_millis() });
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(Error::ReadBack),
            }
        }
        let view = slice.get_mapped_range().map_err(|_| Error::ReadBack)?;
        let mut data = alloc::try_with_capacity(len)?;
        data.extend_from_slice(&view);
        drop(view);
        read_back.buffer().unmap();
        Ok(data)
    }

    /// How long a wait lasts before it looks whether the device was lost: callbacks of a lost device are never called.
    const PATIENCE: Duration = Duration::from_millis(20);
}
