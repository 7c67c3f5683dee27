//! The integration tests: one binary, a module a topic.
//!
//! [`engines`] holds all that computes with every engine, [`text`] the goldens of texts, [`models`] the nets. [`orientation`] goes through
//! files and [`client`] over the wire; [`dependencies`] watches who may use whom, [`packages`] what is published, [`links`] the links of
//! documents, [`goldens`] the goldens, and [`validation`] that the validation layer is awake where tests run under it.

mod client;
mod dependencies;
mod engines;
#[path = "../../../crates/text/tests/it/fonts.rs"]
#[allow(dead_code, reason = "shared with tests that use all of it")]
mod fonts;
mod goldens;
mod links;
mod models;
mod models_accuracy;
mod options;
mod orientation;
mod packages;
mod samples;
mod text;
mod validation;
