//! The pipeline without HTTP.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod animation;
mod explain;
mod models;
mod pipeline;
mod support;
#[cfg(feature = "text")]
mod text;
mod transformer;
