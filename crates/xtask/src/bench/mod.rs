//! `cargo xtask bench`: runs benches and records what they measured under `benches/results`.

pub(crate) mod batch;
mod codecs;
mod contest;
pub(crate) mod criterion;
mod dialogue;
mod folder;
pub(crate) mod gpu;
pub(crate) mod jpeg;
mod machine;
pub(crate) mod models;
pub(crate) mod peers;
mod photos;
pub(crate) mod quality;
pub(crate) mod reduction;
pub(crate) mod resize;
mod score;
pub(crate) mod srcset;
mod statistics;

use std::num::NonZeroUsize;

/// Reads how many times something is done, the value of a flag; nothing if it is not once at least.
fn times(text: Option<&&str>) -> Option<usize> {
    text?.parse().ok().map(NonZeroUsize::get)
}
