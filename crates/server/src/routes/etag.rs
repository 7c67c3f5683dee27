//! Conditional requests.

use axum::http::{HeaderMap, header};

/// Tells whether a client has the state of a resource that has this tag, quotes included, by its `if-none-match`.
pub(super) fn is_known(request: &HeaderMap, etag: &str) -> bool {
    request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|tag| matches!(tag.trim(), "*") || tag.trim().trim_start_matches("W/") == etag)
}
