//! A scan of AC coefficients of a progressive file: which ones it holds, its tokens, and its first pass over coefficients.

use super::bit_planes::BitPlanes;
use super::error::Error;
use super::fdct::Block;
use super::kernels::Kernels;
use super::restart::Interval;
use super::stage::{Counted, Stage};
use super::tokens::{self, Histogram, MAX_BARE, Token, Tokens};

/// Which bits of which coefficients a scan holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// The component, by its place in the file.
    pub(super) component: usize,
    /// The first coefficient, in zigzag order.
    pub(super) first: u8,
    /// The last one.
    pub(super) last: u8,
    /// The lowest bit.
    pub(super) low: u8,
    /// Whether the bits above came before, so that this is one bit more.
    pub(super) refines: bool,
}

impl Part {
    /// Returns the coefficients as a set.
    #[inline(always)]
    pub(super) const fn band(&self) -> u64 {
        (u64::MAX << self.first) & (u64::MAX >> (63 - self.last))
    }
}

/// A scan as it grows.
#[derive(Debug)]
pub(super) struct Scan {
    pub(super) part: Part,
    pub(super) interval: Interval,
    pub(super) state: State,
    pub(super) tokens: Tokens,
}

/// The state of a coder from one strip to the next.
#[derive(Debug)]
pub(super) struct State {
    pub(super) histogram: Box<Histogram>,
    /// Blocks whose rest has nothing new, not yet written.
    pub(super) empty_run: u32,
    /// Corrections within those blocks.
    pub(super) corrections: Corrections,
}

/// Makes tokens of a strip of blocks, and returns how many.
pub(super) type StageScan = fn(&[Block], &[BitPlanes], &Part, &mut State, &mut Stage) -> usize;

impl Scan {
    /// Starts a scan.
    pub(super) fn new(part: Part, interval: Interval) -> Self {
        let histogram = Box::new(Histogram::NONE);
        let state = State { histogram, empty_run: 0, corrections: Corrections::new() };
        Self { part, interval, state, tokens: Tokens::new() }
    }

    /// Takes a strip of blocks.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`].
    pub(super) fn code(
        &mut self,
        kernels: &Kernels,
        blocks: &[Block],
        planes: &[BitPlanes],
        stage: &mut Stage,
    ) -> Result<(), Error> {
        let code = if self.part.refines { kernels.stage_refinement } else { kernels.stage_first };
        let mut done = 0;
        while done < blocks.len() {
            let (part, starts_anew) = self.interval.take(blocks.len() - done);
            if starts_anew {
                self.end(stage)?;
                self.tokens.restart()?;
            }
            let (blocks, planes) = (&blocks[done..][..part], &planes[done..][..part]);
            let len = code(blocks, planes, &self.part, &mut self.state, stage);
            self.tokens.extend(&stage[..len])?;
            done += part;
        }
        Ok(())
    }

    /// Ends a scan, or an interval of it, with the run that is still open.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`].
    pub(super) fn end(&mut self, stage: &mut Stage) -> Result<(), Error> {
        let mut counted = Counted::new(stage, &mut self.state.histogram);
        end_run(&mut self.state.empty_run, &mut self.state.corrections, &mut counted);
        let len = counted.len;
        self.tokens.extend(&stage[..len])
    }
}

/// Blocks of a run at most, so that its length has 15 bits.
pub(super) const MAX_RUN: u32 = 0x7fff;

/// Corrections of a run at most. libjpeg has room for 1,000, and ends a run when the next block might not fit.
pub(super) const MAX_CORRECTIONS: u32 = 1000 - 63;

/// Bits that correct coefficients, in the order of the file, as tokens of bare bits.
#[derive(Debug)]
pub(super) struct Corrections {
    /// Whole tokens: what a run may have, and a block more.
    tokens: [Token; 72],
    len: usize,
    /// The bits of the next token, the low `count`.
    pending: u64,
    count: u32,
    /// The bits in all.
    pub(super) total: u32,
}

impl Corrections {
    /// None.
    pub(super) const fn new() -> Self {
        Self { tokens: [0; 72], len: 0, pending: 0, count: 0, total: 0 }
    }

    /// Appends up to 32 bits.
    #[inline(always)]
    pub(super) fn push(&mut self, bits: u64, len: u32) {
        self.pending = self.pending << len | bits;
        self.count += len;
        self.total += len;
        while self.count >= MAX_BARE {
            self.count -= MAX_BARE;
            self.tokens[self.len] = tokens::of_bits(lowest(self.pending >> self.count, MAX_BARE), MAX_BARE);
            self.len += 1;
        }
    }

    /// Takes out what fills whole tokens.
    pub(super) fn take_whole(&mut self) -> &[Token] {
        self.total = self.count;
        &self.tokens[..std::mem::take(&mut self.len)]
    }

    /// Takes out all.
    #[inline(always)]
    pub(super) fn take(&mut self) -> &[Token] {
        if self.count > 0 {
            self.tokens[self.len] = tokens::of_bits(lowest(self.pending, self.count), self.count);
            self.len += 1;
        }
        (self.count, self.total) = (0, 0);
        &self.tokens[..std::mem::take(&mut self.len)]
    }
}

/// Cuts bits to the lowest `len`, at most [`MAX_BARE`].
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "few bits")]
const fn lowest(bits: u64, len: u32) -> u32 {
    bits as u32 & ((1 << len) - 1)
}

/// Writes a run of blocks with nothing new, if there is one, and the corrections within it.
#[inline(always)]
pub(super) fn end_run(run: &mut u32, corrections: &mut Corrections, sink: &mut Counted<'_>) {
    if *run > 0 {
        // The symbol says how many bits the length has behind its first.
        let bits = run.ilog2();
        sink.put(tokens::of_empty_run(bits));
        if bits > 0 {
            sink.put_bare(tokens::of_bits(*run & ((1 << bits) - 1), bits));
        }
        corrections.take().iter().for_each(|&token| sink.put_bare(token));
        *run = 0;
    }
}

/// The reference of the first pass over coefficients: see [`StageScan`].
#[inline(always)]
pub(super) fn stage_first(
    blocks: &[Block],
    planes: &[BitPlanes],
    part: &Part,
    state: &mut State,
    stage: &mut Stage,
) -> usize {
    let mut sink = Counted::new(stage, &mut state.histogram);
    let mut empty_run = state.empty_run;
    let (band, low, last) = (part.band(), part.low, u32::from(part.last));
    for (block, planes) in blocks.iter().zip(planes) {
        let mut left = planes.from[usize::from(low)] & band;
        let mut before = u32::from(part.first) - 1;
        if left != 0 {
            end_run(&mut empty_run, &mut state.corrections, &mut sink);
        }
        while left != 0 {
            let at = left.trailing_zeros();
            left &= left - 1;
            let mut run = at - before - 1;
            before = at;
            while run > 15 {
                sink.put(tokens::SIXTEEN_ZEROS);
                run -= 16;
            }
            let level = i32::from(block.levels[at as usize % 64]);
            // The lower bits of the magnitude go: rounded towards zero.
            let level = (level + ((level >> 31) & ((1 << low) - 1))) >> low;
            sink.put(tokens::of_value(run, level));
        }
        if before < last {
            empty_run += 1;
            if empty_run == MAX_RUN {
                end_run(&mut empty_run, &mut state.corrections, &mut sink);
            }
        }
    }
    state.empty_run = empty_run;
    sink.len
}
