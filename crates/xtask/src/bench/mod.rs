//! `cargo xtask bench`: runs benches and records what they measured under `benches/results`.

pub(crate) mod criterion;
mod folder;
pub(crate) mod gpu;
