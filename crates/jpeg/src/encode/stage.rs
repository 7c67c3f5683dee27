//! Where a strip of blocks leaves its tokens: a small buffer that stays in the cache, and counts.

use super::tokens::{Histogram, Token, Value, index};

/// Tokens that one strip may leave at most; a power of two, so that no access needs a check.
///
/// The longest strip has 16 MCUs of 6 blocks of 64 coefficients, each of at most two tokens.
pub(super) const STAGE: usize = 16384;

/// A buffer for the tokens of one strip.
pub(super) type Stage = [Token; STAGE];

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

    /// Takes a symbol with its bits.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "the halves are meant")]
    pub(super) fn put(&mut self, value: Value) {
        let (first, last) = (value as Token, (value >> 16) as Token);
        self.put_bare(first);
        self.histogram.0[index(first)] += 1;
        if last != 0 {
            self.put_bare(last);
        }
    }

    /// Takes a token that needs no counting: bare bits.
    #[inline(always)]
    pub(super) fn put_bare(&mut self, token: Token) {
        self.stage[self.len % STAGE] = token;
        self.len += 1;
    }
}
