//! Every test that computes with a GPU, beside the CPU that judges it.
//!
//! They are together because other drivers and the validation layer run them again: [`palmette_tests::gpu`] opens a GPU for tests of this
//! module alone, so none is forgotten there. To open one takes seconds of processor time on a driver in software. So `cargo xtask check` runs
//! all of them in one process, which opens it once; a test here must work beside the others, and anything that needs a process to
//! itself is a test of another crate.
//!
//! In the order in which they decide what is right: [`oracle`] (computed by hand), [`properties`], the goldens ([`fit`], [`resize`], [`draw`],
//! [`effects`]), and [`exactness`], [`chains`] and [`planes`], which hold engines against the exact reference.

mod chains;
mod concurrency;
pub(crate) mod draw;
pub(crate) mod effects;
mod exactness;
mod fallback;
pub(crate) mod fit;
mod gravity;
mod oracle;
mod parity;
mod parity_models;
mod parity_nets;
mod parity_planes;
mod planes;
mod properties;
pub(crate) mod resize;
mod samples;
mod scene;
mod several;
mod timings;
