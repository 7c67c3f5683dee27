//! The vocabulary of Palmette: what can be done to pictures, and in which tree.
//!
//! A [`Transform`] and a [`Draw`] say what is done, with every alternative as a type; an [`Op`] says to which node; a [`Text`]
//! says what is set; a [`tree`] of nodes and its flat list are two forms of one request. A [`Class`] says whose fault a failure is.
//!
//! How all that is written (text, forms, numeric codes) is a matter of the protocol, and what becomes of pixels one of the
//! plan and its engines. Both build on this crate, so that neither has to know the other: no serialisation here, no I/O.

pub mod class;
pub mod color;
pub mod draw;
pub mod error;
pub mod list;
pub mod text;
pub mod transform;
pub mod tree;

pub use class::Class;
pub use color::Color;
pub use draw::{AxisPosition, Composite, Draw, Repeat};
pub use error::Error;
pub use list::{ImageIndex, Op};
pub use text::{Align, Text, TextLayout, Variation};
pub use transform::{Fit, Flip, Gravity, GravityMode, Rotate, Transform};
pub use tree::{Node, TreeLimits};

/// The examples of the README run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
