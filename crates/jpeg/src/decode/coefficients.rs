//! The coefficients of a run of blocks, between entropy decoding and the inverse DCT.
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

/// MCUs of a sequential picture that are read before their samples are computed: as many as the fastest memory holds.
pub(super) const STRETCH_MCUS: usize = 16;

/// Blocks of one component that are read before their samples are computed.
pub(super) const RUN: usize = 128;

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

/// The coefficients of a stretch of MCUs, or of a run of blocks of one component.
#[derive(Debug)]
pub(super) struct Coefficients {
    blocks: Vec<Block>,
    /// For each block: the last coefficient that may be other than zero.
    last: Vec<u8>,
    /// For each block, if the picture is progressive: which coefficients of AC are other than zero, the first uppermost.
    pub(super) masks: Vec<u64>,
    /// What belongs to each component in a stretch of MCUs.
    pub(super) parts: Vec<Part>,
    /// If the picture is progressive: DC of the blocks of a row of MCUs.
    pub(super) dc: Vec<i16>,
    /// The part of it that belongs to each component.
    pub(super) dc_parts: Vec<Part>,
}

impl Coefficients {
    /// Makes room.
    pub(super) fn new(frame: &Frame) -> Result<Self, Error> {
        let (parts, stretch) = lay_out(frame, STRETCH_MCUS, SPARE);
        let (dc_parts, row) = lay_out(frame, frame.mcus().0 as usize, 0);
        let len = if frame.is_progressive { RUN + SPARE } else { stretch.max(RUN + SPARE) };
        let of_progressive = |len: usize| if frame.is_progressive { len } else { 0 };
        Ok(Self {
            blocks: try_filled(Block::ZERO, len)?,
            last: try_filled(0, len)?,
            masks: try_filled(0, of_progressive(len))?,
            parts,
            dc: try_filled(0, of_progressive(row))?,
            dc_parts,
        })
    }

    /// Sets the first blocks to zero.
    pub(super) fn clear(&mut self, count: usize) {
        self.blocks[..count].fill(Block::ZERO);
        self.masks[..count].fill(0);
    }

    /// Completes the first blocks of a progressive picture, which are a component's from a column on: DC is put to them,
    /// and it is derived from the masks which coefficients are the last that may be other than zero.
    pub(super) fn join(&mut self, component: usize, column: usize, row: usize, count: usize) {
        let dc = &self.dc[self.dc_parts[component].place(column, row)..];
        for (block, &dc) in self.blocks[..count].iter_mut().zip(dc) {
            block.0[0] = dc;
        }
        for (last, mask) in self.last[..count].iter_mut().zip(&self.masks) {
            *last = u8::try_from(63 - mask.trailing_zeros().min(63)).unwrap_or(63);
        }
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

    /// Returns blocks, and for each the last coefficient that may be other than zero.
    pub(super) fn run(&self, place: usize, count: usize) -> (&[Block], &[u8]) {
        (&self.blocks[place..place + count], &self.last[place..place + count])
    }
}

/// Lays out MCUs side by side, component after component, with spare blocks behind each row; returns as well how many
/// blocks that takes.
fn lay_out(frame: &Frame, mcus: usize, spare: usize) -> (Vec<Part>, usize) {
    let (mut parts, mut first) = (Vec::new(), 0);
    for component in &frame.components {
        let (horizontal, vertical) = (component.horizontal.into(), component.vertical.into());
        let stride = mcus * horizontal + spare;
        parts.push(Part { first, stride, horizontal, vertical });
        first += stride * vertical;
    }
    (parts, first)
}
