//! The pipeline: a checked request in, a picture out. What the server and the command share.
//!
//! No HTTP and no async: [`Pipeline::transform`] is one synchronous function whose body is the path of a request, from the
//! first look at a header to the encoded answer. [`Pipeline::explain`] goes as far as the plan, and puts it into words. Callers run it wherever they like to wait.
//!
//! The crates below are re-exported under short names, because their types are this crate's vocabulary: a request is made of
//! [`protocol`] types, limits and engines come from [`core`], formats from [`codec`].

mod animate;
mod answer;
mod engines;
mod error;
mod explain;
mod gpu;
mod hoist;
mod memory;
mod pipeline;
mod prepare;
mod select;

pub use palmette_codec as codec;
pub use palmette_core as core;
pub use palmette_protocol as protocol;

pub use answer::{Answer, Damage, Stage, Timings};
pub use engines::Engines;
pub use error::Error;
pub use explain::{Explanation, IdleOption, OutputEntry, SourceEntry, StepEntry};
pub use gpu::{GpuError, GpuSettings};
pub use memory::{PixelBudget, Reservation};
pub use palmette_protocol::EngineChoice;
pub use pipeline::Pipeline;
pub use select::{Reason, Selection};

/// The set of pixel rules that this version implements.
pub const PROFILE: &str = "2026-11";
