//! The wire protocol of the Images binding, as types: what a client sends, what a server answers.
//!
//! No I/O and no pixels. A request goes through this crate in four steps: [`form`] splits a body into parts, [`ops`] reads
//! the flat list, [`transform`] and [`draw`] turn the options of each entry into typed values, and [`tree`] checks that the
//! list is the flattening of one tree. Everything that can be wrong with a request before a picture is opened is decided
//! here, once, and carries the numeric [`code`] that the client will see.

pub mod answer;
pub mod code;
pub mod color;
pub mod draw;
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

pub use code::{Class, Code};
pub use color::Color;
pub use draw::{AxisPosition, Composite, Draw, Repeat};
pub use error::Error;
pub use form::{FormEvent, FormLimits, FormReader};
pub use info::Info;
pub use ops::{ImageIndex, Op, Options};
pub use options::OptionSpec;
pub use output::{Output, OutputFormat, Quality, RawOutput};
pub use request::{InfoCollector, RequestLimits, Source, TransformCollector, TransformRequest};
pub use text::Text;
pub use transform::{Fit, Flip, Gravity, GravityMode, Rotate, Transform};
pub use tree::{Node, TreeLimits};
