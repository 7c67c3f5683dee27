//! What can keep a URL from becoming bytes.

use crate::guard::{Origin, Special};

/// A failure to fetch.
///
/// Messages are for the one who gave the URL. They name its origin, never its path or query, which may hold a key, and never an
/// address that a name leads to.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Occurs when a URL has another scheme than those that can be fetched.
    #[error("{scheme}: URLs of this scheme are not fetched; use https or http")]
    Scheme {
        /// The scheme.
        scheme: String,
    },
    /// Occurs when a URL has a user or a password, which are not sent, and would be kept with the URL.
    #[error("{origin}: a URL with a user or a password is not fetched")]
    User {
        /// The origin of the URL.
        origin: Origin,
    },
    /// Occurs when only hosts of a list are asked, and this is not one of them.
    #[error("{origin}: not one of the hosts that this server fetches from (setting `fetch.allow_hosts`)")]
    NotListed {
        /// The origin of the URL.
        origin: Origin,
    },
    /// Occurs when a host is, or leads to, an address that is not public.
    #[error("{origin}: not a public address; the operator can allow it with the setting `fetch.allow`")]
    NotPublic {
        /// The origin of the URL.
        origin: Origin,
        /// Why the address is not public; for the log.
        special: Special,
    },
}

/// Whose fault a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// The URL is wrong, or is one that may not be asked.
    Refused,
}

impl Error {
    /// Says whose fault the failure is.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::Scheme { .. } | Self::User { .. } | Self::NotListed { .. } | Self::NotPublic { .. } => Class::Refused,
        }
    }
}
