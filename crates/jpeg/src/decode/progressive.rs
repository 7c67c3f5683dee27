//! Entropy decoding of the scans of a progressive picture: some coefficients, or a further bit of them.
//!
//! For each block a mask says which coefficients of AC are other than zero, the first uppermost. A refining scan needs
//! that for every coefficient it passes; with masks it passes whole runs at a time.

use super::bits::{Buffer, Cursor};
use super::coefficients::{Coefficients, WINDOW};
use super::damage::DamageKind;
use super::deposit::Deposit;
use super::huffman::{Codes, END, SINGLE, is_invalid, value};
use super::joined::AcTable;
use super::scan::Scan;
use super::sequential::{Unit, difference, wrap};

/// Decodes the upper bits of DC of MCUs that stand side by side.
pub(super) fn dc_first(scan: &mut Scan<'_>, units: &[Unit], count: usize, into: &mut Coefficients) {
    let mut cursor = scan.cursor;
    let low = scan.header.low;
    for mcu in 0..count {
        let has_data;
        (cursor, has_data) = scan.start_mcu(cursor);
        for unit in units.iter().filter(|_| has_data) {
            if scan.input.needs_more(&cursor) {
                cursor = scan.more(cursor, 0);
            }
            let table = &scan.tables.dc[unit.table_use.dc];
            let (difference, is_valid) = difference(&scan.input.buffer, &mut cursor, table);
            let dc = &mut scan.dc[unit.table_use.component];
            *dc = dc.wrapping_add(difference);
            into.dc[unit.place + mcu * unit.step] = wrap(*dc << low);
            if !is_valid {
                scan.note(DamageKind::Code);
            }
        }
        scan.mcu += 1;
    }
    scan.cursor = cursor;
}

/// Decodes a further bit of DC of MCUs that stand side by side.
pub(super) fn dc_refine(scan: &mut Scan<'_>, units: &[Unit], count: usize, into: &mut Coefficients) {
    let mut cursor = scan.cursor;
    let low = scan.header.low;
    for mcu in 0..count {
        let has_data;
        (cursor, has_data) = scan.start_mcu(cursor);
        for unit in units.iter().filter(|_| has_data) {
            if scan.input.needs_more(&cursor) {
                cursor = scan.more(cursor, 0);
            }
            cursor.refill(&scan.input.buffer);
            let bit = cursor.take(1);
            into.dc[unit.place + mcu * unit.step] |= wrap((bit << low).cast_signed());
        }
        scan.mcu += 1;
    }
    scan.cursor = cursor;
}

/// Decodes the upper bits of some AC, of blocks that stand side by side.
#[inline(always)]
pub(super) fn ac_first(scan: &mut Scan<'_>, place: usize, count: usize, into: &mut Coefficients) {
    let mut cursor = scan.cursor;
    let mut new = [0; WINDOW];
    let mut block = 0;
    while block < count {
        let has_data;
        (cursor, has_data) = scan.start_mcu(cursor);
        let mut passed = 1;
        if !has_data {
            passed = scan.pass(count - block);
        } else if scan.end_run > 0 {
            passed = scan.pass(usize::try_from(scan.end_run).map_or(count, |run| run.min(count - block)));
            scan.end_run -= u32::try_from(passed).unwrap_or(scan.end_run);
        } else if let Some(table) = scan.tables.ac.first() {
            let (first, last) = scan.header.band;
            let mut reader = AcFirst { buffer: &scan.input.buffer, table, last: last.into(), mask: 0, end_run: 0 };
            let is_valid = reader.block(&mut cursor, first.into(), &mut new);
            scan.end_run = reader.end_run;
            if reader.mask != 0 {
                let known = into.masks[place + block];
                into.masks[place + block] = known | reader.mask;
                let old = into.block(place + block);
                // Only a file that is wrong has something there before: that is replaced, as libjpeg does it.
                clear(old, known & reader.mask);
                for (old, new) in old.iter_mut().zip(&mut new[..64]) {
                    *old |= std::mem::take(new) << scan.header.low;
                }
            }
            if !is_valid {
                scan.note(DamageKind::Code);
            }
        }
        scan.mcu += passed as u64;
        block += passed;
    }
    scan.cursor = cursor;
}

/// Sets some coefficients to zero.
#[inline(always)]
fn clear(block: &mut [i16; 64], which: u64) {
    let mut which = which;
    while which != 0 {
        let k = which.leading_zeros();
        block[k as usize & 63] = 0;
        which ^= 1 << (63 - k);
    }
}

impl Scan<'_> {
    /// Passes some blocks without data, at most up to the next restart; one is passed already. Returns how many.
    fn pass(&mut self, count: usize) -> usize {
        let Some(more) = self.before_restart() else { return count };
        let more = count.saturating_sub(1).min(more);
        self.to_restart -= u32::try_from(more).unwrap_or(self.to_restart);
        more + 1
    }
}

/// Reads a block in a scan of the upper bits of AC.
struct AcFirst<'t> {
    buffer: &'t Buffer,
    table: &'t AcTable,
    /// The last coefficient of the scan.
    last: usize,
    /// Which coefficients are found to be other than zero.
    mask: u64,
    /// For how many blocks behind this one there is nothing.
    end_run: u32,
}

impl AcFirst<'_> {
    /// Reads from a coefficient on, into numbers that are all zero; returns whether all codes are valid.
    ///
    /// Only coefficients whose bits in the mask are set are other than zero then.
    #[inline(always)]
    fn block(&mut self, cursor: &mut Cursor, first: usize, out: &mut [i16; WINDOW]) -> bool {
        let mut k = first;
        let mut before;
        'block: loop {
            cursor.refill(self.buffer);
            for _ in 0..4 {
                let joined = self.table.joined(cursor.bits);
                before = (*cursor, k, self.mask);
                if joined.advance() == SINGLE {
                    if !self.symbol(cursor, &mut k, out) {
                        return false;
                    }
                    if k > self.last {
                        break 'block;
                    }
                    break;
                }
                // `k` is at most the last coefficient, so 63.
                let place = (k & 63) + joined.offset();
                out[place..][..8].copy_from_slice(&joined.values());
                self.mask |= joined.pattern() >> (place & 63);
                cursor.drop(joined.len());
                k += joined.advance();
                if k > self.last {
                    break 'block;
                }
            }
        }
        if k == self.last + 1 || (END..=END + self.last).contains(&k) {
            return true;
        }
        // A part of the joined symbols belongs to the next block.
        (*cursor, k, self.mask) = before;
        self.end_run = 0;
        out[k..].fill(0);
        let mut is_valid = true;
        while k <= self.last && is_valid {
            cursor.refill(self.buffer);
            is_valid = self.symbol(cursor, &mut k, out);
        }
        is_valid
    }

    /// Reads one symbol and its value; returns whether it is valid.
    #[inline]
    fn symbol(&mut self, cursor: &mut Cursor, k: &mut usize, out: &mut [i16; WINDOW]) -> bool {
        cursor.refill(self.buffer);
        let (symbol, len) = self.table.codes.symbol(cursor.bits);
        cursor.drop(len);
        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        match (run, size) {
            (15, 0) => *k += 16,
            (0, 0) => *k += END,
            (_, 0) => {
                let run = u32::from(symbol >> 4);
                self.end_run = (1 << run) - 1 + cursor.take(run);
                *k += END;
            }
            _ => {
                let place = (*k + run).min(63);
                out[place] = wrap(value(cursor.bits, size));
                self.mask |= 1 << (63 - place);
                cursor.drop(size);
                *k += run + 1;
                return *k <= self.last + 1 && !is_invalid(len);
            }
        }
        !is_invalid(len)
    }
}

/// Decodes a further bit of some AC, of blocks that stand side by side.
#[inline(always)]
pub(super) fn ac_refine<D: Deposit>(
    deposit: D,
    scan: &mut Scan<'_>,
    place: usize,
    count: usize,
    into: &mut Coefficients,
) {
    let (first, last) = scan.header.band;
    let band = (u64::MAX >> first) & (u64::MAX << (63 - last));
    let bit = 1_i16 << scan.header.low;
    let mut cursor = scan.cursor;
    let mut block = 0;
    while block < count {
        let has_data;
        (cursor, has_data) = scan.start_mcu(cursor);
        let mut passed = 1;
        if !has_data {
            passed = scan.pass(count - block);
        } else if let Some(codes) = &scan.tables.refine {
            let known = into.masks[place + block];
            let mut reader = AcRefine { deposit, buffer: &scan.input.buffer, known, raised: 0, is_valid: true };
            let mut rest = band;
            if scan.end_run == 0 {
                (rest, scan.end_run) = reader.block(&mut cursor, codes, band, bit, into.block(place + block));
            }
            if scan.end_run > 0 {
                reader.correct(&mut cursor, rest);
                scan.end_run -= 1;
            }
            let AcRefine { raised, known: mask, is_valid, .. } = reader;
            into.masks[place + block] = mask;
            raise(into.block(place + block), raised, bit);
            if !is_valid {
                scan.note(DamageKind::Code);
            }
        }
        scan.mcu += passed as u64;
        block += passed;
    }
    scan.cursor = cursor;
}

/// Moves coefficients away from zero by a bit.
#[inline(always)]
fn raise(block: &mut [i16; 64], raised: u64, bit: i16) {
    let mut raised = raised;
    while raised != 0 {
        let k = raised.leading_zeros();
        let coefficient = &mut block[k as usize & 63];
        if *coefficient & bit == 0 {
            *coefficient = coefficient.wrapping_add(if *coefficient < 0 { -bit } else { bit });
        }
        raised ^= 1 << (63 - k);
    }
}

/// Reads a block in a scan of a further bit of AC.
struct AcRefine<'t, D> {
    deposit: D,
    buffer: &'t Buffer,
    /// Which coefficients are other than zero.
    known: u64,
    /// Which coefficients are to be moved away from zero.
    raised: u64,
    is_valid: bool,
}

impl<D: Deposit> AcRefine<'_, D> {
    /// Reads the new coefficients of a block, and the further bits of old ones between them.
    ///
    /// Returns which coefficients are left, and for how many blocks, this one included, nothing new comes.
    #[inline(always)]
    fn block(&mut self, cursor: &mut Cursor, codes: &Codes, band: u64, bit: i16, out: &mut [i16; 64]) -> (u64, u32) {
        let old = self.known;
        let mut rest = band;
        while rest != 0 {
            cursor.refill(self.buffer);
            let (symbol, len) = codes.symbol(cursor.bits);
            cursor.drop(len);
            self.is_valid &= !is_invalid(len);
            let (run, size) = (u32::from(symbol >> 4), symbol & 15);
            if size == 0 && run < 15 {
                let more = if run == 0 { 0 } else { cursor.take(run) };
                return (rest, (1 << run) + more);
            }
            let new = match size {
                0 => 0,
                _ if cursor.take(1) == 1 => bit,
                _ => -bit,
            };
            self.is_valid &= size <= 1;
            // The new coefficient comes at the zero behind `run` others.
            let zeros = rest & !old;
            let count = zeros.count_ones();
            let target = if run < count { self.deposit.deposit(1 << (count - 1 - run), zeros) } else { 0 };
            let below = target.saturating_sub(1);
            self.correct_old(cursor, rest & old & !below);
            if new != 0 {
                // libjpeg puts a coefficient that finds no zero behind the band, or into the last place of the block.
                let place = if target == 0 { 1 << band.trailing_zeros().saturating_sub(1) } else { target };
                self.is_valid &= target != 0;
                out[place.leading_zeros() as usize & 63] = new;
                self.known |= place;
            }
            rest = if target == 0 { 0 } else { rest & below };
        }
        (0, 0)
    }

    /// Reads the further bits of all that are left.
    #[inline(always)]
    fn correct(&mut self, cursor: &mut Cursor, rest: u64) {
        self.correct_old(cursor, rest & self.known);
    }

    /// Reads a further bit of each of some coefficients.
    #[inline(always)]
    fn correct_old(&mut self, cursor: &mut Cursor, which: u64) {
        let mut which = which;
        let mut count = which.count_ones();
        if count == 0 {
            return;
        }
        cursor.refill(self.buffer);
        if count > 32 {
            // The upper half first.
            let upper = which & !u64::from(u32::MAX);
            let upper_count = upper.count_ones();
            if upper_count > 0 {
                let bits = cursor.take(upper_count);
                self.raised |= self.deposit.deposit(bits.into(), upper);
                cursor.refill(self.buffer);
            }
            which &= u64::from(u32::MAX);
            count -= upper_count;
            if count == 0 {
                return;
            }
        }
        let bits = cursor.take(count);
        self.raised |= self.deposit.deposit(bits.into(), which);
    }
}
