//! Huffman tables, as files define them and as they are looked up: one by one, or a difference of DC.
#![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bits are cut out of words")]

use crate::Reason;

/// Bits of a look-up that gives a difference of DC.
const DC_BITS: u32 = 10;
/// Bits of a look-up that gives one symbol.
const SHORT_BITS: u32 = 9;

/// The end of a block, in an advance: beyond every index.
pub(super) const END: usize = 128;

/// An advance that is none: a symbol comes alone.
pub(super) const SINGLE: usize = 64;

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

    /// Returns the code of symbol 0, an end of block, and its bits, if it has one.
    fn end_of_block(&self) -> Option<(u32, u32)> {
        let (mut code, mut place) = (0_u32, 0);
        for (len, &count) in (1..).zip(&self.counts) {
            let symbols = self.symbols.get(place..place + usize::from(count))?;
            if let Some(nth) = symbols.iter().position(|&symbol| symbol == 0) {
                let code = code + nth as u32;
                return (code < 1 << len).then_some((code, len));
            }
            place += usize::from(count);
            code = (code + u32::from(count)) << 1;
        }
        None
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

    /// Returns the symbol of AC that the uppermost bits start with.
    #[inline(always)]
    pub(super) fn ac(&self, bits: u64) -> AcSymbol {
        let (symbol, len) = self.symbol(bits);
        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        let advance = if size == 0 && run != 15 { END } else { run + 1 };
        AcSymbol { len, size, advance, is_valid: !is_invalid(len) }
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

/// A symbol of AC of a sequential scan.
#[derive(Clone, Copy, Debug)]
pub(super) struct AcSymbol {
    /// The bits of its code.
    pub(super) len: u32,
    /// The bits of the value behind it; without any, there is none.
    pub(super) size: u32,
    /// How far the index goes: over as many zeros, and the value; [`END`] if the block ends.
    pub(super) advance: usize,
    /// Whether any table has its code.
    pub(super) is_valid: bool,
}

/// Tells whether an index beyond a block is one that a whole block leads to: by an end of block before index 64, or by its
/// last coefficient.
#[inline(always)]
pub(super) const fn is_end(k: usize) -> bool {
    k == 64 || (k >= END && k < END + 64)
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

/// A difference of DC as a look-up gives it.
///
/// | bits | meaning |
/// | --- | --- |
/// | 0..6 | all its bits, at most [`DC_BITS`]; with those of an end of block, if one follows; 0 if there are more |
/// | 7 | whether the block ends with it |
/// | 8..32 | the difference, signed |
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Difference(i32);

impl Difference {
    /// Set if the block ends.
    const END: i32 = 0x80;

    /// Tells whether the difference has more bits than a look-up.
    #[inline(always)]
    pub(super) const fn is_long(self) -> bool {
        self.0 == 0
    }

    /// Tells whether the block has no coefficients of AC.
    #[inline(always)]
    pub(super) const fn is_whole_block(self) -> bool {
        self.0 & Self::END != 0
    }

    /// Returns the number of bits, in the lowest six.
    #[inline(always)]
    pub(super) const fn len(self) -> u32 {
        self.0.cast_unsigned()
    }

    /// Returns the difference itself.
    #[inline(always)]
    pub(super) const fn value(self) -> i32 {
        self.0 >> 8
    }
}

/// A table of DC: differences.
#[derive(Debug)]
pub(super) struct DcTable {
    /// For the next bits: the difference.
    whole: [Difference; 1 << DC_BITS],
    codes: Codes,
}

impl DcTable {
    /// Prepares a table, of blocks whose coefficients of AC follow by codes that are given, or not at all.
    ///
    /// # Errors
    ///
    /// [`Reason::Codes`] if the codes do not fit, or a difference has more than 15 bits.
    pub(super) fn new(spec: &Spec, ac: Option<&Spec>) -> Result<Box<Self>, Reason> {
        let codes = Codes::new(spec)?;
        if !codes.at_most(15, spec) {
            return Err(Reason::Codes);
        }
        let end = ac.and_then(Spec::end_of_block);
        let mut table = Box::new(Self { whole: [Difference::default(); 1 << DC_BITS], codes });
        let mut index = 0;
        while index < 1 << DC_BITS {
            let bits = (index as u64) << (64 - DC_BITS);
            let (size, len) = table.codes.symbol(bits);
            let total = len + u32::from(size);
            if total > DC_BITS {
                // The same for whatever stands behind the code.
                index += 1 << DC_BITS.saturating_sub(len);
                continue;
            }
            let count = 1 << (DC_BITS - total);
            let value = value(bits << len, size.into()) << 8;
            table.whole[index..index + count].fill(Difference(value | total as i32));
            if let Some((code, len)) = end
                && total + len <= DC_BITS
            {
                let left = DC_BITS - total - len;
                let start = index + ((code as usize) << left);
                let entry = Difference(value | Difference::END | (total + len) as i32);
                table.whole[start..start + (1 << left)].fill(entry);
            }
            index += count;
        }
        Ok(table)
    }

    /// Returns the difference that the uppermost bits start with.
    #[inline(always)]
    pub(super) fn difference(&self, bits: u64) -> Difference {
        self.whole[(bits >> (64 - DC_BITS)) as usize]
    }

    /// Returns the difference that the uppermost bits start with, whatever its bits are, how many they are, and whether the
    /// code is valid.
    #[inline(never)]
    pub(super) fn long_difference(&self, bits: u64) -> (i32, u32, bool) {
        let (size, len) = self.codes.symbol(bits);
        (value(bits << len, size.into()), len + u32::from(size), !is_invalid(len))
    }
}
