//! Where the sources of image URLs are: folders, buckets, the operator's own servers, and others that are allowed.
//!
//! A [`Place`] is where paths lead. What is in a [`folder`] is read, and known by its time. Everything else is fetched, through one
//! [`Fetcher`] with its limits and its cache: from servers over HTTP, and from a [`bucket`], which answers as a server would.

mod bucket;
mod folder;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use palmette_origin::{Arriving, Error as FetchError, Fetched, Fetcher, Origin, Request, Settings, Source, Url, Via};
use palmette_protocol::url::{PREFIX, UrlSource, decode};
use palmette_store::Error as StoreError;

use self::bucket::Bucket;
use super::error::UrlError;
use super::headers::{UNKEPT_DIRECTIVES, directives};
use crate::Error;
use crate::admission::HeldBody;
use crate::cache::Holds;
use crate::config::{UrlConfig, UrlOrigin};
use crate::shared::Shared;

/// The name in `via` by which an origin knows that a picture is wanted as a source: that of the real service, too.
const VIA: &str = "image-resizing";

/// The bytes of a source, and what it says about keeping them.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) bytes: Bytes,
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
    pub(crate) cache_control: Option<String>,
    /// How long the bytes are those of the source; nothing if that is not known.
    pub(crate) holds: Option<Holds>,
}

/// Directives of a source by which a result holds no longer than the source.
const STRICT_DIRECTIVES: [&str; 3] = ["must-revalidate", "proxy-revalidate", "no-cache"];

/// Where paths lead, opened.
#[derive(Debug)]
pub(crate) enum Place {
    /// Into a folder.
    Folder(PathBuf),
    /// To a server.
    Server(UrlOrigin),
    /// Into a bucket.
    Bucket(Bucket),
}

impl Place {
    /// Opens a place; what it has is not looked at.
    ///
    /// # Errors
    ///
    /// Those of [`BucketReader::open`](palmette_store::BucketReader::open).
    pub(crate) fn open(origin: &UrlOrigin) -> Result<Self, StoreError> {
        Ok(match origin {
            UrlOrigin::Folder(folder) => Self::Folder(folder.clone()),
            UrlOrigin::Server(_) => Self::Server(origin.clone()),
            UrlOrigin::Bucket(url) => Self::Bucket(Bucket::open(url)?),
        })
    }

    /// Opens every place that can be. One that cannot is logged, and has no pictures; who wants to know before asks
    /// [`check_stores`](crate::check_stores).
    pub(crate) fn open_all(config: &UrlConfig) -> Vec<Self> {
        let told = |error: StoreError| tracing::error!("pictures are not looked for there: {error}");
        config.origins.iter().filter_map(|origin| Self::open(origin).map_err(told).ok()).collect()
    }

    /// Returns the folder, if it is one.
    fn folder(&self) -> Option<PathBuf> {
        match self {
            Self::Folder(folder) => Some(folder.clone()),
            Self::Server(_) | Self::Bucket(_) => None,
        }
    }

    /// Returns the URL by which what was fetched for a path is found again, if anything was.
    fn fetched_url(&self, path: &str) -> Option<Url> {
        match self {
            Self::Folder(_) => None,
            Self::Server(origin) => origin.join(path),
            Self::Bucket(bucket) => Some(bucket.object(path).ok()?.url),
        }
    }
}

/// Makes what fetches the sources of image URLs, together with whatever else is arriving. The operator's own servers may have any address;
/// redirects of theirs may not.
pub(crate) fn fetcher(config: &UrlConfig, settings: Settings, arriving: Arc<Arriving>) -> Fetcher {
    let mut settings = settings;
    settings.allow.extend(config.origins.iter().filter_map(UrlOrigin::exception));
    if let Ok(via) = VIA.parse::<Via>() {
        settings.via = settings.via.and(&via);
    }
    Fetcher::sharing(&settings, arriving)
}

/// Gets a source, and what counts its bytes.
///
/// # Errors
///
/// [`UrlError`]; [`Error::FetchesFull`] and [`Error::BodiesFull`] if there is no room for it.
pub(super) async fn get(shared: &Shared, source: &UrlSource) -> Result<(Found, HeldBody), Error> {
    let config = &shared.config.url;
    match source {
        UrlSource::Remote(text) => {
            let url = Url::parse(text).map_err(|_| UrlError::BadSource)?;
            check_loop(url.path())?;
            let is_own = config.origins.iter().any(|origin| origin.holds(&url));
            if !is_own && !config.allow.iter().any(|rule| rule.holds(&url)) {
                let place = Origin::of(&url).map_or_else(|| "this host".to_owned(), |origin| origin.to_string());
                return Err(UrlError::NotAllowed { place }.into());
            }
            fetch(shared, url).await
        }
        UrlSource::Path(path) => {
            check_loop(path)?;
            let mut outcome = Err(UrlError::NoOrigin.into());
            for place in &shared.origins {
                outcome = match place {
                    Place::Folder(folder) => folder::read(shared, folder, path).await,
                    Place::Server(origin) => fetch(shared, origin.join(path).ok_or(UrlError::BadSource)?).await,
                    Place::Bucket(bucket) => fetch_object(shared, bucket, path).await,
                };
                // The next one may have it.
                if !outcome.as_ref().is_err_and(is_missing) {
                    break;
                }
            }
            outcome
        }
    }
}

/// Tells whether a source is still what it was when this was said about it.
pub(super) async fn still_holds(shared: &Shared, source: &UrlSource, holds: &Holds) -> bool {
    let tag = match holds {
        // Who looked it up has looked at the clock.
        Holds::Until(_) => return true,
        Holds::WithTag(tag) => tag,
    };
    let UrlSource::Path(path) = source else { return false };
    let folders: Option<Vec<PathBuf>> = shared.origins.iter().map(Place::folder).collect();
    // The first folder that has the file counts; a server or a bucket among them would have to be asked.
    let Some(folders) = folders else { return false };
    folder::tag_now(folders, path).await.as_ref() == Some(tag)
}

/// Has a source fetched again by whoever asks for it next.
pub(crate) fn forget(shared: &Shared, source: &UrlSource) {
    match source {
        UrlSource::Remote(url) => shared.sources.forget(url),
        UrlSource::Path(path) => {
            let urls = shared.origins.iter().filter_map(|place| place.fetched_url(path));
            urls.for_each(|url| shared.sources.forget(url.as_str()));
        }
    }
}

/// Refuses a source that is an image URL.
pub(super) fn check_loop(path: &str) -> Result<(), UrlError> {
    let decoded = decode(path);
    let path = decoded.as_deref().unwrap_or(path);
    if path.starts_with(PREFIX) { Err(UrlError::Loop) } else { Ok(()) }
}

/// Tells whether a failure says that there is nothing.
fn is_missing(error: &Error) -> bool {
    matches!(error, Error::Url(UrlError::NotFound | UrlError::Fetch(FetchError::Status { status: 404 | 410, .. })))
}

/// Fetches a source from a server.
async fn fetch(shared: &Shared, url: Url) -> Result<(Found, HeldBody), Error> {
    let request = Request::new(url, max_bytes(shared));
    arrived(shared, shared.sources.get(&request)).await
}

/// Fetches a source from a bucket.
async fn fetch_object(shared: &Shared, bucket: &Bucket, path: &str) -> Result<(Found, HeldBody), Error> {
    let object = bucket.object(path)?;
    let found = arrived(shared, shared.sources.get_stored(object, max_bytes(shared))).await;
    // As in a folder: who asks need not know that there is a bucket.
    if found.as_ref().is_err_and(is_missing) { Err(UrlError::NotFound.into()) } else { found }
}

/// Waits for a source, and takes what its headers say of it.
async fn arrived(
    shared: &Shared,
    fetching: impl Future<Output = Result<Fetched, FetchError>>,
) -> Result<(Found, HeldBody), Error> {
    let begun = Instant::now();
    let outcome = fetching.await;
    shared.metrics.count_fetch(&outcome, begun.elapsed());
    match outcome {
        Ok(fetched) => {
            // What was on its way counted, too, but others may have waited for the same file, and all of them hold it now.
            let mut held = shared.admission.body();
            held.set(fetched.bytes.len() as u64)?;
            // Servers may say it in several lines, which count together.
            let lines = fetched.head.headers().get_all("cache-control").iter().filter_map(|line| line.to_str().ok());
            let cache_control = lines.collect::<Vec<_>>().join(", ");
            // One that stands in for another for a moment is not remembered for longer.
            let is_current = fetched.source != Source::Stale;
            let time = result_time(&cache_control, fetched.fresh_for, shared.config.url.max_age);
            let found = Found {
                holds: time
                    .filter(|_| is_current)
                    .and_then(|time| Some(Holds::Until(Instant::now().checked_add(time)?))),
                etag: fetched.head.etag().map(str::to_owned),
                last_modified: fetched.head.last_modified().map(str::to_owned),
                cache_control: Some(cache_control),
                bytes: fetched.bytes,
            };
            Ok((found, held))
        }
        Err(error) => Err(shared.admission.busy(&error).unwrap_or_else(|| UrlError::Fetch(error).into())),
    }
}

/// Returns how long a result holds: as long as its source, but at least for a time, unless the source forbids that.
fn result_time(cache_control: &str, fresh_for: Duration, at_least: Duration) -> Option<Duration> {
    let has = |wanted: &[&str]| wanted.iter().any(|wanted| directives(cache_control).any(|name| name == *wanted));
    match () {
        () if has(&UNKEPT_DIRECTIVES) => None,
        () if has(&STRICT_DIRECTIVES) => Some(fresh_for),
        () => Some(fresh_for.max(at_least)),
    }
}

/// Returns the most bytes that a source may have.
const fn max_bytes(shared: &Shared) -> u64 {
    shared.config.limits.request.max_source_bytes as u64
}

/// Returns the name that a path leads to below its place: without the query, decoded.
fn name_of(path: &str) -> Result<String, UrlError> {
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let name = decode(path).ok_or(UrlError::BadSource)?;
    Ok(name.trim_start_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_say_how_long_results_hold() {
        let hour = Duration::from_secs(3600);
        let time = |cache_control: &str, fresh_s| {
            result_time(cache_control, Duration::from_secs(fresh_s), hour).map(|time| time.as_secs())
        };
        for (cache_control, fresh_s, expected) in [
            ("", 0, Some(3600)),
            ("max-age=60", 60, Some(3600)),
            ("max-age=86400", 86_000, Some(86_000)),
            ("max-age=60, Must-Revalidate", 60, Some(60)),
            ("no-cache=\"set-cookie\"", 0, Some(0)),
            ("no-store", 0, None),
            ("max-age=60, private", 60, None),
        ] {
            assert_eq!(time(cache_control, fresh_s), expected, "{cache_control}");
        }
    }

    #[test]
    fn sources_are_no_image_urls() {
        for path in ["/cdn-cgi/image/w=5/a.jpg", "/cdn%2Dcgi/image/w=5/a.jpg"] {
            assert!(matches!(check_loop(path), Err(UrlError::Loop)), "{path}");
        }
        assert!(check_loop("/pictures/cdn-cgi/image/a.jpg").is_ok());
    }
}
