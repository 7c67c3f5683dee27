//! Percent-encoding: what stands in a URL, and what it means.

use percent_encoding::percent_decode_str;

use crate::Error;
use crate::json::excerpt_text;

/// Decodes a percent-encoded text; `None` if its bytes are no UTF-8. A `%` without two hex digits stands for itself, and so does `+`.
///
/// ```
/// assert_eq!(palmette_protocol::url::decode("a%20b+%23").as_deref(), Some("a b+#"));
/// ```
#[must_use]
pub fn decode(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(String::from)
}

/// Decodes a part of the options.
pub(super) fn decode_part(text: &str) -> Result<String, Error> {
    decode(text).ok_or_else(|| Error::BadEscape { actual: excerpt_text(text) })
}
