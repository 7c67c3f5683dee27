//! Files of one scan: baseline, with tables of the standard or with tables made for the picture.
//!
//! A band is worked on in strips of [`MCUS`] MCUs, which stay in the cache: their blocks are transformed component by
//! component, then coded in the order of the file. With tables of the standard the codes are written at once; otherwise
//! tokens are kept until all are counted.

use super::bits::{BitBuffer, Bits};
use super::error::{Error, filled};
use super::fdct::{Block, Divisors};
use super::grid::Grid;
use super::huffman::{Standard, Table};
use super::kernels::Kernels;
use super::output::{Output, write_tokens};
use super::rows::{BandRows, STRIP};
use super::segments::Segments;
use super::stage::{Counted, STAGE, Sink, Stage};
use super::tokens::{self, Codes, Histogram, NEXT_TABLE, TABLES, Token, Tokens, Value};

/// MCUs of a strip: a row of it is at most a [`STRIP`].
const MCUS: usize = STRIP / 2;

/// A strip of blocks, transformed, and the order of its file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mcus<'a> {
    /// The blocks, component by component, row by row.
    pub(super) blocks: &'a [Block],
    /// How many MCUs there are.
    pub(super) count: usize,
    /// The blocks of an MCU, in order.
    pub(super) places: &'a [Place],
}

/// A block of every MCU.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Where it stands for the first MCU.
    first: usize,
    /// How much further for the next one.
    step: usize,
    /// Its component.
    component: usize,
    /// Its tables: 0 for luma, 1 for chroma.
    table: u32,
}

/// The DC coefficients that the next ones are differences from, by component.
pub(super) type LastDc = [i32; 3];

/// Writes the codes of some MCUs.
pub(super) type WriteMcus = for<'a> fn(Mcus<'_>, &mut LastDc, &Codes, Bits<'a>) -> Bits<'a>;

/// Keeps the tokens of some MCUs, and returns how many there are.
pub(super) type StageMcus = fn(Mcus<'_>, &mut LastDc, &mut Histogram, &mut Stage) -> usize;

/// The coder of a file of one scan.
#[derive(Debug)]
pub(super) struct Sequential {
    kernels: Kernels,
    divisors: Vec<Divisors>,
    places: Vec<Place>,
    blocks: Vec<Block>,
    last_dc: LastDc,
    target: Target,
}

/// What becomes of the tokens.
#[derive(Debug)]
enum Target {
    /// They are written at once.
    Written { codes: Box<Codes>, bits: BitBuffer },
    /// They are kept.
    Kept { tokens: Tokens, histogram: Box<Histogram>, stage: Box<Stage> },
}

impl Sequential {
    /// Starts a file; with tables of the standard these, and the head of the scan, are written.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`].
    pub(super) fn new(
        grid: &Grid,
        divisors: Vec<Divisors>,
        optimized: bool,
        kernels: Kernels,
        file: &mut Vec<u8>,
    ) -> Result<Self, Error> {
        let (mut places, mut len) = (Vec::new(), 0);
        for (i, component) in grid.components.iter().enumerate() {
            for _ in 0..component.down {
                let table = if component.table == 0 { 0 } else { 1 };
                places.extend((0..component.across).map(|x| Place {
                    first: len + x,
                    step: component.across,
                    component: i,
                    table,
                }));
                len += MCUS * component.across;
            }
        }
        let target = if optimized {
            let (histogram, stage) = (Box::new(Histogram::NONE), Box::new([0; STAGE]));
            Target::Kept { tokens: Tokens::new(), histogram, stage }
        } else {
            let mut codes = Box::new(Codes::new());
            start_scan(grid, &mut codes, |number| Table::standard(Standard::ALL[number]), file)?;
            Target::Written { codes, bits: BitBuffer::new()? }
        };
        Ok(Self { kernels, divisors, places, blocks: filled(Block::ZERO, len)?, last_dc: [0; 3], target })
    }

    /// Codes a band.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`].
    pub(super) fn code(&mut self, grid: &Grid, planes: &[BandRows<'_>], file: &mut Vec<u8>) -> Result<(), Error> {
        for first in (0..grid.mcus_wide).step_by(MCUS) {
            let count = MCUS.min(grid.mcus_wide - first);
            self.transform(grid, planes, first, count);
            let mcus = Mcus { blocks: &self.blocks, count, places: &self.places };
            match &mut self.target {
                Target::Written { codes, bits } => {
                    let write = self.kernels.write_mcus;
                    bits.write(file, |bits| write(mcus, &mut self.last_dc, codes, bits))?;
                }
                Target::Kept { tokens, histogram, stage } => {
                    let len = (self.kernels.stage_mcus)(mcus, &mut self.last_dc, histogram, stage);
                    tokens.extend(&stage[..len])?;
                }
            }
        }
        Ok(())
    }

    /// Transforms the blocks of some MCUs.
    ///
    /// Blocks that an MCU has beyond the last one of the picture are dummies: nothing but the DC coefficient of the block
    /// before, so that they cost least.
    fn transform(&mut self, grid: &Grid, planes: &[BandRows<'_>], first: usize, count: usize) {
        let mut blocks = &mut self.blocks[..];
        for (component, plane) in grid.components.iter().zip(planes) {
            let across = component.across;
            let (start, len) = (first * across, count * across);
            for block_row in 0..component.down {
                let (row, rest) = blocks.split_at_mut(MCUS * across);
                if plane.has_blocks(block_row) {
                    let real = len.min(component.blocks_wide - start);
                    let divisors = &self.divisors[component.table];
                    plane.transform(self.kernels.fdct, divisors, block_row, start, &mut row[..real]);
                    let last = Block::dummy(row[real - 1].levels[0]);
                    row[real..len].fill(last);
                }
                // The next row has none of the picture's: each MCU repeats its own last block.
                if block_row + 1 < component.down && !plane.has_blocks(block_row + 1) {
                    for (mcu, below) in row.chunks(across).zip(rest.chunks_mut(across)).take(count) {
                        below.fill(Block::dummy(mcu[across - 1].levels[0]));
                    }
                }
                blocks = rest;
            }
        }
    }

    /// Writes what is left of the scan.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`], [`Error::Write`].
    pub(super) fn finish<W: std::io::Write>(self, grid: &Grid, output: &mut Output<W>) -> Result<(), Error> {
        match self.target {
            Target::Written { mut bits, .. } => bits.finish(&mut output.bytes),
            Target::Kept { tokens, histogram, .. } => {
                let mut codes = Codes::new();
                start_scan(grid, &mut codes, |number| Table::best(histogram.of_table(number)), &mut output.bytes)?;
                write_tokens(tokens, &codes, self.kernels, output)
            }
        }
    }
}

/// Writes the tables and the head of the one scan.
fn start_scan(
    grid: &Grid,
    codes: &mut Codes,
    mut table: impl FnMut(usize) -> Table,
    file: &mut Vec<u8>,
) -> Result<(), Error> {
    let mut segments = Segments(file);
    // A grey picture has the tables of luma alone.
    let used = if grid.components.len() == 1 { TABLES / 2 } else { TABLES };
    for number in 0..used {
        let table = table(number);
        segments.codes(number % 2 == 1, number / 2, &table)?;
        codes.set(number, &table);
    }
    let components = grid.components.iter().enumerate().map(|(i, component)| (i, component.table, component.table));
    segments.scan(components, [0, 63], [0, 0])
}

/// Writes tokens as their codes.
struct Written<'a, 'b> {
    codes: &'a Codes,
    bits: Bits<'b>,
}

impl Sink for Written<'_, '_> {
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "the halves are meant")]
    fn put(&mut self, value: Value) {
        let (bits, len) = self.codes.write(value as Token);
        self.bits.push(bits, len);
        let last = (value >> 16) as Token;
        if last != 0 {
            let (bits, len) = self.codes.write(last);
            self.bits.push(bits, len);
        }
    }

    #[inline(always)]
    fn settle(&mut self) {
        self.bits.settle();
    }
}

/// The reference: see [`WriteMcus`].
#[inline(always)]
pub(super) fn write_mcus<'a>(mcus: Mcus<'_>, last_dc: &mut LastDc, codes: &Codes, bits: Bits<'a>) -> Bits<'a> {
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

/// Makes tokens of some MCUs.
#[inline(always)]
fn code_mcus(mcus: Mcus<'_>, last_dc: &mut LastDc, sink: &mut impl Sink) {
    for mcu in 0..mcus.count {
        for place in mcus.places {
            let block = &mcus.blocks[place.first + mcu * place.step];
            code_block(block, place.table, &mut last_dc[place.component], sink);
        }
    }
}

/// Makes tokens of a block.
#[inline(always)]
fn code_block(block: &Block, table: u32, last_dc: &mut i32, sink: &mut impl Sink) {
    let (dc_base, ac_base) = (2 * NEXT_TABLE * table, 2 * NEXT_TABLE * table + NEXT_TABLE);
    let dc = i32::from(block.levels[0]);
    sink.put(dc_base + tokens::of_value(0, dc - *last_dc));
    *last_dc = dc;
    let mut left = block.nonzero & !1;
    let mut before = 0;
    while left != 0 {
        let at = left.trailing_zeros();
        left &= left - 1;
        let mut run = at - before - 1;
        before = at;
        while run > 15 {
            sink.put(ac_base + tokens::SIXTEEN_ZEROS);
            sink.settle();
            run -= 16;
        }
        let level = i32::from(block.levels[at as usize % 64]);
        sink.put(ac_base + tokens::of_value(run, level));
        sink.settle();
    }
    if before < 63 {
        // The end of the block is symbol 0.
        sink.put(ac_base);
    }
    sink.settle();
}
