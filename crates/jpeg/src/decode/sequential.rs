//! Entropy decoding of a sequential scan: block after block, all coefficients of each.

use std::ops::Range;

use super::bits::{Buffer, Cursor};
use super::coefficients::{Coefficients, WINDOW};
use super::damage::DamageKind;
use super::frame::MAX_MCU_BLOCKS;
use super::huffman::{AcSymbol, Codes, DcTable, END, SINGLE, is_end, value};
use super::joined::{AcTable, Joined};
use super::scan::{Scan, ScanTables, Use};
use super::skip::{SkipTable, skip};

/// A block of an MCU.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Unit {
    /// Where it is in the first MCU.
    pub(super) place: usize,
    /// From an MCU to the next.
    pub(super) step: usize,
    /// How it is read.
    pub(super) table_use: Use,
}

/// How the blocks of a [`Unit`] are read, with the tables themselves.
#[derive(Clone, Copy)]
struct Reader<'t> {
    /// Where the block of this MCU is.
    place: usize,
    step: usize,
    component: usize,
    dc: &'t DcTable,
    ac: Option<&'t AcTable>,
    skip: Option<&'t SkipTable>,
}

impl<'t> Reader<'t> {
    /// Finds the tables of a unit.
    fn new(unit: &Unit, tables: &'t ScanTables) -> Self {
        let Use { component, dc, ac, skip } = unit.table_use;
        Self {
            place: unit.place,
            step: unit.step,
            component,
            dc: &tables.dc[dc],
            ac: ac.map(|ac| &*tables.ac[ac]),
            skip: tables.skip.get(skip).map(|skip| &**skip),
        }
    }

    /// Goes on to the next block; returns the place of this one.
    #[inline(always)]
    fn next(&mut self) -> usize {
        let place = self.place;
        self.place += self.step;
        place
    }

    /// Reads a block, or skips all but its DC: if nothing else is needed of the component, or unless `READS`.
    #[inline(always)]
    fn pass<const READS: bool>(&mut self, scan: &mut Scan<'_>, cursor: Cursor, into: &mut Coefficients) -> Cursor {
        let (mut cursor, place) = (cursor, self.next());
        let (dc, is_whole) = self.dc(scan, &mut cursor);
        let (mut last, mut is_valid) = (0, true);
        match self.ac {
            Some(table) if READS => {
                let window = into.window(place);
                window[..64].fill(0);
                if !is_whole {
                    (last, is_valid) = block(&scan.input.buffer, &mut cursor, table, window);
                }
                window[0] = dc;
            }
            _ => {
                if let (Some(table), false) = (self.skip, is_whole) {
                    is_valid = skip(&scan.input.buffer, &mut cursor, table);
                }
                into.block(place)[0] = dc;
            }
        }
        into.set_last(place, last);
        if !is_valid {
            scan.note(DamageKind::Code);
        }
        cursor
    }

    /// Reads DC of a block; returns it, and whether the block ends with it.
    #[inline(always)]
    fn dc(&self, scan: &mut Scan<'_>, cursor: &mut Cursor) -> (i16, bool) {
        if scan.input.needs_more(cursor) {
            *cursor = scan.more(*cursor, 0);
        }
        cursor.refill(&scan.input.buffer);
        let difference = self.dc.difference(cursor.bits);
        let (value, is_whole);
        if difference.is_long() {
            let is_valid;
            (value, is_valid) = long_difference(&scan.input.buffer, cursor, self.dc);
            is_whole = false;
            if !is_valid {
                scan.note(DamageKind::Code);
            }
        } else {
            cursor.drop(difference.len());
            (value, is_whole) = (difference.value(), difference.is_whole_block());
        }
        // There are four components at most.
        let dc = &mut scan.dc[self.component & 3];
        *dc = dc.wrapping_add(value);
        (wrap(*dc), is_whole)
    }
}

/// Decodes MCUs that stand side by side; those outside `kept` are skipped, apart from their DC.
#[inline(always)]
pub(super) fn decode(scan: &mut Scan<'_>, units: &[Unit], count: usize, kept: &Range<usize>, into: &mut Coefficients) {
    let Some((first, others)) = units.split_first() else { return };
    // They are lent to the readers while the scan goes on.
    let tables = std::mem::take(&mut scan.tables);
    let mut readers = [Reader::new(first, &tables); MAX_MCU_BLOCKS];
    for (reader, unit) in readers[1..].iter_mut().zip(others) {
        *reader = Reader::new(unit, &tables);
    }
    let readers = &mut readers[..units.len()];
    let reads_any = readers.iter().any(|reader| reader.ac.is_some());
    let mut cursor = scan.cursor;
    for mcu in 0..count {
        let has_data;
        (cursor, has_data) = scan.start_mcu(cursor);
        let is_kept = kept.contains(&mcu);
        if !has_data {
            for reader in &mut *readers {
                into.clear_block(reader.next());
            }
        } else if is_kept && reads_any {
            for reader in &mut *readers {
                cursor = reader.pass::<true>(scan, cursor, into);
            }
        } else {
            // The same, but free of all questions about coefficients of AC.
            for reader in &mut *readers {
                cursor = reader.pass::<false>(scan, cursor, into);
            }
        }
        scan.mcu += 1;
    }
    scan.cursor = cursor;
    scan.tables = tables;
}

/// Cuts a coefficient to 16 bits, as all of them are kept.
#[expect(clippy::cast_possible_truncation, reason = "that is what it is for")]
pub(super) const fn wrap(coefficient: i32) -> i16 {
    coefficient as i16
}

/// Reads a difference of DC, and whether its code is one; there must be no end of block in its table.
#[inline(always)]
pub(super) fn difference(buffer: &Buffer, cursor: &mut Cursor, table: &DcTable) -> (i32, bool) {
    cursor.refill(buffer);
    let difference = table.difference(cursor.bits);
    if difference.is_long() {
        return long_difference(buffer, cursor, table);
    }
    cursor.drop(difference.len());
    (difference.value(), true)
}

/// Reads a difference of DC that a look-up does not give, and whether its code is one; refills before and behind it.
#[inline]
fn long_difference(buffer: &Buffer, cursor: &mut Cursor, table: &DcTable) -> (i32, bool) {
    let (difference, len, is_valid) = table.long_difference(cursor.bits);
    cursor.drop(len);
    cursor.refill(buffer);
    (difference, is_valid)
}

/// Reads the coefficients of AC of a block into one that is all zero; 44 bits must be valid.
///
/// Returns the place of the last one, and whether all codes are valid.
#[inline(always)]
fn block(buffer: &Buffer, cursor: &mut Cursor, table: &AcTable, out: &mut [i16; WINDOW]) -> (u8, bool) {
    // A copy whose address nobody has, so that it stays in registers.
    let mut at = *cursor;
    let mut k = 1;
    // As many look-ups of 11 bits as are sure of their bits.
    let mut sure = 4;
    'block: loop {
        let mut joined;
        let mut next;
        'joined: {
            for _ in 0..sure {
                joined = table.joined(at.bits);
                next = k + joined.advance();
                if next >= 64 {
                    break 'joined;
                }
                store(out, k, joined);
                at.drop(joined.len());
                k = next;
            }
            at.refill(buffer);
            sure = 5;
            continue 'block;
        }
        if joined.advance() == SINGLE {
            let is_valid;
            (at, k, is_valid) = single(buffer, at, table, joined, k, out);
            if k >= 64 || !is_valid {
                *cursor = at;
                return (if k > 64 { last(k) } else { 63 }, is_valid);
            }
            at.refill(buffer);
            sure = 5;
            continue 'block;
        }
        if is_end(next) {
            store(out, k, joined);
            at.drop(joined.len());
            *cursor = at;
            return (last(next), true);
        }
        // A part of the joined symbols belongs to the next block.
        let is_valid;
        (*cursor, is_valid) = one_by_one(buffer, at, &table.codes, k, out);
        return (63, is_valid);
    }
}

/// Stores the values of joined symbols from an index on, which is below 64.
#[inline(always)]
fn store(out: &mut [i16; WINDOW], k: usize, joined: Joined) {
    out[(k & 63) + joined.offset()..][..8].copy_from_slice(&joined.values());
}

/// Reads one symbol of AC that is not joined, and its value.
#[inline(always)]
fn single(
    buffer: &Buffer,
    at: Cursor,
    table: &AcTable,
    joined: Joined,
    k: usize,
    out: &mut [i16; WINDOW],
) -> (Cursor, usize, bool) {
    let Some(known) = joined.symbol() else { return symbol(buffer, at, &table.codes, k, out) };
    let mut at = at;
    at.refill(buffer);
    at.drop(joined.len());
    let (run, size) = (usize::from(known >> 4), u32::from(known & 15));
    out[(k + run).min(63)] = wrap(value(at.bits, size));
    at.drop(size);
    let next = k + run + 1;
    (at, next, next <= 64)
}

/// Reads the rest of a block whose last look-up went too far; what it has stored beyond the block does not count.
#[cold]
fn one_by_one(buffer: &Buffer, at: Cursor, codes: &Codes, k: usize, out: &mut [i16; WINDOW]) -> (Cursor, bool) {
    let (mut at, mut k, mut is_valid) = (at, k, true);
    while k < 64 && is_valid {
        (at, k, is_valid) = symbol(buffer, at, codes, k, out);
    }
    (at, is_valid)
}

/// Returns the place of the last coefficient that was read before an index.
#[expect(clippy::cast_possible_truncation, reason = "below 64")]
const fn last(k: usize) -> u8 {
    ((k & (END - 1)) - 1) as u8
}

/// Reads one symbol of AC, and its value; returns where it ends, where the next one goes, and whether it is valid.
#[inline(never)]
fn symbol(buffer: &Buffer, at: Cursor, codes: &Codes, k: usize, out: &mut [i16; WINDOW]) -> (Cursor, usize, bool) {
    let mut at = at;
    at.refill(buffer);
    let AcSymbol { len, size, advance, is_valid } = codes.ac(at.bits);
    at.drop(len);
    let next = k + advance;
    if size == 0 {
        return (at, next, is_valid);
    }
    // libjpeg puts a coefficient beyond the block into its last place.
    out[(next - 1).min(63)] = wrap(value(at.bits, size));
    at.drop(size);
    (at, next, next <= 64 && is_valid)
}
