//! Huffman tables, as files define them and as they are looked up.
//!
//! One look-up of 11 bits gives several symbols with their values: most are short, and waiting for the next look-up is what
//! entropy decoding does most of its time.
#![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bits are cut out of words")]

use crate::Reason;

/// Bits of a look-up that gives joined symbols of AC.
pub(super) const JOINED_BITS: u32 = 11;
/// Bits of a look-up that gives a difference of DC.
const DC_BITS: u32 = 10;
/// Bits of a look-up that skips symbols of AC.
const SKIP_BITS: u32 = 12;
/// Bits of a look-up that gives one symbol.
const SHORT_BITS: u32 = 9;

/// The end of a block, in an advance: beyond every index.
pub(super) const END: usize = 128;

/// Bits that an invalid code takes, as libjpeg has it.
const INVALID_LEN: u32 = 17;

/// A table as a file defines it.
#[derive(Clone, Debug)]
pub(super) struct Spec {
    /// How many codes there are of 1 to 16 bits.
    counts: [u8; 16],
    /// Their symbols, by rising code.
    symbols: [u8; 256],
}

impl Spec {
    /// Makes a table of at most 256 symbols.
    pub(super) fn new(counts: [u8; 16], given: &[u8]) -> Self {
        let mut symbols = [0; 256];
        symbols[..given.len()].copy_from_slice(given);
        Self { counts, symbols }
    }
}

/// Codes to be looked up one by one.
#[derive(Debug)]
pub(super) struct Codes {
    /// For the next bits: the symbol, and in the upper byte the length of its code, or 0 if that is longer.
    short: [u16; 1 << SHORT_BITS],
    /// For each length: the first code that is too large for it, aligned to 16 bits; the last is above all.
    limit: [u32; 18],
    /// For each length: what leads from a code to its place among the symbols.
    offset: [i32; 18],
    symbols: [u8; 256],
}

impl Codes {
    /// Prepares a table.
    ///
    /// # Errors
    ///
    /// [`Reason::Codes`] if there are more codes of a length than fit.
    pub(super) fn new(spec: &Spec) -> Result<Self, Reason> {
        let mut codes = Self { short: [0; 1 << SHORT_BITS], limit: [0; 18], offset: [0; 18], symbols: spec.symbols };
        let (mut code, mut place) = (0_u32, 0_u32);
        for (len, &count) in (1_u32..).zip(&spec.counts) {
            let count = u32::from(count);
            codes.offset[len as usize] = place as i32 - code as i32;
            for _ in 0..count {
                if code >= 1 << len {
                    return Err(Reason::Codes);
                }
                if len <= SHORT_BITS {
                    let entry = (len << 8) as u16 | u16::from(spec.symbols[place as usize]);
                    let first = code << (SHORT_BITS - len);
                    codes.short[first as usize..][..1 << (SHORT_BITS - len)].fill(entry);
                }
                (code, place) = (code + 1, place + 1);
            }
            codes.limit[len as usize] = code << (16 - len);
            code <<= 1;
        }
        codes.limit[17] = u32::MAX;
        Ok(codes)
    }

    /// Returns the symbol that the uppermost bits start with, and the bits of its code.
    ///
    /// A code that is not in the table gives symbol 0 and takes 17 bits.
    #[inline]
    pub(super) fn symbol(&self, bits: u64) -> (u8, u32) {
        let short = self.short[(bits >> (64 - SHORT_BITS)) as usize];
        if short != 0 { (short as u8, u32::from(short >> 8)) } else { self.long_symbol(bits) }
    }

    /// As [`symbol`](Self::symbol), for a code that is longer than a short look-up.
    fn long_symbol(&self, bits: u64) -> (u8, u32) {
        let code = (bits >> 48) as u32;
        let len = (SHORT_BITS as usize + 1..17).find(|&len| code < self.limit[len]).unwrap_or(17);
        if len == 17 {
            return (0, INVALID_LEN);
        }
        let place = (code >> (16 - len)) as i32 + self.offset[len];
        (self.symbols[(place & 255) as usize], len as u32)
    }

    /// Tells whether every symbol is at most a number.
    fn at_most(&self, max: u8, spec: &Spec) -> bool {
        let count = spec.counts.iter().map(|&count| usize::from(count)).sum();
        self.symbols[..count].iter().all(|&symbol| symbol <= max)
    }
}

/// Tells whether a length is that of a code that no table has.
pub(super) const fn is_invalid(len: u32) -> bool {
    len == INVALID_LEN
}

/// Returns the value whose bits are the uppermost `size` ones: negative where the first of them is 0.
#[inline]
pub(super) fn value(bits: u64, size: u32) -> i32 {
    if size == 0 {
        return 0;
    }
    let raw = (bits >> (64 - size)) as i32;
    if (bits as i64) < 0 { raw } else { raw - (1 << size) + 1 }
}

/// A table of DC: differences.
#[derive(Debug)]
pub(super) struct DcTable {
    /// For the next bits: the difference, and in the lowest byte all its bits, or 0 if there are more.
    whole: [i32; 1 << DC_BITS],
    codes: Codes,
}

impl DcTable {
    /// Prepares a table.
    ///
    /// # Errors
    ///
    /// [`Reason::Codes`] if the codes do not fit, or a difference has more than 15 bits.
    pub(super) fn new(spec: &Spec) -> Result<Box<Self>, Reason> {
        let codes = Codes::new(spec)?;
        if !codes.at_most(15, spec) {
            return Err(Reason::Codes);
        }
        let mut table = Box::new(Self { whole: [0; 1 << DC_BITS], codes });
        for index in 0..1_u64 << DC_BITS {
            let bits = index << (64 - DC_BITS);
            let (size, len) = table.codes.symbol(bits);
            let total = len + u32::from(size);
            if total <= DC_BITS {
                table.whole[index as usize] = value(bits << len, size.into()) << 8 | total as i32;
            }
        }
        Ok(table)
    }

    /// Returns the difference that the uppermost bits start with, and how many they are; more than 32 if there is none.
    #[inline]
    pub(super) fn difference(&self, bits: u64) -> (i32, u32) {
        let entry = self.whole[(bits >> (64 - DC_BITS)) as usize];
        if entry != 0 { (entry >> 8, (entry & 255) as u32) } else { self.long_difference(bits) }
    }

    /// As [`difference`](Self::difference), of more bits than the look-up has.
    fn long_difference(&self, bits: u64) -> (i32, u32) {
        let (size, len) = self.codes.symbol(bits);
        (value(bits << len, size.into()), len + u32::from(size))
    }

    /// Tells whether a number of bits is that of a code that no table has.
    pub(super) fn is_invalid(&self, bits: u64) -> bool {
        is_invalid(self.codes.symbol(bits).1)
    }
}

/// A look-up's worth of symbols of AC, with their values.
///
/// | bits | meaning |
/// | --- | --- |
/// | 0..4 | bits of all its symbols; 0 if not even one fits |
/// | 4..8 | which of the values 1 to 4 are other than zero |
/// | 8..16 | how far the index goes, [`END`] more if the block ends |
/// | 16..22 | where the five values start, from the index |
/// | 22 | whether value 0 is other than zero |
/// | 24..64 | five signed values |
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Joined(u64);

impl Joined {
    /// Returns the bits that it takes, 0 if it is none.
    #[inline]
    pub(super) const fn len(self) -> u32 {
        (self.0 & 15) as u32
    }

    /// Returns how far the index goes.
    #[inline]
    pub(super) const fn advance(self) -> usize {
        (self.0 >> 8 & 255) as usize
    }

    /// Returns where its values start, from the index: at most 63.
    #[inline]
    pub(super) const fn offset(self) -> usize {
        (self.0 >> 16 & 63) as usize
    }

    /// Returns its values, and three zeros.
    #[inline(always)]
    pub(super) fn values(self) -> [i16; 8] {
        widen(self.0 >> 24)
    }

    /// Returns which values are other than zero; the first is the uppermost bit.
    #[inline]
    pub(super) const fn pattern(self) -> u64 {
        (self.0 >> 22 & 1) << 63 | (self.0 >> 4 & 15) << 59
    }
}

/// Widens eight signed bytes to numbers of 16 bits.
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "a vector is seen as numbers")]
#[inline(always)]
fn widen(bytes: u64) -> [i16; 8] {
    use std::arch::x86_64::{_mm_cvtsi64_si128, _mm_setzero_si128, _mm_srai_epi16, _mm_unpacklo_epi8};
    // SAFETY: SSE2 is part of x86-64, and a vector of 16 bytes is as well eight numbers of two, whatever its bits are.
    unsafe {
        let upper = _mm_unpacklo_epi8(_mm_setzero_si128(), _mm_cvtsi64_si128(bytes.cast_signed()));
        std::mem::transmute(_mm_srai_epi16::<8>(upper))
    }
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
    pub(super) joined: [Joined; 1 << JOINED_BITS],
    /// For codes and values that are longer.
    pub(super) codes: Codes,
}

impl AcTable {
    /// Prepares a table of a sequential scan.
    pub(super) fn new(spec: &Spec) -> Result<Box<Self>, Reason> {
        let codes = Codes::new(spec)?;
        let mut table = Box::new(Self { joined: [Joined::default(); 1 << JOINED_BITS], codes });
        for index in 0..1_u64 << JOINED_BITS {
            table.joined[index as usize] = join(&table.codes, index << (64 - JOINED_BITS));
        }
        Ok(table)
    }
}

/// Joins the symbols that are whole in the uppermost bits of a look-up.
fn join(codes: &Codes, bits: u64) -> Joined {
    let mut used = 0;
    let mut advance = 0;
    // Where the first value is; the others are at most four places behind it.
    let mut first = None;
    let (mut values, mut pattern) = (0, 0);
    loop {
        let (symbol, len) = codes.symbol(bits << used);
        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        let total = used + len + size;
        if total > JOINED_BITS || is_invalid(len) {
            break;
        }
        match (run, size) {
            (0, 0) => {
                advance += END;
                used = total;
                break;
            }
            (15, 0) if first.is_none() && advance + 16 < 48 => advance += 16,
            (_, 1..=7) if advance + run < 63 => {
                let place = advance + run - *first.get_or_insert(advance + run);
                if place > 4 {
                    break;
                }
                let value = value(bits << (used + len), size) as u8;
                values |= u64::from(value) << (8 * place);
                pattern |= if place == 0 { 1 << 22 } else { 0x100 >> place };
                advance += run + 1;
            }
            // The end of more blocks than this, nonsense, and what goes too far.
            _ => break,
        }
        used = total;
    }
    if used == 0 {
        return Joined::default();
    }
    let offset = first.unwrap_or(0) as u64;
    Joined(u64::from(used) | pattern | (advance as u64) << 8 | offset << 16 | values << 24)
}

/// A table of AC that skips: how far the index goes, and by how many bits.
#[derive(Debug)]
pub(super) struct SkipTable {
    /// For the next bits: the bits of all symbols that are whole in them, and in the upper byte how far the index goes.
    joined: [u16; 1 << SKIP_BITS],
    pub(super) codes: Codes,
}

impl SkipTable {
    /// Prepares a table of a sequential scan.
    pub(super) fn new(spec: &Spec) -> Result<Box<Self>, Reason> {
        let codes = Codes::new(spec)?;
        let mut table = Box::new(Self { joined: [0; 1 << SKIP_BITS], codes });
        for index in 0..1_u64 << SKIP_BITS {
            table.joined[index as usize] = skip(&table.codes, index << (64 - SKIP_BITS));
        }
        Ok(table)
    }

    /// Returns how far the index goes by the uppermost bits, and how many they are; 0 if not even one symbol is whole.
    #[inline]
    pub(super) fn advance(&self, bits: u64) -> (usize, u32) {
        let entry = self.joined[(bits >> (64 - SKIP_BITS)) as usize];
        (usize::from(entry >> 8), u32::from(entry & 255))
    }
}

/// Counts the symbols that are whole in the uppermost bits of a look-up.
fn skip(codes: &Codes, bits: u64) -> u16 {
    let (mut used, mut advance) = (0, 0);
    loop {
        let (symbol, len) = codes.symbol(bits << used);
        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        let total = used + len + size;
        if total > SKIP_BITS || is_invalid(len) {
            break;
        }
        match (run, size) {
            (0, 0) => {
                advance += END;
                used = total;
                break;
            }
            (15, 0) | (_, 1..) if advance + run < 63 => advance += run + 1,
            _ => break,
        }
        used = total;
    }
    (advance as u16) << 8 | used as u16
}
