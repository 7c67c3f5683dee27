//! Resampling of a picture that comes by rows: each plane streams through two passes, and a result is given row by row.
//!
//! Whichever axis goes first, source rows are loaded once, in order, and as few of them are kept as the vertical pass needs.
//! No picture of the intermediate size is ever made, so the working set stays in the cache, whatever the size of the picture.
//! Planes need not keep pace, neither in the input nor here: where the result is RGBA, rows of a plane that runs ahead wait.

mod plane;
#[cfg(test)]
mod tests;
mod vertical;

use std::fmt;

use self::plane::PlanePasses;
use super::kernels::Kernels;
use super::kernels::ycc_to_rgba::gray_to_rgba;
use crate::plan::ResizeStep;
use crate::rows::{Band, Rows};
use crate::{Error, Layout, Picture, Size, Spacing, alloc};

/// Rows of the result are gathered up to this many bytes, or up to as many as the input lent at once.
const BAND_BYTES: usize = 1 << 18;

/// A picture that is resampled while it is read.
pub(crate) struct ResizeRows<'a> {
    input: Box<dyn Rows + 'a>,
    input_is_over: bool,
    work: Work<'a>,
    /// Rows that came too early, of each plane.
    waiting: [Vec<u8>; Layout::MAX_PLANES],
    /// The rows that are lent, of each plane.
    output: [Vec<u8>; Layout::MAX_PLANES],
}

impl<'a> ResizeRows<'a> {
    /// Prepares to resample the rows of `input`.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] if the allocator refuses.
    ///
    /// # Panics
    ///
    /// If the step was made for another input, or another result than `output`.
    pub(crate) fn new(
        kernels: &'a Kernels,
        step: &'a ResizeStep,
        input: Box<dyn Rows + 'a>,
        output: (Size, Layout),
    ) -> Result<Self, Error> {
        let work = Work::new(kernels, step, (input.size(), input.layout()), output)?;
        Ok(Self { input, input_is_over: false, work, waiting: Default::default(), output: Default::default() })
    }

    /// Takes rows from the input until some of the result are there, or all.
    fn advance(&mut self, output: &mut [Vec<u8>; Layout::MAX_PLANES], is_whole: bool) -> Result<(), Error> {
        loop {
            let len = output.iter().map(Vec::len).sum::<usize>();
            if self.work.is_done() || (len > 0 && !is_whole) {
                return Ok(());
            }
            let max_bytes = |rows: &[&[u8]; Layout::MAX_PLANES]| {
                let given = rows.iter().map(|rows| rows.len()).sum::<usize>();
                if is_whole { usize::MAX } else { given.max(BAND_BYTES) }
            };
            // Not only where rows wait: enough may have been taken for more than a band holds.
            let rows = self.waiting.each_ref().map(Vec::as_slice);
            let taken = self.work.run(rows, output, max_bytes(&rows))?;
            for (rows, taken) in self.waiting.iter_mut().zip(taken) {
                rows.drain(..taken);
            }
            if output.iter().map(Vec::len).sum::<usize>() > len {
                continue;
            }
            if self.input_is_over {
                return Err(self.work.missing());
            }
            let Some(band) = self.input.next_band()? else {
                self.input_is_over = true;
                continue;
            };
            let lent = band.planes;
            // Rows that already wait go first, so new ones have to join them.
            let mut waits = [false; Layout::MAX_PLANES];
            for ((waiting, lent), waits) in self.waiting.iter_mut().zip(&lent).zip(&mut waits) {
                *waits = !waiting.is_empty();
                append(waiting, if *waits { lent } else { &[] })?;
            }
            let waiting = &self.waiting;
            let rows = std::array::from_fn(|plane| if waits[plane] { &*waiting[plane] } else { &*lent[plane] });
            let taken = self.work.run(rows, output, max_bytes(&rows))?;
            for (plane, taken) in taken.into_iter().enumerate() {
                if waits[plane] {
                    self.waiting[plane].drain(..taken);
                } else {
                    append(&mut self.waiting[plane], &lent[plane][taken..])?;
                }
            }
        }
    }
}

impl fmt::Debug for ResizeRows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResizeRows").field("output", &self.work.output).finish_non_exhaustive()
    }
}

impl Rows for ResizeRows<'_> {
    fn size(&self) -> Size {
        self.work.output.0
    }

    fn layout(&self) -> Layout {
        self.work.output.1
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        let mut output = std::mem::take(&mut self.output);
        output.iter_mut().for_each(Vec::clear);
        self.advance(&mut output, false)?;
        self.output = output;
        let is_over = self.output.iter().all(Vec::is_empty);
        Ok((!is_over).then(|| Band { planes: self.output.each_mut().map(Vec::as_mut_slice) }))
    }

    fn into_picture(mut self: Box<Self>) -> Result<Picture, Error> {
        let (size, layout) = self.work.output;
        let mut planes = Picture::with_capacity(size, layout)?.into_planes();
        self.advance(&mut planes, true)?;
        Picture::from_planes(size, layout, planes)
    }
}

/// What becomes of the rows of all planes.
struct Work<'a> {
    kernels: &'a Kernels,
    output: (Size, Layout),
    planes: Vec<PlanePasses<'a>>,
    /// The bytes of a row of each plane of the result.
    row_bytes: [usize; Layout::MAX_PLANES],
    /// Rows of Y, Cb and Cr that become one of RGBA.
    meeting: [Vec<i16>; Layout::MAX_PLANES],
}

impl<'a> Work<'a> {
    fn new(
        kernels: &'a Kernels,
        step: &'a ResizeStep,
        (input_size, input): (Size, Layout),
        (size, layout): (Size, Layout),
    ) -> Result<Self, Error> {
        let meets = layout.is_rgba() && !input.is_rgba();
        let mut planes = alloc::try_with_capacity(input.planes())?;
        let (mut row_bytes, mut meeting) = ([0; Layout::MAX_PLANES], <[Vec<i16>; Layout::MAX_PLANES]>::default());
        for (plane, meeting) in meeting.iter_mut().enumerate().take(input.planes()) {
            let spacing = if layout.is_rgba() { Spacing::ONE } else { layout.spacing(plane) };
            let (source, target) = (input.samples(plane, input_size), spacing.samples(size));
            planes.push(PlanePasses::new(kernels, step.passes(plane), input.sample_bytes(), source, target)?);
            if meets {
                *meeting = alloc::try_filled(size.width as usize, 0)?;
            }
        }
        for (plane, row_bytes) in row_bytes.iter_mut().enumerate().take(layout.planes()) {
            *row_bytes = layout.row_bytes(plane, size);
        }
        Ok(Self { kernels, output: (size, layout), planes, row_bytes, meeting })
    }

    /// Tells whether all rows of the result were made.
    fn is_done(&self) -> bool {
        self.planes.iter().all(PlanePasses::is_done)
    }

    /// Says which plane ended early.
    fn missing(&self) -> Error {
        let lacks_rows = |plane: &PlanePasses<'_>| !plane.is_done() && !plane.is_ready();
        let plane = self.planes.iter().position(lacks_rows).unwrap_or_default();
        let passes = &self.planes[plane];
        Error::RowsMissing { plane, expected: passes.source_rows(), actual: passes.next_row() }
    }

    /// Makes rows of the result, until they are `max_bytes` or no more can be made; returns the bytes taken of each plane.
    fn run(
        &mut self,
        rows: [&[u8]; Layout::MAX_PLANES],
        output: &mut [Vec<u8>; Layout::MAX_PLANES],
        max_bytes: usize,
    ) -> Result<[usize; Layout::MAX_PLANES], Error> {
        if self.meeting[0].is_empty() {
            return self.run_apart(rows, output, max_bytes);
        }
        let (mut taken, mut made) = ([0; Layout::MAX_PLANES], 0);
        loop {
            for (plane, passes) in self.planes.iter_mut().enumerate() {
                taken[plane] += passes.feed(&rows[plane][taken[plane]..]);
            }
            if !self.planes.iter().all(PlanePasses::is_ready) || made >= max_bytes {
                return Ok(taken);
            }
            for (passes, meeting) in self.planes.iter_mut().zip(&mut self.meeting) {
                passes.make(|units| meeting.copy_from_slice(units));
            }
            let row = grow(&mut output[0], self.row_bytes[0])?;
            made += row.len();
            match &self.meeting {
                [y, cb, _] if cb.is_empty() => gray_to_rgba(y, row),
                [y, cb, cr] => (self.kernels.ycc_to_rgba)([y, cb, cr], row),
            }
        }
    }

    /// Makes rows of the result plane by plane, each as far as it comes, taking turns.
    fn run_apart(
        &mut self,
        rows: [&[u8]; Layout::MAX_PLANES],
        output: &mut [Vec<u8>; Layout::MAX_PLANES],
        max_bytes: usize,
    ) -> Result<[usize; Layout::MAX_PLANES], Error> {
        /// Rows of pixels that a turn makes.
        const TURN_ROWS: u32 = 16;
        let layout = self.output.1;
        let (mut taken, mut made) = ([0; Layout::MAX_PLANES], 0);
        loop {
            let made_before = made;
            for (plane, passes) in self.planes.iter_mut().enumerate() {
                for _ in 0..TURN_ROWS / layout.spacing(plane).y {
                    taken[plane] += passes.feed(&rows[plane][taken[plane]..]);
                    if !passes.is_ready() {
                        break;
                    }
                    let row = grow(&mut output[plane], self.row_bytes[plane])?;
                    made += row.len();
                    passes.make(|units| match layout {
                        Layout::Rgba => (self.kernels.unpremultiply)(units, row),
                        Layout::Planes { .. } => (self.kernels.narrow)(units, row),
                    });
                }
            }
            if made == made_before || made >= max_bytes {
                return Ok(taken);
            }
        }
    }
}

/// Makes room for a row after those that are there.
fn grow(rows: &mut Vec<u8>, row_bytes: usize) -> Result<&mut [u8], Error> {
    let start = rows.len();
    rows.try_reserve(row_bytes).map_err(|_| Error::OutOfMemory { bytes: row_bytes as u64 })?;
    rows.resize(start + row_bytes, 0);
    Ok(&mut rows[start..])
}

/// Keeps rows for later.
fn append(waiting: &mut Vec<u8>, rows: &[u8]) -> Result<(), Error> {
    waiting.try_reserve(rows.len()).map_err(|_| Error::OutOfMemory { bytes: rows.len() as u64 })?;
    waiting.extend_from_slice(rows);
    Ok(())
}
