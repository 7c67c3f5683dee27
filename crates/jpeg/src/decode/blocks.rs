//! The blocks of a picture, a row of MCUs at a time and within it run by run, so that what is held of them is small.
//!
//! A sequential scan gives whole blocks, a stretch of MCUs after the other. Of a progressive picture all scans are read in
//! lockstep, and what they have to be read for together is little: DC comes in scans of its own, which go along the MCUs
//! and are read for the whole row first; each scan of AC belongs to one component and goes along its rows of blocks. So a
//! run of such a row is whole when each of its component's scans has read that far, however wide the picture is.

use std::ops::Range;

use super::Decoder;
use super::coefficients::{Coefficients, Part, RUN, STRETCH_MCUS};
use super::damage::Damage;
use super::entropy::Entropy;
use super::frame::{Frame, MAX_MCU_BLOCKS};
use super::request::Window;
use super::scan::{Needs, Scan, Use};
use super::script::Script;
use super::sequential::Unit;
use crate::Error;
use crate::idct::Block;

/// Blocks of one component that stand side by side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run<'b> {
    /// The component, by its place in the frame.
    pub(super) component: usize,
    /// The column of the first block, counted from the first wanted one.
    pub(super) x: usize,
    /// The row of the blocks, counted from the top of the row of MCUs.
    pub(super) y: usize,
    /// The blocks; all of them hold samples of the picture.
    pub(super) blocks: &'b [Block],
    /// For each block the last coefficient that may be other than zero.
    pub(super) last: &'b [u8],
}

/// Steps of a quantiser, in zigzag order.
pub(super) type Steps = [u16; 64];

/// The blocks of a picture.
#[derive(Debug)]
pub(super) struct Blocks<'a> {
    frame: Frame,
    scans: Vec<Scan<'a>>,
    coefficients: Coefficients,
    entropy: Entropy,
    window: Window,
    /// The row of MCUs that comes next.
    row: u32,
    damage: Option<Damage>,
}

impl<'a> Blocks<'a> {
    /// Opens the scans; returns as well the steps of each component's quantiser.
    ///
    /// # Errors
    ///
    /// As [`Decoder::bands`].
    pub(super) fn new(
        decoder: &Decoder<'a>,
        ac: [bool; 4],
        window: Option<&Window>,
    ) -> Result<(Self, Vec<Steps>), Error> {
        let frame = decoder.frame.clone();
        let (mcu_columns, mcu_rows) = frame.mcus();
        let window = Window::cut(window, (mcu_columns, mcu_rows));
        let is_window = window.columns != (0..mcu_columns) || window.rows.start > 0;
        let needs = Needs { ac, window: is_window.then(|| window.clone()) };
        let script = Script::open(decoder.file, &frame, &decoder.first, &needs, decoder.limits)?;
        let steps = script.quant.iter().take(frame.components.len()).map(|steps| steps.unwrap_or([1; 64])).collect();
        let blocks = Self {
            scans: script.scans,
            coefficients: Coefficients::new(&frame)?,
            entropy: Entropy::fastest(),
            window,
            row: 0,
            damage: script.damage,
            frame,
        };
        Ok((blocks, steps))
    }

    /// Returns the wanted columns of MCUs.
    pub(super) const fn columns(&self) -> Range<usize> {
        self.window.columns.start as usize..self.window.columns.end as usize
    }

    /// Returns the damage that was found so far.
    pub(super) const fn damage(&self) -> Option<&Damage> {
        self.damage.as_ref()
    }

    /// Reads the next wanted row of MCUs, and returns its number; absent behind the last one.
    ///
    /// Each of its wanted blocks is handed to `take`, unless no scan holds it.
    pub(super) fn next_row(&mut self, mut take: impl FnMut(Run<'_>)) -> Option<u32> {
        while self.row < self.window.rows.end {
            let row = self.row;
            self.row += 1;
            let is_wanted = row >= self.window.rows.start;
            let kept = if is_wanted { self.columns() } else { 0..0 };
            if self.frame.is_progressive {
                self.read_dc(row);
                (0..self.frame.components.len()).for_each(|i| self.read_ac(i, row, &kept, &mut take));
            } else {
                (0..self.scans.len()).for_each(|i| self.read_sequential(i, row, &kept, &mut take));
            }
            let is_last = self.row == self.frame.mcus().1;
            for scan in &mut self.scans {
                if is_last {
                    scan.finish();
                }
                self.damage = self.damage.or(scan.damage());
            }
            if is_wanted {
                return Some(row);
            }
        }
        None
    }

    /// Reads what a sequential scan holds of a row of MCUs.
    fn read_sequential(&mut self, i: usize, row: u32, kept: &Range<usize>, take: &mut impl FnMut(Run<'_>)) {
        let scan = &mut self.scans[i];
        let into = &mut self.coefficients;
        if let [table_use] = scan.uses[..] {
            let units = [Unit { place: 0, step: 1, table_use }];
            for run in runs(&self.frame, table_use.component, row, kept, self.window.columns.start) {
                read(self.entropy, scan, (run.first, run.count), &units, &run.kept, into);
                run.give(into, take);
            }
            return;
        }
        let uses = scan.uses.clone();
        let units = Units::new(&uses, |component| into.parts[component]);
        let columns = self.frame.mcus().0 as usize;
        for start in (0..columns).step_by(STRETCH_MCUS) {
            let count = STRETCH_MCUS.min(columns - start);
            let kept = within(kept, start, count);
            read(self.entropy, scan, (mcu(row, columns, start), count), units.as_slice(), &kept, into);
            for table_use in &uses {
                let (component, part) = (table_use.component, into.parts[table_use.component]);
                let (columns, rows) = self.frame.components[component].blocks();
                let of_picture = (columns as usize).saturating_sub(start * part.horizontal);
                let blocks = kept.start * part.horizontal..(kept.end * part.horizontal).min(of_picture);
                let from = self.window.columns.start as usize * part.horizontal;
                let rows = (rows as usize).saturating_sub(row as usize * part.vertical).min(part.vertical);
                for y in (0..rows).filter(|_| !blocks.is_empty()) {
                    let (run, last) = into.run(part.place(blocks.start, y), blocks.len());
                    let x = start * part.horizontal + blocks.start - from;
                    take(Run { component, x, y, blocks: run, last });
                }
            }
        }
    }

    /// Reads DC of a row of MCUs of a progressive picture.
    fn read_dc(&mut self, row: u32) {
        let into = &mut self.coefficients;
        into.dc.fill(0);
        let columns = self.frame.mcus().0 as usize;
        for scan in self.scans.iter_mut().filter(|scan| !scan.header.part.is_ac()) {
            if let [table_use] = scan.uses[..] {
                let part = into.dc_parts[table_use.component];
                let (columns, rows) = self.frame.components[table_use.component].blocks();
                let first = row as usize * part.vertical;
                for y in 0..(rows as usize).saturating_sub(first).min(part.vertical) {
                    let units = [Unit { place: part.place(0, y), step: 1, table_use }];
                    let first = u64::from(columns) * (first + y) as u64;
                    read(self.entropy, scan, (first, columns as usize), &units, &(0..0), into);
                }
                continue;
            }
            let units = Units::new(&scan.uses, |component| into.dc_parts[component]);
            read(self.entropy, scan, (mcu(row, columns, 0), columns), units.as_slice(), &(0..0), into);
        }
    }

    /// Reads AC of a component in a row of MCUs of a progressive picture, and joins it with DC.
    fn read_ac(&mut self, component: usize, row: u32, kept: &Range<usize>, take: &mut impl FnMut(Run<'_>)) {
        let into = &mut self.coefficients;
        for run in runs(&self.frame, component, row, kept, self.window.columns.start) {
            into.clear(run.count);
            for scan in self.scans.iter_mut().filter(|scan| scan.header.part.is_ac()) {
                if let [table_use] = scan.uses[..]
                    && table_use.component == component
                {
                    let units = [Unit { place: 0, step: 1, table_use }];
                    read(self.entropy, scan, (run.first, run.count), &units, &run.kept, into);
                }
            }
            if !run.kept.is_empty() {
                into.join(component, run.start, run.y, run.count);
                run.give(into, take);
            }
        }
    }
}

/// A run of blocks of a component that is to be read.
struct Planned {
    component: usize,
    /// The number of the first block in a scan of this component alone.
    first: u64,
    /// How many there are.
    count: usize,
    /// Which of them are wanted.
    kept: Range<usize>,
    /// The column of the first one.
    start: usize,
    /// The first column of blocks that is wanted at all.
    from: usize,
    /// The row, counted from the top of the row of MCUs.
    y: usize,
}

impl Planned {
    /// Hands the wanted blocks on, which are the first that are held.
    fn give(&self, held: &Coefficients, take: &mut impl FnMut(Run<'_>)) {
        if !self.kept.is_empty() {
            let (blocks, last) = held.run(self.kept.start, self.kept.len());
            take(Run {
                component: self.component,
                x: self.start + self.kept.start - self.from,
                y: self.y,
                blocks,
                last,
            });
        }
    }
}

/// Cuts the rows of blocks that a component has in a row of MCUs.
///
/// Only blocks that hold samples of the picture are in scans of one component.
fn runs(
    frame: &Frame,
    component: usize,
    row: u32,
    kept: &Range<usize>,
    first_column: u32,
) -> impl Iterator<Item = Planned> + use<> {
    let it = frame.components[component];
    let (h, v) = (usize::from(it.horizontal), usize::from(it.vertical));
    let (columns, rows) = it.blocks();
    let (columns, first_row) = (columns as usize, row as usize * v);
    let kept = kept.start * h..(kept.end * h).min(columns);
    (0..(rows as usize).saturating_sub(first_row).min(v)).flat_map(move |y| {
        let kept = kept.clone();
        (0..columns).step_by(RUN).map(move |start| {
            let count = RUN.min(columns - start);
            let first = columns as u64 * (first_row + y) as u64 + start as u64;
            Planned {
                component,
                first,
                count,
                kept: within(&kept, start, count),
                start,
                from: first_column as usize * h,
                y,
            }
        })
    })
}

/// Returns the part of a range that lies among `count` places from `start` on, counted from there.
fn within(range: &Range<usize>, start: usize, count: usize) -> Range<usize> {
    let relative = |place: usize| place.clamp(start, start + count) - start;
    relative(range.start)..relative(range.end)
}

/// Returns the number of an MCU in a scan that has those of the picture.
const fn mcu(row: u32, columns: usize, column: usize) -> u64 {
    row as u64 * columns as u64 + column as u64
}

/// The blocks of an MCU, in the order of the file.
struct Units {
    units: [Unit; MAX_MCU_BLOCKS],
    len: usize,
}

impl Units {
    /// Lists them, of components that lie so.
    fn new(uses: &[Use], part: impl Fn(usize) -> Part) -> Self {
        let mut list = Self { units: [Unit::default(); MAX_MCU_BLOCKS], len: 0 };
        for &table_use in uses {
            let part = part(table_use.component);
            for y in 0..part.vertical {
                for x in 0..part.horizontal {
                    list.units[list.len] = Unit { place: part.place(x, y), step: part.horizontal, table_use };
                    list.len += 1;
                }
            }
        }
        list
    }

    /// Returns them.
    fn as_slice(&self) -> &[Unit] {
        &self.units[..self.len]
    }
}

/// Reads MCUs of a scan, of which those before `first` are read; blocks that nobody wants are left out as far as possible.
fn read(
    entropy: Entropy,
    scan: &mut Scan<'_>,
    (first, count): (u64, usize),
    units: &[Unit],
    kept: &Range<usize>,
    into: &mut Coefficients,
) {
    let Some(wanted) = scan.wanted else { return (entropy.0)(scan, units, count, kept, into) };
    let end = wanted.end().min(first + count as u64);
    while scan.mcu < end {
        scan.pass_unwanted(&wanted);
        if scan.mcu >= end {
            break;
        }
        let passed = usize::try_from(scan.mcu.saturating_sub(first)).unwrap_or(count);
        let left = usize::try_from(end - scan.mcu).unwrap_or(count);
        let count = if wanted.may_pass { scan.up_to_restart(left) } else { left };
        let mut moved = [Unit::default(); MAX_MCU_BLOCKS];
        for (moved, unit) in moved.iter_mut().zip(units) {
            *moved = Unit { place: unit.place + passed * unit.step, ..*unit };
        }
        (entropy.0)(scan, &moved[..units.len()], count, &within(kept, passed, count), into);
    }
}
