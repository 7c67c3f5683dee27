//! JPEG, read and written by planes and rows, to the bit as libjpeg-turbo does it.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `idct` | the inverse DCT, at full size and reduced |
//! | `zigzag` | the order in which the coefficients of a block are stored |
//!
//! The crate depends on nothing of the workspace.

#[allow(dead_code, reason = "the decoder that calls it lands next")]
mod color;
#[allow(dead_code, reason = "the decoder that calls it lands next")]
mod idct;
#[allow(dead_code, reason = "the decoder that calls it lands next")]
mod upsample;
mod zigzag;

pub use zigzag::NATURAL_ORDER;
