//! The scans of a file: which there are, and what each of them adds.

use super::Limits;
use super::damage::{Damage, DamageKind};
use super::frame::Frame;
use super::scan::{Header, Needs, Part, Scan};
use super::segments::{Next, Walker};
use super::tables::Tables;
use crate::markers::SOS;
use crate::{Error, Reason};

/// The first scan, as the header of a file leads to it.
#[derive(Clone, Debug)]
pub(super) struct FirstScan {
    pub(super) header: Header,
    /// The tables at its start.
    pub(super) tables: Tables,
    /// Where its data starts.
    pub(super) at: usize,
}

/// The scans that a picture is made of, at their starts.
#[derive(Debug)]
pub(super) struct Script<'a> {
    pub(super) scans: Vec<Scan<'a>>,
    /// For each component the quantisation table at the start of its first scan.
    pub(super) quant: [Option<[u16; 64]>; 4],
    /// Whether scans are missing.
    pub(super) damage: Option<Damage>,
}

impl<'a> Script<'a> {
    /// Finds and opens the scans that are needed.
    ///
    /// # Errors
    ///
    /// [`Error::TooManyScans`], [`Error::Memory`], and [`Error::Segment`] for the first scan; a later one that cannot be
    /// read is missing.
    pub(super) fn open(
        file: &'a [u8],
        frame: &Frame,
        first: &FirstScan,
        needs: &Needs,
        limits: Limits,
    ) -> Result<Self, Error> {
        let FirstScan { mut header, mut tables, mut at } = first.clone();
        let mut script = Self { scans: Vec::new(), quant: [None; 4], damage: None };
        let mut progress = Progress::new(frame);
        let mut walker = Walker::new(file)?;
        let mut number = 0;
        let has_end = loop {
            if number == limits.max_scans {
                return Err(Error::TooManyScans { max: limits.max_scans });
            }
            match script.add(file, frame, (header, &tables, at), needs, number) {
                Ok(header) => {
                    if !progress.add(&header) {
                        let kind = DamageKind::Progression;
                        script.damage.get_or_insert(Damage { kind, scan: number, mcu: 0 });
                    }
                }
                Err(error @ Error::Memory { .. }) => return Err(error),
                Err(error) if number == 0 => return Err(error),
                Err(_) => break false,
            }
            number += 1;
            if progress.is_whole() {
                break true;
            }
            walker.at = at;
            match next_scan(&mut walker, frame, &mut tables) {
                Found::Scan(next) => header = next,
                Found::End => break true,
                Found::Nothing => break false,
            }
            at = walker.at;
        };
        if !progress.has_all_components() || !(has_end || progress.is_whole()) {
            script.damage.get_or_insert(Damage { kind: DamageKind::MissingScans, scan: number, mcu: 0 });
        }
        script.check_intervals();
        Ok(script)
    }

    /// Makes sure that where a scan of AC passes blocks, all scans of that component do.
    ///
    /// Scans that refine must know what came before, or they lose their place among the bits.
    fn check_intervals(&mut self) {
        let mut intervals = [None; 4];
        let mut differ = [false; 4];
        for scan in self.scans.iter().filter(|scan| scan.header.part.is_ac()) {
            for it in &scan.header.components {
                differ[it.index] |= *intervals[it.index].get_or_insert(scan.restart_interval) != scan.restart_interval;
            }
        }
        for scan in self.scans.iter_mut().filter(|scan| scan.header.part.is_ac()) {
            let passes = scan.header.components.iter().all(|it| !differ[it.index]);
            scan.wanted.iter_mut().for_each(|wanted| wanted.may_pass = passes);
        }
    }

    /// Opens a scan, if it is needed, and takes over the tables of its components.
    fn add(
        &mut self,
        file: &'a [u8],
        frame: &Frame,
        (header, tables, at): (Header, &Tables, usize),
        needs: &Needs,
        number: usize,
    ) -> Result<Header, Error> {
        for component in &header.components {
            let table = tables.quant.get(usize::from(frame.components[component.index].quant));
            if self.quant[component.index].is_none() {
                let missing = Error::Segment { marker: SOS, at, reason: Reason::Table };
                self.quant[component.index] = Some(table.copied().flatten().ok_or(missing)?);
            }
        }
        let is_needed = match header.part {
            Part::AcFirst | Part::AcRefine => header.components.iter().any(|it| needs.ac[it.index]),
            _ => true,
        };
        if is_needed {
            self.scans.push(Scan::open((file, at), header.clone(), tables, (frame, needs), number)?);
        }
        Ok(header)
    }
}

/// The part of a file that follows a scan.
enum Found {
    /// The next scan.
    Scan(Header),
    /// The end of the image.
    End,
    /// The end of the file, or what cannot be read.
    Nothing,
}

/// Reads tables up to the next scan.
fn next_scan(walker: &mut Walker<'_>, frame: &Frame, tables: &mut Tables) -> Found {
    loop {
        match walker.next() {
            Next::Segment(segment) if segment.marker == SOS => {
                return Header::parse(&segment, frame).map_or(Found::Nothing, Found::Scan);
            }
            Next::Segment(segment) if !Frame::is_start(segment.marker) && tables.read(&segment).is_ok() => {}
            Next::EndOfImage => return Found::End,
            Next::Segment(_) | Next::EndOfBytes | Next::Nonsense(_) => return Found::Nothing,
        }
    }
}

/// How far the scans have come.
struct Progress {
    /// For each component and coefficient the lowest bit that was sent; absent: none.
    low: Vec<[Option<u8>; 64]>,
}

impl Progress {
    /// Nothing was sent.
    fn new(frame: &Frame) -> Self {
        Self { low: vec![[None; 64]; frame.components.len()] }
    }

    /// Takes note of a scan, and tells whether it goes on where others have stopped.
    fn add(&mut self, header: &Header) -> bool {
        let (first, last) = header.band;
        let mut goes_on = true;
        for component in &header.components {
            for low in &mut self.low[component.index][usize::from(first)..=usize::from(last)] {
                goes_on &= low.unwrap_or(0) == header.high;
                *low = Some(header.low);
            }
        }
        goes_on
    }

    /// Tells whether each component has its DC at least.
    fn has_all_components(&self) -> bool {
        self.low.iter().all(|low| low[0].is_some())
    }

    /// Tells whether each bit was sent.
    fn is_whole(&self) -> bool {
        self.low.iter().flatten().all(|&low| low == Some(0))
    }
}
