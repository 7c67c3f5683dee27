//! Which values are kept as whole pictures, and for how long.
//!
//! Rows pass from step to step, and nothing of them stays; but what is taken more than once would have to be made as often. So it is
//! made before the first result that depends on it, and kept until the last one is made. The engine does as it says here, and the
//! memory that a plan takes is estimated by the same.

use super::graph::{Plan, ValueId};
use super::kind::StepKind;

/// How long a kept value is there, by the indices of results. The measurement at the end of a plan counts as one behind the last result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// It is made before this result.
    pub first: usize,
    /// It is freed behind this one.
    pub last: usize,
}

impl Plan {
    /// Returns for every value how long it is kept; nothing for one that is not.
    ///
    /// Kept are values that are taken more than once, and those that are [read together](Self::read_together).
    #[must_use]
    pub fn stays(&self) -> Vec<Option<Stay>> {
        let uses = self.uses();
        let together = self.read_together();
        let is_kept = |id: ValueId| uses[id.index()] > 1 || together.iter().any(|group| group.contains(&id));
        let mut stays: Vec<Option<Stay>> = vec![None; self.value_count()];
        for (index, id) in self.outputs().iter().enumerate() {
            take(&mut stays[id.index()], index, index);
        }
        for step in self.steps().iter().rev() {
            // What a kept value is made of is needed only while that is made.
            let taken = match (step.output, &step.kind) {
                (Some(output), _) => stays[output.index()].map(|stay| match is_kept(output) {
                    true => Stay { last: stay.first, ..stay },
                    false => stay,
                }),
                (None, StepKind::Measure { answer: None, .. }) => {
                    Some(Stay { first: self.outputs().len(), last: self.outputs().len() })
                }
                (None, _) => None,
            };
            let Some(Stay { first, last }) = taken else { continue };
            step.inputs.iter().for_each(|id| take(&mut stays[id.index()], first, last));
        }
        for group in &together {
            // All of them come with the first.
            let first = group.iter().filter_map(|id| stays[id.index()]).map(|stay| stay.first).min();
            for id in group {
                if let (Some(stay), Some(first)) = (&mut stays[id.index()], first) {
                    stay.first = first;
                }
            }
        }
        let only_kept = |(index, stay): (usize, Option<Stay>)| stay.filter(|_| is_kept(ValueId::new(index)));
        stays.into_iter().enumerate().map(only_kept).collect()
    }

    /// Returns the values that are read of one source in several ways, by source: of a source in planes, at several reductions or in
    /// several windows. A decoder can make all of them in one pass.
    #[must_use]
    pub fn read_together(&self) -> Vec<Vec<ValueId>> {
        let mut groups: Vec<(usize, Vec<ValueId>)> = Vec::new();
        for step in self.steps() {
            let (StepKind::Read(read), Some(output)) = (&step.kind, step.output) else { continue };
            if read.reading.layout.is_rgba() {
                continue;
            }
            match groups.iter_mut().find(|(source, _)| *source == read.source) {
                Some((_, group)) => group.push(output),
                None => groups.push((read.source, vec![output])),
            }
        }
        groups.into_iter().map(|(_, group)| group).filter(|group| group.len() > 1).collect()
    }
}

/// Notes that a value is taken from one result to another.
fn take(stay: &mut Option<Stay>, first: usize, last: usize) {
    let known = stay.get_or_insert(Stay { first, last });
    *known = Stay { first: known.first.min(first), last: known.last.max(last) };
}

#[cfg(test)]
mod tests {
    use palmette_ops::Flip;

    use super::*;
    use crate::plan::{Builder, ReadStep, StepKind, Value};
    use crate::{Layout, Reading, Size, Spacing};

    const SIZE: Size = Size::new(16, 16);

    fn flip(builder: &mut Builder, input: ValueId) -> ValueId {
        builder.then(&[input], SIZE, StepKind::Flip(Flip::Both))
    }

    fn stay(first: usize, last: usize) -> Option<Stay> {
        Some(Stay { first, last })
    }

    #[test]
    fn values_stay_from_the_first_result_to_the_last_that_takes_them() {
        let mut builder = Builder::default();
        let source = builder.read(0, Value::rgba(SIZE));
        let alone = flip(&mut builder, source);
        let shared = flip(&mut builder, source);
        let (second, third) = (flip(&mut builder, shared), flip(&mut builder, shared));
        let plan = builder.finish(vec![alone, second, third, third]);
        // The source is gone once what the others share is made of it.
        assert_eq!(plan.stays(), [stay(0, 1), None, stay(1, 2), None, stay(2, 3)]);
    }

    #[test]
    fn values_of_one_result_do_not_stay() {
        let mut builder = Builder::default();
        let source = builder.read(0, Value::rgba(SIZE));
        let flipped = flip(&mut builder, source);
        let plan = builder.finish(vec![flipped]);
        assert_eq!(plan.stays(), [None, None]);
    }

    #[test]
    fn readings_of_planes_come_together() {
        let mut builder = Builder::default();
        let mut read = |source: usize, spacing: u32| {
            let layout = Layout::ycc(Spacing::new(spacing, spacing));
            let origin = crate::plan::Origin::source(source);
            let kind = StepKind::Read(ReadStep { source, reading: Reading::whole(layout) });
            builder.push(origin, Vec::new(), Value { size: SIZE, layout }, kind)
        };
        let (large, other, small) = (read(0, 1), read(1, 1), read(0, 2));
        let plan = builder.finish(vec![other, small, large]);
        assert_eq!(plan.read_together(), [vec![large, small]]);
        assert_eq!(plan.stays(), [stay(1, 2), None, stay(1, 1)]);
    }
}
