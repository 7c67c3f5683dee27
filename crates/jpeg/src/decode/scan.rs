//! A scan: its header, its tables, and its state while it is read.

use super::bits::{Cursor, Input};
use super::damage::{Damage, DamageKind};
use super::frame::Frame;
use super::huffman::{Codes, DcTable, Spec};
use super::joined::AcTable;
use super::request::Window;
use super::segments::Segment;
use super::skip::SkipTable;
use super::standard;
use super::tables::Tables;
use super::wanted::Wanted;
use crate::markers::{RST0, RST7, SOF0, SOS};
use crate::{Error, Reason};

/// A component in a scan.
#[derive(Clone, Copy, Debug)]
pub(super) struct ScanComponent {
    /// Its place in the frame.
    pub(super) index: usize,
    /// Which table of DC it uses.
    dc: u8,
    /// Which table of AC it uses.
    ac: u8,
}

/// What a scan adds to the coefficients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Everything.
    Sequential,
    /// The upper bits of DC.
    DcFirst,
    /// A further bit of DC.
    DcRefine,
    /// The upper bits of some AC.
    AcFirst,
    /// A further bit of some AC.
    AcRefine,
}

impl Part {
    /// Tells whether it is some AC of one component, and no DC.
    pub(super) const fn is_ac(self) -> bool {
        matches!(self, Self::AcFirst | Self::AcRefine)
    }
}

/// The header of a scan.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) components: Vec<ScanComponent>,
    pub(super) part: Part,
    /// First and last coefficient in zigzag order.
    pub(super) band: (u8, u8),
    /// The lowest bit before this scan; 0: none.
    pub(super) high: u8,
    /// The lowest bit after it.
    pub(super) low: u8,
}

impl Header {
    /// Reads the header of a scan.
    ///
    /// # Errors
    ///
    /// [`Error::Segment`].
    pub(super) fn parse(segment: &Segment<'_>, frame: &Frame) -> Result<Self, Error> {
        let error = |reason| segment.error(reason);
        let (&count, rest) = segment.content.split_first().ok_or_else(|| error(Reason::Length))?;
        let (named, rest) = rest.split_at_checked(2 * usize::from(count)).ok_or_else(|| error(Reason::Length))?;
        let (&[first, last, bits], true) = (rest, (1..=4).contains(&count)) else { return Err(error(Reason::Length)) };
        let mut components: Vec<ScanComponent> = Vec::new();
        // Where several have one number, each is named in its turn: libjpeg's rule.
        let mut is_filled = [false; 4];
        for (i, &[id, tables]) in named.as_chunks::<2>().0.iter().enumerate() {
            let index = frame.components.iter().enumerate().position(|(k, it)| it.id == id && !is_filled[k]);
            match index {
                Some(index) if components.iter().all(|it| it.index != index) => {
                    components.push(ScanComponent { index, dc: tables >> 4, ac: tables & 15 });
                    is_filled[i] = true;
                }
                _ => return Err(error(Reason::Component)),
            }
        }
        if components.len() > 1 && !frame.fits_mcu(components.iter().map(|it| it.index)) {
            return Err(error(Reason::Sampling));
        }
        let mut header = Self { components, part: Part::Sequential, band: (0, 63), high: 0, low: 0 };
        // In a sequential frame they mean nothing, and some cameras write nonsense.
        if frame.is_progressive {
            header.set_progression((first, last), bits >> 4, bits & 15).map_err(error)?;
        }
        Ok(header)
    }

    /// Sets what a scan of a progressive frame holds.
    fn set_progression(&mut self, band: (u8, u8), high: u8, low: u8) -> Result<(), Reason> {
        let is_band = match band {
            (0, last) => last == 0,
            (first, last) => first <= last && last <= 63 && self.components.len() == 1,
        };
        if !is_band || low > 13 || (high != 0 && high != low + 1) {
            return Err(Reason::Progression);
        }
        self.part = match (band.0, high) {
            (0, 0) => Part::DcFirst,
            (0, _) => Part::DcRefine,
            (_, 0) => Part::AcFirst,
            (_, _) => Part::AcRefine,
        };
        (self.band, self.high, self.low) = (band, high, low);
        Ok(())
    }
}

/// The tables of a scan, and which of them its components use.
#[derive(Debug, Default)]
pub(super) struct ScanTables {
    pub(super) dc: Vec<Box<DcTable>>,
    pub(super) ac: Vec<Box<AcTable>>,
    pub(super) skip: Vec<Box<SkipTable>>,
    /// Codes of a scan that refines AC.
    pub(super) refine: Option<Box<Codes>>,
}

/// How a component is read: the places of its tables in [`ScanTables`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Use {
    pub(super) component: usize,
    pub(super) dc: usize,
    /// Absent if AC is skipped.
    pub(super) ac: Option<usize>,
    /// Only there if something is skipped.
    pub(super) skip: usize,
}

/// A scan that is being read.
#[derive(Debug)]
pub(super) struct Scan<'a> {
    pub(super) header: Header,
    pub(super) tables: ScanTables,
    pub(super) uses: Vec<Use>,
    pub(super) input: Input<'a>,
    pub(super) cursor: Cursor,
    /// The last DC of each component of the frame.
    pub(super) dc: [i32; 4],
    /// Blocks that are still to come of a run of blocks without new coefficients.
    pub(super) end_run: u32,
    /// Whether the data has ended, until the next restart.
    pub(super) is_out: bool,
    /// The number of the MCU that is read.
    pub(super) mcu: u64,
    /// MCUs to go until the next restart.
    pub(super) to_restart: u32,
    pub(super) restart_interval: u32,
    next_restart: u8,
    /// Its number among the scans of the file.
    number: usize,
    /// Which MCUs are wanted; absent: all.
    pub(super) wanted: Option<Wanted>,
    /// The damage that was met first.
    damage: Option<Damage>,
}

/// What a picture needs of a scan.
#[derive(Clone, Debug)]
pub(super) struct Needs {
    /// For each component, whether it needs AC.
    pub(super) ac: [bool; 4],
    /// Which MCUs are needed; absent: all, as far as there is something to pass.
    pub(super) window: Option<Window>,
}

impl<'a> Scan<'a> {
    /// Starts to read a scan whose data is at a place of the file.
    ///
    /// # Errors
    ///
    /// [`Error::Segment`] if a table is missing or wrong, [`Error::Memory`].
    pub(super) fn open(
        (file, at): (&'a [u8], usize),
        header: Header,
        tables: &Tables,
        (frame, needs): (&Frame, &Needs),
        number: usize,
    ) -> Result<Self, Error> {
        let error = |reason| Error::Segment { marker: SOS, at, reason };
        let (tables_used, uses) = use_tables(&header, tables, needs).map_err(error)?;
        let (input, cursor) = Input::new(file, at)?;
        Ok(Self {
            wanted: needs.window.as_ref().map(|window| Wanted::new(&header, frame, window)),
            header,
            tables: tables_used,
            uses,
            input,
            cursor,
            dc: [0; 4],
            end_run: 0,
            is_out: false,
            mcu: 0,
            to_restart: tables.restart_interval,
            restart_interval: tables.restart_interval,
            next_restart: 0,
            number,
            damage: None,
        })
    }

    /// Returns the damage that was met first.
    pub(super) fn damage(&self) -> Option<Damage> {
        self.damage
    }

    /// Returns how many MCUs are to come before the next restart, if there is one.
    pub(super) fn before_restart(&self) -> Option<usize> {
        (self.restart_interval != 0).then(|| usize::try_from(self.to_restart).unwrap_or(usize::MAX))
    }

    /// Takes note of damage at the MCU that is read.
    #[cold]
    pub(super) fn note(&mut self, kind: DamageKind) {
        self.damage.get_or_insert(Damage { kind, scan: self.number, mcu: self.mcu });
    }

    /// Takes note if the last MCU took more than there was.
    pub(super) fn finish(&mut self) {
        let cursor = self.cursor;
        self.note_end(&cursor);
    }

    /// Takes note if the MCU before this one, which has ended at a place, took more than there was.
    fn note_end(&mut self, cursor: &Cursor) {
        if !self.is_out && self.input.is_past(cursor) {
            self.is_out = true;
            let damage = Damage { kind: DamageKind::Ends, scan: self.number, mcu: self.mcu.saturating_sub(1) };
            self.damage.get_or_insert(damage);
        }
    }

    /// Prepares for the next MCU; returns the cursor and whether the MCU has data.
    #[inline(always)]
    pub(super) fn start_mcu(&mut self, cursor: Cursor) -> (Cursor, bool) {
        let mut cursor = cursor;
        if self.restart_interval != 0 {
            if self.to_restart == 0 {
                cursor = self.restart(&cursor);
            }
            self.to_restart -= 1;
        }
        if self.input.needs_more(&cursor) {
            cursor = self.more(cursor, 1);
        }
        (cursor, !self.is_out)
    }

    /// Reads on; `back` MCUs before this one took what was not there, if it was not.
    #[cold]
    pub(super) fn more(&mut self, cursor: Cursor, back: u64) -> Cursor {
        let (cursor, is_past) = self.input.more(cursor);
        if is_past && !self.is_out {
            self.is_out = true;
            let damage = Damage { kind: DamageKind::Ends, scan: self.number, mcu: self.mcu.saturating_sub(back) };
            self.damage.get_or_insert(damage);
        }
        cursor
    }

    /// Returns how many of some MCUs are to be read before a place where MCUs can be passed.
    pub(super) fn up_to_restart(&self, count: usize) -> usize {
        match self.before_restart() {
            Some(0) => count.min(usize::try_from(self.restart_interval).unwrap_or(count)),
            Some(left) => count.min(left),
            None => count,
        }
    }

    /// Passes whole restart intervals without a wanted MCU, if it stands before one: nothing but their markers is sought.
    pub(super) fn pass_unwanted(&mut self, wanted: &Wanted) {
        let interval = u64::from(self.restart_interval);
        let is_between = self.to_restart == 0 || self.mcu == 0;
        if !(wanted.may_pass && interval > 0 && is_between) {
            return;
        }
        let cursor = self.cursor;
        self.note_end(&cursor);
        for _ in 0..(wanted.next(self.mcu) - self.mcu) / interval {
            if self.to_restart == 0 {
                self.pass_restart();
            }
            self.mcu += interval;
            self.to_restart = 0;
        }
    }

    /// Goes behind the next restart marker, to read on; the cursor is where the last MCU has ended.
    #[cold]
    fn restart(&mut self, cursor: &Cursor) -> Cursor {
        self.note_end(cursor);
        self.pass_restart();
        self.input.restart()
    }

    /// Goes behind the next restart marker.
    fn pass_restart(&mut self) {
        let expected = self.next_restart;
        let marker = self.input.find_marker();
        if marker == RST0 + expected {
            self.input.pass_marker();
        } else {
            self.note(DamageKind::Restart);
            self.resync(expected);
        }
        self.next_restart = (expected + 1) % 8;
        self.to_restart = self.restart_interval;
        self.dc = [0; 4];
        self.end_run = 0;
        self.is_out &= self.input.marker().is_some();
    }

    /// Decides, as libjpeg does, what a marker means that is not the expected one.
    fn resync(&mut self, expected: u8) {
        loop {
            let marker = self.input.find_marker();
            match marker {
                // No marker that could be here: on to the next.
                ..SOF0 => self.input.pass_marker(),
                RST0..=RST7 => match (marker - RST0).wrapping_sub(expected) % 8 {
                    // One of the next two: the data in between is lost.
                    1 | 2 => return,
                    // One of the last two: on to the next.
                    6 | 7 => self.input.pass_marker(),
                    // Too far away to tell: taken for the expected one.
                    _ => return self.input.pass_marker(),
                },
                _ => return,
            }
        }
    }
}

/// Prepares the tables that the components of a scan use.
fn use_tables(header: &Header, tables: &Tables, needs: &Needs) -> Result<(ScanTables, Vec<Use>), Reason> {
    let mut used = ScanTables::default();
    let mut uses = Vec::new();
    let (mut dc_numbers, mut ac_numbers, mut skip_numbers) = (Vec::new(), Vec::new(), Vec::new());
    let is_sequential = header.part == Part::Sequential;
    for component in &header.components {
        let mut table_use = Use { component: component.index, dc: 0, ac: None, skip: 0 };
        if matches!(header.part, Part::Sequential | Part::DcFirst) {
            let spec = find_spec(&tables.dc, component.dc, header.part, &standard::DC)?;
            // In a sequential scan each pair of tables has one of its own.
            let ac =
                is_sequential.then(|| find_spec(&tables.ac, component.ac, header.part, &standard::AC)).transpose()?;
            let number = (component.dc, if is_sequential { component.ac } else { 0 });
            table_use.dc = place(&mut dc_numbers, &mut used.dc, number, || DcTable::new(&spec, ac.as_ref()))?;
        }
        if header.part == Part::AcRefine {
            let spec = find_spec(&tables.ac, component.ac, header.part, &standard::AC)?;
            used.refine = Some(Box::new(Codes::new(&spec)?));
        }
        if matches!(header.part, Part::Sequential | Part::AcFirst) {
            let spec = find_spec(&tables.ac, component.ac, header.part, &standard::AC)?;
            let has_ac = needs.ac[component.index] || header.part != Part::Sequential;
            if has_ac {
                let table = || AcTable::new(&spec);
                table_use.ac = Some(place(&mut ac_numbers, &mut used.ac, component.ac, table)?);
            }
            if needs.window.is_some() || !has_ac {
                let table = || SkipTable::new(&spec);
                table_use.skip = place(&mut skip_numbers, &mut used.skip, component.ac, table)?;
            }
        }
        uses.push(table_use);
    }
    Ok((used, uses))
}

/// Finds the definition of a table; that of the standard, where a sequential picture has none.
fn find_spec(
    specs: &[Option<Spec>; 4],
    number: u8,
    part: Part,
    standard: &[standard::Table; 2],
) -> Result<Spec, Reason> {
    match (specs.get(usize::from(number)), standard.get(usize::from(number))) {
        (Some(Some(spec)), _) => Ok(spec.clone()),
        (_, Some((counts, symbols))) if part == Part::Sequential => Ok(Spec::new(*counts, symbols)),
        _ => Err(Reason::Table),
    }
}

/// Finds the place of a table among those that are prepared, or prepares it.
fn place<T, N: PartialEq>(
    numbers: &mut Vec<N>,
    tables: &mut Vec<T>,
    number: N,
    make: impl FnOnce() -> Result<T, Reason>,
) -> Result<usize, Reason> {
    if let Some(place) = numbers.iter().position(|it| *it == number) {
        return Ok(place);
    }
    tables.push(make()?);
    numbers.push(number);
    Ok(tables.len() - 1)
}
