//! The plan: what an engine has to do, as a flat list of steps in integers.
//!
//! [`lower`](lower::lower) turns a resolved list and the sizes of its sources into a [`Plan`], without a pixel. All fit,
//! gravity, clamping and rounding questions end there; engines read tables and add integers.

pub mod blur;
pub mod geometry;
pub mod lower;
mod memory;
pub mod step;
pub mod tone;
pub mod weights;

/// 16-bit units in a level of 8-bit colour, between the passes of a resize: with 14 bits for the 256 levels, the error of a
/// sample is 1/128 level.
pub const UNITS_PER_LEVEL: i32 = 64;

pub use lower::{lower, lower_with_model};
pub use step::{Axis, AxisOrder, DrawStep, Plan, ResizeStep, SharpenStep, Step, StepKind, Tiling};
