//! Codes of AC, several at a time: one look-up gives symbols with their values.
//!
//! Most codes are short, and entropy decoding waits for the next look-up most of its time.
#![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bits are cut out of words")]

use super::huffman::{Codes, END, SINGLE, Spec, value};
use crate::Reason;
#[cfg(target_arch = "x86_64")]
use crate::vector;

/// Bits of a look-up that gives joined symbols of AC.
const JOINED_BITS: u32 = 11;

/// A look-up's worth of symbols of AC, with their values.
///
/// | bits | meaning |
/// | --- | --- |
/// | 0..6 | bits of all its symbols; of the code, if the advance is [`SINGLE`] |
/// | 6..8 | which of the values 1 and 2 are other than zero |
/// | 8..16 | how far the index goes, [`END`] more if the block ends; or [`SINGLE`] |
/// | 16..22 | where the five values start, from the index |
/// | 22..24 | which of the values 3 and 4 are other than zero |
/// | 24..64 | five signed values; value 0 is other than zero if any is |
///
/// If not even one symbol is whole with its value, the advance is [`SINGLE`], and bits 24..32 are the symbol; without bits,
/// not even its code is whole, or it is one that is seldom met.
#[derive(Clone, Copy, Debug)]
pub(super) struct Joined(u64);

impl Joined {
    /// Nothing that could be joined.
    const NONE: Self = Self((SINGLE as u64) << 8);

    /// Makes an entry of one symbol whose value is not known.
    const fn single(symbol: u8, len: u32) -> Self {
        Self(Self::NONE.0 | (symbol as u64) << 24 | len as u64)
    }

    /// Returns its bits in the lowest six; above them is something else.
    #[inline(always)]
    pub(super) const fn len(self) -> u32 {
        self.0 as u32
    }

    /// Returns how far the index goes, or [`SINGLE`].
    #[inline(always)]
    pub(super) const fn advance(self) -> usize {
        (self.0 >> 8 & 255) as usize
    }

    /// Returns where its values start, from the index: at most 63.
    #[inline(always)]
    pub(super) const fn offset(self) -> usize {
        (self.0 >> 16 & 63) as usize
    }

    /// Returns its values, and three zeros.
    #[inline(always)]
    pub(super) fn values(self) -> [i16; 8] {
        widen(self.0 >> 24)
    }

    /// Returns which values are other than zero; the first is the uppermost bit.
    #[inline(always)]
    pub(super) const fn pattern(self) -> u64 {
        let first = (self.0 as u32 > 0xff_ffff) as u64;
        first << 63 | (self.0 >> 6 & 3) << 61 | (self.0 >> 22 & 3) << 59
    }

    /// Returns the symbol of a code that is whole without its value.
    #[inline(always)]
    pub(super) const fn symbol(self) -> Option<u8> {
        if self.0 & 63 == 0 { None } else { Some((self.0 >> 24) as u8) }
    }
}

/// Widens eight signed bytes to numbers of 16 bits.
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "instructions that every x86-64 has, but that ask for it")]
#[inline(always)]
fn widen(bytes: u64) -> [i16; 8] {
    use std::arch::x86_64::{_mm_cvtsi64_si128, _mm_setzero_si128, _mm_srai_epi16, _mm_unpacklo_epi8};
    // SAFETY: SSE2 is part of x86-64.
    let words =
        unsafe { _mm_srai_epi16::<8>(_mm_unpacklo_epi8(_mm_setzero_si128(), _mm_cvtsi64_si128(bytes.cast_signed()))) };
    let mut numbers = [0; 8];
    vector::store(&mut numbers, words);
    numbers
}

/// Widens eight signed bytes to numbers of 16 bits.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn widen(bytes: u64) -> [i16; 8] {
    bytes.to_le_bytes().map(|byte| i16::from(byte.cast_signed()))
}

/// A table of AC.
#[derive(Debug)]
pub(super) struct AcTable {
    /// For the next bits: all symbols that are whole in them.
    joined: [Joined; 1 << JOINED_BITS],
    /// For codes and values that are longer.
    pub(super) codes: Codes,
}

impl AcTable {
    /// Prepares a table.
    ///
    /// # Errors
    ///
    /// [`Reason::Codes`] if there are more codes of a length than fit.
    pub(super) fn new(spec: &Spec) -> Result<Box<Self>, Reason> {
        let codes = Codes::new(spec)?;
        let mut table = Box::new(Self { joined: [Joined::NONE; 1 << JOINED_BITS], codes });
        Joiner::START.fill(&table.codes, 0, &mut table.joined);
        Ok(table)
    }

    /// Returns the symbols of the uppermost bits.
    #[inline(always)]
    pub(super) fn joined(&self, bits: u64) -> Joined {
        self.joined[(bits >> (64 - JOINED_BITS)) as usize]
    }
}

/// Symbols that are joined, while a table is filled.
#[derive(Clone, Copy)]
struct Joiner {
    /// Bits of all of them.
    used: u32,
    advance: usize,
    /// Where the first value is; the others are at most four places behind it.
    first: Option<usize>,
    values: u64,
    pattern: u64,
}

impl Joiner {
    /// No symbol.
    const START: Self = Self { used: 0, advance: 0, first: None, values: 0, pattern: 0 };

    /// Fills in the entries of all bits that start with these symbols, whose first is at an index.
    fn fill(self, codes: &Codes, index: usize, entries: &mut [Joined]) {
        let mut at = 0;
        while at < entries.len() {
            let bits = ((index + at) as u64) << (64 - JOINED_BITS + self.used);
            let (symbol, len) = codes.symbol(bits);
            let total = self.used + len + u32::from(symbol & 15);
            let next = if total > JOINED_BITS { None } else { self.and(symbol, total, bits << len) };
            // As many entries as start with the same symbols.
            let same = if next.is_some() { total } else { self.used + len };
            let end = at + (1 << JOINED_BITS.saturating_sub(same));
            match next {
                Some(next) if next.advance >= END || total == JOINED_BITS => entries[at..end].fill(next.entry()),
                Some(next) => next.fill(codes, index + at, &mut entries[at..end]),
                None => entries[at..end].fill(self.entry_before(symbol, len)),
            }
            at = end;
        }
    }

    /// Adds a symbol with a value; nothing if it cannot be joined: the end of more blocks than this, nonsense, what goes too
    /// far.
    fn and(self, symbol: u8, total: u32, value_bits: u64) -> Option<Self> {
        let mut next = Self { used: total, ..self };
        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        match (run, size) {
            (0, 0) => next.advance += END,
            (15, 0) if self.first.is_none() && self.advance + 16 < 48 => next.advance += 16,
            (_, 1..=7) if self.advance + run < 63 => {
                let place = self.advance + run - *next.first.get_or_insert(self.advance + run);
                if place > 4 {
                    return None;
                }
                next.values |= u64::from(value(value_bits, size) as u8) << (8 * place);
                next.pattern |= [0, 1 << 7, 1 << 6, 1 << 23, 1 << 22][place];
                next.advance += run + 1;
            }
            _ => return None,
        }
        Some(next)
    }

    /// Returns the entry of these symbols.
    fn entry(self) -> Joined {
        let offset = self.first.unwrap_or(0) as u64;
        Joined(u64::from(self.used) | self.pattern | (self.advance as u64) << 8 | offset << 16 | self.values << 24)
    }

    /// Returns the entry of these symbols, with another one behind them that is not joined.
    fn entry_before(self, symbol: u8, len: u32) -> Joined {
        match symbol & 15 {
            _ if self.used > 0 => self.entry(),
            1.. if len <= JOINED_BITS => Joined::single(symbol, len),
            _ => Joined::NONE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::huffman::is_invalid;
    use crate::decode::standard;

    /// Tables of luma, of chroma, and one with a code of every length whose symbols are in no order.
    fn specs() -> Vec<Spec> {
        let mut specs: Vec<Spec> = standard::AC.iter().map(|(counts, symbols)| Spec::new(*counts, symbols)).collect();
        let symbols = [0x01, 0x00, 0xf0, 0x21, 0x13, 0xf1, 0x07, 0x0a, 0x72, 0x10, 0x02, 0xe3, 0x08, 0x31, 0x51, 0x00];
        specs.push(Spec::new([1; 16], &symbols));
        specs
    }

    #[test]
    fn joined_entries_are_their_symbols_one_by_one() {
        for spec in specs() {
            let table = AcTable::new(&spec).unwrap();
            for index in 0..1_u64 << JOINED_BITS {
                let bits = index << (64 - JOINED_BITS);
                let joined = table.joined(bits);
                if joined.advance() == SINGLE {
                    let (symbol, len) = table.codes.symbol(bits);
                    let is_known = joined.symbol().is_none_or(|known| (known, joined.len() & 63) == (symbol, len));
                    assert!(is_known, "{index:#x}");
                    continue;
                }
                assert!((1..=JOINED_BITS).contains(&(joined.len() & 63)) && joined.offset() < 64, "{index:#x}");
                let (mut used, mut k, mut expected) = (0, 0, [0_i16; 136]);
                while used < joined.len() & 63 {
                    let (symbol, len) = table.codes.symbol(bits << used);
                    let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
                    assert!(!is_invalid(len) && k < END, "{index:#x}");
                    if size > 0 {
                        expected[k + run] = i16::try_from(value(bits << (used + len), size)).unwrap();
                    }
                    k += if symbol == 0 { END } else { run + 1 };
                    used += len + size;
                }
                let mut actual = [0; 136];
                actual[joined.offset()..][..8].copy_from_slice(&joined.values());
                let pattern =
                    (0..8).filter(|i| expected[joined.offset() + i] != 0).fold(0, |all, i| all | 1 << (63 - i));
                assert_eq!((used, k), (joined.len() & 63, joined.advance()), "{index:#x}");
                assert!(actual == expected && joined.pattern() == pattern, "{index:#x}");
            }
        }
    }
}
