//! Answers that may be used again, by their own rules.
//!
//! What may be kept, for how long, and how to ask whether it still holds is HTTP's to say (RFC 9111) and a library's to know; what
//! finds room is decided here. It is a cache for many people: what an answer calls `private` is not kept.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_cache_semantics::{AfterResponse, BeforeRequest, CacheOptions, CachePolicy};
use hyper::header::{CACHE_CONTROL, HeaderValue};
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
    /// How long it holds.
    pub(crate) fresh_for: Duration,
}

/// An answer, and until when it holds.
#[derive(Debug)]
struct Entry {
    policy: CachePolicy,
    stored: Stored,
    fresh_until: SystemTime,
    grace: Grace,
}

/// How long an answer may be used although it may be outdated (RFC 5861).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Grace {
    /// While somebody asks whether it is.
    while_revalidate: Duration,
    /// If nobody can be asked.
    if_error: Duration,
}

/// Returns the directives of `cache-control`: names in lower case, and values.
fn directives(headers: &HeaderMap) -> Vec<(String, &str)> {
    let lines = headers.get_all(CACHE_CONTROL).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .map(|directive| directive.split_once('=').unwrap_or((directive, "")))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"')))
        .collect()
}

/// Returns the time of a directive.
fn time(directives: &[(String, &str)], wanted: &str) -> Option<Duration> {
    let (_, value) = directives.iter().find(|(name, _)| name == wanted)?;
    Some(Duration::from_secs(value.parse::<u32>().ok()?.into()))
}

/// Returns how long an answer says that it holds; nothing if it says so in another way.
fn max_age(headers: &HeaderMap) -> Duration {
    let directives = directives(headers);
    time(&directives, "s-maxage").or_else(|| time(&directives, "max-age")).unwrap_or_default()
}

impl Grace {
    /// Reads what an answer allows.
    fn of(headers: &HeaderMap) -> Self {
        let directives = directives(headers);
        let forbids = |name: &str| matches!(name, "must-revalidate" | "proxy-revalidate" | "no-cache" | "no-store");
        if directives.iter().any(|(name, _)| forbids(name)) {
            return Self::default();
        }
        Self {
            while_revalidate: time(&directives, "stale-while-revalidate").unwrap_or_default(),
            if_error: time(&directives, "stale-if-error").unwrap_or_default(),
        }
    }
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
#[derive(Clone, Debug)]
pub(crate) struct Stale {
    entry: Arc<Entry>,
    /// How long it has been stale.
    late: Duration,
    /// The headers to ask with.
    pub(crate) headers: HeaderMap,
}

impl Stale {
    /// Returns the answer, if it may be used while the server is asked.
    pub(crate) fn meanwhile(&self) -> Option<Stored> {
        self.used_until(self.entry.grace.while_revalidate)
    }

    /// Returns the answer, if it may be used because the server fails.
    pub(crate) fn in_need(&self) -> Option<Stored> {
        self.used_until(self.entry.grace.if_error)
    }

    fn used_until(&self, grace: Duration) -> Option<Stored> {
        (self.late < grace).then(|| Stored { fresh_for: Duration::ZERO, ..self.entry.stored.clone() })
    }
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
        let now = SystemTime::now();
        match entry.policy.before_request(request, now) {
            BeforeRequest::Fresh(parts) => {
                let fresh_for = entry.policy.time_to_live(now);
                Found::Fresh(Stored { headers: parts.headers, fresh_for, ..entry.stored.clone() })
            }
            BeforeRequest::Stale { request, matches: true } => {
                let late = now.duration_since(entry.fresh_until).unwrap_or_default();
                Found::Stale(Stale { entry, late, headers: request.headers })
            }
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
                Some(self.put(key, policy, stored))
            }
            AfterResponse::Modified(..) => None,
        }
    }

    /// Keeps an answer, if its headers allow it.
    pub(crate) fn keep(&self, key: Key, request: &RequestParts, stored: Stored) -> Stored {
        let mut response = hyper::Response::new(());
        *response.status_mut() = stored.status;
        response.headers_mut().clone_from(&stored.headers);
        let policy = CachePolicy::new_options(request, &response, SystemTime::now(), CacheOptions::default());
        self.put(key, policy, stored)
    }

    /// Forgets the answers to all questions for a URL.
    pub(crate) fn forget(&self, url: &str) {
        self.entries.retain(|key, _| key.url != url);
    }

    fn put(&self, key: Key, policy: CachePolicy, stored: Stored) -> Stored {
        let now = SystemTime::now();
        let fresh_for = policy.time_to_live(now);
        let grace = Grace::of(&stored.headers);
        let can_be_asked = stored.headers.contains_key("etag") || stored.headers.contains_key("last-modified");
        let is_of_use = can_be_asked || fresh_for > Duration::ZERO || grace != Grace::default();
        let stored = Stored { fresh_for, ..stored };
        if policy.is_storable() && is_of_use {
            // Some say a time that no clock reaches; and some answers are late when they come.
            let late = if fresh_for.is_zero() {
                policy.age(now).saturating_sub(max_age(&stored.headers))
            } else {
                Duration::ZERO
            };
            let fresh_until = now.checked_add(fresh_for).and_then(|end| end.checked_sub(late)).unwrap_or(now);
            self.entries.insert(key, Arc::new(Entry { policy, stored: stored.clone(), fresh_until, grace }));
        } else {
            self.entries.remove(&key);
        }
        stored
    }

    /// Returns the bytes that are held.
    pub(crate) fn held_bytes(&self) -> u64 {
        self.entries.weight()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graces_are_those_of_the_headers() {
        let grace = |lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(CACHE_CONTROL, line.parse().unwrap());
            }
            let Grace { while_revalidate, if_error } = Grace::of(&headers);
            (while_revalidate.as_secs(), if_error.as_secs())
        };
        assert_eq!(grace(&["max-age=5, stale-while-revalidate=60, stale-if-error=3600"]), (60, 3600));
        assert_eq!(grace(&["max-age=5", "Stale-If-Error = \"7\""]), (0, 7));
        for forbidden in ["must-revalidate", "no-cache", "no-store", "proxy-revalidate"] {
            assert_eq!(grace(&["stale-if-error=9", forbidden]), (0, 0), "{forbidden}");
        }
        for nonsense in ["stale-if-error", "stale-if-error=", "stale-if-error=-1", "stale-if-error=99999999999", ""] {
            assert_eq!(grace(&[nonsense]), (0, 0), "{nonsense}");
        }
    }
}
