//! The test harness: an exact reference, cases that run on every engine, goldens, and pictures drawn by code.
//!
//! What is right is decided in this order: hand-computed tiny cases, then properties, then goldens that somebody looked at,
//! then agreement of the engines with each other. [`reference`](mod@reference) stands beside all of them: it computes every pixel in real
//! numbers from the specification. The tests themselves are the one binary `it`, a module a topic.

pub mod case;
pub mod chain;
pub mod compare;
pub mod generated;
pub mod golden;
pub mod gpu;
pub mod option_samples;
pub mod pictures;
pub mod probes;
mod python;
pub mod random;
pub mod reference;
pub mod sheet;
pub mod stored;
mod typescript;

pub use case::Case;
pub use chain::Chain;
pub use palmette_compare::Agreement;
