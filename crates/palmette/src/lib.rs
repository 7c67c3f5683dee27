#![doc = include_str!("../README.md")]
//!
//! # Beneath
//!
//! [`open`] and [`Transformer`] are a thin layer over the pipeline that the server and the command run. The pipeline takes a
//! [request](protocol::TransformRequest) of the protocol. [`Pipeline::prepare`] goes from the first look at a header to the plan; this
//! takes almost no time, and tells how much memory the request will hold ([`Prepared::memory_bytes`]). [`Pipeline::run`] goes on to
//! the encoded answer, or [`Pipeline::explain`] puts the plan into words. Both compute where they are called, and wait for nothing:
//! a program that runs many requests at once weighs them in between. [`Pipeline::transform`] is both calls in one.
//!
//! The crates below are re-exported under short names, because their types are this crate's vocabulary: options are in [`ops`],
//! requests are made of [`protocol`] types, limits and engines come from [`core`], formats from [`codec`].

mod animate;
mod answer;
mod builder;
mod clock;
mod code;
mod diagnosis;
mod engines;
mod error;
mod estimate;
mod explain;
mod gpu;
mod image;
mod pipeline;
mod prepare;
mod price;
mod rendering;
mod run;
mod select;
mod sink;
mod source;
mod sources;
mod text;
mod transformer;

pub use palmette_codec as codec;
pub use palmette_core as core;
#[cfg(feature = "models")]
pub use palmette_models as models;
pub use palmette_ops as ops;
pub use palmette_protocol as protocol;

pub use palmette_codec::OnDamage;
pub use palmette_core::{Limits, Pixmap, Size};
pub use palmette_ops::transform::{Border, Length, Segment, Trim, TrimBorder, TrimEdges, Upscale};
pub use palmette_ops::{
    Align, AxisPosition, Color, Composite, Draw, Fit, Flip, Gravity, GravityMode, Place, Repeat, Rotate, Text,
    TextLayout, Transform, Variation,
};
pub use palmette_protocol::{EngineChoice, Info, Output, OutputFormat, Quality, Rendition};

pub use answer::{Answer, Damage, Stage, Timings};
pub use builder::PipelineBuilder;
pub use diagnosis::{Diagnosis, GpuDiagnosis};
pub use engines::Engines;
pub use error::Error;
pub use explain::{Explained, Explanation, Explanations, IdleOption, OutputEntry, SourceEntry, StepEntry};
pub use gpu::{GpuError, GpuSettings};
pub use pipeline::Pipeline;
pub use prepare::Prepared;
pub use price::{Estimate, Price};
pub use select::{Reason, Selection};
pub use source::Source;
pub use text::{FontError, FontFolder, TextEntry, TextError};
pub use transformer::{Transformer, info, open, open_file};

/// The set of pixel rules that this version implements.
pub const PROFILE: &str = "2026-12";
