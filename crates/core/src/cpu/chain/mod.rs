//! The steps of a plan as a chain of rows: each takes rows of the one before it when it is asked for its own.
//!
//! | module | steps |
//! | --- | --- |
//! | `apart` | that are made on a core of their own, where one is idle |
//! | `change` | that change rows where they are: tone, background, mirrors, draws |
//! | `neighborhood` | that make rows of the rows around them: blur, sharpen |
//! | `planes` | on pictures in planes |
//! | `pad` | that change how many rows there are, and how long |
//!
//! Steps that need a whole picture collect one. A value that is taken more than once is made before it is, and kept.

mod apart;
mod change;
mod neighborhood;
mod pad;
mod planes;

use palmette_ops::{Flip, Rotate};

pub(super) use self::apart::Helpers;
use self::apart::{Apart, Helper, Needed};
use self::change::Change;
pub(super) use self::neighborhood::Neighborhood;
use self::neighborhood::NeighborhoodRows;
use self::pad::PadRows;
use super::blur::Blur;
use super::draw::Overlay;
use super::enlarge;
use super::kept::Kept;
use super::kernels::resize_h_opaque::ROWS;
use super::kernels::{Kernels, background, flip, lookup, rotate, saturation};
use super::resize::ResizeRows;
use super::sharpen::Sharpen;
use crate::engine::{Deadline, Sources, open_planned};
use crate::model::ModelStep;
use crate::plan::{Plan, ResizeStep, Step, StepKind, Value, ValueId};
use crate::rows::{CropRows, LentRows};
use crate::{Band, Error, Layout, Picture, PictureRows, Pixmap, Rows, Size, alloc};

/// Cores to borrow, if there may be any.
pub(super) type Cores<'scope, 'env> = Option<Helpers<'scope, 'env>>;

/// What an engine is given.
#[derive(Clone, Copy)]
pub(super) struct Inputs<'a> {
    pub(super) plan: &'a Plan,
    pub(super) sources: &'a dyn Sources,
    pub(super) deadline: Deadline,
}

/// What the rows of a plan are made of.
pub(super) struct Chain<'a> {
    kernels: &'a Kernels,
    plan: &'a Plan,
    sources: &'a dyn Sources,
    deadline: Deadline,
    /// What is taken more than once.
    kept: &'a Kept,
    /// By value, what a model needs that enlarges.
    enlarging: Vec<enlarge::Tables>,
}

impl<'a> Chain<'a> {
    /// Prepares a plan.
    pub(super) fn new(kernels: &'a Kernels, inputs: Inputs<'a>, kept: &'a Kept) -> Result<Self, Error> {
        let Inputs { plan, sources, deadline } = inputs;
        let mut enlarging = alloc::try_with_capacity(plan.value_count())?;
        enlarging.resize_with(plan.value_count(), enlarge::Tables::default);
        Ok(Self { kernels, plan, sources, deadline, kept, enlarging })
    }

    /// Begins to make a value. A large one that is read from a source is read on another core, where one is idle.
    pub(super) fn rows<'scope, 'env: 'scope>(
        &'env self,
        id: ValueId,
        cores: Cores<'scope, 'env>,
    ) -> Result<Box<dyn Rows + 'scope>, Error> {
        let is_read = matches!(self.plan.maker(id).kind, StepKind::Read(_));
        let bytes = if is_read { self.bytes_to_make(id) } else { 0 };
        match cores.and_then(|helpers| helpers.borrow(bytes)) {
            Some(helper) => self.rows_apart(id, helper, apart::ALL),
            None => self.rows_here(id, cores),
        }
    }

    /// Begins to make a value on this core.
    fn rows_here<'scope, 'env: 'scope>(
        &'env self,
        id: ValueId,
        cores: Cores<'scope, 'env>,
    ) -> Result<Box<dyn Rows + 'scope>, Error> {
        match self.kept.get(id) {
            Some(picture) => Ok(Box::new(LentRows::of_picture(picture)?)),
            None => {
                self.deadline.check()?;
                let rows = self.step(self.plan.maker(id), self.plan.value(id), cores)?;
                Ok(Box::new(Timed { rows, deadline: self.deadline }))
            }
        }
    }

    /// Begins to make a value on another core, as far as its rows are needed.
    fn rows_apart<'scope, 'env: 'scope>(
        &'env self,
        id: ValueId,
        helper: Helper<'scope, 'env>,
        needed: Needed,
    ) -> Result<Box<dyn Rows + 'scope>, Error> {
        let make = move || self.rows_here(id, None);
        Ok(Box::new(Apart::new(helper, (self.plan.value(id), needed), make)?))
    }

    /// Returns the bytes of a value, or 0 if it is made already.
    fn bytes_to_make(&self, id: ValueId) -> u64 {
        if self.kept.get(id).is_some() { 0 } else { self.plan.value(id).bytes() }
    }

    /// Begins a resize. Up to three cores work on a large one, if so many are idle: what comes before it, the resize, and what
    /// comes behind it. With two of them the larger side is cut off.
    fn resize<'scope, 'env: 'scope>(
        &'env self,
        step: &'env Step,
        resize: &'env ResizeStep,
        output: Value,
        cores: Cores<'scope, 'env>,
    ) -> Result<Box<dyn Rows + 'scope>, Error> {
        let id = step.inputs[0];
        let needed = resize.rows_needed(output).map(|rows| rows.next_multiple_of(ROWS));
        let [before_bytes, after_bytes] = [self.bytes_to_make(id), output.bytes()];
        let borrow = |bytes: u64| cores.and_then(|helpers| helpers.borrow(bytes));
        let (before, after) = if before_bytes >= after_bytes {
            let before = borrow(before_bytes);
            (before, borrow(after_bytes))
        } else {
            let after = borrow(after_bytes);
            (borrow(before_bytes), after)
        };
        let make = move || {
            let input = match before {
                Some(helper) => self.rows_apart(id, helper, needed)?,
                None => self.rows_here(id, None)?,
            };
            let rows = ResizeRows::new(self.kernels, resize, input, (output.size, output.layout))?;
            Ok(Box::new(rows) as Box<dyn Rows + 'scope>)
        };
        match after {
            Some(helper) => Ok(Box::new(Apart::new(helper, (output, apart::ALL), make)?)),
            None => make(),
        }
    }

    /// Begins a step.
    fn step<'scope, 'env: 'scope>(
        &'env self,
        step: &'env Step,
        output: Value,
        cores: Cores<'scope, 'env>,
    ) -> Result<Box<dyn Rows + 'scope>, Error> {
        let input = |index: usize| self.rows(step.inputs[index], cores);
        // A step that collects a picture at once waits for all of it, so another core would gain nothing.
        let picture = |index: usize| self.rows(step.inputs[index], None)?.into_picture();
        let row_bytes = Layout::Rgba.row_bytes(0, output.size);
        if let StepKind::Resize(resize) = &step.kind {
            return self.resize(step, resize, output, cores);
        }
        if !output.layout.is_rgba() {
            return planes::step(self, step, output, cores);
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
            StepKind::Draw(draw) => {
                let overlay = Overlay::new(draw, picture(1)?.into_pixmap()?, output.size);
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
            StepKind::Model(ModelStep::Enlarge(model)) => {
                let picture = picture(0)?.into_pixmap()?;
                let tables = step.output.map(|id| &self.enlarging[id.index()]).expect("a step that makes a picture");
                enlarge::rows(self.kernels, model, picture, output.size, tables, self.deadline)?
            }
            kind => {
                let pixmap = picture(0)?.into_pixmap()?;
                self.deadline.check()?;
                Box::new(PictureRows::new(self.whole(kind, pixmap, output.size)?.into()))
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
            StepKind::Model(step) => return step.run(picture, output, self.deadline),
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
