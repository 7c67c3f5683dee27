//! The GPU engine: compute shaders that give the same bytes as the CPU engine.
//!
//! Every kernel computes with integers on the tables of the plan, so there is nothing that a driver could round differently:
//! the class of every kernel is *exact* (see `shaders/README.md`). A picture is uploaded once, as pixels or as planes of luma and
//! chroma, row by row as its decoder makes them; it stays on the device through the whole chain, and comes back once. What a device
//! cannot hold at once is cut into bands of rows; a picture of 100 million pixels is several times larger than what a shader may
//! see of a buffer.
//!
//! Requests share a device and do not wait for each other's results: buffers, and what uploads are written to, are pooled and
//! bounded; what is handed in at once is submitted at once; one thread polls, and each request reads back its own.
//!
//! A device can fail in ways that a CPU cannot: it can be lost, be full, or never answer. [`GpuEngine::try_run`] reports each
//! of these and leaves the sources where they are, so that its caller can run the same plan on the CPU. A read-back that did
//! not happen never looks like a picture.

mod blur;
mod chain;
mod closing;
mod device;
mod engine;
mod error;
mod image;
mod job;
mod kernels;
mod model;
mod net;
mod passes;
mod poller;
mod pool;
mod prices;
pub mod probe;
mod resize;
mod scopes;
mod shaders;
mod staging;
mod submitter;
mod tables;
mod work;

pub use device::{AdapterChoice, GpuOptions};
pub use engine::GpuEngine;
pub use error::Error;
pub use job::{KernelTime, Timings};
pub use work::{Prices, Work};

/// The examples of the README run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
