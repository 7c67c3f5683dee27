//! Answers that may be used again, by their own rules.
//!
//! What may be kept, for how long, and how to ask whether it still holds is HTTP's to say (RFC 9111) and a library's to know; what
//! finds room is decided here. It is a cache for many people: what an answer calls `private` is not kept.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_cache_semantics::{AfterResponse, BeforeRequest, CacheOptions, CachePolicy};
use hyper::header::HeaderValue;
use hyper::http::request::Parts as RequestParts;
use hyper::http::response::Parts as ResponseParts;
use hyper::{HeaderMap, StatusCode};
use quick_cache::sync::Cache as Entries;
use quick_cache::sync::DefaultLifecycle;
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

/// What makes two questions equal: the URL, and what is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) url: String,
    pub(crate) accept: HeaderValue,
}

/// An answer, a redirect, or word that there is nothing.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// An answer, and until when it holds.
#[derive(Debug)]
struct Entry {
    policy: CachePolicy,
    stored: Stored,
}

/// What the cache knows about a question.
#[derive(Debug)]
pub(crate) enum Found {
    /// Nothing that helps.
    Nothing,
    /// The answer.
    Fresh(Stored),
    /// An answer that may be outdated, and the headers that ask whether it is.
    Stale(Stale),
}

/// An answer that may be outdated.
#[derive(Debug)]
pub(crate) struct Stale {
    entry: Arc<Entry>,
    /// The headers to ask with.
    pub(crate) headers: HeaderMap,
}

/// Answers, weighed in bytes.
#[derive(Debug)]
pub(crate) struct Cache {
    entries: Entries<Key, Arc<Entry>, Weight>,
}

/// What an entry takes, roughly.
#[derive(Clone, Debug)]
struct Weight;

impl Weighter<Key, Arc<Entry>> for Weight {
    fn weight(&self, key: &Key, entry: &Arc<Entry>) -> u64 {
        /// For the structures around a body. A policy holds the headers of both directions once more.
        const AROUND_BYTES: usize = 1024;
        let headers = entry.stored.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>();
        (AROUND_BYTES + 2 * key.url.len() + 3 * headers + entry.stored.body.len()) as u64
    }
}

impl Cache {
    /// Makes a cache for so many bytes.
    pub(crate) fn new(max_bytes: u64) -> Self {
        /// A guess at the size of an entry, by which the library makes room for its tables.
        const TYPICAL_BYTES: u64 = 50_000;
        let items = usize::try_from(max_bytes / TYPICAL_BYTES).unwrap_or(usize::MAX).clamp(16, 1 << 16);
        // One shard, since an entry must fit into one, and one of 20 MB should.
        let options =
            OptionsBuilder::new().shards(1).estimated_items_capacity(items).weight_capacity(max_bytes).build();
        let options = options.expect("both capacities are given");
        let entries =
            Entries::with_options(options, Weight, DefaultHashBuilder::default(), DefaultLifecycle::default());
        Self { entries }
    }

    /// Looks for an answer to a question.
    pub(crate) fn find(&self, key: &Key, request: &RequestParts) -> Found {
        let Some(entry) = self.entries.get(key) else { return Found::Nothing };
        match entry.policy.before_request(request, SystemTime::now()) {
            BeforeRequest::Fresh(parts) => Found::Fresh(Stored { headers: parts.headers, ..entry.stored.clone() }),
            BeforeRequest::Stale { request, matches: true } => Found::Stale(Stale { entry, headers: request.headers }),
            BeforeRequest::Stale { matches: false, .. } => Found::Nothing,
        }
    }

    /// Takes word that a stale answer still holds; `None` if that word is about another one.
    pub(crate) fn renew(
        &self,
        key: Key,
        stale: &Stale,
        request: &RequestParts,
        response: &ResponseParts,
    ) -> Option<Stored> {
        match stale.entry.policy.after_response(request, response, SystemTime::now()) {
            AfterResponse::NotModified(policy, parts) => {
                let stored = Stored { headers: parts.headers, ..stale.entry.stored.clone() };
                self.put(key, policy, stored.clone());
                Some(stored)
            }
            AfterResponse::Modified(..) => None,
        }
    }

    /// Keeps an answer, if its headers allow it.
    pub(crate) fn keep(&self, key: Key, request: &RequestParts, response: &ResponseParts, body: Bytes) {
        let policy = CachePolicy::new_options(request, response, SystemTime::now(), CacheOptions::default());
        let stored = Stored { status: response.status, headers: response.headers.clone(), body };
        self.put(key, policy, stored);
    }

    fn put(&self, key: Key, policy: CachePolicy, stored: Stored) {
        let can_be_asked = stored.headers.contains_key("etag") || stored.headers.contains_key("last-modified");
        let is_of_use = can_be_asked || policy.time_to_live(SystemTime::now()) > Duration::ZERO;
        if policy.is_storable() && is_of_use {
            self.entries.insert(key, Arc::new(Entry { policy, stored }));
        } else {
            self.entries.remove(&key);
        }
    }

    /// Returns the bytes that are held.
    pub(crate) fn held_bytes(&self) -> u64 {
        self.entries.weight()
    }
}
