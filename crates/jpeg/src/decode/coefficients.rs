//! The coefficients of a stretch of MCUs, between entropy decoding and the inverse DCT.
#![expect(unsafe_code, reason = "blocks are seen as bare numbers")]

use super::frame::Frame;
use super::memory::try_filled;
use crate::Error;
use crate::idct::Block;

/// Numbers from the start of a block that decoding may write to: its 64, and what joined symbols spill.
///
/// An index below 64, an offset of at most 63, and the last of eight values behind it: 134, rounded up.
pub(super) const WINDOW: usize = 136;

/// Blocks behind each row, which take what is spilt.
const SPARE: usize = 2;

/// Coefficients that belong to one component.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// Its first block.
    first: usize,
    /// From a block to the one below.
    stride: usize,
    /// Blocks of an MCU, horizontally.
    pub(super) horizontal: usize,
    /// Blocks of an MCU, vertically.
    pub(super) vertical: usize,
}

impl Part {
    /// Returns the place of a block.
    pub(super) const fn place(&self, column: usize, row: usize) -> usize {
        self.first + row * self.stride + column
    }
}

/// The coefficients of a stretch of MCUs, side by side.
#[derive(Debug)]
pub(super) struct Coefficients {
    blocks: Vec<Block>,
    /// For each block: the last coefficient that may be other than zero.
    last: Vec<u8>,
    /// For each block, if the picture is progressive: which coefficients of AC are other than zero, the first uppermost.
    pub(super) masks: Vec<u64>,
    /// What belongs to each component.
    pub(super) parts: Vec<Part>,
}

impl Coefficients {
    /// Makes room for the coefficients of some MCUs.
    pub(super) fn new(frame: &Frame, mcus: usize) -> Result<Self, Error> {
        let mut parts = Vec::new();
        let mut first = 0;
        for component in &frame.components {
            let (horizontal, vertical) = (component.horizontal.into(), component.vertical.into());
            let stride = mcus * horizontal + SPARE;
            parts.push(Part { first, stride, horizontal, vertical });
            first += stride * vertical;
        }
        Ok(Self {
            blocks: try_filled(Block::ZERO, first)?,
            last: try_filled(0, first)?,
            masks: try_filled(0, if frame.is_progressive { first } else { 0 })?,
            parts,
        })
    }

    /// Sets all to zero.
    pub(super) fn clear(&mut self) {
        self.blocks.fill(Block::ZERO);
        self.last.fill(0);
        self.masks.fill(0);
    }

    /// Returns the numbers from the start of a block on.
    #[inline(always)]
    pub(super) fn window(&mut self, place: usize) -> &mut [i16; WINDOW] {
        // SAFETY: three blocks are 192 numbers without gaps, `WINDOW` of which are borrowed for as long as the blocks;
        // a block is a `repr(C)` struct of nothing but its numbers.
        unsafe { &mut *self.blocks[place..place + 1 + SPARE].as_mut_ptr().cast() }
    }

    /// Returns a block.
    #[inline(always)]
    pub(super) fn block(&mut self, place: usize) -> &mut [i16; 64] {
        &mut self.blocks[place].0
    }

    /// Says which coefficient of a block is the last that may be other than zero.
    #[inline(always)]
    pub(super) fn set_last(&mut self, place: usize, last: u8) {
        self.last[place] = last;
    }

    /// Sets a block to zero.
    pub(super) fn clear_block(&mut self, place: usize) {
        self.blocks[place] = Block::ZERO;
        self.last[place] = 0;
    }

    /// Derives from the masks which coefficients are the last that may be other than zero.
    pub(super) fn derive_last(&mut self) {
        for (last, mask) in self.last.iter_mut().zip(&self.masks) {
            *last = u8::try_from(63 - mask.trailing_zeros().min(63)).unwrap_or(63);
        }
    }

    /// Returns blocks, and for each the last coefficient that may be other than zero.
    pub(super) fn run(&self, place: usize, count: usize) -> (&[Block], &[u8]) {
        (&self.blocks[place..place + count], &self.last[place..place + count])
    }
}
