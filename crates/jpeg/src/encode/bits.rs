//! From bits to the bytes of a scan.
//!
//! Bits are first written as they are into a buffer of fixed size; a second pass copies it to the file and puts a zero behind
//! every byte of all ones, which would be taken for a marker otherwise.

use super::error::{Error, reserve};

/// Bits to be written, above six bits that say how many they are.
pub(super) type Code = u32;

/// Where the bits of a [`Code`] start.
pub(super) const CODE_SHIFT: u32 = 6;

/// Bytes of the buffer: a power of two, so that no access needs a check. What one call writes is far less than half of it.
const BUFFER: usize = 32 << 10;
/// With room for what is written at once.
const BUFFER_AND_MORE: usize = BUFFER + 8;

/// The first of eight restart markers.
const FIRST_RESTART: u8 = 0xd0;

/// The state between two calls: less than a byte of bits.
#[derive(Debug)]
pub(super) struct BitBuffer {
    bytes: Vec<u8>,
    pending: u64,
    count: u32,
    /// The number of the next restart marker.
    marker: u8,
}

impl BitBuffer {
    /// Allocates the buffer.
    pub(super) fn new() -> Result<Self, Error> {
        Ok(Self { bytes: super::error::filled(0, BUFFER_AND_MORE)?, pending: 0, count: 0, marker: 0 })
    }

    /// Lets `write` write bits, and appends whole bytes of them to the file.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`].
    pub(super) fn write(&mut self, file: &mut Vec<u8>, write: impl FnOnce(Bits<'_>) -> Bits<'_>) -> Result<(), Error> {
        let bytes = self.bytes.first_chunk_mut().expect("the buffer was made so large");
        let bits = Bits { bytes, len: 0, pending: self.pending, count: self.count };
        // It goes through by value, so that hot loops keep it in registers.
        let Bits { len, pending, count, .. } = write(bits);
        (self.pending, self.count) = (pending, count);
        stuff(&self.bytes[..len], file)
    }

    /// Fills the last byte with ones, and starts anew.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`].
    pub(super) fn finish(&mut self, file: &mut Vec<u8>) -> Result<(), Error> {
        self.write(file, |mut bits| {
            bits.push(0x7f << CODE_SHIFT | 7);
            bits.settle();
            bits
        })?;
        (self.pending, self.count, self.marker) = (0, 0, 0);
        Ok(())
    }

    /// Fills the last byte with ones, and writes a restart marker.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`].
    pub(super) fn restart(&mut self, file: &mut Vec<u8>) -> Result<(), Error> {
        let marker = self.marker;
        self.finish(file)?;
        reserve(file, 2)?;
        file.extend_from_slice(&[0xff, FIRST_RESTART + marker]);
        self.marker = (marker + 1) % 8;
        Ok(())
    }
}

/// Writes bits, the first in the highest place.
#[derive(Debug)]
pub(super) struct Bits<'a> {
    bytes: &'a mut [u8; BUFFER_AND_MORE],
    len: usize,
    /// The low bits are not written yet.
    pending: u64,
    /// How many, in the low six bits.
    count: u32,
}

impl Bits<'_> {
    /// Appends bits. At most 56 may come between two [settlings].
    ///
    /// [settlings]: Self::settle
    #[inline(always)]
    pub(super) fn push(&mut self, code: Code) {
        // Shifts look at six bits, so nothing need be cut off.
        self.pending = self.pending << (code & 63) | u64::from(code >> CODE_SHIFT);
        self.count = self.count.wrapping_add(code);
    }

    /// Writes whole bytes out: eight at a time, of which those that are not whole are written over next time.
    #[inline(always)]
    pub(super) fn settle(&mut self) {
        // Without any bits nothing is shifted, and it does not matter which bits are written.
        let aligned = self.pending << (self.count.wrapping_neg() & 63);
        self.bytes[self.len % BUFFER..][..8].copy_from_slice(&aligned.to_be_bytes());
        let count = self.count & 63;
        self.len += count as usize / 8;
        self.count = count % 8;
    }
}

/// Appends bytes to the file, each of all ones with a zero behind it.
fn stuff(bytes: &[u8], file: &mut Vec<u8>) -> Result<(), Error> {
    // Twice as much is the worst case.
    reserve(file, 2 * bytes.len())?;
    let mut copied = 0;
    for at in memchr::memchr_iter(0xff, bytes) {
        file.extend_from_slice(&bytes[copied..=at]);
        file.push(0);
        copied = at + 1;
    }
    file.extend_from_slice(&bytes[copied..]);
    Ok(())
}
