//! A plan before layouts are settled: what is done to which picture, every picture upright and of RGBA as far as anybody asks.

use super::graph::{Value, ValueId};
use super::kind::StepKind;
use super::step::Origin;
use crate::{Rectangle, Size};

/// A step in the making.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "most steps are settled, and a draft has a few of them")]
pub(super) enum DraftKind {
    /// Reads a source, by its index, upright.
    Source(usize),
    /// Scales the whole picture, and keeps a window of that.
    Scale {
        /// The size that the whole is scaled to.
        scaled: Size,
        /// What is kept of it.
        window: Rectangle,
    },
    /// Is settled.
    Settled(StepKind),
}

/// A step that is to be.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DraftStep {
    pub(super) origin: Origin,
    pub(super) inputs: Vec<ValueId>,
    pub(super) output: Option<ValueId>,
    pub(super) kind: DraftKind,
}

/// A plan that is to be.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Draft {
    pub(super) steps: Vec<DraftStep>,
    sizes: Vec<Size>,
}

impl Draft {
    /// Adds a step that makes a picture.
    pub(super) fn push(&mut self, origin: Origin, inputs: Vec<ValueId>, size: Size, kind: DraftKind) -> ValueId {
        let id = ValueId::new(self.sizes.len());
        self.sizes.push(size);
        self.steps.push(DraftStep { origin, inputs, output: Some(id), kind });
        id
    }

    /// Adds a step that measures a picture.
    pub(super) fn measure(&mut self, origin: Origin, input: ValueId, kind: StepKind) {
        self.steps.push(DraftStep { origin, inputs: vec![input], output: None, kind: DraftKind::Settled(kind) });
    }

    /// Returns the size of a picture.
    pub(super) fn size(&self, id: ValueId) -> Size {
        self.sizes[id.index()]
    }

    /// Returns the number of pictures.
    pub(super) const fn len(&self) -> usize {
        self.sizes.len()
    }

    /// Returns the mark by which to come back to this point.
    pub(super) const fn mark(&self) -> (usize, usize) {
        (self.sizes.len(), self.steps.len())
    }

    /// Forgets all since a mark.
    pub(super) fn rewind(&mut self, (sizes, steps): (usize, usize)) {
        self.sizes.truncate(sizes);
        self.steps.truncate(steps);
    }

    /// Returns the steps that a result, or the measurement at the end, depends on.
    pub(super) fn needed(&self, result: Option<ValueId>) -> Vec<&DraftStep> {
        let mut needed = vec![false; self.sizes.len()];
        result.iter().for_each(|id| needed[id.index()] = true);
        let mut steps: Vec<&DraftStep> = self
            .steps
            .iter()
            .rev()
            .filter(|step| {
                let is_needed = match (step.output, &step.kind) {
                    (Some(id), _) => needed[id.index()],
                    (None, DraftKind::Settled(StepKind::Measure { answer: None, .. })) => true,
                    // A measurement tells of a picture that is there anyway.
                    (None, _) => step.inputs.iter().all(|id| needed[id.index()]),
                };
                if is_needed {
                    step.inputs.iter().for_each(|id| needed[id.index()] = true);
                }
                is_needed
            })
            .collect();
        steps.reverse();
        steps
    }
}

/// A source as a planner knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// What is stored: the size, and the layout in which it can be read beside RGBA.
    pub stored: Value,
    /// What makes it upright.
    pub orientation: crate::Orientation,
    /// Whether every plane can also be read at 1/2, 1/4 and 1/8 of its size.
    pub is_reducible: bool,
}

impl Source {
    /// Describes an upright picture of RGBA.
    #[must_use]
    pub const fn rgba(size: Size) -> Self {
        Self { stored: Value::rgba(size), orientation: crate::Orientation::AS_STORED, is_reducible: false }
    }

    /// Returns the size of the upright picture.
    #[must_use]
    pub const fn size(self) -> Size {
        self.orientation.turned(self.stored.size)
    }
}
