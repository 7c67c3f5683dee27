//! What codecs hold beside the picture that they take or give, so that a request can be weighed before it is worked on.
//!
//! The numbers are measured, per pixel, on pictures that are hard to encode; a test of the command compares them with what
//! a fresh process really takes.

use palmette_core::{Reading, Size};

use crate::Probe;
use crate::reader::BAND_ROWS;

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

    /// Adds bytes of Rust code.
    pub(crate) const fn and_own(self, bytes: u64) -> Self {
        Self { own_bytes: self.own_bytes.saturating_add(bytes), ..self }
    }

    /// Adds a second picture, as turning one upright may need.
    pub(crate) const fn and_pixmap(self, size: Size) -> Self {
        Self { own_bytes: self.own_bytes.saturating_add(size.bytes()), ..self }
    }
}

/// Bytes that any decoder holds: tables of codes, and windows of inflate.
const TABLE_BYTES: u64 = 512 << 10;

/// Bytes for a pixel of a row that is decoded: its samples and coefficients in a row of MCUs, or its steps on the way to sRGB.
const ROW_PIXEL_BYTES: u64 = 96;

/// Says what [`reader()`](crate::reader()) holds at its worst moment while a picture is read, what it lends included.
#[must_use]
pub fn reading_memory(probe: &Probe, reading: &Reading) -> WorkingMemory {
    let stored = probe.rows_size();
    let window = reading.window_of(stored).size;
    let held = probe.reading.and_own(TABLE_BYTES);
    if probe.is_read_whole {
        // A part is a second picture.
        return if window == stored { held } else { held.and_pixmap(window) };
    }
    let band_bytes = if reading.layout.is_rgba() { Size::new(window.width, BAND_ROWS).bytes() } else { 0 };
    held.and_own(band_bytes + u64::from(stored.width) * ROW_PIXEL_BYTES)
}
