//! A plan as a graph: values that are made once, the steps that make them, and what comes out.
//!
//! No value is changed once it is made. So the plan tells what may be freed, what is the same for every frame of an animation, and
//! what two results share.

use palmette_ops::ImageIndex;

use super::arithmetic::Arithmetic;
use super::kind::StepKind;
use super::memory::{ReadingMemory, ResultMemory};
use super::step::{Origin, ReadStep, Step};
use crate::measure::MeasureStep;
use crate::{Layout, Reading, Size};

/// A value: the result of one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// Its size in pixels.
    pub size: Size,
    /// How its samples lie.
    pub layout: Layout,
}

impl Value {
    /// A picture of RGBA.
    #[must_use]
    pub const fn rgba(size: Size) -> Self {
        Self { size, layout: Layout::Rgba }
    }

    /// Returns the bytes of the whole picture.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.layout.bytes(self.size)
    }
}

/// The place of a value among those of its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ValueId(usize);

impl ValueId {
    /// Names the value at a place.
    pub(super) const fn new(place: usize) -> Self {
        Self(place)
    }

    /// Returns the place.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0
    }
}

/// Everything an engine needs to know about a request, apart from the pixels.
///
/// The steps are in an order in which they can run: each takes values of steps before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    values: Vec<Value>,
    steps: Vec<Step>,
    outputs: Vec<ValueId>,
}

impl Plan {
    /// Returns the steps, in their order.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Returns the steps that entries of the list asked for: all but those that read sources.
    pub fn asked_steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.origin.op_position.is_some())
    }

    /// Returns the steps that were asked for and change the canvas, or measure it.
    pub fn canvas_steps(&self) -> impl Iterator<Item = &Step> {
        self.asked_steps().filter(|step| step.origin.node == ImageIndex::CANVAS)
    }

    /// Returns the values that are results.
    #[must_use]
    pub fn outputs(&self) -> &[ValueId] {
        &self.outputs
    }

    /// Returns the number of values.
    #[must_use]
    pub const fn value_count(&self) -> usize {
        self.values.len()
    }

    /// Returns what is known of a value.
    #[must_use]
    pub fn value(&self, id: ValueId) -> Value {
        self.values[id.0]
    }

    /// Returns what is known of the first result; absent in a plan that only measures.
    #[must_use]
    pub fn result(&self) -> Option<Value> {
        self.outputs.first().map(|&id| self.value(id))
    }

    /// Returns the value that a step changes, measures, or draws on; a source has none.
    #[must_use]
    pub fn input(&self, step: &Step) -> Option<Value> {
        step.inputs.first().map(|&id| self.value(id))
    }

    /// Returns the value that a step makes; measuring makes none.
    #[must_use]
    pub fn output(&self, step: &Step) -> Option<Value> {
        step.output.map(|id| self.value(id))
    }

    /// Returns the size of the picture before a step and after it. A source is read as it is, and a picture that is measured
    /// stays; absent for a step that neither makes nor measures anything, which no plan has.
    #[must_use]
    pub fn sizes(&self, step: &Step) -> Option<(Size, Size)> {
        if let StepKind::Measure { picture, .. } = &step.kind {
            return Some((*picture, *picture));
        }
        let output = self.output(step)?;
        Some((self.input(step).unwrap_or(output).size, output.size))
    }

    /// Returns the steps that read sources, each with how it reads and the value that it makes.
    pub fn reads(&self) -> impl Iterator<Item = (ReadStep, Value)> {
        self.steps.iter().filter_map(|step| match step.kind {
            StepKind::Read(read) => Some((read, self.output(step)?)),
            _ => None,
        })
    }

    /// Returns how a value is read, and what it is; nothing if it is not read, but made.
    #[must_use]
    pub fn read(&self, id: ValueId) -> Option<(ReadStep, Value)> {
        match self.maker(id).kind {
            StepKind::Read(read) => Some((read, self.value(id))),
            _ => None,
        }
    }

    /// Counts what all steps compute.
    #[must_use]
    pub fn arithmetic(&self) -> Arithmetic {
        let mut sum = Arithmetic::default();
        for step in &self.steps {
            if let Some(input) = self.input(step) {
                sum += step.kind.arithmetic(input, self.output(step).unwrap_or(input));
            }
        }
        sum
    }

    /// Returns the step that makes a value.
    ///
    /// # Panics
    ///
    /// If it is a value of another plan.
    #[must_use]
    pub fn maker(&self, id: ValueId) -> &Step {
        self.steps
            .iter()
            .find(|step| step.output == Some(id))
            .expect("every value of a plan is made by one of its steps")
    }

    /// Returns an index above those of all sources that the plan reads.
    #[must_use]
    pub fn source_end(&self) -> usize {
        self.reads().map(|(read, _)| read.source + 1).max().unwrap_or(0)
    }

    /// Counts for every value the steps and results that take it. One that is taken twice has to be kept.
    #[must_use]
    pub fn uses(&self) -> Vec<usize> {
        let mut uses = vec![0; self.values.len()];
        let inputs = self.steps.iter().filter(|step| !step.is_answered()).flat_map(|step| &step.inputs);
        for id in inputs.chain(&self.outputs) {
            uses[id.0] += 1;
        }
        uses
    }

    /// Returns the measurement that this plan is made for, and the size of the picture that is asked about; absent if it makes
    /// pictures.
    #[must_use]
    pub fn missing(&self) -> Option<(&MeasureStep, Size)> {
        self.steps.iter().find_map(|step| match &step.kind {
            StepKind::Measure { measure, picture, answer: None } => Some((measure, *picture)),
            _ => None,
        })
    }

    /// Returns what reading and all steps hold while each result is made, and behind them, while a measurement is; given what each
    /// reading holds.
    #[must_use]
    pub fn memory(&self, reading: &dyn Fn(&ReadStep) -> ReadingMemory) -> Vec<ResultMemory> {
        super::memory::of_plan(self, reading)
    }

    /// Cuts the plan in two, for a source that changes from frame to frame.
    ///
    /// What does not depend on that source comes first, and its results become sources of the second plan, numbered from
    /// `first_kept` on, in the order of the first plan's results. The second plan is the one to run on every frame.
    #[must_use]
    pub fn split_frames(&self, moving: usize, first_kept: usize) -> (Self, Self) {
        let mut is_later = vec![false; self.values.len()];
        for step in &self.steps {
            let Some(id) = step.output else { continue };
            is_later[id.0] = match step.kind {
                StepKind::Read(read) => read.source == moving,
                _ => step.inputs.iter().any(|id| is_later[id.0]),
            };
        }
        self.split(&is_later, first_kept)
    }

    /// Cuts the plan in two, by which values are made later.
    fn split(&self, is_later: &[bool], first_kept: usize) -> (Self, Self) {
        let (mut first, mut later) = (Builder::default(), Builder::default());
        let [mut first_places, mut later_places] = [(); 2].map(|()| vec![None; self.values.len()]);
        let mut kept: Vec<ValueId> = Vec::new();
        let mut keep = |id: ValueId, later: &mut Builder, later_places: &mut [Option<ValueId>]| {
            if !is_later[id.0] && later_places[id.0].is_none() {
                later_places[id.0] = Some(later.read(first_kept + kept.len(), self.value(id)));
                kept.push(id);
            }
        };
        for step in &self.steps {
            if step.output.is_some_and(|id| !is_later[id.0]) {
                first.copy(step, &self.values, &mut first_places);
            } else {
                step.inputs.iter().for_each(|&id| keep(id, &mut later, &mut later_places));
                later.copy(step, &self.values, &mut later_places);
            }
        }
        self.outputs.iter().for_each(|&id| keep(id, &mut later, &mut later_places));
        let places = |ids: &[ValueId], places: &[Option<ValueId>]| ids.iter().filter_map(|id| places[id.0]).collect();
        (first.finish(places(&kept, &first_places)), later.finish(places(&self.outputs, &later_places)))
    }
}

/// A plan in the making.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Builder {
    values: Vec<Value>,
    steps: Vec<Step>,
}

impl Builder {
    /// Reads a source.
    pub fn read(&mut self, source: usize, value: Value) -> ValueId {
        self.push(
            Origin::source(source),
            Vec::new(),
            value,
            StepKind::Read(ReadStep { source, reading: Reading::whole(value.layout) }),
        )
    }

    /// Adds a step that makes a value.
    pub fn push(&mut self, origin: Origin, inputs: Vec<ValueId>, value: Value, kind: StepKind) -> ValueId {
        let id = ValueId(self.values.len());
        self.values.push(value);
        self.steps.push(Step { origin, inputs, output: Some(id), kind });
        id
    }

    /// Adds a step that no list asks for, and that makes a picture of RGBA.
    pub fn then(&mut self, inputs: &[ValueId], size: Size, kind: StepKind) -> ValueId {
        self.push(Origin::source(0), inputs.to_vec(), Value::rgba(size), kind)
    }

    /// Adds a step that measures a value; one that was measured takes none.
    pub(super) fn measure(&mut self, origin: Origin, inputs: Vec<ValueId>, kind: StepKind) {
        self.steps.push(Step { origin, inputs, output: None, kind });
    }

    /// Returns what is known of a value.
    #[must_use]
    pub fn value(&self, id: ValueId) -> Value {
        self.values[id.0]
    }

    /// Returns the plan that makes these values.
    #[must_use]
    pub fn finish(self, outputs: Vec<ValueId>) -> Plan {
        Plan { values: self.values, steps: self.steps, outputs }
    }

    /// Adds a step of another plan; `places` says where the values of that one are in this one.
    fn copy(&mut self, step: &Step, values: &[Value], places: &mut [Option<ValueId>]) {
        let inputs = step.inputs.iter().map(|id| places[id.0].expect("inputs come before the step")).collect();
        let output = step.output.map(|id| {
            let place = ValueId(self.values.len());
            self.values.push(values[id.0]);
            places[id.0] = Some(place);
            place
        });
        self.steps.push(Step { inputs, output, ..step.clone() });
    }
}

#[cfg(test)]
mod tests {
    use palmette_ops::{Color, Flip};

    use super::*;

    fn size(width: u32) -> Value {
        Value::rgba(Size::new(width, 1))
    }

    fn push(builder: &mut Builder, inputs: &[ValueId], width: u32) -> ValueId {
        let kind = if inputs.len() == 1 { StepKind::Flip(Flip::Both) } else { StepKind::Background(Color::WHITE) };
        builder.then(inputs, size(width).size, kind)
    }

    fn widths(plan: &Plan) -> Vec<u32> {
        plan.values.iter().map(|value| value.size.width).collect()
    }

    #[test]
    fn plan_counts_what_is_taken() {
        let mut builder = Builder::default();
        let [a, b] = [1, 2].map(|width| builder.read(width as usize, size(width)));
        let c = push(&mut builder, &[a], 3);
        let d = push(&mut builder, &[b], 4);
        let e = push(&mut builder, &[d, c], 5);
        let plan = builder.finish(vec![e]);
        assert_eq!(plan.uses(), [1, 1, 1, 1, 1]);
    }

    #[test]
    fn plan_is_cut_where_frames_meet_what_stays() {
        let mut builder = Builder::default();
        let [frame, still] = [0, 1].map(|source| builder.read(source, size(10 + u32::try_from(source).unwrap())));
        let shrunk = push(&mut builder, &[still], 5);
        let turned = push(&mut builder, &[frame], 20);
        let drawn = push(&mut builder, &[turned, shrunk], 21);
        let plan = builder.finish(vec![drawn]);
        let (once, each) = plan.split_frames(0, 2);
        assert_eq!(widths(&once), [11, 5]);
        assert_eq!(once.result(), Some(size(5)));
        assert_eq!(widths(&each), [10, 20, 5, 21]);
        let sources: Vec<usize> = each.reads().map(|(read, _)| read.source).collect();
        assert_eq!((sources, each.result()), (vec![0, 2], Some(size(21))));
    }
}
