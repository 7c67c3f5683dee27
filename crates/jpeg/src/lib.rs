//! JPEG, read and written by planes and rows, to the bit as libjpeg-turbo does it.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `zigzag` | the order in which the coefficients of a block are stored |
//!
//! The crate depends on nothing of the workspace.

mod zigzag;

pub use zigzag::NATURAL_ORDER;
