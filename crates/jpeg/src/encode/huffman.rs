//! Huffman tables: those of the standard, the best ones for given counts, and the codes that follow from a table.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::tokens;

/// A table as a file holds it: how many codes there are of each length, and the symbols in the order of their codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    /// Codes of 1 to 16 bits.
    pub(super) lengths: [u8; 16],
    /// The symbols, those of the shortest codes first.
    pub(super) symbols: Vec<u8>,
}

/// How often each symbol occurs.
pub(super) type Counts = [u32; 256];

impl Table {
    /// Makes the table that codes symbols of these counts in the fewest bits, with at most 16 bits a symbol.
    ///
    /// By ITU-T T.81, section K.2. Where counts are equal, the larger symbol is taken first, as libjpeg does, so that
    /// files are equal. A symbol that does not occur in the alphabet stands in for the code of all ones, which is not
    /// allowed.
    pub(super) fn best(counts: &Counts) -> Self {
        /// The symbol that stands for the forbidden code.
        const FORBIDDEN: usize = 256;
        let mut halves_of: Vec<usize> = Vec::new();
        let mut lightest = BinaryHeap::new();
        let counts = counts.iter().map(|&count| u64::from(count)).chain([1]).enumerate();
        for (symbol, count) in counts {
            if count > 0 {
                lightest.push((Reverse(count), symbol, symbol));
            }
        }
        // Trees are numbered behind the symbols. A merged one takes the place of its lighter half among equals.
        while let (Some((Reverse(count), place, tree)), Some((Reverse(second), _, other))) =
            (lightest.pop(), lightest.pop())
        {
            let merged = FORBIDDEN + 1 + halves_of.len() / 2;
            halves_of.extend([tree, other]);
            lightest.push((Reverse(count + second), place, merged));
        }
        // From the root down, every tree knows its depth before its halves are met.
        let mut depths = vec![0_usize; FORBIDDEN + 1 + halves_of.len() / 2];
        for (merged, halves) in halves_of.as_chunks::<2>().0.iter().enumerate().rev() {
            halves.iter().for_each(|&half| depths[half] = depths[FORBIDDEN + 1 + merged] + 1);
        }
        let bits = &depths[..=FORBIDDEN];
        let mut lengths = [0_usize; FORBIDDEN + 1];
        bits.iter().filter(|&&bits| bits > 0).for_each(|&bits| lengths[bits] += 1);
        shorten(&mut lengths);
        if let Some(longest) = lengths.iter().rposition(|&count| count > 0) {
            lengths[longest] -= 1;
        }
        let mut symbols: Vec<(usize, u8)> =
            (0..=u8::MAX).map(|symbol| (bits[usize::from(symbol)], symbol)).filter(|&(bits, _)| bits > 0).collect();
        symbols.sort_unstable();
        Self {
            lengths: std::array::from_fn(|i| u8::try_from(lengths[i + 1]).unwrap_or(u8::MAX)),
            symbols: symbols.into_iter().map(|(_, symbol)| symbol).collect(),
        }
    }

    /// Makes one of the tables of the standard.
    pub(super) fn standard(which: Standard) -> Self {
        let (lengths, symbols) = match which {
            Standard::LumaDc => ([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], (0..12).collect()),
            Standard::ChromaDc => ([0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], (0..12).collect()),
            Standard::LumaAc => ([0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125], ac_symbols(&LUMA_AC)),
            Standard::ChromaAc => ([0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119], ac_symbols(&CHROMA_AC)),
        };
        Self { lengths, symbols }
    }

    /// Calls `each` with every symbol, its code, and the bits of its code.
    pub(super) fn for_each_code(&self, mut each: impl FnMut(u8, u32, u32)) {
        let mut symbols = self.symbols.iter();
        let (mut code, mut bits) = (0, 0);
        for &count in &self.lengths {
            (code, bits) = (code << 1, bits + 1);
            for &symbol in symbols.by_ref().take(count.into()) {
                each(symbol, code, bits);
                code += 1;
            }
        }
    }
}

/// The tables of ITU-T T.81, section K.3.
#[derive(Clone, Copy, Debug)]
pub(super) enum Standard {
    LumaDc,
    LumaAc,
    ChromaDc,
    ChromaAc,
}

impl Standard {
    /// All four, by the number of the table in a token.
    pub(super) const ALL: [Self; tokens::TABLES] = [Self::LumaDc, Self::LumaAc, Self::ChromaDc, Self::ChromaAc];
}

/// The symbols of table K.5 that have codes of fewer than 16 bits.
const LUMA_AC: [u8; 37] = [
    0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22, 0x71, 0x14,
    0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1, 0xf0, 0x24, 0x33, 0x62, 0x72, 0x82,
];

/// The symbols of table K.6 that have codes of fewer than 16 bits.
const CHROMA_AC: [u8; 43] = [
    0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71, 0x13, 0x22, 0x32,
    0x81, 0x08, 0x14, 0x42, 0x91, 0xa1, 0xb1, 0xc1, 0x09, 0x23, 0x33, 0x52, 0xf0, 0x15, 0x62, 0x72, 0xd1, 0x0a, 0x16,
    0x24, 0x34, 0xe1, 0x25, 0xf1,
];

/// Completes an AC table: every other symbol follows in order with 16 bits.
fn ac_symbols(short: &[u8]) -> Vec<u8> {
    let all = (0..16_u8).flat_map(|run| (1..=10_u8).map(move |size| run << 4 | size));
    short.iter().copied().chain(all.filter(|symbol| !short.contains(symbol))).collect()
}

/// Shortens codes of more than 16 bits: a pair of the longest goes, one of it takes their common prefix, the other one
/// and a shorter code share the prefix that the shorter one was.
fn shorten(lengths: &mut [usize]) {
    for long in (17..lengths.len()).rev() {
        while lengths[long] > 0 {
            let Some(short) = (1..long - 1).rev().find(|&short| lengths[short] > 0) else { return };
            lengths[long] -= 2;
            lengths[long - 1] += 1;
            lengths[short + 1] += 2;
            lengths[short] -= 1;
        }
    }
}
