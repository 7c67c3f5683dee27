//! Nets, run: every set of kernels, in bands and in parts, against loops that a reader can follow.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, in its helpers too")]
#![expect(clippy::cast_possible_truncation, reason = "pictures of tests are small")]

#[cfg(feature = "convert")]
mod convert;
mod naive;
mod random;
mod twins;
mod winograd;
