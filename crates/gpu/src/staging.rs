//! Memory of the host that the device reads: what an upload writes to, used again and limited in sum.
//!
//! `Queue::write_buffer` allocates such memory for each call and frees it again. Here it stays: a buffer is mapped while it is
//! free, a job writes to it and submits a copy from it, and when the device has done that it is mapped again by the thread
//! that polls. A buffer whose job failed is never used again, since nobody knows in what state it is.
//!
//! It matters most to large pictures: what does not fit into a block of the allocator (128 MiB) would be asked of the driver
//! for each upload, and a page at a time of the system.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::pool::size_class;

/// The upload buffers of a device.
#[derive(Debug)]
pub(crate) struct Staging {
    device: wgpu::Device,
    max_bytes: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Bytes of all buffers that exist.
    bytes: u64,
    /// Buffers that can be written to.
    mapped: Vec<wgpu::Buffer>,
    /// Buffers that the device may still read. They are here and not with the callback that ends this: it is part of its
    /// buffer, and a lost device never calls it, so the two would keep each other for ever.
    read: HashMap<u64, wgpu::Buffer>,
    /// The key of the next one of these.
    next_key: u64,
}

impl Staging {
    /// The smallest buffer: room for many a table. A smaller one would be allocated from a block of the same size.
    const MIN_BYTES: u64 = 64 << 10;

    /// Begins with no buffers.
    pub(crate) fn new(device: wgpu::Device, max_bytes: u64) -> Arc<Self> {
        Arc::new(Self { device, max_bytes, state: Mutex::default() })
    }

    /// Hands out a buffer of at least that many bytes; nothing if all buffers together would take more than they may.
    ///
    /// A failure of the device itself is reported to the error scopes of this thread.
    pub(crate) fn take(self: &Arc<Self>, bytes: u64) -> Option<Stage> {
        let size = size_class(bytes.max(Self::MIN_BYTES));
        let mut state = self.lock();
        // A buffer that is much too large is left to uploads that need it.
        let fits = |buffer: &wgpu::Buffer| (size..=2 * size).contains(&buffer.size());
        let free = state.mapped.iter().enumerate().filter(|(_, buffer)| fits(buffer));
        if let Some((index, _)) = free.min_by_key(|(_, buffer)| buffer.size()) {
            return Some(Stage::new(self, state.mapped.swap_remove(index)));
        }
        if size > self.max_bytes {
            return None;
        }
        // The largest go first: they are the ones that may not be needed again.
        state.mapped.sort_by_key(wgpu::Buffer::size);
        while state.bytes + size > self.max_bytes {
            state.bytes -= state.mapped.pop()?.size();
        }
        state.bytes += size;
        drop(state);
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("staging"),
            size,
            usage: wgpu::BufferUsages::MAP_WRITE | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: true,
        });
        Some(Stage::new(self, buffer))
    }

    /// Takes back a buffer that the device has read.
    fn take_back(&self, key: u64, is_mapped: bool) {
        let mut state = self.lock();
        match state.read.remove(&key) {
            Some(buffer) if is_mapped => state.mapped.push(buffer),
            Some(buffer) => state.bytes -= buffer.size(),
            None => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is complete before the lock is let go, so a panic elsewhere does no harm.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A buffer that a job fills, one write behind the other. If it is dropped, it is not used again.
#[derive(Debug)]
pub(crate) struct Stage {
    /// Absent only while it is dropped.
    buffer: Option<wgpu::Buffer>,
    written: u64,
    staging: Arc<Staging>,
}

impl Stage {
    /// Where a mapped range may begin.
    const ALIGNMENT: u64 = wgpu::MAP_ALIGNMENT;

    fn new(staging: &Arc<Staging>, buffer: wgpu::Buffer) -> Self {
        Self { buffer: Some(buffer), written: 0, staging: Arc::clone(staging) }
    }

    /// Returns the buffer.
    pub(crate) fn buffer(&self) -> &wgpu::Buffer {
        self.buffer.as_ref().expect("only dropping takes it away")
    }

    /// Says whether there is room for so many bytes.
    pub(crate) fn has_room(&self, bytes: u64) -> bool {
        self.buffer().size().checked_sub(self.written).is_some_and(|left| bytes <= left)
    }

    /// Sets so many bytes aside, a multiple of four for which there is room; returns where they lie, and what writes to them,
    /// which has to be dropped before the writing [ends](Self::close).
    ///
    /// # Errors
    ///
    /// If the buffer is none: the device had no memory for it, or is lost.
    pub(crate) fn reserve(&mut self, bytes: u64) -> Result<(u64, wgpu::BufferViewMut), wgpu::MapRangeError> {
        let begin = self.written;
        let end = begin + bytes;
        let view = self.buffer().slice(begin..end).get_mapped_range_mut()?;
        self.written = end.next_multiple_of(Self::ALIGNMENT);
        Ok((begin, view))
    }

    /// Ends the writing, before what reads the buffer is submitted.
    pub(crate) fn close(&self) {
        self.buffer().unmap();
    }

    /// Gives the buffer back, after what reads it was submitted: it is free when that is done and the device is polled.
    pub(crate) fn give_back(mut self) {
        let Some(buffer) = self.buffer.take() else { return };
        let mut state = self.staging.lock();
        let key = state.next_key;
        state.next_key += 1;
        state.read.insert(key, buffer.clone());
        drop(state);
        let staging = Arc::downgrade(&self.staging);
        buffer.slice(..).map_async(wgpu::MapMode::Write, move |result| {
            if let Some(staging) = staging.upgrade() {
                staging.take_back(key, result.is_ok());
            }
        });
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Some(buffer) = self.buffer.take() {
            self.staging.lock().bytes -= buffer.size();
        }
    }
}
