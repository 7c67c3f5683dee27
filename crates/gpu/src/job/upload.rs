//! The uploads of a job: pictures, tables, a few numbers.

use std::sync::Arc;

use palmette_core::{Error as CoreError, Layout, Rows, Size};

use super::{Job, TableIndex, encoder_of};
use crate::Error;
use crate::image::{Image, Picture, words_of};
use crate::pool::{Lease, Purpose};
use crate::staging::{Stage, Staging};

/// The most of a table that a kernel can see: a binding is at least that on every device. A table is never cut up; that of
/// an axis of 12,000 samples is a third of a megabyte.
pub(super) const MAX_TABLE_BYTES: u64 = 128 << 20;

impl Job<'_> {
    /// Copies a picture to the device while it comes: its rows go straight into the memory that the device reads.
    pub(crate) fn upload(&mut self, mut rows: Box<dyn Rows + '_>) -> Result<Picture, Error> {
        let (size, layout) = (rows.size(), rows.layout());
        let mut images = Vec::new();
        let mut planes: [Option<PlaneUpload>; Layout::MAX_PLANES] = [const { None }; Layout::MAX_PLANES];
        for (index, plane) in planes.iter_mut().enumerate().take(layout.planes()) {
            let words = words_of(layout, index, size);
            self.tiling().check(words)?;
            let bytes = 4 * words.area();
            // Not one that this job has written to: an upload without a stage runs ahead of all that is recorded.
            let lease = self.gpu.pool.take(Purpose::Storage, bytes)?;
            let staged = match stage(&mut self.stages, &self.gpu.staging, bytes) {
                None => None,
                Some(stage) => {
                    let (offset, view) = stage.reserve(bytes).map_err(|_| Error::OutOfMemory { bytes })?;
                    Some(Staged { buffer: stage.buffer().clone(), offset, view })
                }
            };
            images.push(Image { lease, size: words });
            *plane = Some(PlaneUpload { row_bytes: layout.row_bytes(index, size), words, written: 0, staged });
        }
        while let Some(band) = rows.next_band()? {
            self.deadline.check()?;
            for (index, (plane, rows)) in planes.iter_mut().zip(band.planes).enumerate() {
                if let (Some(plane), Some(image)) = (plane, images.get(index)) {
                    plane.write(&self.gpu.queue, image, rows).map_err(|missing| missing.of_plane(index))?;
                }
            }
        }
        drop(rows);
        for (index, (plane, image)) in planes.into_iter().flatten().zip(&images).enumerate() {
            plane.check_whole().map_err(|missing| missing.of_plane(index))?;
            let Some(Staged { buffer, offset, view }) = plane.staged else { continue };
            // A mapped buffer cannot be copied from.
            drop(view);
            let encoder = encoder_of(&mut self.encoder, &self.gpu.device);
            encoder.copy_buffer_to_buffer(&buffer, offset, image.lease.buffer(), 0, 4 * image.size.area());
            self.recorded += image.size.area();
        }
        Ok(Picture { size, layout, planes: images })
    }

    /// Makes room for a few numbers that a kernel changes.
    pub(crate) fn numbers(&mut self, words: &[u32]) -> Result<Lease, Error> {
        let lease = self.gpu.pool.take(Purpose::Storage, 4 * words.len() as u64)?;
        self.write(&lease, bytemuck::cast_slice(words))?;
        Ok(lease)
    }

    /// Copies numbers to the device that a kernel has to see all of: a table, or a layer of a net.
    pub(crate) fn layer(&mut self, words: &[u32]) -> Result<Lease, Error> {
        let (words_len, max_words) = (words.len() as u64, MAX_TABLE_BYTES / 4);
        if words_len > max_words {
            return Err(Error::TooLarge { words: words_len, max_words });
        }
        self.numbers(words)
    }

    /// Copies a table to the device; it stays there until the job ends.
    pub(crate) fn table(&mut self, words: &[u32]) -> Result<TableIndex, Error> {
        let lease = self.layer(words)?;
        self.tables.push(lease);
        Ok(TableIndex(self.tables.len() - 1))
    }

    /// Copies bytes to the beginning of a buffer that nothing recorded here uses yet.
    fn write(&mut self, to: &Lease, bytes: &[u8]) -> Result<(), Error> {
        let len = bytes.len() as u64;
        let Some(stage) = stage(&mut self.stages, &self.gpu.staging, len) else {
            // It goes with the next submission of any request, ahead of everything else in it.
            self.gpu.queue.write_buffer(to.buffer(), 0, bytes);
            return Ok(());
        };
        let (offset, mut view) = stage.reserve(len).map_err(|_| Error::OutOfMemory { bytes: len })?;
        view.copy_from_slice(bytes);
        drop(view);
        let encoder = encoder_of(&mut self.encoder, &self.gpu.device);
        encoder.copy_buffer_to_buffer(stage.buffer(), offset, to.buffer(), 0, len);
        self.recorded += len / 4;
        Ok(())
    }
}

/// Returns the last stage of a job, or a new one if that has no room; nothing if there is none left.
fn stage<'s>(stages: &'s mut Vec<Stage>, staging: &Arc<Staging>, bytes: u64) -> Option<&'s mut Stage> {
    if !stages.last().is_some_and(|stage| stage.has_room(bytes)) {
        stages.push(staging.take(bytes)?);
    }
    stages.last_mut()
}

/// Pixels or a plane on their way to the device.
struct PlaneUpload {
    /// The bytes of a row as it comes.
    row_bytes: usize,
    /// Words of a row on the device, and rows.
    words: Size,
    /// Rows that were written.
    written: usize,
    /// Where they are written; nothing if no stage was left.
    staged: Option<Staged>,
}

/// A part of a stage.
struct Staged {
    buffer: wgpu::Buffer,
    offset: u64,
    view: wgpu::BufferViewMut,
}

/// Rows that are not as many as the picture has.
struct Missing {
    expected: usize,
    actual: usize,
}

impl Missing {
    const fn of_plane(&self, plane: usize) -> Error {
        Error::Core(CoreError::RowsMissing { plane, expected: self.expected, actual: self.actual })
    }
}

impl PlaneUpload {
    /// Writes the next rows.
    fn write(&mut self, queue: &wgpu::Queue, image: &Image, rows: &[u8]) -> Result<(), Missing> {
        let (row_bytes, padded_bytes) = (self.row_bytes, 4 * self.words.width as usize);
        let (first, expected) = (self.written, self.words.height as usize);
        self.written += rows.len() / row_bytes;
        if self.written > expected {
            return Err(Missing { expected, actual: self.written });
        }
        let begin = first * padded_bytes;
        match &mut self.staged {
            Some(Staged { view, .. }) if row_bytes == padded_bytes => {
                view.slice(begin..begin + rows.len()).copy_from_slice(rows);
            }
            Some(Staged { view, .. }) => {
                for (row, begin) in rows.chunks_exact(row_bytes).zip((begin..).step_by(padded_bytes)) {
                    view.slice(begin..begin + row_bytes).copy_from_slice(row);
                    view.slice(begin + row_bytes..begin + padded_bytes).fill(0);
                }
            }
            // They go with the next submission of any request, ahead of everything else in it.
            None if row_bytes == padded_bytes => queue.write_buffer(image.lease.buffer(), begin as u64, rows),
            None => {
                for (row, begin) in rows.chunks_exact(row_bytes).zip((begin..).step_by(padded_bytes)) {
                    let mut padded = row.to_vec();
                    padded.resize(padded_bytes, 0);
                    queue.write_buffer(image.lease.buffer(), begin as u64, &padded);
                }
            }
        }
        Ok(())
    }

    /// Checks that all rows came.
    const fn check_whole(&self) -> Result<(), Missing> {
        let (expected, actual) = (self.words.height as usize, self.written);
        if actual == expected { Ok(()) } else { Err(Missing { expected, actual }) }
    }
}
