//! Bits of a scan, with the stuffed zeros taken out ahead of their reading.
//!
//! [`Input`] finds the bytes between two markers, [`Cursor`] is a place in them. The cursor is a small value that stays in
//! registers; nothing is checked when it is refilled, apart from the place in the buffer, which is cut to what the buffer
//! has. So once for each block [`Input::needs_more`] is asked, which leaves enough bytes for any block.
#![expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "bits are cut out of words")]

use super::segments::find_marker;
use crate::Error;
use crate::decode::memory;

/// Places of a buffer, a power of two.
const SIZE: usize = 4096;

/// Bytes that a block may take, with what a refill reads ahead.
///
/// The longest block has 64 codes of at most 17 bits and as many values of at most 15, 256 bytes; 8 are read ahead.
const AHEAD: usize = 272;

/// Bytes of a scan without stuffed zeros; a refill at any place finds 8 bytes.
pub(super) type Buffer = [u8; SIZE + 8];

/// A place among the bits of a scan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor {
    /// The next bits, uppermost first.
    pub(super) bits: u64,
    /// In its lowest six bits, how many of them are valid; above, nothing that counts.
    count: u32,
    /// The place in the buffer of the byte behind them.
    at: usize,
}

impl Cursor {
    /// The start of a buffer.
    const START: Self = Self { bits: 0, count: 0, at: 0 };

    /// Makes at least 56 bits valid.
    #[inline(always)]
    pub(super) fn refill(&mut self, buffer: &Buffer) {
        let at = self.at & (SIZE - 1);
        let word = buffer[at..at + 8].first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        self.bits |= word >> (self.count & 63);
        self.at += (!self.count >> 3 & 7) as usize;
        self.count |= 56;
    }

    /// Drops bits, at most as many as are valid: a number in the lowest six bits, whatever stands above it.
    #[inline(always)]
    pub(super) const fn drop(&mut self, count: u32) {
        self.bits <<= count & 63;
        self.count = self.count.wrapping_sub(count);
    }

    /// Takes 1 to 32 bits as a number.
    #[inline(always)]
    pub(super) const fn take(&mut self, count: u32) -> u32 {
        let taken = (self.bits >> (64 - count)) as u32;
        self.drop(count);
        taken
    }
}

/// The bytes of a scan, up to the next marker.
#[derive(Debug)]
pub(super) struct Input<'a> {
    file: &'a [u8],
    /// Where reading goes on in the file: at a marker, if that is found.
    next: usize,
    /// What is read, and zeros behind it.
    pub(super) buffer: Box<Buffer>,
    /// Valid bytes of the buffer.
    len: usize,
    /// From this place on a block might need more bytes than there are.
    limit: usize,
    /// The marker that the data ends at; EOI also where the file ends.
    marker: Option<u8>,
}

impl<'a> Input<'a> {
    /// Starts at a place of a file.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`].
    pub(super) fn new(file: &'a [u8], at: usize) -> Result<(Self, Cursor), Error> {
        let buffer = memory::try_box([0; SIZE + 8])?;
        let mut input = Self { file, next: at, buffer, len: 0, limit: 0, marker: None };
        let cursor = input.restart();
        Ok((input, cursor))
    }

    /// Tells whether [`more`](Self::more) is to be called before the next block.
    #[inline(always)]
    pub(super) const fn needs_more(&self, cursor: &Cursor) -> bool {
        cursor.at > self.limit
    }

    /// Makes room and reads on, so that there are enough bytes for a block: zeros, where the data has ended.
    ///
    /// Returns the cursor in the new buffer, and whether it has passed the end of the data.
    #[cold]
    pub(super) fn more(&mut self, cursor: Cursor) -> (Cursor, bool) {
        let mut cursor = cursor;
        if self.marker.is_none() {
            let kept = cursor.at.min(self.len);
            self.buffer.copy_within(kept..self.len, 0);
            self.len -= kept;
            cursor.at -= kept;
            self.fill();
        }
        let is_past = self.is_past(&cursor);
        if is_past {
            // Zeros for ever.
            cursor = Cursor { at: self.len, ..Cursor::START };
        }
        (cursor, is_past)
    }

    /// Tells whether more bits are taken than there are.
    pub(super) const fn is_past(&self, cursor: &Cursor) -> bool {
        self.marker.is_some() && (self.len as i64 - cursor.at as i64) * 8 + ((cursor.count & 63) as i64) < 0
    }

    /// Returns the marker that reading has come to.
    pub(super) const fn marker(&self) -> Option<u8> {
        self.marker
    }

    /// Goes to the next marker, whatever is unread before it, and returns it; EOI where the file ends.
    pub(super) fn find_marker(&mut self) -> u8 {
        *self.marker.get_or_insert_with(|| {
            let (at, marker) = find_marker(self.file, self.next).unwrap_or((self.file.len(), crate::markers::EOI));
            self.next = at;
            marker
        })
    }

    /// Goes behind the marker that reading has come to.
    pub(super) fn pass_marker(&mut self) {
        if self.marker.take().is_some() {
            self.next = self.file.len().min(self.next + 2);
        }
    }

    /// Starts anew at the place in the file.
    pub(super) fn restart(&mut self) -> Cursor {
        self.len = 0;
        self.fill();
        Cursor::START
    }

    /// Reads until the buffer is full or a marker comes.
    fn fill(&mut self) {
        const CAPACITY: usize = SIZE - AHEAD;
        while self.len < CAPACITY && self.marker.is_none() {
            let end = self.file.len().min(self.next + CAPACITY - self.len);
            let window = &self.file[self.next..end];
            let plain = memchr::memchr(0xff, window).unwrap_or(window.len());
            self.buffer[self.len..self.len + plain].copy_from_slice(&window[..plain]);
            self.len += plain;
            self.next += plain;
            if self.next == self.file.len() {
                self.marker = Some(crate::markers::EOI);
            } else if plain < window.len() {
                self.take_ff();
            }
        }
        self.buffer[self.len..].fill(0);
        self.limit = self.len.saturating_sub(AHEAD);
    }

    /// Reads what a byte 0xff starts: one such byte, or a marker. There is room for the byte.
    fn take_ff(&mut self) {
        let after = self.file[self.next..].iter().position(|&byte| byte != 0xff);
        match after.map(|fill| (self.next + fill, self.file[self.next + fill])) {
            Some((at, 0)) => {
                self.buffer[self.len] = 0xff;
                self.len += 1;
                self.next = at + 1;
            }
            Some((at, code)) => {
                self.next = at - 1;
                self.marker = Some(code);
            }
            None => {
                self.next = self.file.len();
                self.marker = Some(crate::markers::EOI);
            }
        }
    }
}
