//! What can keep a URL from becoming bytes.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::guard::{Origin, Special};

/// A failure to fetch.
///
/// Messages are for the one who gave the URL. They name its origin, never its path or query, which may hold a key, and never an
/// address that a name leads to. The causes, in [`source`](std::error::Error::source), are for a log.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Occurs when a text is no URL.
    #[error("not a URL: {reason}")]
    Url {
        /// What is wrong with it.
        reason: url::ParseError,
    },
    /// Occurs when a URL has another scheme than those that can be fetched.
    #[error("{scheme}: URLs of this scheme are not fetched; use https or http")]
    Scheme {
        /// The scheme.
        scheme: String,
    },
    /// Occurs when a URL has a user or a password, which are not sent, and would be kept with the URL.
    #[error("{origin}: URLs with a user or a password are not fetched")]
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
    /// Occurs when a URL of the scheme `data` does not hold what it says.
    #[error("this data URL cannot be decoded; it must be data:TYPE;base64,BYTES, or percent-encoded without ;base64")]
    Data,
    /// Occurs when a name has no address.
    #[error("{origin}: the name was not found")]
    Lookup {
        /// The origin of the URL.
        origin: Origin,
        /// Why.
        source: Arc<io::Error>,
    },
    /// Occurs when no address of a host takes a connection.
    #[error("{origin}: no connection")]
    Connect {
        /// The origin of the URL.
        origin: Origin,
        /// Why the last one did not.
        source: Arc<io::Error>,
    },
    /// Occurs when a server cannot show that it is the one, or speaks no TLS that is understood.
    #[error("{origin}: TLS failed: {source}")]
    Tls {
        /// The origin of the URL.
        origin: Origin,
        /// Why.
        source: rustls::Error,
    },
    /// Occurs when an answer breaks off, or is no HTTP.
    #[error("{origin}: the answer broke off, or is not HTTP")]
    Broken {
        /// The origin of the URL.
        origin: Origin,
        /// What the HTTP library says.
        source: BrokenReason,
    },
    /// Occurs when a server answers with another status than 200.
    #[error("{origin}: answered with status {status}")]
    Status {
        /// The origin of the URL.
        origin: Origin,
        /// The status.
        status: u16,
    },
    /// Occurs when a [store](crate::Store) cannot be asked.
    #[error("{origin}: could not be read")]
    Store {
        /// The origin of the URL.
        origin: Origin,
        /// What the store says.
        source: BrokenReason,
    },
    /// Occurs when an answer is compressed although that was not asked for; how large it is would only show afterwards.
    #[error("{origin}: the answer is compressed (content-encoding), which was not asked for")]
    Encoded {
        /// The origin of the URL.
        origin: Origin,
    },
    /// Occurs when redirects do not end.
    #[error("more than {max_redirects} redirects")]
    TooManyRedirects {
        /// The limit.
        max_redirects: u32,
    },
    /// Occurs when a redirect leads from HTTPS to HTTP, where anybody on the way can change the answer.
    #[error("{origin}: a redirect from https to http is not followed")]
    Downgrade {
        /// The origin that it leads to.
        origin: Origin,
    },
    /// Occurs when a redirect leads nowhere.
    #[error("{origin}: redirects to something that is not a URL")]
    BadRedirect {
        /// The origin that sent it.
        origin: Origin,
    },
    /// Occurs when an answer has come through this server, or one of its group.
    #[error("{origin}: leads back to this server")]
    Loop {
        /// The origin of the URL.
        origin: Origin,
    },
    /// Occurs when there are more bytes than the caller takes.
    #[error("larger than {max_bytes} bytes")]
    TooLarge {
        /// The limit.
        max_bytes: u64,
    },
    /// Occurs when all files that are on their way hold as much as they may.
    #[error("too busy: files that are being fetched may take {max_bytes} bytes in total; try again")]
    Full {
        /// The limit.
        max_bytes: u64,
    },
    /// Occurs when a file finds no [room](crate::Room) among the other things that somebody holds.
    #[error("too busy: there is no room for a file that is being fetched; try again")]
    NoRoom,
    /// Occurs when time runs out.
    #[error("{origin}: no complete answer within {} ms", timeout.as_millis())]
    TimedOut {
        /// The origin that was waited for.
        origin: Origin,
        /// The limit.
        timeout: Duration,
    },
    /// Occurs when there is no memory for an answer.
    #[error("could not allocate {bytes} bytes")]
    OutOfMemory {
        /// How many more were needed.
        bytes: u64,
    },
}

/// What the HTTP library, or a store, says about an answer that is broken or does not come.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct BrokenReason(pub(crate) Arc<dyn std::error::Error + Send + Sync>);

/// Whose fault a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// The URL is wrong, or is one that may not be asked.
    Refused,
    /// The server says that there is nothing, or nothing for us: 401, 403, 404, 410.
    Missing,
    /// There is no way to the server, or to the store.
    Unreachable,
    /// The server answered something else than a file.
    BadAnswer,
    /// There are more bytes, or redirects, than allowed.
    Limit,
    /// Time ran out.
    Deadline,
    /// There is too much to do.
    Busy,
    /// This process is the one to blame.
    Ours,
}

impl Class {
    /// Returns a name for metrics and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Missing => "missing",
            Self::Unreachable => "unreachable",
            Self::BadAnswer => "bad_answer",
            Self::Limit => "limit",
            Self::Deadline => "deadline",
            Self::Busy => "busy",
            Self::Ours => "ours",
        }
    }
}

impl Error {
    /// Says whose fault the failure is.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::Url { .. }
            | Self::Scheme { .. }
            | Self::User { .. }
            | Self::NotListed { .. }
            | Self::NotPublic { .. }
            | Self::Data
            | Self::Loop { .. } => Class::Refused,
            Self::Status { status: 401 | 403 | 404 | 410, .. } => Class::Missing,
            Self::Lookup { .. } | Self::Connect { .. } | Self::Tls { .. } | Self::Store { .. } => Class::Unreachable,
            Self::Status { .. }
            | Self::Broken { .. }
            | Self::Encoded { .. }
            | Self::Downgrade { .. }
            | Self::BadRedirect { .. } => Class::BadAnswer,
            Self::TooLarge { .. } | Self::TooManyRedirects { .. } => Class::Limit,
            Self::TimedOut { .. } => Class::Deadline,
            Self::Full { .. } | Self::NoRoom => Class::Busy,
            Self::OutOfMemory { .. } => Class::Ours,
        }
    }
}
