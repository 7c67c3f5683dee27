//! The URLs that answers have: those that show pictures, and upload links.

use axum::http::{HeaderMap, header};
use palmette_store::hosted::{Hosted, HostedError};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{DELIVERY_PREFIX, LINK_PREFIX};
use crate::shared::Shared;

/// What is escaped in an id: everything but what a path has as itself.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// How the URLs of a store are written for one request.
#[derive(Debug)]
pub(super) struct Urls {
    origin: String,
    hash: String,
    variants: Vec<String>,
}

impl Urls {
    /// Returns the origin that URLs begin with: the one that is configured, or the one that was asked.
    pub(super) fn origin(shared: &Shared, headers: &HeaderMap) -> String {
        if let Some(origin) = &shared.config.hosted.url {
            return origin.clone();
        }
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        format!("{}://{host}", shared.credentials.scheme())
    }

    /// Asks a store for what its URLs have.
    pub(super) fn of(hosted: &Hosted, origin: String) -> Result<Self, HostedError> {
        let variants = hosted.variants()?.into_iter().map(|variant| variant.name).collect();
        Ok(Self { origin, hash: hosted.settings()?.account_hash, variants })
    }

    /// Returns the URLs of a picture, one for each variant.
    pub(super) fn variants(&self, id: &str) -> Vec<String> {
        self.variants.iter().map(|variant| format!("{}{}", self.origin, self.path(id, variant))).collect()
    }

    /// Returns the origin.
    pub(super) fn origin_text(&self) -> &str {
        &self.origin
    }

    /// Returns the path of a URL that shows a picture.
    pub(super) fn path(&self, id: &str, variant: &str) -> String {
        format!("{DELIVERY_PREFIX}{}/{}/{variant}", self.hash, utf8_percent_encode(id, ESCAPED))
    }

    /// Returns an upload link.
    pub(super) fn link(&self, id: &str) -> String {
        format!("{}{LINK_PREFIX}{}/{}", self.origin, self.hash, utf8_percent_encode(id, ESCAPED))
    }
}
