//! Buffers of the device, used again and limited in sum.
//!
//! A new buffer costs an allocation, and clearing it. Sizes are rounded up to an eighth of a power of two, so that pictures of
//! similar sizes can use each other's buffers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::Error;

/// The buffers of a device that nobody uses now, and how much all of them take.
#[derive(Debug)]
pub(crate) struct Pool {
    device: wgpu::Device,
    max_bytes: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Bytes of all buffers that exist.
    bytes: u64,
    free: Vec<wgpu::Buffer>,
}

/// What a buffer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Pixels, samples and tables.
    Storage,
    /// What the host reads.
    ReadBack,
}

impl Purpose {
    fn usage(self) -> wgpu::BufferUsages {
        match self {
            Self::Storage => wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC,
            Self::ReadBack => wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
        }
    }
}

impl Pool {
    /// Makes an empty pool.
    pub(crate) fn new(device: wgpu::Device, max_bytes: u64) -> Arc<Self> {
        Arc::new(Self { device, max_bytes, state: Mutex::default() })
    }

    /// Hands out a buffer of at least that many bytes.
    ///
    /// # Errors
    ///
    /// [`Error::PoolFull`] if all buffers together would take more than they may, [`Error::OutOfMemory`] if the device has no
    /// more.
    pub(crate) fn take(self: &Arc<Self>, purpose: Purpose, bytes: u64) -> Result<Lease, Error> {
        let (bytes, usage) = (size_class(bytes), purpose.usage());
        let mut state = self.lock();
        if let Some(index) = state.free.iter().position(|free| free.size() == bytes && free.usage() == usage) {
            let buffer = state.free.swap_remove(index);
            return Ok(Lease { buffer: Some(buffer), pool: Arc::clone(self) });
        }
        // The largest go first: they are the ones that may not be needed again.
        state.free.sort_by_key(wgpu::Buffer::size);
        while state.bytes + bytes > self.max_bytes {
            let Some(buffer) = state.free.pop() else { return Err(Error::PoolFull { bytes }) };
            state.bytes -= buffer.size();
        }
        state.bytes += bytes;
        drop(state);
        let label = Some("pool");
        let scope = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let buffer =
            self.device.create_buffer(&wgpu::BufferDescriptor { label, size: bytes, usage, mapped_at_creation: false });
        let lease = Lease { buffer: Some(buffer), pool: Arc::clone(self) };
        if pollster::block_on(scope.pop()).is_some() {
            // This is not a usable buffer: the next job that got it from the pool would fail.
            lease.discard();
            return Err(Error::OutOfMemory { bytes });
        }
        Ok(lease)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is complete before the lock is let go, so a panic elsewhere does no harm.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A buffer in use; it returns to its pool when dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    /// Absent only while it is dropped.
    buffer: Option<wgpu::Buffer>,
    pool: Arc<Pool>,
}

impl Lease {
    /// Returns the buffer, which may be larger than what was asked for.
    pub(crate) fn buffer(&self) -> &wgpu::Buffer {
        self.buffer.as_ref().expect("only dropping takes it away")
    }

    /// Lets go of the buffer for ever: something failed, and nobody knows in what state it is.
    pub(crate) fn discard(mut self) {
        if let Some(buffer) = self.buffer.take() {
            self.pool.lock().bytes -= buffer.size();
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(buffer) = self.buffer.take() {
            self.pool.lock().free.push(buffer);
        }
    }
}

/// Rounds up to an eighth of a power of two, at least 256 bytes.
pub(crate) fn size_class(bytes: u64) -> u64 {
    let step = (bytes.max(2048).next_power_of_two() / 8).max(256);
    bytes.max(1).next_multiple_of(step)
}

#[cfg(test)]
mod tests {
    use super::size_class;

    #[test]
    fn pool_sizes_waste_little() {
        assert_eq!([1, 256, 257, 2048, 2049].map(size_class), [256, 256, 512, 2048, 2560]);
        for bytes in [1 << 20, (1 << 20) + 1, 48_000_000, 400_000_000] {
            let class = size_class(bytes);
            assert!(class >= bytes && class - bytes <= bytes / 4 && class.is_multiple_of(256), "{bytes} in {class}");
        }
    }
}
