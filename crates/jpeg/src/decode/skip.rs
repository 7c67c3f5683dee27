//! Skipping the coefficients of AC of blocks: several codes at a time, and no values.
#![expect(clippy::cast_possible_truncation, reason = "bits are cut out of words")]

use super::bits::{Buffer, Cursor};
use super::huffman::{AcSymbol, Codes, END, SINGLE, Spec, is_end};
use crate::Reason;

/// Bits of a look-up that skips symbols of AC.
const SKIP_BITS: u32 = 12;
/// The most bits that a look-up skips: three times as many are valid behind a refill.
const SKIPPED_BITS: u32 = 18;

/// A table of AC that skips: how far the index goes, and by how many bits.
///
/// The last value of a look-up may have bits behind those that are looked up.
#[derive(Debug)]
pub(super) struct SkipTable {
    /// For the next bits: the bits of all symbols whose codes are whole in them, and in the upper byte how far the index
    /// goes; [`SINGLE`] if there is no such symbol.
    skipped: [u16; 1 << SKIP_BITS],
    pub(super) codes: Codes,
}

impl SkipTable {
    /// Prepares a table of a sequential scan.
    ///
    /// # Errors
    ///
    /// [`Reason::Codes`] if there are more codes of a length than fit.
    pub(super) fn new(spec: &Spec) -> Result<Box<Self>, Reason> {
        let codes = Codes::new(spec)?;
        let mut table = Box::new(Self { skipped: [0; 1 << SKIP_BITS], codes });
        fill_skipped(&table.codes, (0, 0), 0, &mut table.skipped);
        Ok(table)
    }

    /// Returns what is skipped by the uppermost bits.
    #[inline(always)]
    pub(super) fn skipped(&self, bits: u64) -> Skipped {
        Skipped(self.skipped[(bits >> (64 - SKIP_BITS)) as usize])
    }
}

/// Symbols of AC that are skipped by a look-up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Skipped(u16);

impl Skipped {
    /// Returns its bits in the lowest six; above them is something else.
    #[inline(always)]
    pub(super) const fn len(self) -> u32 {
        self.0 as u32
    }

    /// Returns how far the index goes, [`END`] more if the block ends; or [`SINGLE`].
    #[inline(always)]
    pub(super) const fn advance(self) -> usize {
        (self.0 >> 8) as usize
    }
}

/// Fills in the entries of all bits that start with symbols of some bits, which advance so far; the first is at an index.
fn fill_skipped(codes: &Codes, (used, advance): (u32, usize), index: usize, entries: &mut [u16]) {
    let mut at = 0;
    while at < entries.len() {
        let (symbol, len) = codes.symbol(((index + at) as u64) << (64 - SKIP_BITS + used));
        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        let total = used + len + size;
        let next = match (run, size) {
            _ if used + len > SKIP_BITS || total > SKIPPED_BITS => None,
            (0, 0) => Some(advance + END),
            (15, 0) | (_, 1..) if advance + run < 63 => Some(advance + run + 1),
            _ => None,
        };
        let is_whole = next.is_some() && total < SKIP_BITS;
        let same = if is_whole { total } else { used + len };
        let end = at + (1 << SKIP_BITS.saturating_sub(same));
        match next {
            Some(advance) if advance < END && is_whole => {
                fill_skipped(codes, (total, advance), index + at, &mut entries[at..end]);
            }
            Some(advance) => entries[at..end].fill((advance << 8) as u16 | total as u16),
            None if used > 0 => entries[at..end].fill((advance << 8) as u16 | used as u16),
            None => entries[at..end].fill((SINGLE << 8) as u16),
        }
        at = end;
    }
}

/// Skips the coefficients of AC of a block; 46 bits must be valid. Returns whether all codes are valid.
#[inline(always)]
pub(super) fn skip(buffer: &Buffer, cursor: &mut Cursor, table: &SkipTable) -> bool {
    // A copy whose address nobody has, so that it stays in registers.
    let mut at = *cursor;
    let mut k = 1;
    // As many look-ups as are sure of their bits, each of 18 bits at most.
    let mut sure = 2;
    'block: loop {
        let mut skipped;
        let mut next;
        'skipped: {
            for _ in 0..sure {
                skipped = table.skipped(at.bits);
                next = k + skipped.advance();
                if next >= 64 {
                    break 'skipped;
                }
                at.drop(skipped.len());
                k = next;
            }
            at.refill(buffer);
            sure = 3;
            continue 'block;
        }
        if skipped.advance() == SINGLE {
            let mut behind = at;
            behind.refill(buffer);
            let AcSymbol { len, size, advance, is_valid } = symbol(behind.bits, &table.codes);
            behind.drop(len + size);
            next = k + advance;
            if next < 64 && is_valid {
                (at, k) = (behind, next);
                at.refill(buffer);
                sure = 3;
                continue 'block;
            }
            if !is_valid || is_end(next) {
                *cursor = behind;
                return is_valid;
            }
        } else if is_end(next) {
            at.drop(skipped.len());
            *cursor = at;
            return true;
        }
        let is_valid;
        (*cursor, is_valid) = skip_one_by_one(buffer, at, &table.codes, k);
        return is_valid;
    }
}

/// Skips the rest of a block whose last look-up went too far.
#[cold]
fn skip_one_by_one(buffer: &Buffer, at: Cursor, codes: &Codes, k: usize) -> (Cursor, bool) {
    let (mut at, mut k) = (at, k);
    while k < 64 {
        at.refill(buffer);
        let AcSymbol { len, size, advance, is_valid } = symbol(at.bits, codes);
        at.drop(len + size);
        k += advance;
        if !is_valid || (65..END).contains(&k) && advance < 16 {
            return (at, false);
        }
    }
    (at, true)
}

/// Returns the symbol that the uppermost bits start with: [`Codes::ac`], which would be too much in the loop.
#[inline(never)]
fn symbol(bits: u64, codes: &Codes) -> AcSymbol {
    codes.ac(bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::standard;

    #[test]
    fn skipped_entries_are_their_symbols_one_by_one() {
        for (counts, symbols) in standard::AC {
            let table = SkipTable::new(&Spec::new(counts, symbols)).unwrap();
            for index in 0..1_u64 << SKIP_BITS {
                // Whatever stands behind the bits of the look-up.
                for behind in [0, u64::MAX >> SKIP_BITS] {
                    let bits = index << (64 - SKIP_BITS) | behind;
                    let skipped = table.skipped(bits);
                    if skipped.advance() == SINGLE {
                        assert_eq!(skipped.len() & 63, 0, "{index:#x}");
                        continue;
                    }
                    let (mut used, mut k) = (0, 0);
                    while used < skipped.len() & 63 {
                        let AcSymbol { len, size, advance, is_valid } = symbol(bits << used, &table.codes);
                        assert!(is_valid && k < 64, "{index:#x}");
                        (used, k) = (used + len + size, k + advance);
                    }
                    assert!(used <= SKIPPED_BITS, "{index:#x}");
                    assert_eq!((used, k), (skipped.len() & 63, skipped.advance()), "{index:#x}");
                }
            }
        }
    }
}
