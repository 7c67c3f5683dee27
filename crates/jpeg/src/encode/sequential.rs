//! Files of one scan: baseline, with tables of the standard or with tables made for the picture.
//!
//! A band is worked on in strips of [`MCUS`] MCUs, which stay in the cache: their blocks are transformed component by
//! component, then coded in the order of the file. With tables of the standard the codes are written at once; otherwise
//! tokens are kept until all are counted.

use super::bits::BitBuffer;
use super::direct;
use super::error::{Error, filled};
use super::fdct::{Block, Divisors};
use super::grid::Grid;
use super::huffman::{Standard, Table};
use super::kernels::Kernels;
use super::mcus::{LastDc, Mcus, Place};
use super::options::{Coding, Options};
use super::output::{Output, write_tokens};
use super::restart::Interval;
use super::rows::{BandRows, STRIP};
use super::segments::Segments;
use super::stage::{STAGE, Stage};
use super::tokens::{Codes, Histogram, TABLES, Tokens};

/// MCUs of a strip: a row of it is at most a [`STRIP`].
const MCUS: usize = STRIP / 2;

/// The coder of a file of one scan.
#[derive(Debug)]
pub(super) struct Sequential {
    kernels: Kernels,
    divisors: Vec<Divisors>,
    places: Vec<Place>,
    blocks: Vec<Block>,
    last_dc: LastDc,
    interval: Interval,
    target: Target,
}

/// What becomes of the tokens.
#[derive(Debug)]
enum Target {
    /// They are written at once.
    Written { bits: BitBuffer },
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
        options: &Options<'_>,
        kernels: Kernels,
        file: &mut Vec<u8>,
    ) -> Result<Self, Error> {
        let (mut places, mut len) = (Vec::new(), 0);
        for (i, component) in grid.components.iter().enumerate() {
            for _ in 0..component.down {
                places.extend((0..component.across).map(|x| Place {
                    first: len + x,
                    step: component.across,
                    component: i,
                    is_chroma: component.table != 0,
                }));
                len += MCUS * component.across;
            }
        }
        let interval = Interval::new(options.restart, grid.mcus_wide);
        let target = if options.coding == Coding::Optimized {
            let (histogram, stage) = (Box::new(Histogram::NONE), Box::new([0; STAGE]));
            Target::Kept { tokens: Tokens::new(), histogram, stage }
        } else {
            start_scan(grid, interval, |number| Table::standard(Standard::ALL[number]), file)?;
            Target::Written { bits: BitBuffer::new()? }
        };
        Ok(Self { kernels, divisors, places, blocks: filled(Block::ZERO, len)?, last_dc: [0; 3], interval, target })
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
            let mut done = 0;
            while done < count {
                let (part, starts_anew) = self.interval.take(count - done);
                self.code_mcus(done, part, starts_anew, file)?;
                done += part;
            }
        }
        Ok(())
    }

    /// Codes MCUs that were transformed, behind a restart marker or not.
    fn code_mcus(&mut self, first: usize, count: usize, starts_anew: bool, file: &mut Vec<u8>) -> Result<(), Error> {
        if starts_anew {
            self.last_dc = [0; 3];
            match &mut self.target {
                Target::Written { bits } => bits.restart(file)?,
                Target::Kept { tokens, .. } => tokens.restart()?,
            }
        }
        let mcus = Mcus { blocks: &self.blocks, first, count, places: &self.places };
        match &mut self.target {
            Target::Written { bits } => {
                let write = self.kernels.write_mcus;
                bits.write(file, |bits| write(mcus, &mut self.last_dc, &direct::STANDARD, bits))
            }
            Target::Kept { tokens, histogram, stage } => {
                let len = (self.kernels.stage_mcus)(mcus, &mut self.last_dc, histogram, stage);
                tokens.extend(&stage[..len])
            }
        }
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
            Target::Written { mut bits } => bits.finish(&mut output.bytes),
            Target::Kept { tokens, histogram, .. } => {
                let mut codes = Codes::new();
                let best = |number| {
                    let table = Table::best(histogram.of_table(number));
                    codes.set(number, &table);
                    table
                };
                start_scan(grid, self.interval, best, &mut output.bytes)?;
                write_tokens(tokens, &codes, self.kernels, &mut BitBuffer::new()?, output)
            }
        }
    }
}

/// Writes the tables and the head of the one scan.
fn start_scan(
    grid: &Grid,
    interval: Interval,
    mut table: impl FnMut(usize) -> Table,
    file: &mut Vec<u8>,
) -> Result<(), Error> {
    let mut segments = Segments(file);
    // A grey picture has the tables of luma alone.
    let used = if grid.components.len() == 1 { TABLES / 2 } else { TABLES };
    for number in 0..used {
        segments.codes(number % 2 == 1, number / 2, &table(number))?;
    }
    if interval.mcus > 0 {
        segments.restart_interval(interval.mcus)?;
    }
    let components = grid.components.iter().enumerate().map(|(i, component)| (i, component.table, component.table));
    segments.scan(components, [0, 63], [0, 0])
}
