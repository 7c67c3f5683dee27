//! What a job brings to the device: pictures, tables, a few numbers.

use std::sync::Arc;

use palmette_core::Pixmap;

use super::{Job, TableIndex, encoder_of};
use crate::Error;
use crate::image::Image;
use crate::pool::{Lease, Purpose};
use crate::staging::{Stage, Staging};

/// The most of a table that a kernel can see: a binding is at least that on every device. A table is never cut up; that of
/// an axis of 12,000 samples is a third of a megabyte.
pub(super) const MAX_TABLE_BYTES: u64 = 128 << 20;

impl Job<'_> {
    /// Copies a picture to the device.
    pub(crate) fn upload(&mut self, pixmap: &Pixmap) -> Result<Image, Error> {
        self.tiling().check(pixmap.size())?;
        let lease = self.gpu.pool.take(Purpose::Storage, pixmap.data().len() as u64)?;
        self.write(&lease, pixmap.data())?;
        Ok(Image { lease, size: pixmap.size() })
    }

    /// Makes room for a few numbers that a kernel changes.
    pub(crate) fn numbers(&mut self, words: &[u32]) -> Result<Lease, Error> {
        let lease = self.gpu.pool.take(Purpose::Storage, 4 * words.len() as u64)?;
        self.write(&lease, bytemuck::cast_slice(words))?;
        Ok(lease)
    }

    /// Copies a table to the device; it stays there until the job ends.
    pub(crate) fn table(&mut self, words: &[u32]) -> Result<TableIndex, Error> {
        let (words_len, max_words) = (words.len() as u64, MAX_TABLE_BYTES / 4);
        if words_len > max_words {
            return Err(Error::TooLarge { words: words_len, max_words });
        }
        let lease = self.numbers(words)?;
        self.tables.push(lease);
        Ok(TableIndex(self.tables.len() - 1))
    }

    /// Copies bytes to the beginning of a buffer that nothing recorded here uses yet.
    fn write(&mut self, to: &Lease, bytes: &[u8]) -> Result<(), Error> {
        let len = bytes.len() as u64;
        let Some(stage) = stage(&mut self.stages, &self.gpu.staging, len) else {
            // It goes with the next submission, whoever's that is, ahead of everything else in it.
            self.gpu.queue.write_buffer(to.buffer(), 0, bytes);
            return Ok(());
        };
        let offset = stage.write(bytes).map_err(|_| Error::OutOfMemory { bytes: len })?;
        let encoder = encoder_of(&mut self.encoder, &self.gpu.device);
        encoder.copy_buffer_to_buffer(stage.buffer(), offset, to.buffer(), 0, len);
        self.recorded += len / 4;
        Ok(())
    }
}

/// Returns the last stage of a job, or a new one if that has no room; nothing if there is none to be had.
fn stage<'s>(stages: &'s mut Vec<Stage>, staging: &Arc<Staging>, bytes: u64) -> Option<&'s mut Stage> {
    if !stages.last().is_some_and(|stage| stage.has_room(bytes)) {
        stages.push(staging.take(bytes)?);
    }
    stages.last_mut()
}
