//! Small neural nets in integers, which look at a picture and give the same bytes on every machine.
//!
//! A [`net::Net`] is a list of layers in fixed point, checked when it is made: shapes fit, and no sum leaves 32 bits for any
//! picture. It depends only on integers, whose order of addition does not matter, so vector units, threads and graphics
//! processors give the bytes that the scalar kernels define.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(feature = "convert")]
pub mod convert;
pub mod enlarge;
pub mod error;
pub mod face;
pub mod foreground;
mod format;
pub mod guide;
pub mod installed;
pub mod kernels;
mod layers;
pub mod layout;
pub mod net;
pub mod packed;
pub mod runner;
mod scale;
pub mod schedule;
pub mod winograd;

pub use error::Error;
pub use installed::Installed;
pub use runner::{Rows, Runner, Tensor};
pub use schedule::Schedule;

/// The examples of the README run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
