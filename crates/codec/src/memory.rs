//! What codecs hold beside the picture that they take or give, so that a request can be weighed before it is worked on.
//!
//! The numbers are measured, per pixel, on pictures that are hard to encode; a test of the command compares them with what
//! a fresh process really takes.

use palmette_core::Size;

/// Bytes held at the worst moment of decoding or encoding a picture.
///
/// The two are told apart because the allocator of the process may keep what it gets back for a while, and a C library does
/// not use it again: then both are in memory at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkingMemory {
    /// Held by Rust code.
    pub own_bytes: u64,
    /// Held by a C library, in memory of its own.
    pub library_bytes: u64,
}

impl WorkingMemory {
    /// Counts bytes of a Rust codec.
    pub(crate) const fn own(bytes: u64) -> Self {
        Self { own_bytes: bytes, library_bytes: 0 }
    }

    /// Counts bytes of a C library.
    pub(crate) const fn library(bytes: u64) -> Self {
        Self { own_bytes: 0, library_bytes: bytes }
    }

    /// Adds a second picture, as turning one upright may need.
    pub(crate) const fn and_pixmap(self, size: Size) -> Self {
        Self { own_bytes: self.own_bytes.saturating_add(size.bytes()), ..self }
    }
}
