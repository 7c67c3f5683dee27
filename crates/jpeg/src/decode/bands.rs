//! Samples by bands: one row of MCUs at a time, each plane at its own scale.

use std::ops::Range;

use super::Decoder;
use super::coefficients::Coefficients;
use super::damage::Damage;
use super::entropy::Entropy;
use super::frame::{Frame, MAX_MCU_BLOCKS};
use super::memory::try_filled;
use super::scan::{Needs, Scan};
use super::script::Script;
use super::sequential::Unit;
use crate::Error;
use crate::idct::{Dequant, Idct, Kernels};

/// MCUs of a sequential picture that are decoded before their samples are computed: as many as the fastest memory holds.
const STRETCH_MCUS: usize = 16;

/// The size of a plane beside its full size: a side is divided, and rounded up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// Full size, 8×8 samples from a block.
    #[default]
    Full,
    /// 1/2, 4×4 samples from a block.
    Half,
    /// 1/4, 2×2 samples from a block.
    Quarter,
    /// 1/8, one sample from a block.
    Eighth,
}

impl Scale {
    /// All scales, from the largest on.
    pub const ALL: [Self; 4] = [Self::Full, Self::Half, Self::Quarter, Self::Eighth];

    /// Returns what sides are divided by: 1, 2, 4 or 8.
    #[must_use]
    pub const fn denominator(self) -> u32 {
        match self {
            Self::Full => 1,
            Self::Half => 2,
            Self::Quarter => 4,
            Self::Eighth => 8,
        }
    }

    /// Returns the samples of a block, along each axis.
    const fn block_side(self) -> usize {
        match self {
            Self::Full => 8,
            Self::Half => 4,
            Self::Quarter => 2,
            Self::Eighth => 1,
        }
    }

    /// Returns the transform to this scale.
    const fn idct(self, kernels: &Kernels) -> Idct {
        match self {
            Self::Full => kernels.idct8,
            Self::Half => kernels.idct4,
            Self::Quarter => kernels.idct2,
            Self::Eighth => kernels.idct1,
        }
    }
}

/// Which MCUs are wanted; what reaches beyond the picture is cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Columns of MCUs.
    pub columns: Range<u32>,
    /// Rows of MCUs.
    pub rows: Range<u32>,
}

/// What is wanted of a picture; by default everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The scale of each component's plane.
    pub scales: [Scale; 4],
    /// Which MCUs are wanted; absent: all.
    pub window: Option<Window>,
}

impl Request {
    /// Asks for all planes at one scale.
    #[must_use]
    pub const fn at(scale: Scale) -> Self {
        Self { scales: [scale; 4], window: None }
    }
}

/// The samples of one component in a band.
#[derive(Debug)]
pub struct PlaneBand {
    samples: Vec<u8>,
    stride: usize,
    /// Column of the plane that the first sample of a row stands in.
    x: u32,
    y: u32,
    width: usize,
    height: usize,
    side: usize,
    /// Rows of the whole plane.
    plane_height: u32,
}

impl PlaneBand {
    /// Returns the column of the plane that its rows start at.
    #[must_use]
    pub const fn x(&self) -> u32 {
        self.x
    }

    /// Returns the row of the plane that it starts at.
    #[must_use]
    pub const fn y(&self) -> u32 {
        self.y
    }

    /// Returns the samples of a row.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Returns its rows, from the uppermost on.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.samples.chunks(self.stride).take(self.height).map(|row| &row[..self.width])
    }

    /// Moves the samples of some columns and rows together, without padding, and lends them. Columns and rows are counted
    /// from the first of the band. What the band held before is lost, up to the next one.
    ///
    /// # Panics
    ///
    /// If the band has no such columns or rows.
    pub fn pack(&mut self, columns: Range<usize>, rows: Range<usize>) -> &mut [u8] {
        assert!(columns.start <= columns.end && columns.end <= self.width, "columns {columns:?} of {}", self.width);
        assert!(rows.start <= rows.end && rows.end <= self.height, "rows {rows:?} of {}", self.height);
        let (first, width) = (rows.start * self.stride + columns.start, columns.len());
        if width == self.stride {
            return &mut self.samples[first..first + rows.len() * width];
        }
        for row in 0..rows.len() {
            let start = first + row * self.stride;
            self.samples.copy_within(start..start + width, row * width);
        }
        &mut self.samples[..rows.len() * width]
    }

    /// Returns the row of the plane behind its last one.
    pub(crate) fn end(&self) -> u32 {
        self.y + u32::try_from(self.height).unwrap_or(u32::MAX)
    }

    /// Returns the samples of a row, which is counted from the top of the plane.
    ///
    /// # Panics
    ///
    /// If it is not one of the band's rows.
    pub(crate) fn row(&self, y: u32) -> &[u8] {
        let row = (y - self.y) as usize;
        assert!(row < self.height, "row {y} of a band from {} to {}", self.y, self.end());
        &self.samples[row * self.stride..][..self.width]
    }

    /// Goes to a row of MCUs, each `rows` rows of samples high.
    fn set_row(&mut self, row: u32, rows: usize) {
        let y = u64::from(row) * rows as u64;
        let left = u64::from(self.plane_height).saturating_sub(y);
        self.y = u32::try_from(y).unwrap_or(u32::MAX);
        self.height = usize::try_from(left).map_or(rows, |left| left.min(rows));
    }
}

/// The samples of a picture, band by band.
#[derive(Debug)]
pub struct Bands<'a> {
    frame: Frame,
    scans: Vec<Scan<'a>>,
    coefficients: Coefficients,
    entropy: Entropy,
    dequants: Vec<Dequant>,
    transforms: Vec<Idct>,
    planes: Vec<PlaneBand>,
    /// Columns and rows of MCUs that are wanted.
    columns: Range<usize>,
    rows: Range<u32>,
    /// The row of MCUs that comes next.
    row: u32,
    /// MCUs that are decoded at a time.
    stretch: usize,
    damage: Option<Damage>,
}

impl<'a> Bands<'a> {
    /// Prepares for decoding.
    pub(super) fn new(decoder: &Decoder<'a>, request: &Request) -> Result<Self, Error> {
        let frame = decoder.frame.clone();
        let (mcu_columns, mcu_rows) = frame.mcus();
        let window = request.window.clone().unwrap_or(Window { columns: 0..mcu_columns, rows: 0..mcu_rows });
        let clip = |range: Range<u32>, end: u32| {
            let end = range.end.min(end);
            range.start.min(end)..end
        };
        let rows = clip(window.rows, mcu_rows);
        let columns = clip(window.columns, mcu_columns);
        let columns = columns.start as usize..columns.end as usize;
        let needs = Needs {
            ac: request.scales.map(|scale| scale != Scale::Eighth),
            is_window: columns.len() < mcu_columns as usize || rows.start > 0,
        };
        let script = Script::open(decoder.file, &frame, &decoder.first, needs, decoder.limits)?;
        let is_single = !frame.is_progressive && decoder.first.header.components.len() == frame.components.len();
        let stretch = if is_single { STRETCH_MCUS } else { mcu_columns as usize };
        let kernels = Kernels::fastest();
        let mut planes = Vec::new();
        for (component, scale) in frame.components.iter().zip(request.scales) {
            let side = scale.block_side();
            let stride = columns.len() * usize::from(component.horizontal) * side;
            let (width, plane_height) = component.plane_size(scale);
            let x = columns.start * usize::from(component.horizontal) * side;
            planes.push(PlaneBand {
                samples: try_filled(0, stride * usize::from(component.vertical) * side)?,
                stride: stride.max(1),
                x: u32::try_from(x).unwrap_or(u32::MAX),
                y: 0,
                width: (width as usize).saturating_sub(x).min(stride),
                height: 0,
                side,
                plane_height,
            });
        }
        Ok(Self {
            scans: script.scans,
            coefficients: Coefficients::new(&frame, stretch)?,
            entropy: Entropy::fastest(),
            dequants: script.quant.iter().map(|table| Dequant::new(&table.unwrap_or([1; 64]))).collect(),
            transforms: request.scales.iter().map(|scale| scale.idct(&kernels)).collect(),
            planes,
            columns,
            row: 0,
            rows,
            stretch,
            damage: script.damage,
            frame,
        })
    }

    /// Returns the next band, a row of MCUs: the planes of the components, in their order.
    ///
    /// Absent behind the last row of the window.
    pub fn next_band(&mut self) -> Option<&[PlaneBand]> {
        while self.row < self.rows.start {
            self.decode_row(false);
        }
        if self.row >= self.rows.end {
            return None;
        }
        self.decode_row(true);
        Some(&self.planes)
    }

    /// Returns the band that came last; before the first one, planes without rows.
    pub(crate) fn planes(&self) -> &[PlaneBand] {
        &self.planes
    }

    /// Returns the band that came last, to be [packed](PlaneBand::pack).
    pub fn planes_mut(&mut self) -> &mut [PlaneBand] {
        &mut self.planes
    }

    /// Returns what was found to be lacking so far.
    ///
    /// With the last band everything is found that this request depends on.
    #[must_use]
    pub const fn damage(&self) -> Option<&Damage> {
        self.damage.as_ref()
    }

    /// Decodes a row of MCUs, and its samples if they are wanted.
    fn decode_row(&mut self, is_wanted: bool) {
        let row = self.row;
        self.row += 1;
        for plane in self.planes.iter_mut().zip(&self.frame.components).map(|(plane, component)| {
            plane.set_row(row, usize::from(component.vertical) * plane.side);
            plane
        }) {
            debug_assert!(plane.height > 0, "a band holds samples");
        }
        let columns = self.frame.mcus().0 as usize;
        let kept = if is_wanted { self.columns.clone() } else { 0..0 };
        for start in (0..columns).step_by(self.stretch) {
            let stretch = start..columns.min(start + self.stretch);
            let relative = |column: usize| column.clamp(stretch.start, stretch.end) - start;
            let kept = relative(kept.start)..relative(kept.end);
            self.decode_stretch(row, stretch.len(), &kept);
            self.transform(start, &kept);
        }
        let is_last = self.row == self.frame.mcus().1;
        for scan in &mut self.scans {
            if is_last {
                scan.finish();
            }
            self.damage = self.damage.or(scan.damage());
        }
    }

    /// Decodes the coefficients of a stretch of MCUs.
    fn decode_stretch(&mut self, row: u32, count: usize, kept: &Range<usize>) {
        let into = &mut self.coefficients;
        if self.stretch != STRETCH_MCUS || self.frame.is_progressive {
            into.clear();
        }
        for scan in &mut self.scans {
            decode_scan(self.entropy, scan, &self.frame, row, count, kept, into);
        }
        if self.frame.is_progressive {
            into.derive_last();
        }
    }

    /// Computes the samples of a stretch that starts at a column of MCUs; those of its MCUs that are kept.
    fn transform(&mut self, start: usize, kept: &Range<usize>) {
        if kept.is_empty() {
            return;
        }
        for (((part, plane), dequant), transform) in
            self.coefficients.parts.iter().zip(&mut self.planes).zip(&self.dequants).zip(&self.transforms)
        {
            let column = (start + kept.start - self.columns.start) * part.horizontal * plane.side;
            for y in 0..part.vertical {
                let place = part.place(kept.start * part.horizontal, y);
                let (blocks, last) = self.coefficients.run(place, kept.len() * part.horizontal);
                let out = &mut plane.samples[y * plane.side * plane.stride + column..];
                transform(dequant, blocks, last, out, plane.stride);
            }
        }
    }
}

/// Decodes what a scan holds of a stretch of MCUs.
fn decode_scan(
    entropy: Entropy,
    scan: &mut Scan<'_>,
    frame: &Frame,
    row: u32,
    count: usize,
    kept: &Range<usize>,
    into: &mut Coefficients,
) {
    if let (&[table_use], true) = (&scan.uses[..], frame.components.len() > 1) {
        // One component of several: its blocks come row by row, and only those that hold samples of the picture.
        let component = &frame.components[table_use.component];
        let part = into.parts[table_use.component];
        let (columns, rows) = component.blocks();
        for y in 0..part.vertical {
            if u64::from(row) * part.vertical as u64 + (y as u64) < rows.into() {
                let unit = Unit { place: part.place(0, y), step: 1, table_use };
                let kept = kept.start * part.horizontal..kept.end * part.horizontal;
                (entropy.0)(scan, &[unit], columns as usize, &kept, into);
            }
        }
        return;
    }
    let mut units = [Unit::default(); MAX_MCU_BLOCKS];
    let mut len = 0;
    for &table_use in &scan.uses {
        let part = into.parts[table_use.component];
        for y in 0..part.vertical {
            for x in 0..part.horizontal {
                units[len] = Unit { place: part.place(x, y), step: part.horizontal, table_use };
                len += 1;
            }
        }
    }
    (entropy.0)(scan, &units[..len], count, kept, into);
}
