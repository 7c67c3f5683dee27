//! The numeric codes of failures.
//!
//! A [`Code`] is the number that the client sees in `cf-images-binding: err=N`; a [`Class`] says whose fault it was, so that logs and
//! metrics need no list of numbers. Errors of this crate know their code; `palmette` has the table of those that stay below it.

use std::fmt;

use palmette_ops::Class;

/// Identifies a failure on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// 5400: a request to the API of hosted pictures is wrong.
    HostedRequest,
    /// 5403: the API of hosted pictures is asked for another account.
    HostedAccount,
    /// 5404: there is no such picture, variant, key or upload link.
    HostedMissing,
    /// 5409: there is a picture or variant of that name already, or an upload link was used.
    HostedExists,
    /// 5410: an upload link has expired.
    HostedExpired,
    /// 5413: there is more of something than may be stored.
    HostedFull,
    /// 5455: what is uploaded is not a picture of a type that is hosted.
    HostedType,
    /// 9401: an option, an index or a combination is wrong, or needs something this server was not given.
    InvalidOption,
    /// 9402: a source is larger than the byte limit.
    SourceTooLarge,
    /// 9403: the source of an image URL leads back to a server of pictures.
    Loop,
    /// 9404: there is nothing where the source of an image URL should be.
    SourceNotFound,
    /// 9406: what an image URL names cannot be a source.
    BadSource,
    /// 9407: the host of a source has no address.
    SourceNameUnknown,
    /// 9408: the server of a source denies it.
    SourceDenied,
    /// 9410: a font cannot be fetched or read.
    FontFailed,
    /// 9412: a source is not a picture, or an SVG is asked for as a raster format.
    NotAPicture,
    /// 9413: a width, height or area is over a limit, or is 0.
    DimensionsTooLarge,
    /// 9416: a source broke off while it was fetched.
    SourceBroken,
    /// 9420: the server of a source sends to something that cannot be followed.
    BadRedirect,
    /// 9421: the server of a source sends on and on.
    TooManyRedirects,
    /// 9425: an image URL is not signed as it must be.
    AccessDenied,
    /// 9427: a delivery URL names another account.
    DeliveryAccount,
    /// 9429: a delivery URL has options, and may have none.
    NotFlexible,
    /// 9431: a delivery URL leads to no picture, or no variant.
    DeliveryMissing,
    /// 9432: not a multipart form, a missing or doubled part, an unknown output format, a broken body.
    BadForm,
    /// 9504: a source did not come in time.
    SourceTimedOut,
    /// 9505: a source cannot be fetched.
    NotFetched,
    /// 9509: the server of a source failed.
    SourceFailed,
    /// 9510: the server of a source cannot be reached.
    SourceUnreachable,
    /// 9516: a source is a picture but damaged or truncated; or encoding failed.
    Damaged,
    /// 9519: the server of a source does not understand the request for it.
    SourceRefused,
    /// 9520: a picture format that is not supported.
    UnsupportedFormat,
    /// 9522: the queue is full.
    Busy,
    /// 9523: our fault.
    Internal,
    /// 9525: a transformer was used twice. Only clients report it.
    Reused,
    /// 9529: the time limit of the request ran out.
    TimedOut,
    /// 10000: a request to the API of hosted pictures has no token that is known.
    NotAuthenticated,
}

impl Code {
    /// Every code, in ascending order of [`Code::number`].
    pub const ALL: [Self; 37] = [
        Self::HostedRequest,
        Self::HostedAccount,
        Self::HostedMissing,
        Self::HostedExists,
        Self::HostedExpired,
        Self::HostedFull,
        Self::HostedType,
        Self::InvalidOption,
        Self::SourceTooLarge,
        Self::Loop,
        Self::SourceNotFound,
        Self::BadSource,
        Self::SourceNameUnknown,
        Self::SourceDenied,
        Self::FontFailed,
        Self::NotAPicture,
        Self::DimensionsTooLarge,
        Self::SourceBroken,
        Self::BadRedirect,
        Self::TooManyRedirects,
        Self::AccessDenied,
        Self::DeliveryAccount,
        Self::NotFlexible,
        Self::DeliveryMissing,
        Self::BadForm,
        Self::SourceTimedOut,
        Self::NotFetched,
        Self::SourceFailed,
        Self::SourceUnreachable,
        Self::Damaged,
        Self::SourceRefused,
        Self::UnsupportedFormat,
        Self::Busy,
        Self::Internal,
        Self::Reused,
        Self::TimedOut,
        Self::NotAuthenticated,
    ];

    /// Returns the number that stands in the header and the body of an error answer.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::HostedRequest => 5400,
            Self::HostedAccount => 5403,
            Self::HostedMissing => 5404,
            Self::HostedExists => 5409,
            Self::HostedExpired => 5410,
            Self::HostedFull => 5413,
            Self::HostedType => 5455,
            Self::InvalidOption => 9401,
            Self::SourceTooLarge => 9402,
            Self::Loop => 9403,
            Self::SourceNotFound => 9404,
            Self::BadSource => 9406,
            Self::SourceNameUnknown => 9407,
            Self::SourceDenied => 9408,
            Self::FontFailed => 9410,
            Self::NotAPicture => 9412,
            Self::DimensionsTooLarge => 9413,
            Self::SourceBroken => 9416,
            Self::BadRedirect => 9420,
            Self::TooManyRedirects => 9421,
            Self::AccessDenied => 9425,
            Self::DeliveryAccount => 9427,
            Self::NotFlexible => 9429,
            Self::DeliveryMissing => 9431,
            Self::BadForm => 9432,
            Self::SourceTimedOut => 9504,
            Self::NotFetched => 9505,
            Self::SourceFailed => 9509,
            Self::SourceUnreachable => 9510,
            Self::Damaged => 9516,
            Self::SourceRefused => 9519,
            Self::UnsupportedFormat => 9520,
            Self::Busy => 9522,
            Self::Internal => 9523,
            Self::Reused => 9525,
            Self::TimedOut => 9529,
            Self::NotAuthenticated => 10000,
        }
    }

    /// Says when it comes.
    #[must_use]
    pub const fn summary(self) -> &'static str {
        match self {
            Self::HostedRequest => "something in a request to the API of hosted pictures is wrong",
            Self::HostedAccount => "the account is not the one of this server",
            Self::HostedMissing => "there is no such picture, variant, key or upload link",
            Self::HostedExists => "there is a picture or variant of that name already, or an upload link was used",
            Self::HostedExpired => "an upload link has expired",
            Self::HostedFull => "there are as many variants or keys as there may be",
            Self::HostedType => "what is uploaded is not a picture of a type that is hosted",
            Self::InvalidOption => {
                "an option, an index or a combination is wrong, or needs something that this server does not have"
            }
            Self::SourceTooLarge => "a source or the form is over its limit of bytes",
            Self::Loop => "the source of an image URL leads back to a server of pictures",
            Self::SourceNotFound => "there is nothing where the source of an image URL should be",
            Self::BadSource => "an image URL names something that cannot be a source, or is not public",
            Self::SourceNameUnknown => "the name of the server of a source has no address",
            Self::SourceDenied => "the server of a source answered with 4xx",
            Self::FontFailed => "a font cannot be fetched or read",
            Self::NotAPicture => "a source is not a picture, or is an SVG",
            Self::DimensionsTooLarge => "a width, height or area is over its limit, or is 0",
            Self::SourceBroken => "a source broke off while it was fetched",
            Self::BadRedirect => "the server of a source redirects to something that is not followed",
            Self::TooManyRedirects => "the server of a source redirects too often",
            Self::AccessDenied => "an image URL is not signed, or its signature does not hold",
            Self::DeliveryAccount => "a delivery URL names another account",
            Self::NotFlexible => "a delivery URL has options where only the name of a variant is allowed",
            Self::DeliveryMissing => "a delivery URL names a picture or a variant that does not exist",
            Self::BadForm => "not a multipart form, a missing or doubled part, an unknown output format, a broken body",
            Self::SourceTimedOut => "a source did not come in time",
            Self::NotFetched => "a source cannot be fetched: TLS failed, or the answer is no file",
            Self::SourceFailed => "the server of a source answered with 5xx",
            Self::SourceUnreachable => "the server of a source takes no connection",
            Self::Damaged => "a source is damaged (422); encoding failed (500)",
            Self::SourceRefused => "the server of a source answered with 400",
            Self::UnsupportedFormat => "the picture format is not supported",
            Self::Busy => "too busy; `retry-after` says when to come back",
            Self::Internal => "a fault of the server",
            Self::Reused => "a transformer was used twice",
            Self::TimedOut => "the time limit ran out",
            Self::NotAuthenticated => "a request to the API of hosted pictures has no token that is known",
        }
    }

    /// Returns the HTTP status of an answer with this code.
    ///
    /// 9516 is 422 for a damaged source and 500 when encoding failed, so it takes the class as well.
    #[must_use]
    pub const fn status(self, class: Class) -> u16 {
        match self {
            Self::InvalidOption
            | Self::BadForm
            | Self::Reused
            | Self::BadRedirect
            | Self::TooManyRedirects
            | Self::HostedRequest => 400,
            Self::NotAuthenticated => 401,
            Self::BadSource | Self::AccessDenied | Self::HostedAccount | Self::DeliveryAccount | Self::NotFlexible => {
                403
            }
            Self::SourceNotFound | Self::HostedMissing | Self::DeliveryMissing => 404,
            Self::HostedExists => 409,
            Self::HostedExpired => 410,
            Self::SourceTooLarge | Self::DimensionsTooLarge | Self::HostedFull => 413,
            Self::NotAPicture | Self::UnsupportedFormat | Self::HostedType => 415,
            Self::Damaged => match class {
                Class::Ours => 500,
                Class::Caller | Class::Unsupported | Class::Limit | Class::Deadline => 422,
            },
            Self::SourceBroken => 422,
            Self::Loop => 508,
            Self::FontFailed | Self::SourceDenied | Self::NotFetched | Self::SourceFailed | Self::SourceRefused => 502,
            Self::SourceNameUnknown | Self::SourceUnreachable => 523,
            Self::SourceTimedOut => 524,
            Self::Busy => 503,
            Self::Internal => 500,
            Self::TimedOut => 504,
        }
    }

    /// Returns the code with the given number, if there is one.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.number() == number)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_the_numbers_and_statuses_of_the_protocol() {
        let table = [
            (5400, 400),
            (5403, 403),
            (5404, 404),
            (5409, 409),
            (5410, 410),
            (5413, 413),
            (5455, 415),
            (9401, 400),
            (9402, 413),
            (9403, 508),
            (9404, 404),
            (9406, 403),
            (9407, 523),
            (9408, 502),
            (9410, 502),
            (9412, 415),
            (9413, 413),
            (9416, 422),
            (9420, 400),
            (9421, 400),
            (9425, 403),
            (9427, 403),
            (9429, 403),
            (9431, 404),
            (9432, 400),
            (9504, 524),
            (9505, 502),
            (9509, 502),
            (9510, 523),
            (9516, 422),
            (9519, 502),
            (9520, 415),
            (9522, 503),
            (9523, 500),
            (9525, 400),
            (9529, 504),
            (10000, 401),
        ];
        assert_eq!(Code::ALL.map(|code| (code.number(), code.status(Class::Caller))), table);
        for code in Code::ALL {
            assert_eq!(Code::from_number(code.number()), Some(code));
        }
        assert_eq!(Code::from_number(9400), None);
    }

    #[test]
    fn failed_encoding_is_our_fault() {
        assert_eq!(Code::Damaged.status(Class::Ours), 500);
    }
}
