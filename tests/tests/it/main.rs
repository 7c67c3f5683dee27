//! The integration tests: one binary, a module a topic.
//!
//! In the order in which they decide what is right: [`oracle`] (computed by hand), [`properties`], the goldens ([`fit`],
//! [`resize`], [`draw`], [`effects`], [`text`]), and [`exactness`], [`chains`] and [`planes`], which hold engines against the exact reference. [`orientation`]
//! goes through files and [`scene`] over the wire; [`dependencies`] watches who may use whom, [`packages`] what is
//! published, [`links`] the links of documents, [`goldens`] the goldens, and [`validation`] that the validation layer is awake where tests run under it.

mod chains;
mod client;
mod concurrency;
mod dependencies;
mod draw;
mod effects;
mod exactness;
mod fallback;
mod fit;
#[path = "../../../crates/text/tests/it/fonts.rs"]
#[allow(dead_code, reason = "shared with tests that use all of it")]
mod fonts;
mod goldens;
mod gravity;
mod links;
mod models;
mod models_accuracy;
mod options;
mod oracle;
mod orientation;
mod packages;
mod parity;
mod parity_models;
mod parity_nets;
mod parity_planes;
mod planes;
mod properties;
mod resize;
mod samples;
mod scene;
mod text;
mod timings;
mod validation;
