//! Which of the options that were given led to which step, and which led to none.

use palmette_core::plan::{Plan, Step};
use palmette_ops::{Op, Place};
use palmette_protocol::{Options, RawOp};

use super::IdleOption;

/// Returns the options of a step's entry that the step comes from, as they were sent.
pub(super) fn of_step(plan: &Plan, step: &Step, raw_ops: &[RawOp]) -> Options {
    let entry = step.origin.op_position.and_then(|position| raw_ops.get(position));
    let given = entry.map(given).into_iter().flatten();
    given.filter(|(name, _)| takes_part(plan, step, name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Returns the options that no step comes from, in the order of the list.
pub(super) fn idle(plan: &Plan, raw_ops: &[RawOp]) -> Vec<IdleOption> {
    let is_idle = |position: usize, name: &str| {
        !plan.asked_steps().any(|step| step.origin.op_position == Some(position) && takes_part(plan, step, name))
    };
    raw_ops
        .iter()
        .enumerate()
        .flat_map(|(position, op)| given(op).map(move |(name, _)| (position, name)))
        .filter(|(position, name)| is_idle(*position, name))
        .map(|(position, name)| IdleOption {
            op: Some(position),
            place: Some(Place::of_entry(raw_ops, position)),
            option: name.clone(),
        })
        .collect()
}

/// Returns the options that were given; a `null` was not.
fn given(op: &RawOp) -> impl Iterator<Item = (&String, &serde_json::Value)> {
    let (Op::Transform { options, .. } | Op::Draw { options, .. }) = op;
    options.iter().filter(|(_, value)| !value.is_null())
}

/// Tells whether an option of a step's entry has a part in the step.
fn takes_part(plan: &Plan, step: &Step, name: &str) -> bool {
    plan.sizes(step).is_some_and(|(input, _)| step.kind.comes_of(step.origin.option, name, input))
}
