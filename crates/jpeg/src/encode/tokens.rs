//! Tokens: symbols with the bits that follow them, kept until the codes of the symbols are known.
//!
//! A token is 32 bits: the low 16 are the bits that follow, at most 11 for a symbol; above them stands what they follow,
//! which is an index into [`Codes`]:
//!
//! | index | in a sequential scan and a scan of DC | in a scan of AC |
//! | --- | --- | --- |
//! | 0 to 255 | symbols of the luma DC table | symbols |
//! | 256 to 511 | … of the luma AC table | bare bits: 256 and their number |
//! | 512 to 1023 | … of the chroma tables | none |
//!
//! The low four bits of a symbol say how many bits follow. Where the standard has more to say (the length of a run of empty
//! blocks, corrections of coefficients), bare bits follow.

use super::error::{Error, reserve};
use super::huffman::{Counts, Table};

/// Tables of a sequential scan: DC and AC of luma, DC and AC of chroma.
pub(super) const TABLES: usize = 4;

/// Kinds of tokens.
pub(super) const KINDS: usize = 256 * TABLES;

/// Where the index of a token starts.
pub(super) const INDEX_SHIFT: u32 = 16;
/// Where the run of zeros starts in the symbol of a token.
pub(super) const RUN_SHIFT: u32 = INDEX_SHIFT + 4;
/// Sixteen zeros, as the symbol of a token.
pub(super) const SIXTEEN_ZEROS: u32 = 0xf0 << INDEX_SHIFT;
/// Where the number of bare bits starts; the index above it is 256.
const BARE: u32 = 256 << INDEX_SHIFT;

/// For each coefficient, or difference of two DC coefficients, cut to 12 bits: its size class at the place of a symbol,
/// and the bits that tell it from others of its class.
pub(super) static VALUES: [u32; 4096] = values();

/// Computes [`VALUES`].
#[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss, reason = "12 bits")]
const fn values() -> [u32; 4096] {
    let mut values = [0; 4096];
    let mut i = 0;
    while i < values.len() {
        let value = ((i as i32) << 20) >> 20;
        let size = 32 - value.unsigned_abs().leading_zeros();
        // Negative values are one less, so that their first bit is 0.
        let bits = (value - (value < 0) as i32) as u32 & ((1 << size) - 1);
        values[i] = size << INDEX_SHIFT | bits & 0xffff;
        i += 1;
    }
    values
}

/// Returns the token of a value without a run of zeros before it.
#[inline(always)]
#[expect(clippy::cast_sign_loss, reason = "cut to 12 bits")]
pub(super) fn of_value(value: i32) -> u32 {
    VALUES[(value & 4095) as usize]
}

/// Returns a token of bare bits, 1 to 16 of them.
#[inline(always)]
pub(super) const fn of_bits(bits: u32, len: u32) -> u32 {
    BARE | len << INDEX_SHIFT | bits
}

/// Returns the index of a token.
#[inline(always)]
pub(super) const fn index(token: u32) -> usize {
    (token >> INDEX_SHIFT) as usize % KINDS
}

/// What each kind of token is written as: the code with room for the bits that follow, above five bits of length.
#[derive(Clone, Debug)]
pub(super) struct Codes([u32; KINDS]);

impl Codes {
    /// No codes, apart from bare bits.
    pub(super) fn new() -> Self {
        let mut codes = [0; KINDS];
        for (len, code) in (0..=16).zip(&mut codes[256..]) {
            *code = len;
        }
        Self(codes)
    }

    /// Sets the codes of one of [`TABLES`].
    pub(super) fn set(&mut self, number: usize, table: &Table) {
        let codes = &mut self.0[256 * number..][..256];
        table.for_each_code(|symbol, code, bits| {
            let follow = u32::from(symbol & 15);
            codes[usize::from(symbol)] = (code << follow) << 5 | (bits + follow);
        });
    }

    /// Returns the bits of a token and their number, at most 27.
    #[inline(always)]
    pub(super) fn write(&self, token: u32) -> (u64, u32) {
        let code = self.0[index(token)];
        (u64::from(code >> 5 | token & 0xffff), code & 31)
    }
}

/// How often each kind of token occurs.
#[derive(Clone, Debug)]
pub(super) struct Histogram(pub(super) [u32; KINDS]);

impl Histogram {
    /// No token yet.
    pub(super) const NONE: Self = Self([0; KINDS]);

    /// Returns the counts of one of [`TABLES`].
    pub(super) fn of_table(&self, number: usize) -> &Counts {
        self.0[256 * number..].first_chunk().expect("there are 256 kinds for each table")
    }
}

/// The tokens of a scan, in pieces, so that growing moves nothing.
#[derive(Debug)]
pub(super) struct Tokens {
    /// Pieces of fixed capacity; all but the last are full.
    pieces: Vec<Vec<u32>>,
}

/// Tokens of a piece: 64 KiB.
const PIECE: usize = 16 << 10;

impl Tokens {
    /// No token yet.
    pub(super) const fn new() -> Self {
        Self { pieces: Vec::new() }
    }

    /// Appends tokens.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`].
    pub(super) fn extend(&mut self, mut tokens: &[u32]) -> Result<(), Error> {
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

    /// Takes the pieces out, in order.
    pub(super) fn into_pieces(self) -> impl Iterator<Item = Vec<u32>> {
        self.pieces.into_iter()
    }
}
