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
//! | `zigzag` | the order in which the coefficients of a block are stored |
//!
//! The crate depends on nothing of the workspace.

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
mod zigzag;

pub use decode::{
    Bands, CoefficientBand, CoefficientBands, Component, Damage, DamageKind, Decoder, Levels, Limits, Model, PlaneBand,
    Request, Scale, Segment, Segments, Window,
};
pub use error::{Error, Process, Reason};
pub use rows::{Area, PixelRequest, Rows};
pub use zigzag::NATURAL_ORDER;
