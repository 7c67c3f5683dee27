//! Why a request for hosted pictures fails, with the codes of the real service where these are known, and others beside them.

use palmette::ops::Class;
use palmette_protocol::Code;
use palmette_store::hosted::{HostedClass, HostedError};

use crate::config::ConfigError;

/// A failure that only requests for hosted pictures have.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostedFailure {
    /// Occurs when the store refuses something, or fails.
    #[error(transparent)]
    Store(#[from] HostedError),
    /// Occurs when the settings do not say where the store is.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Occurs when no pictures are hosted; a server has no routes for them then.
    #[error("no pictures are hosted")]
    Off,
    /// Occurs when the API is asked for an account that is not here.
    #[error("the account `{account}` is not hosted here")]
    Account {
        /// The account.
        account: String,
    },
    /// Occurs when a page of another site asks the API of a server without tokens.
    #[error("pages of other sites cannot use this API without a token; give them an upload link")]
    CrossSite,
    /// Occurs when a field of a request does not exist.
    #[error("there is no field `{name}` here; there are {}", known.join(", "))]
    UnknownField {
        /// The field.
        name: String,
        /// The fields that there are.
        known: &'static [&'static str],
    },
    /// Occurs when a field of a request is missing.
    #[error("the field `{name}` is missing")]
    MissingField {
        /// The field.
        name: &'static str,
    },
    /// Occurs when a field of a request has a value that it cannot have.
    #[error("`{name}` must be {expected}, not `{actual}`")]
    Field {
        /// The field.
        name: String,
        /// What it may be.
        expected: &'static str,
        /// What it is.
        actual: String,
    },
    /// Occurs when a request has a field twice.
    #[error("`{name}` must be given once, not twice")]
    Doubled {
        /// The field.
        name: String,
    },
    /// Occurs when a request has a body that is neither a form nor JSON.
    #[error("the body must be a form (multipart/form-data) or an object of JSON")]
    NotJson,
    /// Occurs when the body of a request that is no picture is too large.
    #[error("the body may have {max_bytes} bytes")]
    LargeBody {
        /// The limit.
        max_bytes: usize,
    },
    /// Occurs when an upload has neither a file nor a URL, or both.
    #[error("an upload has either a `file` or a `url`")]
    FileOrUrl,
    /// Occurs when a file is not of a type that is hosted.
    #[error("the file must be JPEG, PNG, WebP, GIF, AVIF, HEIC or SVG, not {actual}")]
    Type {
        /// What it is.
        actual: String,
    },
    /// Occurs when a URL of the API names no picture that its text can be.
    #[error("the path is not percent-encoded UTF-8")]
    Path,
    /// Occurs when a URL would be signed that needs no signature or takes none.
    #[error("`{variant}` is not the name of a variant; only those can be signed")]
    NotSignable {
        /// The text.
        variant: String,
    },
    /// Occurs when a delivery URL names another account.
    #[error("this server does not deliver pictures of that account")]
    Hash,
    /// Occurs when a delivery URL leads to nothing.
    #[error("there is no such {what}")]
    NotDelivered {
        /// What there is not: `picture`, `variant`.
        what: &'static str,
    },
    /// Occurs when a delivery URL has options and may have none.
    #[error("options in place of the name of a variant are not allowed {why}")]
    NotFlexible {
        /// Where not, or until when.
        why: &'static str,
    },
}

impl HostedFailure {
    /// Says whose fault the failure is.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::Store(error) => match error.class() {
                HostedClass::Ours | HostedClass::Unavailable => Class::Ours,
                HostedClass::Limit => Class::Limit,
                HostedClass::Wrong
                | HostedClass::Missing
                | HostedClass::Exists
                | HostedClass::Used
                | HostedClass::Expired => Class::Caller,
            },
            Self::Config(_) | Self::Off => Class::Ours,
            Self::LargeBody { .. } => Class::Limit,
            Self::Type { .. } => Class::Unsupported,
            Self::Account { .. }
            | Self::CrossSite
            | Self::UnknownField { .. }
            | Self::MissingField { .. }
            | Self::Field { .. }
            | Self::Doubled { .. }
            | Self::NotJson
            | Self::FileOrUrl
            | Self::Path
            | Self::NotSignable { .. }
            | Self::Hash
            | Self::NotDelivered { .. }
            | Self::NotFlexible { .. } => Class::Caller,
        }
    }

    /// Tells whether the same may be asked again in a moment.
    pub(crate) const fn is_for_now(&self) -> bool {
        matches!(self, Self::Store(error) if matches!(error.class(), HostedClass::Unavailable))
    }

    /// Returns the code that the client sees.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::Store(HostedError::TooLarge { .. }) | Self::LargeBody { .. } => Code::SourceTooLarge,
            Self::Store(error) => match error.class() {
                HostedClass::Wrong => Code::HostedRequest,
                HostedClass::Missing => Code::HostedMissing,
                HostedClass::Exists | HostedClass::Used => Code::HostedExists,
                HostedClass::Expired => Code::HostedExpired,
                HostedClass::Limit => Code::HostedFull,
                HostedClass::Unavailable => Code::Busy,
                HostedClass::Ours => Code::Internal,
            },
            Self::Config(_) | Self::Off => Code::Internal,
            Self::Account { .. } | Self::CrossSite => Code::HostedAccount,
            Self::UnknownField { .. }
            | Self::MissingField { .. }
            | Self::Field { .. }
            | Self::Doubled { .. }
            | Self::NotJson
            | Self::FileOrUrl
            | Self::Path
            | Self::NotSignable { .. } => Code::HostedRequest,
            Self::Type { .. } => Code::HostedType,
            Self::Hash => Code::DeliveryAccount,
            Self::NotDelivered { .. } => Code::DeliveryMissing,
            Self::NotFlexible { .. } => Code::NotFlexible,
        }
    }
}
