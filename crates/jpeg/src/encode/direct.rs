//! The codes of the standard's tables, found by values instead of tokens, for files that are written at once.

use std::sync::LazyLock;

use super::huffman::{Standard, Table};
use super::tokens::{self, TABLES};

/// Values of a run that have an entry: from -32 to 31.
const VALUES: usize = 64;
/// What is added to them.
const OFFSET: i32 = 32;

/// The codes of the standard. They are made once.
pub(super) static STANDARD: LazyLock<Direct> = LazyLock::new(Direct::standard);

/// Bits above five bits of their number.
type Code = u32;

/// Codes with the bits that follow them.
#[derive(Debug)]
pub(super) struct Direct {
    /// By symbol, without what follows; the tables are in the order of [`Standard::ALL`].
    symbols: [[Code; 256]; TABLES],
    /// For AC of luma and of chroma by run and small value; with no value, what a run of 0 or 15 means: the end of a block,
    /// or sixteen zeros.
    small: [[Code; 16 * VALUES]; TABLES / 2],
}

impl Direct {
    /// Makes the codes of the standard.
    fn standard() -> Self {
        let mut codes = Self { symbols: [[0; 256]; TABLES], small: [[0; 16 * VALUES]; TABLES / 2] };
        for (which, symbols) in Standard::ALL.into_iter().zip(&mut codes.symbols) {
            Table::standard(which).for_each_code(|symbol, code, bits| symbols[usize::from(symbol)] = code << 5 | bits);
        }
        let Self { symbols, small } = &mut codes;
        for (symbols, small) in symbols.iter().skip(1).step_by(2).zip(small) {
            for (run, small) in small.chunks_mut(VALUES).enumerate() {
                for (value, small) in (-OFFSET..).zip(small) {
                    let size = tokens::size(value);
                    let code = symbols[run << 4 | size as usize];
                    let bits = code >> 5 << size | tokens::bits(value, size);
                    *small = bits << 5 | ((code & 31) + size);
                }
            }
        }
        codes
    }

    /// Returns the bits of a difference of DC, and their number, at most 22.
    #[inline(always)]
    pub(super) fn dc(&self, is_chroma: bool, difference: i32) -> (u64, u32) {
        with_value(&self.symbols[2 * usize::from(is_chroma)], 0, difference)
    }

    /// Returns the bits of a coefficient behind at most 15 zeros, and their number, at most 26.
    #[inline(always)]
    pub(super) fn ac(&self, is_chroma: bool, run: u32, value: i32) -> (u64, u32) {
        let place = (value + OFFSET).cast_unsigned() as usize;
        if place < VALUES {
            self.small(is_chroma, run, place)
        } else {
            with_value(&self.symbols[2 * usize::from(is_chroma) + 1], run, value)
        }
    }

    /// Returns the bits of sixteen zeros, and their number.
    #[inline(always)]
    pub(super) fn sixteen_zeros(&self, is_chroma: bool) -> (u64, u32) {
        self.small(is_chroma, 15, OFFSET.cast_unsigned() as usize)
    }

    /// Returns the bits of the end of a block, and their number.
    #[inline(always)]
    pub(super) fn end(&self, is_chroma: bool) -> (u64, u32) {
        self.small(is_chroma, 0, OFFSET.cast_unsigned() as usize)
    }

    /// Looks a small value up.
    #[inline(always)]
    fn small(&self, is_chroma: bool, run: u32, place: usize) -> (u64, u32) {
        let code = self.small[usize::from(is_chroma)][(run as usize % 16) * VALUES + place];
        (u64::from(code >> 5), code & 31)
    }
}

/// Puts a value behind the code of its symbol.
#[inline(always)]
fn with_value(symbols: &[Code; 256], run: u32, value: i32) -> (u64, u32) {
    let size = tokens::size(value);
    let code = symbols[(run << 4 | size) as usize % 256];
    (u64::from(code >> 5 << size | tokens::bits(value, size)), (code & 31) + size)
}
