//! The explanations of several results of one request.

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
    /// Puts the explanations of all results together.
    pub(crate) fn new(memory_bytes: u64, results: impl Iterator<Item = Result<Explanation, Error>>) -> Self {
        let explained = |result: Result<Explanation, Error>| match result {
            Ok(explanation) => Explained::Planned(Box::new(explanation)),
            Err(error) => Explained::Failed { code: error.code().number(), error: error.to_string() },
        };
        Self { profile: PROFILE, memory_bytes, outputs: results.map(explained).collect() }
    }

    /// Writes the explanations as JSON, indented.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("texts and numbers under names")
    }
}
