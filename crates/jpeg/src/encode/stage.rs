//! Where a strip of blocks leaves its tokens: a small buffer that stays in the cache, and counts.

use super::tokens::{Histogram, index};

/// Tokens that one strip may leave at most; a power of two, so that no access needs a check.
pub(super) const STAGE: usize = 4096;

/// A buffer for the tokens of one strip.
pub(super) type Stage = [u32; STAGE];

/// What a coder of blocks writes to.
pub(super) trait Sink {
    /// Takes the next token.
    fn put(&mut self, token: u32);

    /// Is called at least after every other token.
    fn settle(&mut self);
}

/// Keeps tokens, and counts them.
#[derive(Debug)]
pub(super) struct Counted<'a> {
    pub(super) stage: &'a mut Stage,
    pub(super) histogram: &'a mut Histogram,
    pub(super) len: usize,
}

impl<'a> Counted<'a> {
    /// Starts at the beginning of a buffer.
    pub(super) const fn new(stage: &'a mut Stage, histogram: &'a mut Histogram) -> Self {
        Self { stage, histogram, len: 0 }
    }

    /// Takes a token that needs no counting: bare bits.
    #[inline(always)]
    pub(super) fn put_bare(&mut self, token: u32) {
        self.stage[self.len % STAGE] = token;
        self.len += 1;
    }
}

impl Sink for Counted<'_> {
    #[inline(always)]
    fn put(&mut self, token: u32) {
        self.put_bare(token);
        self.histogram.0[index(token)] += 1;
    }

    #[inline(always)]
    fn settle(&mut self) {}
}
