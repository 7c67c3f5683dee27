//! From the files of packages to nets in integers.
//!
//! Importers ([`tflite`], [`onnx`], [`ncnn`]) read a [`graph::Graph`] in real numbers; [`float`] runs it, which is how ranges were measured
//! and how fixed point is judged.

pub mod archive;
mod bytes;
pub mod catalog;
mod error;
pub mod fixed_point;
pub mod float;
pub mod graph;
mod input;
pub mod ncnn;
pub mod onnx;
mod protobuf;
pub mod ranges;
pub mod sha256;
pub mod tflite;

pub use error::Error;
