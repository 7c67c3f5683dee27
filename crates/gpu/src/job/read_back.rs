//! What comes back from the device: each job waits for its own, and the one thread that polls wakes it.

use std::sync::mpsc::channel;

use palmette_core::{Layout, Picture as CorePicture, alloc};

use super::{Job, Phase, encoder_of};
use crate::Error;
use crate::image::{Image, Picture};
use crate::pool::{Lease, Purpose};

impl Job<'_> {
    /// Copies the beginnings of some buffers, each of so many bytes, a multiple of four, back to the host after everything that
    /// was recorded; has them read where they lie, one behind the other.
    pub(crate) fn read_back<T>(
        &mut self,
        sources: &[(&Lease, u64)],
        read: impl FnOnce(&[u8]) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.enter(Phase::ReadBack)?;
        let bytes = sources.iter().map(|(_, bytes)| bytes).sum();
        let read_back = self.gpu.pool.take(Purpose::ReadBack, bytes)?;
        let encoder = encoder_of(&mut self.encoder, &self.gpu.device);
        let mut offset = 0;
        for (lease, bytes) in sources {
            encoder.copy_buffer_to_buffer(lease.buffer(), 0, read_back.buffer(), offset, *bytes);
            offset += bytes;
        }
        let result = self.submit().and_then(|submission| self.map(&read_back, bytes, submission, read));
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
    pub(crate) fn download(&mut self, picture: &Picture) -> Result<CorePicture, Error> {
        let Picture { size, layout, planes } = picture;
        let bytes_of = |image: &Image| 4 * image.size.area();
        let sources: Vec<(&Lease, u64)> = planes.iter().map(|image| (&image.lease, bytes_of(image))).collect();
        let planes = self.read_back(&sources, |mut bytes| {
            let mut made: [Vec<u8>; Layout::MAX_PLANES] = Default::default();
            for (index, (made, image)) in made.iter_mut().zip(planes).enumerate() {
                let (row_bytes, padded_bytes) = (layout.row_bytes(index, *size), 4 * image.size.width as usize);
                let rows = image.size.height as usize;
                let (plane, behind) = bytes.split_at(padded_bytes * rows);
                bytes = behind;
                *made = alloc::try_with_capacity(row_bytes * rows)?;
                match row_bytes == padded_bytes {
                    true => made.extend_from_slice(plane),
                    false => plane.chunks_exact(padded_bytes).for_each(|row| made.extend_from_slice(&row[..row_bytes])),
                }
            }
            Ok(made)
        })?;
        Ok(CorePicture::from_planes(*size, *layout, planes)?)
    }

    /// Waits until a buffer can be read, and has it read.
    fn map<T>(
        &self,
        read_back: &Lease,
        bytes: u64,
        submission: wgpu::SubmissionIndex,
        read: impl FnOnce(&[u8]) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let slice = read_back.buffer().slice(..bytes);
        let (sender, receiver) = channel();
        // If nobody receives any more, the job was given up.
        slice.map_async(wgpu::MapMode::Read, move |result| drop(sender.send(result)));
        // Only now: a mapping is looked at when the device is polled, and not before.
        self.gpu.poller.watch(submission);
        self.wait(&receiver)?.map_err(|_| Error::ReadBack)?;
        let view = slice.get_mapped_range().map_err(|_| Error::ReadBack)?;
        let result = read(&view);
        drop(view);
        read_back.buffer().unmap();
        result
    }
}
