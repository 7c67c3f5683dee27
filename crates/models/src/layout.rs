//! How values lie in memory.
//!
//! Channels go in blocks of [`CHANNELS`], and 16 samples of one pixel lie side by side ([`Lanes`]): one vector of 256 bits, whose
//! neighbouring samples a multiplication of pairs takes at once. A row of a value is its blocks one after the other, each as
//! wide as the picture and its border:
//!
//! ```text
//! row:   | block 0: border, width pixels, border | block 1: … | …      each pixel 16 channels
//! ```
//!
//! The border holds zeros, as many as the widest reader's padding, so that no kernel asks where a picture ends. Above and
//! below it, readers get a row of zeros. Rows are kept for as long as somebody reads them ([`crate::schedule`]).
//!
//! Lanes behind the last channel hold anything; weights for them are 0.

use palmette_core::net::Window;

use crate::winograd;

/// Channels of a block.
pub const CHANNELS: usize = 16;

/// Samples of neighbouring channels of a pixel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C, align(32))]
pub struct Lanes(pub [i16; CHANNELS]);

/// The order in which sums of a block lie in two vectors of 8: packing them to samples puts them right.
pub const SUM_ORDER: [usize; CHANNELS] = [0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15];

/// How the rows of a value lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowLayout {
    /// Channels.
    pub channels: usize,
    /// Pixels of the picture.
    pub width: usize,
    /// Pixels of zeros on the left.
    pub before: usize,
    /// Pixels of zeros on the right.
    pub behind: usize,
}

impl RowLayout {
    /// Returns how many blocks there are.
    #[must_use]
    pub const fn blocks(&self) -> usize {
        self.channels.div_ceil(CHANNELS)
    }

    /// Returns the lanes from one block to the next.
    #[must_use]
    pub const fn pitch(&self) -> usize {
        self.before + self.width + self.behind
    }

    /// Returns the lanes of a row.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.blocks() * self.pitch()
    }

    /// Tells whether a row has nothing in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the pixels of a block, without the border.
    ///
    /// # Panics
    ///
    /// If the row is not of this layout.
    #[must_use]
    pub fn block<'a>(&self, row: &'a [Lanes], block: usize) -> &'a [Lanes] {
        &row[block * self.pitch() + self.before..][..self.width]
    }

    /// Returns the pixels of a block, to write.
    ///
    /// # Panics
    ///
    /// If the row is not of this layout.
    #[must_use]
    pub fn block_mut<'a>(&self, row: &'a mut [Lanes], block: usize) -> &'a mut [Lanes] {
        &mut row[block * self.pitch() + self.before..][..self.width]
    }

    /// Makes the border 0.
    pub fn clear_border(&self, row: &mut [Lanes]) {
        for block in row.chunks_exact_mut(self.pitch()) {
            block[..self.before].fill(Lanes::default());
            block[self.before + self.width..].fill(Lanes::default());
        }
    }

    /// Makes room for the samples that a window reads outside the picture.
    pub(crate) fn reach(&mut self, window: &Window, positions: usize) {
        let before = window.before(1, self.width);
        // Tiles may reach further.
        let positions = if winograd::fits(window) { positions.next_multiple_of(2) } else { positions };
        let end = (positions - 1) * window.stride[1] + window.extent(1);
        self.before = self.before.max(before);
        self.behind = self.behind.max(end.saturating_sub(before + self.width));
    }
}

/// The pixels that a row of positions of a window reads.
#[derive(Clone, Copy, Debug)]
pub struct Taps<'a> {
    /// For each vertical tap a row of the input, with all blocks.
    pub rows: &'a [&'a [Lanes]],
    /// Lanes from a block to the next.
    pub pitch: usize,
    /// The place of the first horizontal tap of the first position, in a block.
    pub start: usize,
    /// Horizontal taps.
    pub count: usize,
    /// Lanes from a tap to the next.
    pub step: usize,
    /// Lanes from a position to the next.
    pub stride: usize,
}

impl Taps<'_> {
    /// Tells whether so many positions of so many blocks lie inside the rows.
    #[must_use]
    pub fn cover(&self, blocks: usize, positions: usize) -> bool {
        let last = self.start + (self.count - 1) * self.step + positions.saturating_sub(1) * self.stride;
        last < self.pitch && self.rows.iter().all(|row| row.len() >= blocks * self.pitch)
    }
}
