//! The command as a shell sees it: files, exit statuses, one line on standard error.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod explain;
mod info;
mod serve;
mod support;
mod transform;
