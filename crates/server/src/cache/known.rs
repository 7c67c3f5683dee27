//! What image URLs led to: enough to answer one again without a look at its source.
//!
//! An answer is good for as long as it is known that the source has not changed, or for as long as that need not be known.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::http::HeaderMap;
use palmette_protocol::url::{Client, ImageUrl, UrlSource};
use quick_cache::sync::Cache as Entries;
use quick_cache::sync::DefaultLifecycle;
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use sha2::{Digest as _, Sha256};

use super::key::{Digest, Key, Partition};

/// What is asked for by a URL: by whom, and by anybody.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UrlId {
    /// The options, the source, the kind of client and its partition.
    by_client: Digest,
    /// The options and the source.
    by_anybody: Digest,
}

impl UrlId {
    pub(crate) fn new(url: &ImageUrl, client: &Client, partition: Partition) -> Self {
        let by_anybody = by_anybody(url);
        Self { by_client: digest(&(by_anybody, client, partition, &url.warnings)), by_anybody }
    }
}

/// Digests what a URL asks for, whoever asks.
fn by_anybody(url: &ImageUrl) -> Digest {
    digest(&(&url.options, &url.source))
}

/// Digests a value, by all that it shows of itself.
fn digest(value: &impl Debug) -> Digest {
    Sha256::digest(format!("{value:?}")).into()
}

/// What a URL led to.
#[derive(Debug)]
pub(crate) struct Known {
    /// The result.
    pub(crate) key: Key,
    /// The headers of its answer that do not depend on the bytes.
    pub(crate) headers: HeaderMap,
    /// The source.
    pub(crate) source: UrlSource,
    /// How long that is so.
    pub(crate) holds: Holds,
}

/// How long a URL leads to the same result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// As long as the file has this tag.
    WithTag(String),
    /// Until then.
    Until(Instant),
}

/// What is to be forgotten.
#[derive(Clone, Debug)]
pub(crate) enum Purge {
    /// The results of a URL, whoever asked.
    Url(Box<ImageUrl>),
    /// The results of all URLs with a source.
    Source(UrlSource),
}

impl Purge {
    /// Returns the source that is to be fetched again.
    pub(crate) fn source(&self) -> &UrlSource {
        match self {
            Self::Url(url) => &url.source,
            Self::Source(source) => source,
        }
    }
}

/// An entry, and what its URL is for everybody.
#[derive(Clone, Debug)]
struct Entry {
    by_anybody: Digest,
    known: Arc<Known>,
}

/// What URLs led to, weighed in bytes.
#[derive(Debug)]
pub(crate) struct KnownUrls {
    entries: Entries<Digest, Entry, Weight>,
}

/// What an entry takes, roughly.
#[derive(Clone, Debug)]
struct Weight;

impl Weighter<Digest, Entry> for Weight {
    fn weight(&self, _: &Digest, entry: &Entry) -> u64 {
        /// For the structures, and the table of headers.
        const AROUND_BYTES: usize = 768;
        let headers = entry.known.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>();
        let (UrlSource::Path(source) | UrlSource::Remote(source)) = &entry.known.source;
        (AROUND_BYTES + headers + source.len()) as u64
    }
}

impl KnownUrls {
    /// Makes room for so many bytes.
    pub(super) fn new(max_bytes: u64) -> Self {
        let items = usize::try_from(max_bytes / 1024).unwrap_or(usize::MAX).clamp(16, 1 << 20);
        let options = OptionsBuilder::new().estimated_items_capacity(items).weight_capacity(max_bytes).build();
        let options = options.expect("both capacities are given");
        let entries =
            Entries::with_options(options, Weight, DefaultHashBuilder::default(), DefaultLifecycle::default());
        Self { entries }
    }

    /// Returns what a URL led to, unless the time for that is over.
    pub(crate) fn find(&self, id: &UrlId) -> Option<Arc<Known>> {
        let known = self.entries.get(&id.by_client)?.known;
        let is_over = matches!(known.holds, Holds::Until(end) if end <= Instant::now());
        (!is_over).then_some(known)
    }

    /// Remembers what a URL led to.
    pub(crate) fn learn(&self, id: &UrlId, known: Arc<Known>) {
        self.entries.insert(id.by_client, Entry { by_anybody: id.by_anybody, known });
    }

    /// Forgets URLs, and returns the keys of what they led to.
    pub(super) fn forget(&self, purge: &Purge) -> Vec<Key> {
        let keys = Mutex::new(Vec::new());
        let wanted = match purge {
            Purge::Url(url) => Some(by_anybody(url)),
            Purge::Source(_) => None,
        };
        self.entries.retain(|_, entry| {
            let is_meant = wanted.map_or(entry.known.source == *purge.source(), |wanted| wanted == entry.by_anybody);
            if is_meant {
                keys.lock().unwrap_or_else(PoisonError::into_inner).push(entry.known.key);
            }
            !is_meant
        });
        keys.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
