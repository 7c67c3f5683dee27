//! Progressive files: the ten scans of a colour picture and the six of a grey one that libjpeg calls a simple progression.
//!
//! All scans are made in one pass over the picture: no coefficient outlives its strip, only tokens are kept. Scans of AC go
//! along the rows of a component's blocks, and have no dummies; those of DC go along the MCUs.

use std::io::Write;

use super::bit_planes::BitPlanes;
use super::bits::BitBuffer;
use super::error::{Error, filled};
use super::fdct::{Block, Divisors};
use super::grid::Grid;
use super::huffman::Table;
use super::kernels::Kernels;
use super::options::Restart;
use super::output::{Output, write_tokens};
use super::restart::Interval;
use super::rows::{BandRows, STRIP};
use super::scan::{Corrections, MAX_CORRECTIONS, Part, Scan};
use super::segments::Segments;
use super::stage::{Counted, STAGE, Stage};
use super::tokens::{self, Codes, Histogram, NEXT_TABLE, Tokens};

/// The scans of AC of a colour picture, in order.
const COLOR: [Part; 8] = [
    // Something of luma in a hurry, then chroma, of which there is too little for many scans.
    Part { component: 0, first: 1, last: 5, low: 2, refines: false },
    Part { component: 2, first: 1, last: 63, low: 1, refines: false },
    Part { component: 1, first: 1, last: 63, low: 1, refines: false },
    Part { component: 0, first: 6, last: 63, low: 2, refines: false },
    Part { component: 0, first: 1, last: 63, low: 1, refines: true },
    // Here the last bit of DC comes.
    Part { component: 2, first: 1, last: 63, low: 0, refines: true },
    Part { component: 1, first: 1, last: 63, low: 0, refines: true },
    Part { component: 0, first: 1, last: 63, low: 0, refines: true },
];

/// The scans of AC of a grey picture, in order.
const GRAY: [Part; 4] = [
    Part { component: 0, first: 1, last: 5, low: 2, refines: false },
    Part { component: 0, first: 6, last: 63, low: 2, refines: false },
    Part { component: 0, first: 1, last: 63, low: 1, refines: true },
    // Here the last bit of DC comes.
    Part { component: 0, first: 1, last: 63, low: 0, refines: true },
];

/// The coder of a progressive file.
#[derive(Debug)]
pub(super) struct Progressive {
    kernels: Kernels,
    divisors: Vec<Divisors>,
    blocks: Vec<Block>,
    planes: Vec<BitPlanes>,
    stage: Box<Stage>,
    scans: Vec<Scan>,
    /// The DC coefficients of a band, by component, dummies included.
    dc: Vec<Vec<i16>>,
    last_dc: [i32; 3],
    dc_interval: Interval,
    first_dc: Tokens,
    dc_histogram: Box<Histogram>,
    last_bits: Corrections,
    second_dc: Tokens,
}

impl Progressive {
    /// Starts a file.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`].
    pub(super) fn new(
        grid: &Grid,
        divisors: Vec<Divisors>,
        restart: Option<Restart>,
        kernels: Kernels,
    ) -> Result<Self, Error> {
        let parts = if grid.components.len() == 1 { &GRAY[..] } else { &COLOR };
        let interval = |part: Part| Interval::new(restart, grid.components[part.component].blocks_wide);
        let dc = grid.components.iter().map(|it| filled(0, grid.mcus_wide * it.across * it.down));
        Ok(Self {
            kernels,
            divisors,
            blocks: filled(Block::ZERO, STRIP)?,
            planes: filled(BitPlanes::default(), STRIP)?,
            stage: Box::new([0; STAGE]),
            scans: parts.iter().map(|&part| Scan::new(part, interval(part))).collect(),
            dc: dc.collect::<Result<_, _>>()?,
            last_dc: [0; 3],
            dc_interval: Interval::new(restart, grid.mcus_wide),
            first_dc: Tokens::new(),
            dc_histogram: Box::new(Histogram::NONE),
            last_bits: Corrections::new(),
            second_dc: Tokens::new(),
        })
    }

    /// Codes a band.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`].
    pub(super) fn code(&mut self, grid: &Grid, planes: &[BandRows<'_>]) -> Result<(), Error> {
        for (i, plane) in planes.iter().enumerate() {
            for block_row in 0..grid.components[i].down {
                if plane.has_blocks(block_row) {
                    self.code_row(grid, i, plane, block_row)?;
                }
            }
            self.fill_dummies(grid, i, plane);
        }
        self.code_dc(grid)
    }

    /// Codes AC of a row of blocks, and notes DC.
    fn code_row(&mut self, grid: &Grid, i: usize, plane: &BandRows<'_>, block_row: usize) -> Result<(), Error> {
        let component = &grid.components[i];
        let row = block_row * grid.mcus_wide * component.across;
        for first in (0..component.blocks_wide).step_by(STRIP) {
            let count = STRIP.min(component.blocks_wide - first);
            let (blocks, planes) = (&mut self.blocks[..count], &mut self.planes[..count]);
            plane.transform(self.kernels.fdct, &self.divisors[component.table], block_row, first, blocks);
            for (dc, block) in self.dc[i][row + first..].iter_mut().zip(&*blocks) {
                *dc = block.levels[0];
            }
            (self.kernels.find_planes)(blocks, planes);
            for scan in self.scans.iter_mut().filter(|scan| scan.part.component == i) {
                scan.code(&self.kernels, blocks, planes, &mut self.stage)?;
            }
        }
        Ok(())
    }

    /// Gives blocks that an MCU has beyond the picture the DC coefficient of the block before.
    fn fill_dummies(&mut self, grid: &Grid, i: usize, plane: &BandRows<'_>) {
        let component = &grid.components[i];
        let mut rows = &mut self.dc[i][..];
        for block_row in 0..component.down {
            let (row, rest) = rows.split_at_mut(grid.mcus_wide * component.across);
            if plane.has_blocks(block_row) {
                let last = row[component.blocks_wide - 1];
                row[component.blocks_wide..].fill(last);
            }
            // The next row has none of the picture's: each MCU repeats its own last block.
            if block_row + 1 < component.down && !plane.has_blocks(block_row + 1) {
                for (mcu, below) in row.chunks(component.across).zip(rest.chunks_mut(component.across)) {
                    below.fill(mcu[component.across - 1]);
                }
            }
            rows = rest;
        }
    }

    /// Codes DC of a band, in the order of the MCUs: without the last bit, and the last bit by itself.
    fn code_dc(&mut self, grid: &Grid) -> Result<(), Error> {
        let mut len = 0;
        for mcu in 0..grid.mcus_wide {
            if let (_, true) = self.dc_interval.take(1) {
                self.last_dc = [0; 3];
                self.first_dc.extend(&self.stage[..len])?;
                self.first_dc.restart()?;
                self.second_dc.extend(self.last_bits.take())?;
                self.second_dc.restart()?;
                len = 0;
            }
            let mut sink = Counted { stage: &mut self.stage, histogram: &mut self.dc_histogram, len };
            for (i, component) in grid.components.iter().enumerate() {
                let table = if component.table == 0 { 0 } else { 2 * NEXT_TABLE };
                for row in self.dc[i].chunks(grid.mcus_wide * component.across) {
                    for &dc in &row[mcu * component.across..][..component.across] {
                        let high = i32::from(dc >> 1);
                        sink.put(table + tokens::of_value(0, high - self.last_dc[i]));
                        self.last_dc[i] = high;
                        self.last_bits.push(u64::from(dc & 1 != 0), 1);
                    }
                }
            }
            len = sink.len;
            // An MCU has a few tokens.
            if len > STAGE / 2 {
                self.first_dc.extend(&self.stage[..len])?;
                len = 0;
            }
            if self.last_bits.total > MAX_CORRECTIONS {
                self.second_dc.extend(self.last_bits.take_whole())?;
            }
        }
        self.first_dc.extend(&self.stage[..len])
    }

    /// Writes all scans.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`], [`Error::Write`].
    pub(super) fn finish<W: Write>(mut self, grid: &Grid, output: &mut Output<W>) -> Result<(), Error> {
        self.second_dc.extend(self.last_bits.take())?;
        let mut bits = BitBuffer::new()?;
        let mut codes = Codes::new();
        for table in 0..grid.components.len().min(2) {
            let best = Table::best(self.dc_histogram.of_table(2 * table));
            Segments(&mut output.bytes).codes(false, table, &best)?;
            codes.set(2 * table, &best);
        }
        let components = || grid.components.iter().enumerate();
        let mut last_interval = 0;
        restart_interval(self.dc_interval, &mut last_interval, output)?;
        let all = components().map(|(i, component)| (i, component.table, 0));
        Segments(&mut output.bytes).scan(all, [0, 0], [0, 1])?;
        write_tokens(self.first_dc, &codes, self.kernels, &mut bits, output)?;
        let mut second_dc = Some(self.second_dc);
        for mut scan in self.scans {
            if scan.part.refines && scan.part.low == 0 {
                // The last bit of DC comes before that of all others.
                if let Some(second_dc) = second_dc.take() {
                    restart_interval(self.dc_interval, &mut last_interval, output)?;
                    Segments(&mut output.bytes).scan(components().map(|(i, _)| (i, 0, 0)), [0, 0], [1, 0])?;
                    write_tokens(second_dc, &Codes::new(), self.kernels, &mut bits, output)?;
                }
            }
            scan.end(&mut self.stage)?;
            write_scan(grid, scan, &mut last_interval, self.kernels, &mut bits, output)?;
        }
        Ok(())
    }
}

/// Writes the restart interval of a scan, if it is not that of the scan before.
fn restart_interval<W>(interval: Interval, last: &mut u16, output: &mut Output<W>) -> Result<(), Error> {
    if interval.mcus != *last {
        Segments(&mut output.bytes).restart_interval(interval.mcus)?;
        *last = interval.mcus;
    }
    Ok(())
}

/// Writes a scan of AC with its table.
fn write_scan<W: Write>(
    grid: &Grid,
    mut scan: Scan,
    last_interval: &mut u16,
    kernels: Kernels,
    bits: &mut BitBuffer,
    output: &mut Output<W>,
) -> Result<(), Error> {
    let part = scan.part;
    let table = grid.components[part.component].table;
    if part.refines {
        scan.state.histogram.join_corrected();
    }
    let best = Table::best(scan.state.histogram.of_table(0));
    let mut codes = Codes::new();
    codes.set(0, &best);
    if part.refines {
        codes.set_corrected();
    }
    Segments(&mut output.bytes).codes(true, table, &best)?;
    restart_interval(scan.interval, last_interval, output)?;
    let high = if part.refines { part.low + 1 } else { 0 };
    Segments(&mut output.bytes).scan([(part.component, 0, table)], [part.first, part.last], [high, part.low])?;
    write_tokens(scan.tokens, &codes, kernels, bits, output)
}
