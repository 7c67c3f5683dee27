//! Where and how far two pictures differ.
//!
//! [`compare()`] looks at all four channels of every pixel and returns a [`Difference`]: how many pixels differ, how far, the first
//! of them, and the box around all. [`diff`] and [`strip`] show the same to people. [`hint()`] recognises what most often goes
//! wrong: a picture that moved, channels that are swapped, alpha that got lost. With the feature `score`, `score` says how different
//! two pictures look.
//!
//! Files are left to others: both sides are a [`Pixmap`](palmette_core::Pixmap), straight alpha in gamma-encoded sRGB.

mod difference;
mod hint;
mod picture;
#[cfg(feature = "score")]
mod score;

pub use difference::{Agreement, Bounds, Difference, DifferentPixel, SizeMismatch, compare, distance};
pub use hint::{Hint, hint};
pub use picture::{diff, strip};
#[cfg(feature = "score")]
pub use score::{NoScore, score};

/// The examples of the README run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
