//! The steps of a plan as a chain of rows: each takes rows of the one before it when it is asked for its own.
//!
//! | module | steps |
//! | --- | --- |
//! | `change` | that change rows where they are: tone, background, mirrors, draws |
//! | `neighborhood` | that make rows of the rows around them: blur, sharpen |
//! | `planes` | on pictures in planes |
//! | `pad` | that change how many rows there are, and how long |
//!
//! Steps that need a whole picture collect one. A value that is taken more than once is made first, and kept.

mod change;
mod neighborhood;
mod pad;
mod planes;

use palmette_ops::{Flip, Rotate};

use self::change::Change;
pub(super) use self::neighborhood::Neighborhood;
use self::neighborhood::NeighborhoodRows;
use self::pad::PadRows;
use super::blur::Blur;
use super::draw::Overlay;
use super::kernels::{Kernels, background, flip, lookup, rotate, saturation};
use super::resize::ResizeRows;
use super::sharpen::Sharpen;
use crate::engine::{Deadline, Sources, open_planned};
use crate::plan::{Plan, Step, StepKind, Value, ValueId};
use crate::rows::{CropRows, LentRows};
use crate::{Band, Error, Layout, Picture, PictureRows, Pixmap, Rows, Size, alloc};

/// What the rows of a plan are made of.
pub(super) struct Chain<'a> {
    kernels: &'a Kernels,
    plan: &'a Plan,
    sources: &'a dyn Sources,
    deadline: Deadline,
    /// By value, what is taken more than once.
    kept: Vec<Option<Picture>>,
}

impl<'a> Chain<'a> {
    /// Prepares a plan, and makes what is taken more than once.
    pub(super) fn new(
        kernels: &'a Kernels,
        plan: &'a Plan,
        sources: &'a dyn Sources,
        deadline: Deadline,
    ) -> Result<Self, Error> {
        let kept = alloc::try_filled(plan.value_count(), None)?;
        let mut chain = Self { kernels, plan, sources, deadline, kept };
        let uses = plan.uses();
        for id in plan.steps().iter().filter_map(|step| step.output) {
            if uses[id.index()] > 1 {
                let picture = chain.rows(id)?.into_picture()?;
                chain.kept[id.index()] = Some(picture);
            }
        }
        Ok(chain)
    }

    /// Begins to make a value.
    pub(super) fn rows(&self, id: ValueId) -> Result<Box<dyn Rows + '_>, Error> {
        match &self.kept[id.index()] {
            Some(picture) => Ok(Box::new(LentRows::of_picture(picture)?)),
            None => {
                self.deadline.check()?;
                let rows = self.step(self.plan.maker(id), self.plan.value(id))?;
                Ok(Box::new(Timed { rows, deadline: self.deadline }))
            }
        }
    }

    /// Begins a step.
    fn step(&self, step: &'a Step, output: Value) -> Result<Box<dyn Rows + '_>, Error> {
        let input = |index: usize| self.rows(step.inputs[index]);
        let row_bytes = Layout::Rgba.row_bytes(0, output.size);
        if !output.layout.is_rgba() {
            return planes::step(self, step, output);
        }
        Ok(match &step.kind {
            StepKind::Read(read) => open_planned(self.sources, read, output)?,
            StepKind::Crop { left, top } => Box::new(CropRows::new(input(0)?, *left, *top, output.size)),
            StepKind::Flip(Flip::Horizontal) => {
                Box::new(Change::new(input(0)?, move |_, rows| flip::flip_h(rows, row_bytes)))
            }
            StepKind::Lookup(table) => Box::new(Change::new(input(0)?, |_, rows| lookup::lookup(rows, table))),
            StepKind::Saturation(matrix) => {
                Box::new(Change::new(input(0)?, |_, rows| saturation::saturation(rows, matrix)))
            }
            StepKind::Background(color) => {
                Box::new(Change::new(input(0)?, |_, rows| background::background(rows, *color)))
            }
            StepKind::Pad { left, top, surround, under } => {
                let mut input = input(0)?;
                if *under {
                    input = Box::new(Change::new(input, |_, rows| background::background(rows, *surround)));
                }
                Box::new(PadRows::new(input, (*left, *top), output.size, *surround)?)
            }
            StepKind::Resize(resize) => {
                Box::new(ResizeRows::new(self.kernels, resize, input(0)?, (output.size, output.layout))?)
            }
            StepKind::Draw(draw) => {
                let foreground = input(1)?.into_picture()?.into_pixmap()?;
                let overlay = Overlay::new(draw, foreground, output.size);
                Box::new(Change::new(input(0)?, move |top, rows| {
                    (top..).zip(rows.chunks_exact_mut(row_bytes)).for_each(|(y, row)| overlay.draw(y, row));
                }))
            }
            StepKind::Blur(blur) => {
                Box::new(NeighborhoodRows::new(input(0)?, Blur::new(self.kernels, blur, output.size)?)?)
            }
            StepKind::Sharpen(sharpen) => {
                Box::new(NeighborhoodRows::new(input(0)?, Sharpen::new(self.kernels, *sharpen, output.size)?)?)
            }
            kind => {
                let picture = input(0)?.into_picture()?.into_pixmap()?;
                self.deadline.check()?;
                Box::new(PictureRows::new(self.whole(kind, picture, output.size)?.into()))
            }
        })
    }

    /// Takes a step that needs a whole picture.
    fn whole(&self, kind: &StepKind, mut picture: Pixmap, output: Size) -> Result<Pixmap, Error> {
        match kind {
            StepKind::Flip(Flip::Vertical) => flip::flip_v(&mut picture),
            StepKind::Flip(Flip::Both) | StepKind::Rotate(Rotate::Half) => rotate::rotate_half(&mut picture),
            StepKind::Rotate(Rotate::Quarter) => return rotate::rotate_quarter(&picture),
            StepKind::Rotate(Rotate::ThreeQuarters) => return rotate::rotate_three_quarters(&picture),
            StepKind::Model(step) => return step.run(picture, output),
            StepKind::Rotate(Rotate::None)
            | StepKind::Flip(Flip::Horizontal)
            | StepKind::Read(_)
            | StepKind::Crop { .. }
            | StepKind::Resize(_)
            | StepKind::Measure { .. }
            | StepKind::Pad { .. }
            | StepKind::Lookup(_)
            | StepKind::Saturation(_)
            | StepKind::Blur(_)
            | StepKind::Sharpen(_)
            | StepKind::Background(_)
            | StepKind::Draw(_) => {}
        }
        Ok(picture)
    }
}

/// Rows that end when the time is up.
struct Timed<'a> {
    rows: Box<dyn Rows + 'a>,
    deadline: Deadline,
}

impl Rows for Timed<'_> {
    fn size(&self) -> Size {
        self.rows.size()
    }

    fn layout(&self) -> Layout {
        self.rows.layout()
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        self.deadline.check()?;
        self.rows.next_band()
    }

    fn into_picture(self: Box<Self>) -> Result<Picture, Error> {
        self.deadline.check()?;
        self.rows.into_picture()
    }
}
