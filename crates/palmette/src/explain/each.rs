//! The explanations of several results of one request.

use palmette_core::plan::Plan;
use serde::Serialize;

use super::Explanation;
use crate::{Error, PROFILE};

/// The explanation of a request for several results.
///
/// As JSON it is an object with the fields of this struct under their names.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanations {
    /// The set of pixel rules, such as `2026-12`.
    pub profile: &'static str,
    /// The bytes of memory that the request waits for before it is worked on, by estimate.
    pub memory_bytes: u64,
    /// The steps that are done for all results together, those that read sources among them.
    pub step_count: usize,
    /// The steps that need not be done again, because results have them in common.
    pub shared_count: usize,
    /// The results, in their order.
    pub outputs: Vec<Explained>,
}

/// One of several results, explained. As JSON it is either object.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Explained {
    /// How it would be made, as if it were the only one.
    Planned(Box<Explanation>),
    /// Why it cannot be made.
    Failed {
        /// The code of the failure.
        code: u16,
        /// Its text.
        error: String,
    },
}

impl Explanations {
    /// Begins with no results.
    pub(crate) const fn new(memory_bytes: u64) -> Self {
        Self { profile: PROFILE, memory_bytes, step_count: 0, shared_count: 0, outputs: Vec::new() }
    }

    /// Adds a result.
    pub(crate) fn add(&mut self, result: Result<Explanation, Error>) {
        self.outputs.push(match result {
            Ok(explanation) => Explained::Planned(Box::new(explanation)),
            Err(error) => Explained::Failed { code: error.code().number(), error: error.to_string() },
        });
    }

    /// Counts the steps of all plans, each by itself and together.
    pub(crate) fn count_steps(&mut self, plans: &[Plan]) {
        let steps = |plan: &Plan| plan.steps().iter().filter(|step| !step.is_answered()).count();
        self.step_count = Plan::merged(plans).steps().len();
        self.shared_count = plans.iter().map(steps).sum::<usize>() - self.step_count;
    }

    /// Writes the explanations as JSON, indented.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("texts and numbers under names")
    }
}
