//! Everything that can keep a call from its result.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::time::Duration;

use palmette_ops::Place;
use palmette_protocol::Code;
use palmette_protocol::mixed::MalformedAnswer;

/// A failure of a call.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Occurs when the address of the server is none.
    #[error("{url} is not the address of a server: {reason}")]
    Url {
        /// What was given.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Occurs when a header or a token has a value that no header can have.
    #[error("the header {name} cannot be set: the value is not allowed, or every request has this header already")]
    Header {
        /// The name of the header.
        name: String,
    },
    /// Occurs when the authorities that are to be trusted cannot be read.
    #[error("the certificates of authorities are not usable: {reason}")]
    Authorities {
        /// What is wrong with them.
        reason: &'static str,
    },
    /// Occurs when the server refuses a request or fails with it.
    #[error("ERROR {code}: {message}")]
    Images {
        /// The code, one of [`Code`] unless the server is a later one.
        code: u16,
        /// What is wrong, where, and the limit or the values allowed.
        message: String,
    },
    /// Occurs when a source fails while it is sent; the server gets no whole request then.
    #[error("cannot read {}: {source}", Place::of_source(*index))]
    Source {
        /// The index of the source: 0 is the canvas, then drawn sources in their order.
        index: usize,
        /// Why.
        source: io::Error,
    },
    /// Occurs when there is no way to the server.
    #[error("{url}: no server answers: {source}")]
    Connect {
        /// The address of the server.
        url: String,
        /// Why.
        source: TransportError,
    },
    /// Occurs when the connection breaks while a request is sent or an answer arrives.
    #[error("{url}: the connection broke: {source}")]
    Transport {
        /// The address of the server.
        url: String,
        /// Why.
        source: TransportError,
    },
    /// Occurs when the answer comes from something else than a server of this protocol, such as a gate before one; code 9523 of the
    /// binding.
    #[error("{url}: the answer is not one of the Images binding: status {status}{}", excerpt(text))]
    NotAnAnswer {
        /// The address of the server.
        url: String,
        /// The status of the answer.
        status: u16,
        /// The text of the answer, or its beginning.
        text: String,
    },
    /// Occurs when an answer of several pictures ends before the last of them; code 9523 of the binding.
    #[error("{url}: the answer has {came} of {count} results")]
    Incomplete {
        /// The address of the server.
        url: String,
        /// The pictures that came.
        came: usize,
        /// The pictures that were asked for.
        count: usize,
    },
    /// Occurs when an answer of several pictures cannot be taken apart; code 9523 of the binding.
    #[error("{url}: {source}")]
    Malformed {
        /// The address of the server.
        url: String,
        /// What is wrong with it.
        source: MalformedAnswer,
    },
    /// Occurs when the time of a call runs out.
    #[error("{url}: no complete answer within {} ms", timeout.as_millis())]
    TimedOut {
        /// The address of the server.
        url: String,
        /// The time that the call had.
        timeout: Duration,
    },
}

impl Error {
    /// Returns the code that the binding would report; `None` for failures that it has no code for.
    #[must_use]
    pub const fn code(&self) -> Option<u16> {
        match self {
            Self::Images { code, .. } => Some(*code),
            Self::NotAnAnswer { .. } | Self::Incomplete { .. } | Self::Malformed { .. } => {
                Some(Code::Internal.number())
            }
            Self::Url { .. }
            | Self::Header { .. }
            | Self::Authorities { .. }
            | Self::Source { .. }
            | Self::Connect { .. }
            | Self::Transport { .. }
            | Self::TimedOut { .. } => None,
        }
    }
}

/// Shows the beginning of a text, on one line.
fn excerpt(text: &str) -> String {
    /// Enough to recognise whose text it is.
    const MAX_CHARS: usize = 200;
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MAX_CHARS).collect();
    if line.is_empty() { line } else { format!(", {line}") }
}

/// Why bytes do not travel: the error of the HTTP library, shown by its innermost cause.
#[derive(Debug)]
pub struct TransportError(Box<dyn StdError + Send + Sync>);

impl TransportError {
    pub(crate) fn new(error: impl StdError + Send + Sync + 'static) -> Self {
        Self(Box::new(error))
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut cause: &dyn StdError = &*self.0;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        fmt::Display::fmt(cause, f)
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.0)
    }
}

#[cfg(test)]
mod tests {
    use palmette_protocol::answer::error_body;

    use super::*;

    #[test]
    fn errors_read_as_the_server_writes_them() {
        for code in Code::ALL {
            let error = Error::Images { code: code.number(), message: "op 3: too bad".to_owned() };
            assert_eq!(error.to_string(), error_body(code, "op 3: too bad"));
            assert_eq!(error.code(), Some(code.number()));
        }
    }

    #[test]
    fn foreign_answers_are_shown_on_one_line() {
        let text = format!("<html>\n  <p>{}", "x".repeat(1000));
        let error = Error::NotAnAnswer { url: "http://a".to_owned(), status: 502, text };
        let shown = error.to_string();
        assert!(
            shown.starts_with("http://a: the answer is not one of the Images binding: status 502, <html> <p>xxx"),
            "{shown}"
        );
        assert!(shown.len() < 300);
    }
}
