//! Fetching from real servers on loopback addresses, behind names and public addresses that only these tests have.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cached;
mod guarded;
mod limits;
mod redirects;
mod shared;
mod stored;
mod streamed;
mod support;
mod tls;
