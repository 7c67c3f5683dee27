//! The codes of the standard's tables, found by values instead of tokens, for files that are written at once.

use std::sync::LazyLock;

use super::bits::{CODE_SHIFT, Code};
use super::huffman::{Standard, Table};
use super::tokens::{self, TABLES};

/// Values of a run that have an entry: from -32 to 31.
const VALUES: usize = 64;
/// What is added to them.
const OFFSET: i32 = 32;

/// The codes of the standard. They are made once.
pub(super) static STANDARD: LazyLock<Direct> = LazyLock::new(Direct::standard);

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
            Table::standard(which)
                .for_each_code(|symbol, code, bits| symbols[usize::from(symbol)] = code << CODE_SHIFT | bits);
        }
        let Self { symbols, small } = &mut codes;
        for (symbols, small) in symbols.iter().skip(1).step_by(2).zip(small) {
            for (run, small) in (0..).zip(small.chunks_mut(VALUES)) {
                for (value, small) in (-OFFSET..).zip(small) {
                    *small = with_value(symbols, run, value);
                }
            }
        }
        codes
    }

    /// Returns the code of a difference of DC, of at most 22 bits.
    #[inline(always)]
    pub(super) fn dc(&self, is_chroma: bool, difference: i32) -> Code {
        with_value(&self.symbols[2 * usize::from(is_chroma)], 0, difference)
    }

    /// Returns the code of a coefficient behind at most 15 zeros, of at most 26 bits.
    #[inline(always)]
    pub(super) fn ac(&self, is_chroma: bool, run: u32, value: i32) -> Code {
        let place = (value + OFFSET).cast_unsigned() as usize;
        if place < VALUES {
            self.small(is_chroma, run, place)
        } else {
            with_value(&self.symbols[2 * usize::from(is_chroma) + 1], run, value)
        }
    }

    /// Returns the code of sixteen zeros.
    #[inline(always)]
    pub(super) fn sixteen_zeros(&self, is_chroma: bool) -> Code {
        self.small(is_chroma, 15, OFFSET.cast_unsigned() as usize)
    }

    /// Returns the code of the end of a block.
    #[inline(always)]
    pub(super) fn end(&self, is_chroma: bool) -> Code {
        self.small(is_chroma, 0, OFFSET.cast_unsigned() as usize)
    }

    /// Looks a small value up.
    #[inline(always)]
    fn small(&self, is_chroma: bool, run: u32, place: usize) -> Code {
        self.small[usize::from(is_chroma)][(run as usize % 16) * VALUES + place]
    }
}

/// Puts a value behind the code of its symbol.
#[inline(always)]
fn with_value(symbols: &[Code; 256], run: u32, value: i32) -> Code {
    let size = tokens::size(value);
    let code = symbols[(run << 4 | size) as usize % 256];
    // The number of bits is below 32: adding to it leaves the bits alone.
    (code >> CODE_SHIFT << size | tokens::bits(value, size)) << CODE_SHIFT | ((code & 63) + size)
}
