//! A writer of files that no encoder at hand writes: given coefficients in any sampling, process and order of scans.
//!
//! What it writes is by the book, unless a [`Layout`] says otherwise; it cares for neither speed nor size.
#![expect(clippy::cast_possible_truncation, reason = "sizes and numbers of small pictures")]

mod entropy;
mod picture;
mod scripts;

pub(crate) use entropy::Codes;
pub(crate) use picture::{Picture, Random};
pub(crate) use scripts::{Scan, scripts, sequential_scripts};

/// Steps that are defined behind the first scan, if a layout says so.
pub(crate) const LATE_STEPS: [u16; 64] = [3; 64];

/// How a picture is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Process {
    /// Two Huffman tables of each kind.
    Baseline,
    /// Four of each kind, steps of 16 bits.
    Extended,
    /// Scans of growing detail.
    Progressive,
}

/// How a picture is laid out in a file.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) process: Process,
    pub(crate) scans: Vec<Scan>,
    /// MCUs between restart markers, in even scans and in odd ones; 0: none.
    pub(crate) restarts: [u16; 2],
    /// What the Huffman codes look like.
    pub(crate) codes: Codes,
    /// Whether the height is said behind the first scan, not in the frame.
    pub(crate) has_dnl: bool,
    /// Whether all steps are defined anew behind the first scan, to be [`LATE_STEPS`].
    pub(crate) has_late_steps: bool,
}

impl Layout {
    /// One scan of all components, or whatever the scans are.
    pub(crate) fn new(process: Process, scans: Vec<Scan>) -> Self {
        Self { process, scans, restarts: [0; 2], codes: Codes::Skewed, has_dnl: false, has_late_steps: false }
    }

    /// Everything in one sequential scan.
    pub(crate) fn plain(components: usize) -> Self {
        Self::new(Process::Extended, vec![Scan::sequential(0..components as u8)])
    }

    /// Writes a picture.
    pub(crate) fn write(&self, picture: &Picture) -> Vec<u8> {
        let mut file = vec![0xff, 0xd8];
        if let Some(transform) = picture.adobe {
            segment(&mut file, 0xee, &[b"Adobe\0\x64\0\0\0\0".as_slice(), &[transform]].concat());
        }
        for (number, steps) in picture.steps.iter().enumerate() {
            steps_segment(&mut file, number as u8, steps);
        }
        self.frame(&mut file, picture);
        let mut restart = 0;
        for (number, scan) in self.scans.iter().enumerate() {
            let interval = self.restarts[number % 2];
            if interval != restart {
                segment(&mut file, 0xdd, &interval.to_be_bytes());
                restart = interval;
            }
            self.scan(&mut file, picture, scan, interval);
            if number == 0 && self.has_dnl {
                segment(&mut file, 0xdc, &(picture.height as u16).to_be_bytes());
            }
            if number == 0 && self.has_late_steps {
                (0..picture.steps.len()).for_each(|number| steps_segment(&mut file, number as u8, &LATE_STEPS));
            }
        }
        file.extend([0xff, 0xd9]);
        file
    }

    /// Writes the header of the frame.
    fn frame(&self, file: &mut Vec<u8>, picture: &Picture) {
        let height = if self.has_dnl { 0 } else { picture.height as u16 };
        let mut content = vec![8];
        content.extend(height.to_be_bytes());
        content.extend((picture.width as u16).to_be_bytes());
        content.push(picture.components.len() as u8);
        for (i, component) in picture.components.iter().enumerate() {
            content.extend([i as u8 + 1, (component.h << 4 | component.v) as u8, component.steps as u8]);
        }
        let marker = match self.process {
            Process::Baseline => 0xc0,
            Process::Extended => 0xc1,
            Process::Progressive => 0xc2,
        };
        segment(file, marker, &content);
    }

    /// Writes a scan, with its tables before it.
    fn scan(&self, file: &mut Vec<u8>, picture: &Picture, scan: &Scan, restart: u16) {
        let tables = if self.process == Process::Baseline { 2 } else { 4 };
        let items = entropy::items(picture, scan, self.process == Process::Progressive, restart.into(), tables);
        let specs = entropy::specs(&items, self.codes);
        for (number, spec) in specs.iter().enumerate().filter(|(_, spec)| !spec.symbols.is_empty()) {
            let head = (number / 4 * 16 + number % 4) as u8;
            segment(file, 0xc4, &[&[head], spec.counts.as_slice(), &spec.symbols].concat());
        }
        let mut content = vec![scan.components.len() as u8];
        for &component in &scan.components {
            let table = component % tables as u8;
            content.extend([component + 1, table << 4 | table]);
        }
        content.extend([scan.band.0, scan.band.1, scan.bits.0 << 4 | scan.bits.1]);
        segment(file, 0xda, &content);
        entropy::write(file, &items, &specs);
    }
}

/// Writes a segment.
pub(crate) fn segment(file: &mut Vec<u8>, marker: u8, content: &[u8]) {
    file.extend([0xff, marker]);
    file.extend((content.len() as u16 + 2).to_be_bytes());
    file.extend(content);
}

/// Writes a table of steps, in 8 bits if they are small.
fn steps_segment(file: &mut Vec<u8>, number: u8, steps: &[u16; 64]) {
    let is_wide = steps.iter().any(|&step| step > 255);
    let mut content = vec![u8::from(is_wide) << 4 | number];
    content.extend(steps.iter().flat_map(|step| step.to_be_bytes()[usize::from(!is_wide)..].to_vec()));
    segment(file, 0xdb, &content);
}
