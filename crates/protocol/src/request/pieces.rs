//! Bytes that come in pieces and are kept in pieces until they are whole.
//!
//! A vector that grows doubles: at its worst it holds what it had, twice as much, and later as much spare as it has bytes. Pieces
//! of a fixed size leave a part of one spare, and are joined once, each freed as soon as it is copied.

use crate::Error;

/// Bytes of the first piece; a form has many small parts.
const MIN_PIECE_BYTES: usize = 4 * 1024;

/// Bytes of all pieces but the first few.
const MAX_PIECE_BYTES: usize = 256 * 1024;

/// Bytes up to now.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pieces: Vec<Vec<u8>>,
    len: usize,
}

impl Pieces {
    /// Returns the number of bytes.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Returns the bytes of memory that they take.
    pub(super) fn held_bytes(&self) -> usize {
        // All pieces but the last are full.
        self.len + self.pieces.last().map_or(0, |last| last.capacity() - last.len())
    }

    /// Adds bytes.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] if the allocator refuses.
    pub(super) fn push(&mut self, mut data: &[u8]) -> Result<(), Error> {
        while !data.is_empty() {
            let spare = self.pieces.last().map_or(0, |last| last.capacity() - last.len());
            if spare == 0 {
                self.pieces.push(allocate(self.len.clamp(MIN_PIECE_BYTES, MAX_PIECE_BYTES))?);
                continue;
            }
            let (now, later) = data.split_at(spare.min(data.len()));
            if let Some(last) = self.pieces.last_mut() {
                last.extend_from_slice(now);
            }
            self.len += now.len();
            data = later;
        }
        Ok(())
    }

    /// Makes one vector of them, without spare room.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] if the allocator refuses.
    pub(super) fn join(self) -> Result<Vec<u8>, Error> {
        let mut whole = allocate(self.len)?;
        for piece in self.pieces {
            whole.extend_from_slice(&piece);
        }
        Ok(whole)
    }
}

/// Makes an empty vector with exactly so much room.
fn allocate(bytes: usize) -> Result<Vec<u8>, Error> {
    let mut vec = Vec::new();
    vec.try_reserve_exact(bytes).map_err(|_| Error::OutOfMemory { bytes })?;
    Ok(vec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_join_to_what_was_pushed() {
        let bytes: Vec<u8> = (0..1_000_000_u32).map(|i| i.to_le_bytes()[1]).collect();
        for step in [1_000, 4_096, 70_000, 1_000_000] {
            let mut pieces = Pieces::default();
            for data in bytes.chunks(step) {
                pieces.push(data).unwrap();
                let spare = pieces.held_bytes() - pieces.len();
                assert!(spare <= MAX_PIECE_BYTES.min(pieces.len().max(MIN_PIECE_BYTES)), "{spare} of {}", pieces.len());
            }
            let whole = pieces.join().unwrap();
            assert_eq!((whole.capacity(), whole == bytes), (bytes.len(), true));
        }
        assert!(Pieces::default().join().unwrap().is_empty());
    }
}
