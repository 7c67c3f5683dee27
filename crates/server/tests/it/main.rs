//! The service as a client sees it: through the router without a socket where that is enough, over a real one where bytes, time
//! and order matter.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod admission;
mod arriving;
mod cache;
mod cache_urls;
mod codes;
mod crowd;
mod early_answer;
mod engine_choice;
mod engines;
mod explain;
mod fonts;
mod forms;
mod health;
mod hosted;
mod image_form;
mod image_url;
mod listeners;
mod mutations;
mod picture;
mod playground;
mod proxied;
mod results;
mod sockets;
mod srcset;
mod support;
mod tls;
mod tokens;
mod walk;
