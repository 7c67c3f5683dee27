//! Entropy decoding of a sequential scan: block after block, all coefficients of each.

use std::ops::Range;

use super::bits::{Buffer, Cursor};
use super::coefficients::{Coefficients, WINDOW};
use super::damage::DamageKind;
use super::huffman::{AcTable, Codes, DcTable, END, SkipTable, is_invalid, value};
use super::scan::{Scan, Use};

/// A block of an MCU.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit {
    /// Where it is in the first MCU.
    pub(super) place: usize,
    /// From an MCU to the next.
    pub(super) step: usize,
    /// How it is read.
    pub(super) table_use: Use,
}

/// Decodes MCUs that stand side by side; those outside `kept` are skipped, apart from their DC.
#[inline(always)]
pub(super) fn decode(scan: &mut Scan<'_>, units: &[Unit], count: usize, kept: &Range<usize>, into: &mut Coefficients) {
    let mut cursor = scan.cursor;
    for mcu in 0..count {
        let has_data;
        (cursor, has_data) = scan.start_mcu(cursor);
        if has_data {
            let is_kept = kept.contains(&mcu);
            for unit in units {
                if scan.input.needs_more(&cursor) {
                    cursor = scan.more(cursor, 0);
                }
                let place = unit.place + mcu * unit.step;
                let dc_table = &scan.tables.dc[unit.table_use.dc];
                let (mut dc, dc_is_valid) = difference(&scan.input.buffer, &mut cursor, dc_table);
                dc = scan.dc[unit.table_use.component].wrapping_add(dc);
                scan.dc[unit.table_use.component] = dc;
                let is_valid = match unit.table_use.ac {
                    Some(ac) if is_kept => {
                        let window = into.window(place);
                        window[..64].fill(0);
                        let (last, is_valid) = block(&scan.input.buffer, &mut cursor, &scan.tables.ac[ac], window);
                        window[0] = wrap(dc);
                        into.set_last(place, last);
                        is_valid
                    }
                    _ => {
                        let is_valid = skip(&scan.input.buffer, &mut cursor, &scan.tables.skip[unit.table_use.skip]);
                        into.block(place)[0] = wrap(dc);
                        into.set_last(place, 0);
                        is_valid
                    }
                };
                if !(is_valid && dc_is_valid) {
                    scan.note(DamageKind::Code);
                }
            }
        } else {
            units.iter().for_each(|unit| into.clear_block(unit.place + mcu * unit.step));
        }
        scan.mcu += 1;
    }
    scan.cursor = cursor;
}

/// Cuts a coefficient to 16 bits, as all of them are kept.
#[expect(clippy::cast_possible_truncation, reason = "that is what it is for")]
pub(super) const fn wrap(coefficient: i32) -> i16 {
    coefficient as i16
}

/// Reads a difference of DC, and whether its code is one.
#[inline(always)]
pub(super) fn difference(buffer: &Buffer, cursor: &mut Cursor, table: &DcTable) -> (i32, bool) {
    cursor.refill(buffer);
    let (difference, len) = table.difference(cursor.bits);
    let is_valid = !is_invalid(len) || !table.is_invalid(cursor.bits);
    cursor.drop(len);
    (difference, is_valid)
}

/// Reads the coefficients of AC of a block into one that is all zero.
///
/// Returns the place of the last one, and whether all codes are valid.
#[inline(always)]
fn block(buffer: &Buffer, cursor: &mut Cursor, table: &AcTable, out: &mut [i16; WINDOW]) -> (u8, bool) {
    // A copy whose address nobody has, so that it stays in registers.
    let mut at = *cursor;
    let mut k = 1;
    let (before, joined) = 'block: loop {
        at.refill(buffer);
        // Four look-ups of 11 bits each are sure of their bits.
        for _ in 0..4 {
            let joined = table.joined[(at.bits >> (64 - super::huffman::JOINED_BITS)) as usize];
            if joined.len() == 0 {
                let is_valid;
                (at, k, is_valid) = symbol(buffer, at, &table.codes, k, out);
                if k >= 64 || !is_valid {
                    *cursor = at;
                    let last = if k > 64 { last(k) } else { 63 };
                    return (last, is_valid);
                }
                break;
            }
            // `k` is below 64, and an offset too.
            out[k + joined.offset()..][..8].copy_from_slice(&joined.values());
            let before = at;
            at.drop(joined.len());
            k += joined.advance();
            if k >= 64 {
                break 'block (before, joined);
            }
        }
    };
    // Whole blocks end by an end of block before index 64, or by their last coefficient.
    if k == 64 || (END..END + 64).contains(&k) {
        *cursor = at;
        return (last(k), true);
    }
    // What was joined belongs to the next block in part.
    let (at, is_valid) = one_by_one(buffer, before, &table.codes, k - joined.advance(), out);
    *cursor = at;
    (63, is_valid)
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
    let (symbol, len) = codes.symbol(at.bits);
    at.drop(len);
    let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
    match (run, size) {
        (15, 0) => (at, k + 16, !is_invalid(len)),
        (_, 0) => (at, k + END, !is_invalid(len)),
        _ => {
            // What leads beyond the block is put into its last place by libjpeg.
            out[(k + run).min(63)] = wrap(value(at.bits, size));
            at.drop(size);
            let next = k + run + 1;
            (at, next, next <= 64 && !is_invalid(len))
        }
    }
}

/// Skips the coefficients of AC of a block; returns whether all codes are valid.
#[inline(always)]
fn skip(buffer: &Buffer, cursor: &mut Cursor, table: &SkipTable) -> bool {
    // A copy whose address nobody has, so that it stays in registers.
    let mut at = *cursor;
    let mut k = 1;
    let (before, before_k) = 'block: loop {
        at.refill(buffer);
        // Four look-ups of 12 bits each are sure of their bits.
        for _ in 0..4 {
            let (before, before_k) = (at, k);
            let (advance, len) = table.advance(at.bits);
            if len == 0 {
                at.refill(buffer);
                let (symbol_len, advance, is_valid) = skipped(at.bits, &table.codes);
                at.drop(symbol_len);
                k += advance;
                if !is_valid {
                    *cursor = at;
                    return false;
                }
            } else {
                at.drop(len);
                k += advance;
            }
            if k >= 64 {
                break 'block (before, before_k);
            }
            if len == 0 {
                break;
            }
        }
    };
    if k == 64 || (END..END + 64).contains(&k) {
        *cursor = at;
        return true;
    }
    let (at, is_valid) = skip_one_by_one(buffer, before, &table.codes, before_k);
    *cursor = at;
    is_valid
}

/// Skips the rest of a block whose last look-up went too far.
#[cold]
fn skip_one_by_one(buffer: &Buffer, at: Cursor, codes: &Codes, k: usize) -> (Cursor, bool) {
    let (mut at, mut k) = (at, k);
    while k < 64 {
        at.refill(buffer);
        let (len, advance, is_valid) = skipped(at.bits, codes);
        at.drop(len);
        k += advance;
        if !is_valid || (65..END).contains(&k) && advance < 16 {
            return (at, false);
        }
    }
    (at, true)
}

/// Returns the bits of a symbol and its value, how far the index goes by it, and whether its code is valid.
#[inline(never)]
fn skipped(bits: u64, codes: &Codes) -> (u32, usize, bool) {
    let (symbol, len) = codes.symbol(bits);
    let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
    let advance = if size == 0 && run != 15 { END } else { run + 1 };
    (len + size, advance, !is_invalid(len))
}
