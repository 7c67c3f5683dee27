//! From options to steps: each entry of the list is lowered once, and leaves nothing to decide.
//!
//! That takes the sizes of the sources, not their pixels, so it happens before anything is decoded: a request that is wrong or
//! too large costs no memory.

mod need;
mod resize;
mod transform;

use palmette_ops::{Draw, ImageIndex, Op, Place, Repeat};

use super::draft::{Draft as PlanDraft, DraftKind};
use super::geometry;
use super::graph::ValueId;
use super::kind::StepKind;
use super::step::{DrawStep, Origin};
use crate::measure::{MeasureStep, Measurement};
use crate::model::SharedModel;
use crate::{Error, Limits, Rectangle, Size};

/// Why an entry of the list cannot be lowered to its end.
pub(super) enum Stop {
    /// It is wrong.
    Failed(Error),
    /// It depends on a measurement that is still to be made; the last step makes it.
    Unmeasured,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// The state of a walk over the list.
#[derive(Clone, Debug)]
pub(super) struct Lowering {
    pub(super) limits: Limits,
    pub(super) model: Option<SharedModel>,
    pub(super) draft: PlanDraft,
    /// The picture of each node; `None` for one that was drawn.
    pub(super) nodes: Vec<Option<ValueId>>,
}

impl Lowering {
    /// Lowers one entry of a list, as far as the answers reach.
    pub(super) fn entry(&mut self, ops: &[Op], position: usize, answers: &[Measurement]) -> Result<(), Stop> {
        let op = &ops[position];
        let node = match op {
            Op::Transform { image_index, .. } => *image_index,
            Op::Draw { target_image_index, .. } => *target_image_index,
        };
        let mut answers = answers.iter();
        let lowered = match op {
            Op::Transform { options, .. } => self.node(position, node, &mut answers).and_then(|mut node| {
                node.transform(options)?;
                Ok(node.picture)
            }),
            Op::Draw { draw_image_index: drawn, options, .. } => self.take(*drawn).and_then(|foreground| {
                let mut node = self.node(position, node, &mut answers)?;
                node.draw(*drawn, foreground, options)?;
                Ok(node.picture)
            }),
        };
        match lowered {
            // An answer too many is one to another question.
            Ok(_) if answers.next().is_some() => Err(Error::WrongMeasurement.at(Place::of_entry(ops, position)).into()),
            Ok(picture) => {
                self.nodes[node.0 as usize] = Some(picture);
                Ok(())
            }
            Err(Stop::Failed(error)) => Err(error.at(Place::of_entry(ops, position)).into()),
            Err(Stop::Unmeasured) => Err(Stop::Unmeasured),
        }
    }

    /// Returns the picture of a node that still has one.
    pub(super) fn find(&self, index: ImageIndex) -> Result<ValueId, Error> {
        self.nodes.get(index.0 as usize).copied().flatten().ok_or(Error::NodeMissing { index: index.0 })
    }

    /// Takes the picture of a node, which has none from then on.
    fn take(&mut self, index: ImageIndex) -> Result<ValueId, Stop> {
        let picture = self.find(index)?;
        self.nodes[index.0 as usize] = None;
        Ok(picture)
    }

    /// Begins an entry for a node.
    fn node<'a, 'b>(
        &'a mut self,
        position: usize,
        node: ImageIndex,
        answers: &'a mut std::slice::Iter<'b, Measurement>,
    ) -> Result<NodeLowering<'a, 'b>, Stop> {
        let picture = self.find(node)?;
        let size = self.draft.size(picture);
        Ok(NodeLowering { walk: self, answers, node, position, picture, size })
    }
}

/// Lowers one entry of the list: the node that it changes, and the present state of that node.
struct NodeLowering<'a, 'b> {
    walk: &'a mut Lowering,
    /// What was measured for this entry, in the order of the questions.
    answers: &'a mut std::slice::Iter<'b, Measurement>,
    node: ImageIndex,
    position: usize,
    picture: ValueId,
    size: Size,
}

impl NodeLowering<'_, '_> {
    /// Lowers one `draw`.
    fn draw(&mut self, drawn: ImageIndex, foreground: ValueId, options: &Draw) -> Result<(), Error> {
        let foreground_size = self.walk.draft.size(foreground);
        let repeats_x = matches!(options.repeat, Repeat::X | Repeat::Both);
        let repeats_y = matches!(options.repeat, Repeat::Y | Repeat::Both);
        let kind = StepKind::Draw(DrawStep {
            foreground: drawn,
            foreground_size,
            composite: options.composite,
            opacity: to_units(options.opacity, DrawStep::OPACITY_ONE),
            horizontal: geometry::tiling(self.size.width, foreground_size.width, options.horizontal, repeats_x),
            vertical: geometry::tiling(self.size.height, foreground_size.height, options.vertical, repeats_y),
        });
        self.push_with("draw", self.size, DraftKind::Settled(kind), vec![self.picture, foreground])
    }

    /// Adds a step that measures, and returns its answer if it was made already.
    fn measure(&mut self, option: &'static str, measure: MeasureStep) -> Result<Measurement, Stop> {
        let answer = self.answers.next().copied();
        let seen = match (&answer, measure.copy_size().filter(|&copy| copy != self.size)) {
            (None, Some(copy)) => self.copy(option, copy),
            _ => self.picture,
        };
        let picture = self.size;
        self.walk.draft.measure(self.origin(option), seen, StepKind::Measure { measure, picture, answer });
        answer.ok_or(Stop::Unmeasured)
    }

    /// Makes a smaller copy to be measured; the picture itself stays.
    fn copy(&mut self, option: &'static str, size: Size) -> ValueId {
        let kind = DraftKind::Scale { scaled: size, window: Rectangle::whole(size) };
        let (origin, inputs) = (self.origin(option), vec![self.picture]);
        self.walk.draft.push(origin, inputs, size, kind)
    }

    /// Adds a step that changes the picture.
    fn push(&mut self, option: &'static str, output: Size, kind: StepKind) -> Result<(), Error> {
        self.push_with(option, output, DraftKind::Settled(kind), vec![self.picture])
    }

    /// Adds a step that makes the picture anew of some others, after checking its size.
    fn push_with(
        &mut self,
        option: &'static str,
        output: Size,
        kind: DraftKind,
        inputs: Vec<ValueId>,
    ) -> Result<(), Error> {
        self.walk.limits.check(output)?;
        self.picture = self.walk.draft.push(self.origin(option), inputs, output, kind);
        self.size = output;
        Ok(())
    }

    /// Says who asks for a step.
    const fn origin(&self, option: &'static str) -> Origin {
        Origin { node: self.node, op_position: Some(self.position), option }
    }
}

/// Counts a fraction of 0 to 1 in units, `one` of them to 1, rounded to nearest, halves up.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 to 1 before it is scaled")]
fn to_units(fraction: f64, one: u32) -> u32 {
    (fraction.clamp(0.0, 1.0) * f64::from(one) + 0.5).floor() as u32
}

#[cfg(test)]
mod tests;
