//! Steps on pictures in planes. The layout pass has seen to it that samples of chroma keep their places.

use palmette_ops::{Flip, Rotate};

use super::{Chain, Cores};
use crate::cpu::draw_planes::PlanesOverlay;
use crate::cpu::kernels::planes;
use crate::cpu::kernels::rgb_to_ycc::rgb_to_ycc;
use crate::engine::open_planned;
use crate::plan::{Step, StepKind, Value};
use crate::{Band, Error, Layout, Picture, PictureRows, Rows, Size, alloc};

/// Begins a step that makes a picture in planes.
pub(super) fn step<'scope, 'env: 'scope>(
    chain: &'env Chain<'_>,
    step: &'env Step,
    output: Value,
    cores: Cores<'scope, 'env>,
) -> Result<Box<dyn Rows + 'scope>, Error> {
    let input = |index: usize| chain.rows(step.inputs[index], cores);
    let picture = |index: usize| chain.rows(step.inputs[index], None)?.into_picture();
    Ok(match &step.kind {
        StepKind::Read(read) => open_planned(chain.sources, read, output)?,
        StepKind::Flip(Flip::Horizontal) => Box::new(ChangePlanes::new(input(0)?, move |plane, _, rows| {
            planes::flip_h(rows, output.layout.row_bytes(plane, output.size));
        })),
        StepKind::Draw(draw) => {
            let foreground = picture(1)?.into_pixmap()?;
            let mut overlay = PlanesOverlay::new(draw, foreground, (output.size, output.layout))?;
            Box::new(ChangePlanes::new(input(0)?, move |plane, top, rows| overlay.draw(plane, top, rows)))
        }
        kind => {
            let picture = picture(0)?;
            chain.deadline.check()?;
            Box::new(PictureRows::new(whole(kind, picture, output)?))
        }
    })
}

/// Takes a step that needs a whole picture.
fn whole(kind: &StepKind, picture: Picture, output: Value) -> Result<Picture, Error> {
    let (size, layout) = (picture.size(), picture.layout());
    let mut made = picture.into_planes();
    for (index, plane) in made.iter_mut().enumerate().take(layout.planes()) {
        let samples = layout.samples(index, size);
        let row_bytes = layout.row_bytes(index, size);
        let spacing = layout.spacing(index);
        match kind {
            StepKind::Flip(Flip::Vertical) => planes::flip_v(plane, row_bytes),
            StepKind::Flip(Flip::Both) | StepKind::Rotate(Rotate::Half) => planes::rotate_half(plane),
            StepKind::Rotate(Rotate::Quarter) => *plane = planes::rotate_quarter(plane, samples)?,
            StepKind::Rotate(Rotate::ThreeQuarters) => *plane = planes::rotate_three_quarters(plane, samples)?,
            StepKind::Crop { left, top } => {
                let kept = output.layout.samples(index, output.size);
                let (left, top) = ((left / spacing.x) as usize, (top / spacing.y) as usize);
                let rows = &plane[top * row_bytes..(top + kept.height as usize) * row_bytes];
                let mut part = Vec::new();
                planes::crop(rows, row_bytes, left..left + kept.width as usize, &mut part)?;
                *plane = part;
            }
            StepKind::Pad { left, top, surround, .. } => {
                let level = rgb_to_ycc([surround.red, surround.green, surround.blue])[index];
                let canvas = output.layout.samples(index, output.size);
                let (left, top) = ((left / spacing.x) as usize, (top / spacing.y) as usize);
                let padded_bytes = canvas.width as usize;
                let mut padded = alloc::try_with_capacity(padded_bytes * canvas.height as usize)?;
                padded.resize(top * padded_bytes, level);
                planes::pad(plane, row_bytes, left, padded_bytes, level, &mut padded)?;
                padded.resize(padded_bytes * canvas.height as usize, level);
                *plane = padded;
            }
            _ => return Err(Error::WrongLayout { expected: Layout::Rgba, actual: layout }),
        }
    }
    Picture::from_planes(output.size, output.layout, made)
}

/// Rows of planes, each changed by a function that is told the plane and the first row.
struct ChangePlanes<'a, F> {
    input: Box<dyn Rows + 'a>,
    change: F,
    /// By plane, the row that comes next.
    next: [u32; Layout::MAX_PLANES],
}

impl<'a, F: FnMut(usize, u32, &mut [u8])> ChangePlanes<'a, F> {
    const fn new(input: Box<dyn Rows + 'a>, change: F) -> Self {
        Self { input, change, next: [0; Layout::MAX_PLANES] }
    }
}

impl<F: FnMut(usize, u32, &mut [u8])> Rows for ChangePlanes<'_, F> {
    fn size(&self) -> Size {
        self.input.size()
    }

    fn layout(&self) -> Layout {
        self.input.layout()
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        let (size, layout) = (self.input.size(), self.input.layout());
        let Some(Band { mut planes }) = self.input.next_band()? else { return Ok(None) };
        for (plane, rows) in planes.iter_mut().enumerate().take(layout.planes()) {
            (self.change)(plane, self.next[plane], rows);
            let rows = rows.len() / layout.row_bytes(plane, size);
            self.next[plane] += u32::try_from(rows).expect("a picture has so many rows");
        }
        Ok(Some(Band { planes }))
    }

    fn into_picture(self: Box<Self>) -> Result<Picture, Error> {
        let Self { input, mut change, .. } = *self;
        let mut picture = input.into_picture()?;
        (0..picture.layout().planes()).for_each(|plane| change(plane, 0, picture.plane_mut(plane)));
        Ok(picture)
    }
}
