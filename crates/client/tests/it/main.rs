//! What the client sends, byte for byte, and how it takes answers; against a listener that records.
//!
//! That a server understands it is tested where the server is: in the tests of the workspace.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod captures;
mod outputs;
mod recorder;
mod sources;
mod tls;
