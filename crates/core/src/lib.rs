//! The neutral middle of Palmette: pixels between steps, the plan that every engine runs, and the CPU reference engine.
//!
//! A request becomes a [`plan::Plan`] once: a flat list of steps in which every question of geometry, rounding and weights
//! is answered in integers. An [`Engine`] then only executes it. That split is what makes two engines give identical bytes:
//! they read the same tables and do the same integer arithmetic on them, and neither decides anything.
//!
//! This crate knows no codecs, no HTTP and no devices.

pub mod alloc;
pub mod arith;
pub mod cpu;
pub mod engine;
pub mod error;
pub mod idle;
#[cfg(feature = "image")]
mod interop;
pub mod keeping;
pub mod layout;
pub mod limits;
pub mod measure;
pub mod model;
pub mod net;
pub mod picture;
pub mod pixmap;
pub mod plan;
pub mod reading;
pub mod rows;

pub use cpu::CpuEngine;
pub use engine::{Deadline, Engine, EngineKind, Sink, Sources};
pub use error::{DeviceFault, Error};
pub use idle::{BorrowedCores, IdleCores};
pub use keeping::Keeping;
pub use layout::{Layout, Spacing};
pub use limits::Limits;
pub use model::{Ability, Model, ModelError, Rectangle, SharedModel};
pub use picture::Picture;
pub use pixmap::{Pixmap, Size};
pub use reading::{Orientation, Reading};
pub use rows::{Band, PictureRows, Rows};

/// The examples of the README run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
