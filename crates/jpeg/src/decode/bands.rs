//! Samples by bands: one row of MCUs at a time, each plane at its own scale.

use std::ops::Range;

use super::Decoder;
use super::blocks::{Blocks, Run};
use super::damage::Damage;
use super::memory::try_filled;
use super::request::{Request, Scale, Window};
use crate::Error;
use crate::idct::{Dequant, Idct, Kernels};

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
    /// Samples of a block, along each axis.
    side: usize,
    /// Rows of a row of MCUs.
    mcu_rows: usize,
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

    /// Goes to a row of MCUs.
    fn set_row(&mut self, row: u32) {
        let y = u64::from(row) * self.mcu_rows as u64;
        let left = u64::from(self.plane_height).saturating_sub(y);
        self.y = u32::try_from(y).unwrap_or(u32::MAX);
        self.height = usize::try_from(left).map_or(self.mcu_rows, |left| left.min(self.mcu_rows));
        debug_assert!(self.height > 0, "a band holds samples");
    }
}

/// The planes of a band at some scales, and what makes them.
#[derive(Debug)]
struct Samples {
    transforms: Vec<Idct>,
    planes: Vec<PlaneBand>,
}

impl Samples {
    /// Prepares for some columns of MCUs.
    fn new(
        decoder: &Decoder<'_>,
        scales: &[Scale; 4],
        columns: &Range<usize>,
        kernels: &Kernels,
    ) -> Result<Self, Error> {
        let mut planes = Vec::new();
        for (component, scale) in decoder.components().iter().zip(scales) {
            let side = scale.block_side();
            let stride = columns.len() * usize::from(component.horizontal) * side;
            let (width, plane_height) = component.plane_size(*scale);
            let x = columns.start * usize::from(component.horizontal) * side;
            let rows = usize::from(component.vertical) * side;
            planes.push(PlaneBand {
                // Samples that no scan holds are grey.
                samples: try_filled(128, stride * rows)?,
                stride: stride.max(1),
                x: u32::try_from(x).unwrap_or(u32::MAX),
                y: 0,
                width: (width as usize).saturating_sub(x).min(stride),
                height: 0,
                side,
                mcu_rows: rows,
                plane_height,
            });
        }
        Ok(Self { transforms: scales.iter().map(|scale| scale.idct(kernels)).collect(), planes })
    }

    /// Makes the samples of some blocks.
    fn transform(&mut self, dequants: &[Dequant], run: &Run<'_>) {
        let plane = &mut self.planes[run.component];
        let start = run.y * plane.side * plane.stride + run.x * plane.side;
        let out = &mut plane.samples[start..];
        self.transforms[run.component](&dequants[run.component], run.blocks, run.last, out, plane.stride);
    }

    /// Goes to a row of MCUs.
    fn set_row(&mut self, row: u32) {
        self.planes.iter_mut().for_each(|plane| plane.set_row(row));
    }
}

/// The samples of a picture, band by band.
#[derive(Debug)]
pub struct Bands<'a> {
    blocks: Blocks<'a>,
    dequants: Vec<Dequant>,
    samples: Samples,
}

impl<'a> Bands<'a> {
    /// Prepares for decoding.
    pub(super) fn new(decoder: &Decoder<'a>, request: &Request) -> Result<Self, Error> {
        let ac = request.scales.map(|scale| scale != Scale::Eighth);
        let (blocks, steps) = Blocks::new(decoder, ac, request.window.as_ref())?;
        let samples = Samples::new(decoder, &request.scales, &blocks.columns(), &Kernels::fastest())?;
        Ok(Self { blocks, dequants: steps.iter().map(Dequant::new).collect(), samples })
    }

    /// Returns the next band, a row of MCUs: the planes of the components, in their order.
    ///
    /// Absent behind the last row of the window.
    pub fn next_band(&mut self) -> Option<&[PlaneBand]> {
        let Self { blocks, dequants, samples } = self;
        let row = blocks.next_row(|run: Run<'_>| samples.transform(dequants, &run))?;
        samples.set_row(row);
        Some(&samples.planes)
    }

    /// Returns the band that came last; before the first one, planes without rows.
    pub(crate) fn planes(&self) -> &[PlaneBand] {
        &self.samples.planes
    }

    /// Returns the band that came last, to be [packed](PlaneBand::pack).
    pub fn planes_mut(&mut self) -> &mut [PlaneBand] {
        &mut self.samples.planes
    }

    /// Returns the damage that was found so far.
    ///
    /// With the last band everything is found that this request depends on. Of what lies outside a window no more may be
    /// read than its restart markers: then only those that are missing are noticed there.
    #[must_use]
    pub const fn damage(&self) -> Option<&Damage> {
        self.blocks.damage()
    }
}

/// The samples of a picture at several scales at once, band by band: codes are read once, and each block is transformed for each.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use palmette_jpeg::{Decoder, Scale};
///
/// let file = std::fs::read("photo.jpg")?;
/// let decoder = Decoder::new(&file)?;
/// let mut bands = decoder.bands_at(&[[Scale::Half; 4], [Scale::Eighth; 4]], None)?;
/// while bands.next_band() {
///     for planes in bands.planes_mut() {
///         println!("{} rows of {} samples", planes[0].rows().len(), planes[0].width());
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ScaledBands<'a> {
    blocks: Blocks<'a>,
    dequants: Vec<Dequant>,
    scaled: Vec<Samples>,
}

impl<'a> ScaledBands<'a> {
    /// Prepares for decoding.
    pub(super) fn new(decoder: &Decoder<'a>, scales: &[[Scale; 4]], window: Option<&Window>) -> Result<Self, Error> {
        let ac = std::array::from_fn(|component| scales.iter().any(|scales| scales[component] != Scale::Eighth));
        let (blocks, steps) = Blocks::new(decoder, ac, window)?;
        let (columns, kernels) = (blocks.columns(), Kernels::fastest());
        let scaled = scales.iter().map(|scales| Samples::new(decoder, scales, &columns, &kernels));
        let scaled = scaled.collect::<Result<_, _>>()?;
        Ok(Self { blocks, dequants: steps.iter().map(Dequant::new).collect(), scaled })
    }

    /// Goes to the next band, a row of MCUs; tells whether there is one.
    pub fn next_band(&mut self) -> bool {
        let Self { blocks, dequants, scaled } = self;
        let row =
            blocks.next_row(|run: Run<'_>| scaled.iter_mut().for_each(|samples| samples.transform(dequants, &run)));
        let Some(row) = row else { return false };
        scaled.iter_mut().for_each(|samples| samples.set_row(row));
        true
    }

    /// Returns the band that came last, by scale: each as [`Bands::planes_mut`] would have it.
    pub fn planes_mut(&mut self) -> impl Iterator<Item = &mut [PlaneBand]> {
        self.scaled.iter_mut().map(|samples| &mut samples.planes[..])
    }

    /// Returns the damage that was found so far, as [`Bands::damage`] does.
    #[must_use]
    pub const fn damage(&self) -> Option<&Damage> {
        self.blocks.damage()
    }
}
