//! Several plans as one, in which everything that they have in common is done once.
//!
//! A step that makes the same of the same values is the same step, whoever asks for it. So each result of the merged plan is made by
//! the very steps of its own plan, and has the same bytes. Plans have few steps, so equal ones are looked for among those that take the
//! same value.

use super::graph::{Builder, Plan, Value, ValueId};
use super::kind::StepKind;
use super::step::Step;

impl Plan {
    /// Puts plans of the same sources together. The results are those of all plans, in their order.
    ///
    /// What was measured already, and is kept in a plan for its readers, is left out.
    #[must_use]
    pub fn merged<'a>(plans: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut merging = Merging::default();
        let mut outputs = Vec::new();
        for plan in plans {
            let mut places = vec![None; plan.value_count()];
            for step in plan.steps().iter().filter(|step| !step.is_answered()) {
                merging.add(plan, step, &mut places);
            }
            outputs.extend(plan.outputs().iter().filter_map(|id| places[id.index()]));
        }
        merging.builder.finish(outputs)
    }
}

/// Plans that are being merged.
#[derive(Default)]
struct Merging {
    builder: Builder,
    /// The steps that read sources.
    reads: Vec<Made>,
    /// By value, the steps that take it first.
    takers: Vec<Vec<Made>>,
}

/// A step that is there, by what can be compared.
struct Made {
    kind: StepKind,
    inputs: Vec<ValueId>,
    value: Value,
    output: ValueId,
}

impl Merging {
    /// Adds a step, unless it is there already; `places` says where the values of its plan are.
    fn add(&mut self, plan: &Plan, step: &Step, places: &mut [Option<ValueId>]) {
        let inputs: Vec<ValueId> =
            step.inputs.iter().map(|id| places[id.index()].expect("inputs come before the step")).collect();
        let Some((id, value)) = step.output.zip(plan.output(step)) else {
            self.builder.measure(step.origin, inputs, step.kind.clone());
            return;
        };
        let alike = inputs.first().map_or(&self.reads, |first| &self.takers[first.index()]);
        let same = alike.iter().find(|made| made.inputs == inputs && made.value == value && made.kind == step.kind);
        let output = match same {
            Some(made) => made.output,
            None => {
                let output = self.builder.push(step.origin, inputs.clone(), value, step.kind.clone());
                self.takers.push(Vec::new());
                let made = Made { kind: step.kind.clone(), inputs: inputs.clone(), value, output };
                let alike = inputs.first().map_or(&mut self.reads, |first| &mut self.takers[first.index()]);
                alike.push(made);
                output
            }
        };
        places[id.index()] = Some(output);
    }
}

#[cfg(test)]
mod tests {
    use palmette_ops::Flip;

    use super::*;
    use crate::Size;

    const SIZE: Size = Size::new(4, 2);

    /// Reads a source and mirrors it by each of these in turn.
    fn plan(source: usize, flips: &[Flip]) -> Plan {
        let mut builder = Builder::default();
        let mut picture = builder.read(source, Value::rgba(SIZE));
        for flip in flips {
            picture = builder.then(&[picture], SIZE, StepKind::Flip(*flip));
        }
        builder.finish(vec![picture])
    }

    #[test]
    fn merged_plans_share_what_they_begin_with() {
        let (h, v, both) = (Flip::Horizontal, Flip::Vertical, Flip::Both);
        let plans = [plan(0, &[h, v]), plan(0, &[h, both]), plan(0, &[v]), plan(0, &[h, v]), plan(1, &[h])];
        let merged = Plan::merged(&plans);
        let names: Vec<_> = merged.steps().iter().map(|step| step.kind.name()).collect();
        assert_eq!(names, ["read", "flip", "flip", "flip", "flip", "read", "flip"]);
        let outputs: Vec<_> = merged.outputs().iter().map(|id| id.index()).collect();
        assert_eq!(outputs, [2, 3, 4, 2, 6], "the fourth is the first");
        assert_eq!(Plan::merged(&plans[..1]), plans[0], "of one plan comes that plan");
        assert_eq!(Plan::merged([]).steps().len(), 0);
    }

    #[test]
    fn merged_plans_tell_apart_what_makes_other_values() {
        let draw = |overlay: usize| {
            let mut builder = Builder::default();
            let [target, overlay] = [0, overlay].map(|source| builder.read(source, Value::rgba(SIZE)));
            let step = crate::plan::DrawStep {
                foreground: palmette_ops::ImageIndex(1),
                foreground_size: SIZE,
                composite: palmette_ops::Composite::Over,
                opacity: crate::plan::DrawStep::OPACITY_ONE,
                horizontal: crate::plan::Tiling::Once(0),
                vertical: crate::plan::Tiling::Once(0),
            };
            let drawn = builder.then(&[target, overlay], SIZE, StepKind::Draw(step));
            builder.finish(vec![drawn])
        };
        let merged = Plan::merged(&[draw(1), draw(2), draw(1)]);
        let outputs: Vec<_> = merged.outputs().iter().map(|id| id.index()).collect();
        assert_eq!((merged.steps().len(), outputs), (5, vec![2, 4, 2]), "the second overlay is another one");
    }
}
