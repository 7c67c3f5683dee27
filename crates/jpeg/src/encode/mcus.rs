//! Blocks to the symbols of a file of one scan: to be written at once, or to be kept.

use super::bits::Bits;
use super::direct::Direct;
use super::fdct::Block;
use super::stage::{Counted, Stage};
use super::tokens::{self, Histogram, NEXT_TABLE};

/// A strip of blocks, transformed, and the order of its file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mcus<'a> {
    /// The blocks, component by component, row by row.
    pub(super) blocks: &'a [Block],
    /// The first MCU that is meant.
    pub(super) first: usize,
    /// How many there are.
    pub(super) count: usize,
    /// The blocks of an MCU, in order.
    pub(super) places: &'a [Place],
}

/// A block of every MCU.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Where it stands for the first MCU.
    pub(super) first: usize,
    /// How much further for the next one.
    pub(super) step: usize,
    /// Its component.
    pub(super) component: usize,
    /// Whether it has the tables of chroma.
    pub(super) is_chroma: bool,
}

/// The DC coefficients that the next ones are differences from, by component.
pub(super) type LastDc = [i32; 3];

/// Writes the codes of some MCUs.
pub(super) type WriteMcus = for<'a> fn(Mcus<'_>, &mut LastDc, &Direct, Bits<'a>) -> Bits<'a>;

/// Keeps the tokens of some MCUs, and returns how many there are.
pub(super) type StageMcus = fn(Mcus<'_>, &mut LastDc, &mut Histogram, &mut Stage) -> usize;

/// What a coder of blocks writes to.
trait Sink {
    /// Takes a difference of DC coefficients.
    fn put_dc(&mut self, is_chroma: bool, difference: i32);

    /// Takes an AC coefficient behind at most 15 zeros.
    fn put_ac(&mut self, is_chroma: bool, run: u32, level: i32);

    /// Takes sixteen zeros.
    fn put_sixteen_zeros(&mut self, is_chroma: bool);

    /// Takes the end of a block that has zeros there.
    fn put_end(&mut self, is_chroma: bool);

    /// Is called at least after every other symbol, and after a block.
    fn settle(&mut self);
}

/// Writes symbols as the codes of the standard.
struct Written<'a, 'b> {
    codes: &'a Direct,
    bits: Bits<'b>,
}

impl Sink for Written<'_, '_> {
    #[inline(always)]
    fn put_dc(&mut self, is_chroma: bool, difference: i32) {
        self.bits.push(self.codes.dc(is_chroma, difference));
    }

    #[inline(always)]
    fn put_ac(&mut self, is_chroma: bool, run: u32, level: i32) {
        self.bits.push(self.codes.ac(is_chroma, run, level));
    }

    #[inline(always)]
    fn put_sixteen_zeros(&mut self, is_chroma: bool) {
        self.bits.push(self.codes.sixteen_zeros(is_chroma));
    }

    #[inline(always)]
    fn put_end(&mut self, is_chroma: bool) {
        self.bits.push(self.codes.end(is_chroma));
    }

    #[inline(always)]
    fn settle(&mut self) {
        self.bits.settle();
    }
}

/// Returns what is added to a token of the first table, for DC.
#[inline(always)]
fn dc_table(is_chroma: bool) -> u32 {
    2 * NEXT_TABLE * u32::from(is_chroma)
}

/// Returns what is added to a token of the first table, for AC.
#[inline(always)]
fn ac_table(is_chroma: bool) -> u32 {
    dc_table(is_chroma) + NEXT_TABLE
}

impl Sink for Counted<'_> {
    #[inline(always)]
    fn put_dc(&mut self, is_chroma: bool, difference: i32) {
        self.put(dc_table(is_chroma) + tokens::of_value(0, difference));
    }

    #[inline(always)]
    fn put_ac(&mut self, is_chroma: bool, run: u32, level: i32) {
        self.put(ac_table(is_chroma) + tokens::of_value(run, level));
    }

    #[inline(always)]
    fn put_sixteen_zeros(&mut self, is_chroma: bool) {
        self.put(ac_table(is_chroma) + tokens::SIXTEEN_ZEROS);
    }

    #[inline(always)]
    fn put_end(&mut self, is_chroma: bool) {
        // Symbol 0.
        self.put(ac_table(is_chroma));
    }

    #[inline(always)]
    fn settle(&mut self) {}
}

/// The reference: see [`WriteMcus`].
#[inline(always)]
pub(super) fn write_mcus<'a>(mcus: Mcus<'_>, last_dc: &mut LastDc, codes: &Direct, bits: Bits<'a>) -> Bits<'a> {
    let mut written = Written { codes, bits };
    code_mcus(mcus, last_dc, &mut written);
    written.bits
}

/// The reference: see [`StageMcus`].
#[inline(always)]
pub(super) fn stage_mcus(mcus: Mcus<'_>, last_dc: &mut LastDc, histogram: &mut Histogram, stage: &mut Stage) -> usize {
    let mut counted = Counted::new(stage, histogram);
    code_mcus(mcus, last_dc, &mut counted);
    counted.len
}

/// Codes some MCUs.
#[inline(always)]
fn code_mcus(mcus: Mcus<'_>, last_dc: &mut LastDc, sink: &mut impl Sink) {
    for mcu in mcus.first..mcus.first + mcus.count {
        for place in mcus.places {
            let block = &mcus.blocks[place.first + mcu * place.step];
            code_block(block, place.is_chroma, &mut last_dc[place.component], sink);
        }
    }
}

/// Codes a block.
#[inline(always)]
fn code_block(block: &Block, is_chroma: bool, last_dc: &mut i32, sink: &mut impl Sink) {
    let dc = i32::from(block.levels[0]);
    sink.put_dc(is_chroma, dc - *last_dc);
    *last_dc = dc;
    let mut left = block.nonzero & !1;
    let mut before = 0;
    let mut code_next = |left: &mut u64, sink: &mut _| {
        let at = left.trailing_zeros();
        *left &= *left - 1;
        let mut run = at - before - 1;
        before = at;
        while run > 15 {
            // With them, the two that come at once would be too many bits.
            Sink::put_sixteen_zeros(sink, is_chroma);
            Sink::settle(sink);
            run -= 16;
        }
        let level = i32::from(block.levels[at as usize % 64]);
        Sink::put_ac(sink, is_chroma, run, level);
    };
    // Two by two, the first together with DC, so that bits are settled once for both.
    while left != 0 {
        code_next(&mut left, sink);
        sink.settle();
        if left == 0 {
            break;
        }
        code_next(&mut left, sink);
    }
    if block.nonzero >> 63 == 0 {
        sink.put_end(is_chroma);
    }
    sink.settle();
}
