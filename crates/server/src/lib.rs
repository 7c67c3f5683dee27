//! The HTTP service. It is thin: all computing is elsewhere.
//!
//! A connection comes from one of the [`Listeners`] to [`serve()`], is held to a pace (`connection`), and its requests go through
//! [`app()`]: the middleware stack, which asks for a token (`credentials`), then one of the `routes`. `/transform` collects the form while it arrives (`multipart`), fetches its `fonts`, is answered from the `cache` if
//! it can be, has its headers looked at, waits for a worker and for memory (`admission`) and runs the pipeline there, off the async threads. Every failure
//! becomes an answer in `error`, and nowhere else.

mod admission;
mod app;
mod cache;
pub mod config;
mod connection;
mod credentials;
mod error;
mod fonts;
mod hex;
mod hosted_store;
mod linger;
mod listener;
mod metrics;
mod middleware;
mod multipart;
mod proxied;
mod request_id;
mod routes;
mod serve;
mod shared;
pub mod shutdown;
pub mod telemetry;

pub use app::{app, check_stores};
pub use config::Config;
pub use credentials::{Credentials, Refusal, TlsError};
pub use error::Error;
pub use listener::{Inherited, ListenError, Listener, Listeners};
pub use routes::PurgeError;
pub use routes::hosted::HostedFailure;
pub use routes::image_url::{BadSignature, UrlError};
pub use serve::{Ending, runtime, serve};

/// The examples of the README run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
