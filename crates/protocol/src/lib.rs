//! The wire protocol of the Images binding: how the vocabulary of [`palmette_ops`] is written, and the rest of requests
//! and answers.
//!
//! No I/O and no pixels. A request goes through this crate in five steps:
//!
//! 1. [`form`] splits a body into parts while it arrives;
//! 2. [`request`] collects them and refuses unknown parts;
//! 3. [`list`] reads the flat list, its options untouched;
//! 4. [`palmette_ops::tree`] checks that the list is the flattening of one tree;
//! 5. [`OptionObject`] and [`output`] turn options into typed values.
//!
//! Everything that can be wrong with a request before a picture is opened is decided here, once: an [`Error`] that names
//! the place and what is allowed there, and carries the numeric [`Code`] that the client sees ([`answer`]).
//!
//! A request can also be a URL ([`url`]): the same request afterwards, by the same tables.
//!
//! The way back is here too: typed options become objects ([`OptionObject::to_options`]), and [`list::list_to_json`] and the
//! forms of [`form`] write what the client writes, byte for byte, for clients in Rust and for tests.

pub mod answer;
pub mod code;
pub mod color;
mod draw;
pub mod engine;
pub mod error;
pub mod form;
mod hint;
pub mod info;
mod json;
pub mod list;
pub mod mixed;
mod object;
mod options;
pub mod output;
pub mod request;
mod schema;
pub mod text;
mod transform;
pub mod url;
pub mod values;

pub use code::Code;
pub use engine::EngineChoice;
pub use error::Error;
pub use form::{FormEvent, FormLimits, FormReader};
pub use hint::{Hint, nearest};
pub use info::Info;
pub use list::{Options, RawNode, RawOp};
pub use object::{IntoOptions, Named, OptionObject};
pub use options::OptionSpec;
pub use output::{Metadata, Output, OutputFormat, Quality, RawOutput};
pub use request::{
    Collector, InfoCollector, Outputs, RawRendition, Rendition, RequestLimits, Source, TransformCollector,
    TransformRequest,
};
pub use schema::object_schema;
pub use values::{OptionInfo, Values};

/// The examples of the README run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
