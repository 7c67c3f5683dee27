//! Bytes from a URL, for servers that are told by strangers what to fetch.
//!
//! [`guard`] decides what may be asked: by default only what has a public address. It is pure, without a socket or a look-up, so
//! that its tables can be tested by themselves.

mod error;
pub mod guard;

pub use error::{Class, Error};
pub use guard::{Guard, HostRule, Origin};
pub use url::Url;

/// The examples of the README run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
