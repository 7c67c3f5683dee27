//! JPEG, read and written by planes and rows, to the bit as libjpeg-turbo does it.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `color` | from luma and chroma, or inks, to pixels |
//! | `decode` | from a file to bands of samples |
//! | [`encode`] | from planes, or RGBA, to a file |
//! | `idct` | the inverse DCT, at full size and reduced |
//! | `image_traits` | the traits of the crate `image`, with the feature `image` |
//! | `markers` | the markers of a file |
//! | `rows` | from bands of samples to rows of pixels |
//! | `upsample` | chroma at the size of luma |
//! | `vector` | loads and stores of vectors |
//! | `zigzag` | the order in which the coefficients of a block are stored |
//!
//! The crate depends on nothing of the workspace.
//!
//! # `unsafe`
//!
//! Bytes of a file are read without any: markers, bits and codes are all looked up with their bounds checked, or by an index that
//! cannot be too large. What is left is for speed, and each block says why it holds:
//!
//! - Vectors are loaded from arrays and stored into arrays, by `vector` alone. That they are equally long is seen by the
//!   compiler. One function there takes a place that is computed, for the rows of the inverse DCT: it looks whether they lie
//!   within the output where assertions for debugging are on, as in the tests and the fuzz targets, and anywhere with the
//!   feature `checked`.
//! - Functions that need instructions are called where the machine was found to have them.
//! - The blocks of a picture are seen as bare numbers in one place, `decode::coefficients`.
//!
//! Miri finds nothing in `tests/alone.rs`, in which files of every kind are written and read, by the code for every machine, and
//! cut: `cargo +nightly miri test -p palmette-jpeg --test alone`, by hand, since the toolchain of the workspace has no Miri.

mod color;
mod decode;
pub mod encode;
mod error;
mod idct;
#[cfg(feature = "image")]
pub mod image_traits;
mod markers;
mod rows;
mod upsample;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod vector;
mod zigzag;

pub use decode::{
    Bands, CoefficientBand, CoefficientBands, Component, Damage, DamageKind, Decoder, Levels, Limits, Model, PlaneBand,
    Request, Scale, ScaledBands, Segment, Segments, Window,
};
pub use error::{Error, Process, Reason};
pub use rows::{Area, PixelRequest, Rows};
pub use zigzag::NATURAL_ORDER;
