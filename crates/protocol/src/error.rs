//! Everything that can be wrong with a request before a picture is opened.
//!
//! One enum for the whole crate. A message names the place, the option, the bad value and what is allowed, because it is
//! the only thing that the author of a request sees: `op 3, draw: opacity must be 0 to 1, got 1.5`. Text that came from
//! the request is shortened and escaped before it enters a message.

use crate::{Class, Code};

/// A request that cannot be understood, or that asks for something outside the protocol.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Occurs when an entry of the list is wrong; names the entry.
    #[error("op {position}, {kind}: {source}")]
    AtOp {
        /// Index in the list, from 0.
        position: usize,
        /// `transform` or `draw`.
        kind: &'static str,
        /// What is wrong with it.
        source: Box<Self>,
    },
}

impl Error {
    /// Says whose fault the failure is.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::AtOp { source, .. } => source.class(),
        }
    }

    /// Returns the code that the client sees.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::AtOp { source, .. } => source.code(),
        }
    }
}
