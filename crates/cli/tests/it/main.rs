//! The command as a shell sees it: files, exit statuses, one line on standard error.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod batch;
mod cache;
mod compare;
mod doctor;
mod explain;
mod faults;
mod hosted;
#[cfg(all(feature = "buckets", feature = "postgres", unix))]
mod hosted_servers;
mod info;
mod manual;
#[cfg(target_os = "linux")]
mod memory;
mod models;
mod outputs;
mod remote;
#[cfg(unix)]
mod run;
mod serve;
mod server;
mod support;
#[cfg(feature = "text")]
mod text;
mod transform;
mod url_bucket;
mod workerd_config;
mod workerd_refusals;
