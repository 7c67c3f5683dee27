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
    let mut k = 1;
    let (before, before_k) = 'block: loop {
        cursor.refill(buffer);
        // Four look-ups of 11 bits each are sure of their bits.
        for _ in 0..4 {
            let joined = table.joined[(cursor.bits >> (64 - super::huffman::JOINED_BITS)) as usize];
            let before = (*cursor, k);
            if joined.len() == 0 {
                let is_valid = symbol(buffer, cursor, &table.codes, &mut k, out);
                if !is_valid {
                    return (63, false);
                }
                if k >= 64 {
                    break 'block before;
                }
                break;
            }
            let values = &mut out[k + joined.offset()..][..8];
            values.copy_from_slice(&joined.values());
            cursor.drop(joined.len());
            k += joined.advance();
            if k >= 64 {
                break 'block before;
            }
        }
    };
    // Whole blocks end by an end of block before index 64, or by their last coefficient.
    if k == 64 || (END..END + 64).contains(&k) {
        return (last(k), true);
    }
    // What was joined belongs to the next block in part.
    *cursor = before;
    k = before_k;
    out[64..].fill(0);
    let mut is_valid = true;
    while k < 64 && is_valid {
        is_valid = symbol(buffer, cursor, &table.codes, &mut k, out);
    }
    (63, is_valid)
}

/// Returns the place of the last coefficient that was read before an index.
#[expect(clippy::cast_possible_truncation, reason = "below 64")]
const fn last(k: usize) -> u8 {
    ((k & (END - 1)) - 1) as u8
}

/// Reads one symbol of AC, and its value; returns whether it is valid.
#[inline]
fn symbol(buffer: &Buffer, cursor: &mut Cursor, codes: &Codes, k: &mut usize, out: &mut [i16; WINDOW]) -> bool {
    cursor.refill(buffer);
    let (symbol, len) = codes.symbol(cursor.bits);
    cursor.drop(len);
    let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
    match (run, size) {
        (15, 0) => *k += 16,
        (_, 0) => *k += END,
        _ => {
            // What leads beyond the block is put into its last place by libjpeg.
            let place = (*k + run).min(63);
            out[place] = wrap(value(cursor.bits, size));
            cursor.drop(size);
            *k += run + 1;
            return *k <= 64 && !is_invalid(len);
        }
    }
    !is_invalid(len)
}

/// Skips the coefficients of AC of a block; returns whether all codes are valid.
#[inline(always)]
fn skip(buffer: &Buffer, cursor: &mut Cursor, table: &SkipTable) -> bool {
    let mut k = 1;
    let mut before;
    let mut before_k;
    loop {
        cursor.refill(buffer);
        (before, before_k) = (*cursor, k);
        // Two look-ups of 12 bits and one symbol are sure of their bits.
        let (advance, len) = table.advance(cursor.bits);
        if len == 0 {
            let (is_valid, advance) = skip_symbol(cursor, &table.codes);
            if !is_valid {
                return false;
            }
            k += advance;
        } else {
            cursor.drop(len);
            k += advance;
        }
        if k >= 64 {
            break;
        }
    }
    if k == 64 || (END..END + 64).contains(&k) {
        return true;
    }
    *cursor = before;
    k = before_k;
    while k < 64 {
        cursor.refill(buffer);
        let (is_valid, advance) = skip_symbol(cursor, &table.codes);
        if !is_valid || k + advance > 64 && advance < 16 {
            return false;
        }
        k += advance;
    }
    true
}

/// Skips one symbol, of which all bits are there; returns whether it is valid, and how far the index goes.
#[inline]
fn skip_symbol(cursor: &mut Cursor, codes: &Codes) -> (bool, usize) {
    let (symbol, len) = codes.symbol(cursor.bits);
    cursor.drop(len);
    let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
    cursor.drop(size);
    let advance = if size == 0 && run != 15 { END } else { run + 1 };
    (!is_invalid(len), advance)
}
