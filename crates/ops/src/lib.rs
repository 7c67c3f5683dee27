//! The vocabulary of Palmette: what can be done to pictures, and in which tree.
//!
//! A [`Transform`] and a [`Draw`] are the options of one step, with every alternative as a type. An [`Op`] adds the node that they
//! apply to, and a [`Text`] is a source that is drawn. A [`tree`] of nodes and its flat list are two forms of one request. A [`Class`]
//! says whose fault a failure is, and a [`Place`] where in the request it lies.
//!
//! The protocol decides how all of this is written (text, forms, numeric codes), and the plan with its engines what happens to pixels.
//! Both build on this crate, so neither has to know the other: no serialisation here, no I/O.

pub mod class;
pub mod color;
pub mod draw;
pub mod error;
pub mod list;
pub mod place;
pub mod text;
pub mod transform;
pub mod tree;

pub use class::Class;
pub use color::Color;
pub use draw::{AxisPosition, Composite, Draw, Repeat};
pub use error::Error;
pub use list::{ImageIndex, Op};
pub use place::Place;
pub use text::{Align, Text, TextLayout, Variation};
pub use transform::{Fit, Flip, Gravity, GravityMode, Rotate, Transform};
pub use tree::{Node, TreeLimits};

/// The examples of the README run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
