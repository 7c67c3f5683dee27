//! The wire protocol of the Images binding, as types: what a client sends, what a server answers.
//!
//! No I/O and no pixels. A request goes through this crate in five steps:
//!
//! 1. [`form`] splits a body into parts while it arrives;
//! 2. [`request`] collects them and refuses what has no place;
//! 3. [`ops`] reads the flat list, its options untouched;
//! 4. [`tree`] checks that the list is the flattening of one tree;
//! 5. [`transform`], [`draw`] and [`output`] turn options into typed values.
//!
//! Everything that can be wrong with a request before a picture is opened is decided here, once: an [`Error`] that names
//! the place and what is allowed there, and carries the numeric [`Code`] that the client sees ([`answer`]).
//!
//! The way back is here too: typed options become objects ([`Transform::to_options`], [`Draw::to_options`]), and
//! [`tree::flatten`] and the forms of [`form`] write what the client writes, byte for byte, for clients in Rust and for tests.

pub mod answer;
pub mod code;
pub mod color;
pub mod draw;
pub mod engine;
pub mod error;
pub mod form;
pub mod info;
mod json;
pub mod ops;
mod options;
pub mod output;
pub mod request;
pub mod text;
pub mod transform;
pub mod tree;
pub mod values;
mod written;

pub use code::{Class, Code};
pub use color::Color;
pub use draw::{AxisPosition, Composite, Draw, Repeat};
pub use engine::EngineChoice;
pub use error::Error;
pub use form::{FormEvent, FormLimits, FormReader};
pub use info::Info;
pub use ops::{ImageIndex, Op, Options};
pub use options::OptionSpec;
pub use output::{Output, OutputFormat, Quality, RawOutput};
pub use request::{Collector, InfoCollector, RequestLimits, Source, TransformCollector, TransformRequest};
pub use text::Text;
pub use transform::{Fit, Flip, Gravity, GravityMode, Rotate, Transform};
pub use tree::{Node, TreeLimits};
pub use values::{OptionInfo, Values};
