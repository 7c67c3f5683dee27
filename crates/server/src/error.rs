//! The only place where errors become HTTP, and where a failure is logged: once.
//!
//! An error has two texts. The one for the caller is the message, or, where the fault is ours, a sentence that leads the
//! operator to the other one: the whole chain of causes, which only the log gets.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use palmette::ops::Class;
use palmette_protocol::Code;
use palmette_protocol::answer::{ERROR_HEADER, error_body, error_header};

use crate::credentials::Refusal;
use crate::request_id;
use crate::routes::PurgeError;
use crate::routes::hosted::HostedFailure;
use crate::routes::image_url::UrlError;

/// Everything that can end a request instead of its answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Occurs when nothing is served at a path.
    #[error("there is nothing at {path}; try {served}")]
    UnknownPath {
        /// The path.
        path: String,
        /// What is served, as methods and paths.
        served: String,
    },
    /// Occurs when something is served at a path, but not with this method.
    #[error("{path} does not take {method}")]
    WrongMethod {
        /// The path.
        path: String,
        /// The method.
        method: String,
    },
    /// Occurs when a request lacks a token that is known.
    #[error(transparent)]
    NotAdmitted(#[from] Refusal),
    /// Occurs when a body breaks off or breaks the rules of HTTP.
    #[error("the body could not be read: {0}")]
    Body(#[source] axum::Error),
    /// Occurs when a form, or something in it, is wrong.
    #[error(transparent)]
    Protocol(#[from] palmette_protocol::Error),
    /// Occurs when the picture cannot be made.
    #[error(transparent)]
    Pipeline(#[from] palmette::Error),
    /// Occurs when an image URL cannot become a picture, for a reason that only image URLs have.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// Occurs when a request to forget results cannot be granted.
    #[error(transparent)]
    Purge(#[from] PurgeError),
    /// Occurs when a request for hosted pictures fails, for a reason that only those have.
    #[error(transparent)]
    Hosted(#[from] HostedFailure),
    /// Occurs when the bodies of all requests together are over their limit.
    #[error("too busy: the bodies of all requests may take {max_bytes} bytes in total; try again in {} s", retry_after.as_secs())]
    BodiesFull {
        /// The limit.
        max_bytes: u64,
        /// When to try again.
        retry_after: Duration,
    },
    /// Occurs when the answers that wait for their readers are together over their limit, and no work is lost if this one is not sent.
    #[error("too busy: answers that wait for their readers may take {max_bytes} bytes in total; try again in {} s", retry_after.as_secs())]
    AnswersFull {
        /// The limit.
        max_bytes: u64,
        /// When to try again.
        retry_after: Duration,
    },
    /// Occurs when all files that are being fetched are together over their limit.
    #[error("too busy: files that are being fetched may take {max_bytes} bytes in total; try again in {} s", retry_after.as_secs())]
    FetchesFull {
        /// The limit.
        max_bytes: u64,
        /// When to try again.
        retry_after: Duration,
    },
    /// Occurs when there are too many connections, all of which have something to do.
    #[error("too busy: {max_connections} connections are open already; try again in {} s", retry_after.as_secs())]
    ConnectionsFull {
        /// The limit.
        max_connections: usize,
        /// When to try again.
        retry_after: Duration,
    },
    /// Occurs when every worker is busy and no more requests may wait.
    #[error("too busy: {max_queued} requests are waiting already; try again in {} s", retry_after.as_secs())]
    QueueFull {
        /// The limit.
        max_queued: usize,
        /// When to try again.
        retry_after: Duration,
    },
    /// Occurs when a request has waited for a worker, or for memory, as long as it may, or can tell that it would.
    #[error("too busy: no worker was free for {} ms; try again in {} s", max_wait.as_millis(), retry_after.as_secs())]
    WaitedTooLong {
        /// The limit.
        max_wait: Duration,
        /// When to try again.
        retry_after: Duration,
    },
    /// Occurs when a request has neither arrived nor been answered in time.
    #[error("the request took longer than the limit of {} ms", timeout.as_millis())]
    DeadlineExceeded {
        /// The limit.
        timeout: Duration,
    },
    /// Occurs when the result that several requests waited for could not be made.
    #[error(transparent)]
    Shared(Arc<Self>),
    /// Occurs when code panicked; only ever a bug.
    #[error("panicked: {message}")]
    Panicked {
        /// Its message.
        message: String,
    },
}

impl Error {
    /// Says whose fault the failure is.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::UnknownPath { .. } | Self::WrongMethod { .. } | Self::NotAdmitted(_) | Self::Body(_) => Class::Caller,
            Self::Protocol(error) => error.class(),
            Self::Pipeline(error) => error.class(),
            Self::Url(error) => error.class(),
            Self::Purge(error) => error.class(),
            Self::Hosted(error) => error.class(),
            Self::BodiesFull { .. }
            | Self::AnswersFull { .. }
            | Self::FetchesFull { .. }
            | Self::ConnectionsFull { .. }
            | Self::QueueFull { .. }
            | Self::WaitedTooLong { .. } => Class::Limit,
            Self::DeadlineExceeded { .. } => Class::Deadline,
            Self::Shared(error) => error.class(),
            Self::Panicked { .. } => Class::Ours,
        }
    }

    /// Returns the code that the client sees.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::UnknownPath { .. } | Self::WrongMethod { .. } | Self::NotAdmitted(_) => Code::InvalidOption,
            Self::Body(_) => Code::BadForm,
            Self::Protocol(error) => error.code(),
            Self::Pipeline(error) => error.code(),
            Self::Url(error) => error.code(),
            Self::Purge(error) => error.code(),
            Self::Hosted(error) => error.code(),
            Self::BodiesFull { .. }
            | Self::AnswersFull { .. }
            | Self::FetchesFull { .. }
            | Self::ConnectionsFull { .. }
            | Self::QueueFull { .. }
            | Self::WaitedTooLong { .. } => Code::Busy,
            Self::DeadlineExceeded { .. } => Code::TimedOut,
            Self::Shared(error) => error.code(),
            Self::Panicked { .. } => Code::Internal,
        }
    }

    /// Returns the code in the API of hosted pictures, which has some of its own for what the binding has one.
    fn code_of_api(&self) -> Code {
        match self {
            Self::UnknownPath { .. } => Code::HostedMissing,
            Self::WrongMethod { .. } => Code::HostedRequest,
            Self::NotAdmitted(_) => Code::NotAuthenticated,
            _ => self.code(),
        }
    }

    /// Returns the status: that of the code, except for the three failures that come before there is a request to speak of.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::UnknownPath { .. } => StatusCode::NOT_FOUND,
            Self::WrongMethod { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAdmitted(_) => StatusCode::UNAUTHORIZED,
            Self::Shared(error) => error.status(),
            _ => {
                let own = match self {
                    Self::Url(error) => error.status(),
                    Self::Purge(error) => error.status(),
                    _ => None,
                };
                let status = own.unwrap_or_else(|| self.code().status(self.class()));
                StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }

    /// Returns when to try again, where that helps.
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::BodiesFull { retry_after, .. }
            | Self::AnswersFull { retry_after, .. }
            | Self::FetchesFull { retry_after, .. }
            | Self::ConnectionsFull { retry_after, .. }
            | Self::QueueFull { retry_after, .. }
            | Self::WaitedTooLong { retry_after, .. } => Some(*retry_after),
            Self::Shared(error) => error.retry_after(),
            Self::Hosted(error) if error.is_for_now() => Some(STORE_RETRY),
            _ => None,
        }
    }

    /// Returns what a client has to prove, where that is missing.
    const fn challenge(&self) -> Option<&'static str> {
        match self {
            Self::NotAdmitted(Refusal::Missing) => Some("Bearer"),
            Self::NotAdmitted(Refusal::Unknown) => Some("Bearer error=\"invalid_token\""),
            _ => None,
        }
    }

    /// Returns the text for the caller, who finds the request in the log by its id.
    fn public_text(&self, request_id: &str) -> String {
        match self.code() {
            Code::Internal => format!("the server failed; its log says why, under request.id {request_id}"),
            _ => self.to_string(),
        }
    }

    /// Logs the failure, and returns what its answer says, or its part of an answer with several results.
    pub(crate) fn tell(&self, request_id: &str) -> Told {
        self.log();
        let code = self.code();
        let headers = vec![(header::CONTENT_TYPE.as_str(), TEXT.to_owned()), (ERROR_HEADER, error_header(code))];
        Told { headers, body: error_body(code, &self.public_text(request_id)) }
    }

    /// Writes the log line: ours are errors, the rest is everyday business.
    pub(crate) fn log(&self) {
        let (code, class) = (self.code().number(), self.class());
        match class {
            Class::Ours => tracing::error!(error.code = code, error.class = ?class, "request failed: {}", chain(self)),
            Class::Caller | Class::Unsupported | Class::Limit | Class::Deadline => {
                tracing::info!(error.code = code, error.class = ?class, "request refused: {}", chain(self));
            }
        }
    }
}

/// When a store that cannot be used now may be asked again.
const STORE_RETRY: Duration = Duration::from_secs(5);

/// The media type of failures.
const TEXT: &str = "text/plain; charset=utf-8";

/// A failure as a caller sees it.
pub(crate) struct Told {
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let id = request_id::current();
        let Told { headers, body } = self.tell(&id);
        let mut response = (self.status(), body).into_response();
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().insert(name, value);
            }
        }
        if let Some(retry_after) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, retry_after.as_secs().into());
        }
        if let Some(challenge) = self.challenge() {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        // For the metric, and for the envelope of the API of hosted pictures.
        response.extensions_mut().insert(self.code());
        response.extensions_mut().insert(PublicFailure { code: self.code_of_api(), text: self.public_text(&id) });
        response
    }
}

/// What the caller was told, for those who tell it in another form.
#[derive(Clone, Debug)]
pub(crate) struct PublicFailure {
    pub(crate) code: Code,
    pub(crate) text: String,
}

/// Joins an error and its causes, leaving out causes that the text before already holds.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = error.source();
    }
    text
}
