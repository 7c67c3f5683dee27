//! What a format library said when it gave up: one opaque type, so that no library shows in the public interface.

use std::fmt;

/// The reason inside [`Error::Damaged`](crate::Error::Damaged) and [`Error::Encode`](crate::Error::Encode).
#[derive(Debug)]
pub struct Cause(Inner);

/// The reasons, by where they come from.
#[derive(Debug)]
enum Inner {
    /// Found by code of this crate.
    Here(&'static str),
}

impl Cause {
    /// Makes a cause from words of our own.
    pub(crate) const fn new(reason: &'static str) -> Self {
        Self(Inner::Here(reason))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Inner::Here(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for Cause {}
