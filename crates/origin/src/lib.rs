//! Bytes from a URL, for servers that are told by strangers what to fetch.
//!
//! [`guard`] decides which addresses may be asked: by default only public ones. It is pure, without a socket or a look-up, so
//! that its tables can be tested by themselves. `connect` is the only place that connects, to addresses that were checked; above it
//! are TLS (`tls`), the pool of an HTTP client, and [`Fetcher`], which follows redirects, keeps the limits and asks the `cache`. What is no
//! server, such as a bucket, is asked through a [`Store`], with the same limits and the same cache.

mod answer;
mod arriving;
mod cache;
mod connect;
mod data;
mod error;
mod failures;
mod fetcher;
pub mod guard;
pub mod network;
pub mod settings;
mod store;
mod target;
mod tls;
mod via;

pub use answer::{Answer, Fetched, Head, Opened, Request, Source};
pub use arriving::{Arriving, Room};
pub use error::{BrokenReason, Class, Error};
pub use fetcher::Fetcher;
pub use guard::{Guard, HostRule, Origin, OriginRule};
pub use settings::{Authorities, AuthoritiesError, Settings};
pub use store::{Body, Store, StoreError, Stored};
pub use url::Url;
pub use via::{Via, ViaError};

/// The examples of the README run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
