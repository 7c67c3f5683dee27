//! What can keep an image URL from becoming a picture, beside everything that a form can, with the codes and statuses of the real
//! service.

use std::io;

use palmette::ops::{Class, Place};
use palmette_origin::{Class as FetchClass, Error as FetchError};
use palmette_protocol::Code;
use palmette_protocol::request::Cause;

use super::signature::BadSignature;

/// The most of a reason that is repeated.
const MAX_REASON_CHARS: usize = 200;

/// A failure that only image URLs have.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// Occurs when a URL needs a signature and has none that holds.
    #[error(transparent)]
    Signature(#[from] BadSignature),
    /// Occurs when the options are none of those that are allowed.
    #[error(
        "these options are not offered here; the operator can allow them in the file of the setting `url.sets_file`"
    )]
    NotOffered,
    /// Occurs when a path is to be fetched and there is nowhere to fetch it from.
    #[error(
        "this server has no place for paths; the operator can name a folder or an origin with the setting `url.origin`"
    )]
    NoOrigin,
    /// Occurs when a URL leads to where the operator does not allow.
    #[error("{place}: pictures from there are not allowed; the operator can allow them with the setting `url.allow`")]
    NotAllowed {
        /// The origin of the URL.
        place: String,
    },
    /// Occurs when a source cannot be one: no URL, or a path that leads out of its folder.
    #[error("the source must be a path below the place for paths, or a URL of http or https")]
    BadSource,
    /// Occurs when the source is an image URL itself, or the request came through this server.
    #[error("the source leads back to a server of pictures; use the original")]
    Loop,
    /// Occurs when a folder or a bucket has no such file.
    #[error("there is no such picture")]
    NotFound,
    /// Occurs when a file of a folder is too large.
    #[error("the source is larger than {max_bytes} bytes")]
    TooLarge {
        /// The limit.
        max_bytes: u64,
    },
    /// Occurs when a file of a folder cannot be read.
    #[error("the source cannot be read: {0}")]
    Unreadable(#[source] io::Error),
    /// Occurs when the source cannot be fetched.
    #[error("the source cannot be fetched: {0}")]
    Fetch(#[source] FetchError),
    /// Occurs when a source that should come with a form could not be got by its sender.
    #[error("{}: {}", .drawn.map_or_else(|| "the source".to_owned(), |place| place.to_string()), in_words(.cause))]
    NotBrought {
        /// The draw that it is for, if it is not the source itself.
        drawn: Option<Place>,
        /// Why.
        cause: Cause,
    },
    /// Occurs when something is to be as large as a fraction of a picture whose size follows from its pixels.
    #[error(
        "a fraction of the width or height needs a picture of a known size, which trim=border leaves open; use pixels"
    )]
    UnknownBase,
    /// Occurs when an SVG is to become pixels, or pixels an SVG.
    #[error("an SVG stays one, and no other picture becomes one: use format=auto, or no format")]
    Svg,
    /// Occurs when an SVG cannot be cleaned.
    #[error("the SVG is damaged: {0}")]
    DamagedSvg(#[source] svg_hush::FError),
}

impl UrlError {
    /// Says whose fault the failure is.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::Signature(_)
            | Self::NotOffered
            | Self::NoOrigin
            | Self::NotAllowed { .. }
            | Self::BadSource
            | Self::Loop
            | Self::NotFound
            | Self::NotBrought { .. }
            | Self::UnknownBase
            | Self::DamagedSvg(_) => Class::Caller,
            Self::Svg => Class::Unsupported,
            Self::TooLarge { .. } => Class::Limit,
            Self::Unreadable(_) => Class::Ours,
            Self::Fetch(error) => match error.class() {
                FetchClass::Refused | FetchClass::Missing | FetchClass::Unreachable | FetchClass::BadAnswer => {
                    Class::Caller
                }
                FetchClass::Limit | FetchClass::Busy => Class::Limit,
                FetchClass::Deadline => Class::Deadline,
                FetchClass::Ours => Class::Ours,
            },
        }
    }

    /// Returns the code that the client sees.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::Signature(_) => Code::AccessDenied,
            Self::NotOffered | Self::NoOrigin | Self::NotAllowed { .. } | Self::UnknownBase => Code::InvalidOption,
            Self::BadSource => Code::BadSource,
            Self::Loop => Code::Loop,
            Self::NotFound => Code::SourceNotFound,
            Self::TooLarge { .. } => Code::SourceTooLarge,
            Self::Unreadable(_) => Code::Internal,
            Self::Svg => Code::NotAPicture,
            Self::DamagedSvg(_) => Code::Damaged,
            Self::Fetch(error) => code_of_fetch(error),
            Self::NotBrought { cause, .. } => match cause {
                Cause::Status(status) => code_of_status(*status),
                Cause::Reason(_) => Code::NotFetched,
            },
        }
    }

    /// Returns the status, where it is not that of the code.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::NotOffered | Self::NoOrigin | Self::NotAllowed { .. } | Self::Fetch(FetchError::NotListed { .. }) => {
                Some(403)
            }
            // Clients try again after 408, which helps only if the origin said so.
            Self::Fetch(FetchError::Status { status: 408, .. })
            | Self::NotBrought { cause: Cause::Status(408), .. } => Some(408),
            _ => None,
        }
    }
}

/// Returns the code of a failed fetch.
const fn code_of_fetch(error: &FetchError) -> Code {
    match error {
        FetchError::Url { .. }
        | FetchError::Scheme { .. }
        | FetchError::User { .. }
        | FetchError::Data
        | FetchError::NotPublic { .. } => Code::BadSource,
        FetchError::NotListed { .. } => Code::InvalidOption,
        FetchError::Loop { .. } => Code::Loop,
        FetchError::Lookup { .. } => Code::SourceNameUnknown,
        FetchError::Connect { .. } | FetchError::Store { .. } => Code::SourceUnreachable,
        FetchError::Status { status, .. } => code_of_status(*status),
        FetchError::Broken { .. } => Code::SourceBroken,
        FetchError::Downgrade { .. } | FetchError::BadRedirect { .. } => Code::BadRedirect,
        FetchError::TooManyRedirects { .. } => Code::TooManyRedirects,
        FetchError::TooLarge { .. } => Code::SourceTooLarge,
        FetchError::Full { .. } | FetchError::NoRoom => Code::Busy,
        FetchError::TimedOut { .. } => Code::SourceTimedOut,
        FetchError::OutOfMemory { .. } => Code::Internal,
        // TLS, a compressed answer, and what is added there.
        _ => Code::NotFetched,
    }
}

/// Returns the code of a source whose server answers with something else than a picture.
const fn code_of_status(status: u16) -> Code {
    match status {
        404 | 410 => Code::SourceNotFound,
        400 => Code::SourceRefused,
        401..=499 => Code::SourceDenied,
        508 => Code::Loop,
        500..=599 => Code::SourceFailed,
        _ => Code::NotFetched,
    }
}

/// Says why a source was not brought.
fn in_words(cause: &Cause) -> String {
    match cause {
        Cause::Status(status) => format!("its server answered with status {status}"),
        // Whoever wrote that may have written much.
        Cause::Reason(reason) => {
            format!("could not be fetched: {}", reason.chars().take(MAX_REASON_CHARS).collect::<String>())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use palmette_origin::{Origin, Url};

    use super::*;

    #[test]
    fn url_errors_of_fetches_have_codes_and_statuses() {
        let origin = Origin::of(&Url::parse("https://a.example").unwrap()).unwrap();
        let status = |status| FetchError::Status { origin: origin.clone(), status };
        let io = || Arc::new(io::Error::from(io::ErrorKind::NotFound));
        for (error, code, expected) in [
            (FetchError::Lookup { origin: origin.clone(), source: io() }, 9407, 523),
            (FetchError::Connect { origin: origin.clone(), source: io() }, 9510, 523),
            (FetchError::NotListed { origin: origin.clone() }, 9401, 403),
            (FetchError::Downgrade { origin: origin.clone() }, 9420, 400),
            (FetchError::TooManyRedirects { max_redirects: 5 }, 9421, 400),
            (FetchError::Full { max_bytes: 5 }, 9522, 503),
            (FetchError::NoRoom, 9522, 503),
            (FetchError::OutOfMemory { bytes: 5 }, 9523, 500),
            (status(400), 9519, 502),
            (status(401), 9408, 502),
            (status(404), 9404, 404),
            (status(408), 9408, 408),
            (status(429), 9408, 502),
            (status(500), 9509, 502),
            (status(508), 9403, 508),
            (status(206), 9505, 502),
        ] {
            let error = crate::Error::from(UrlError::Fetch(error));
            assert_eq!((error.code().number(), error.status().as_u16()), (code, expected), "{error}");
        }
    }
}
