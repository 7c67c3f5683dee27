//! Tokens: symbols with the bits that follow them, kept until the codes of the symbols are known.
//!
//! A token is 16 bits: the low 6 are bits that follow; above them stands what they follow, which is an index into [`Codes`]:
//!
//! | index | in a sequential scan and the first one of DC | in other scans |
//! | --- | --- | --- |
//! | 0 to 255 | symbols of the luma DC table | symbols |
//! | 256 to 511 | … of the luma AC table | 14 bare bits, with the high ones of the low 6 |
//! | 512 to 1023 | … of the chroma tables | 6 to 13 bare bits likewise, see [`BARE`] |
//!
//! The low four bits of a symbol are the size of a value: how many bits follow. Where there are more than six, the others come
//! as bare bits in a token of their own; it looks like a symbol of size 15, which no table has, with their number in place of
//! the run. Where the standard has more to say (the length of a run of empty blocks, corrections of coefficients), bare bits
//! follow too.

use super::bits::{CODE_SHIFT, Code};
use super::error::{Error, reserve};
use super::huffman::{Counts, Table};

/// A symbol, or bare bits.
pub(super) type Token = u16;

/// Tables of a sequential scan: DC and AC of luma, DC and AC of chroma.
pub(super) const TABLES: usize = 4;

/// Kinds of tokens.
pub(super) const KINDS: usize = 256 * TABLES;

/// Bits of a token that follow its symbol.
const FOLLOW: u32 = 6;
/// Where the run of zeros starts in a token.
const RUN_SHIFT: u32 = FOLLOW + 4;
/// From the tokens of a table to those of the next.
pub(super) const NEXT_TABLE: u32 = 256 << FOLLOW;
/// Sixteen zeros.
pub(super) const SIXTEEN_ZEROS: u32 = 0xf0 << FOLLOW;
/// The boundary of two intervals, which writes nothing by itself: bare bits without any.
pub(super) const RESTART: Token = 0x0f << FOLLOW;

/// A value as tokens: in the low half its size, as if there were no zeros before it, with its first bits; in the high half a
/// token with its last bits, or 0 if it has no more than six.
///
/// A run and a table may be added to it.
pub(super) type Value = u32;

/// For each coefficient, or difference of two DC coefficients, cut to 12 bits.
static VALUES: [Value; 4096] = values();

/// Computes [`VALUES`].
#[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "12 bits")]
const fn values() -> [Value; 4096] {
    let mut values = [0; 4096];
    let mut i = 0;
    while i < values.len() {
        let value = ((i as i32) << 20) >> 20;
        let size = size(value);
        let bits = bits(value, size);
        values[i] = if size <= FOLLOW {
            size << FOLLOW | bits
        } else {
            let rest = size - FOLLOW;
            let last = BARE[rest as usize] as u32 + (bits & ((1 << rest) - 1));
            last << 16 | size << FOLLOW | bits >> rest
        };
        i += 1;
    }
    values
}

/// Returns how many bits say which value of its size one is.
#[inline(always)]
pub(super) const fn size(value: i32) -> u32 {
    32 - value.unsigned_abs().leading_zeros()
}

/// Returns the bits that say which value of its size one is.
#[inline(always)]
pub(super) const fn bits(value: i32, size: u32) -> u32 {
    // Negative values are one less, so that their first bit is 0.
    (value + (value >> 31)).cast_unsigned() & ((1 << size) - 1)
}

/// Returns a value behind a run of zeros, as tokens of the first table.
#[inline(always)]
pub(super) fn of_value(run: u32, value: i32) -> Value {
    VALUES[(value.cast_unsigned() & 4095) as usize] + (run << RUN_SHIFT)
}

/// Corrections that a token has room for behind the sign of a coefficient.
pub(super) const MAX_CORRECTIONS: u32 = FOLLOW - 1;

/// Returns a coefficient that was zero, behind a run of those that are zero still, as a token.
///
/// Its size is 1, so there is room for corrections of those in between: the size says how many there are as well.
#[inline(always)]
pub(super) const fn of_sign(run: u32, is_positive: bool, corrections: u32, count: u32) -> Value {
    (run << RUN_SHIFT) + ((1 + count) << FOLLOW) + ((is_positive as u32) << count | corrections)
}

/// Returns the symbol that says how many bits the length of a run of empty blocks has behind its first.
#[inline(always)]
pub(super) const fn of_empty_run(bits: u32) -> Value {
    bits << RUN_SHIFT
}

/// Bare bits of a token at most.
pub(super) const MAX_BARE: u32 = 14;

/// The tokens of bare bits, by their number, if all of them are zero.
const BARE: [Token; MAX_BARE as usize + 1] = bare();

/// Computes [`BARE`].
#[expect(clippy::cast_possible_truncation, reason = "below 3 × 2^14")]
const fn bare() -> [Token; MAX_BARE as usize + 1] {
    const TWO: Token = 2;
    let mut bare = [0; MAX_BARE as usize + 1];
    let mut len = 0;
    while len <= MAX_BARE {
        bare[len as usize] = if len < FOLLOW {
            RESTART + ((len as Token) << RUN_SHIFT)
        } else {
            // 14 bits end where 13 start, and so on down to 6.
            (3 << MAX_BARE) - (TWO << len)
        };
        len += 1;
    }
    bare
}

/// Returns a token of bare bits, at most [`MAX_BARE`] of them.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "no more bits than are said")]
pub(super) const fn of_bits(bits: u32, len: u32) -> Token {
    BARE[len as usize] + bits as Token
}

/// Returns the index of a token.
#[inline(always)]
pub(super) const fn index(token: Token) -> usize {
    (token >> FOLLOW) as usize
}

/// What each kind of token is written as: its code with room for the bits that follow.
#[derive(Clone, Debug)]
pub(super) struct Codes([Code; KINDS]);

impl Codes {
    /// No codes, apart from bare bits.
    pub(super) fn new() -> Self {
        let mut codes = [0; KINDS];
        for (len, first) in (0..).zip(BARE) {
            let kinds = 1 << len.max(FOLLOW) >> FOLLOW;
            for (high, code) in (0..kinds).zip(&mut codes[index(first)..]) {
                *code = high << FOLLOW << CODE_SHIFT | len;
            }
        }
        Self(codes)
    }

    /// Sets the codes of one of [`TABLES`].
    pub(super) fn set(&mut self, number: usize, table: &Table) {
        let codes = &mut self.0[256 * number..][..256];
        table.for_each_code(|symbol, code, bits| {
            let follow = u32::from(symbol & 15).min(FOLLOW);
            codes[usize::from(symbol)] = code << follow << CODE_SHIFT | (bits + follow);
        });
    }

    /// Sets the codes of signs that corrections follow, as those of signs alone are: see [`of_sign`].
    pub(super) fn set_corrected(&mut self) {
        for run in 0..16 {
            let codes = &mut self.0[run << 4..][1..];
            let (sign, corrected) = codes.split_at_mut(1);
            for (count, code) in (1..=MAX_CORRECTIONS).zip(corrected) {
                *code = (sign[0] >> CODE_SHIFT << count << CODE_SHIFT) | ((sign[0] & 63) + count);
            }
        }
    }

    /// Returns the code of a token, of at most 22 bits.
    #[inline(always)]
    pub(super) fn write(&self, token: Token) -> Code {
        self.0[index(token)] | (Code::from(token) & ((1 << FOLLOW) - 1)) << CODE_SHIFT
    }
}

/// How often each kind of token occurs.
#[derive(Clone, Debug)]
pub(super) struct Histogram(pub(super) [u32; KINDS]);

impl Histogram {
    /// No token yet.
    pub(super) const NONE: Self = Self([0; KINDS]);

    /// Counts signs that corrections follow as signs.
    pub(super) fn join_corrected(&mut self) {
        for run in 0..16 {
            let counts = &mut self.0[run << 4..][1..=FOLLOW as usize];
            counts[0] = counts.iter().sum();
            counts[1..].fill(0);
        }
    }

    /// Returns the counts of one of [`TABLES`].
    pub(super) fn of_table(&self, number: usize) -> &Counts {
        self.0[256 * number..].first_chunk().expect("there are 256 kinds for each table")
    }
}

/// The tokens of a scan, in pieces, so that growing moves nothing.
#[derive(Debug)]
pub(super) struct Tokens {
    /// Pieces of fixed capacity; all but the last are full.
    pieces: Vec<Vec<Token>>,
    has_restarts: bool,
}

/// Tokens of a piece: 64 KiB.
const PIECE: usize = 32 << 10;

impl Tokens {
    /// No token yet.
    pub(super) const fn new() -> Self {
        Self { pieces: Vec::new(), has_restarts: false }
    }

    /// Appends tokens.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`].
    pub(super) fn extend(&mut self, mut tokens: &[Token]) -> Result<(), Error> {
        while !tokens.is_empty() {
            let room = self.pieces.last().map_or(0, |last| PIECE - last.len());
            if room == 0 {
                reserve(&mut self.pieces, 1)?;
                let mut piece = Vec::new();
                reserve(&mut piece, PIECE)?;
                self.pieces.push(piece);
                continue;
            }
            let (head, tail) = tokens.split_at(room.min(tokens.len()));
            if let Some(last) = self.pieces.last_mut() {
                last.extend_from_slice(head);
            }
            tokens = tail;
        }
        Ok(())
    }

    /// Appends a restart marker.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`].
    pub(super) fn restart(&mut self) -> Result<(), Error> {
        self.has_restarts = true;
        self.extend(&[RESTART])
    }

    /// Tells whether there are restart markers.
    pub(super) const fn has_restarts(&self) -> bool {
        self.has_restarts
    }

    /// Takes the pieces out, in order.
    pub(super) fn into_pieces(self) -> impl Iterator<Item = Vec<Token>> {
        self.pieces.into_iter()
    }
}
