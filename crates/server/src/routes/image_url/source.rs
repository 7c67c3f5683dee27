//! Where the sources of image URLs are: folders, the operator's own servers, and others that are allowed.

use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::time::{Instant, UNIX_EPOCH};

use bytes::Bytes;
use palmette_origin::{Error as FetchError, Fetcher, Origin, Request, Settings, Url, Via};
use palmette_protocol::url::{PREFIX, UrlSource, decode};

use super::error::UrlError;
use crate::Error;
use crate::config::{UrlConfig, UrlOrigin};
use crate::shared::Shared;

/// The name in `via` by which an origin knows that a picture is wanted as a source: that of the real service, too.
const VIA: &str = "image-resizing";

/// The bytes of a source, and what it says about keeping them.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) bytes: Bytes,
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
    pub(super) cache_control: Option<String>,
}

/// Makes what fetches the sources of image URLs. The operator's own servers may have any address; redirects of theirs may not.
pub(crate) fn fetcher(config: &UrlConfig, settings: Settings) -> Fetcher {
    let mut settings = settings;
    settings.allow.extend(config.origins.iter().filter_map(UrlOrigin::exception));
    if let Ok(via) = VIA.parse::<Via>() {
        settings.via = settings.via.and(&via);
    }
    Fetcher::new(&settings)
}

/// Gets a source.
///
/// # Errors
///
/// [`UrlError`], and [`Error::FetchesFull`].
pub(super) async fn get(shared: &Shared, source: &UrlSource) -> Result<Found, Error> {
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
            for origin in &config.origins {
                outcome = match origin {
                    UrlOrigin::Folder(folder) => read(shared, folder, path).await,
                    UrlOrigin::Server(_) => fetch(shared, origin.join(path).ok_or(UrlError::BadSource)?).await,
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

/// Fetches a source.
async fn fetch(shared: &Shared, url: Url) -> Result<Found, Error> {
    let begun = Instant::now();
    let outcome = shared.sources.get(&Request::new(url, max_bytes(shared))).await;
    shared.metrics.count_fetch(&outcome, begun.elapsed());
    match outcome {
        Ok(fetched) => {
            // Servers may say it in several lines, which count together.
            let lines = fetched.head.headers().get_all("cache-control").iter().filter_map(|line| line.to_str().ok());
            let cache_control = lines.collect::<Vec<_>>().join(", ");
            Ok(Found {
                etag: fetched.head.etag().map(str::to_owned),
                last_modified: fetched.head.last_modified().map(str::to_owned),
                cache_control: Some(cache_control),
                bytes: fetched.bytes,
            })
        }
        Err(FetchError::Full { max_bytes }) => {
            Err(Error::FetchesFull { max_bytes, retry_after: shared.admission.retry_after() })
        }
        Err(error) => Err(UrlError::Fetch(error).into()),
    }
}

/// Returns the most bytes that a source may have.
const fn max_bytes(shared: &Shared) -> u64 {
    shared.config.limits.request.max_source_bytes as u64
}

/// Reads a file of a folder, off the async threads.
async fn read(shared: &Shared, folder: &Path, path: &str) -> Result<Found, Error> {
    let (folder, path, max_bytes) = (folder.to_owned(), path.to_owned(), max_bytes(shared));
    let read = tokio::task::spawn_blocking(move || read_file(&folder, &path, max_bytes));
    // It neither panics nor is cancelled, but at the end of the runtime.
    let read = read.await.map_err(|error| UrlError::Unreadable(std::io::Error::other(error)))?;
    Ok(read?)
}

/// Reads a file whose path, percent-encoded, stays below a folder, by its names and by what links in the folder make of them.
fn read_file(folder: &Path, path: &str, max_bytes: u64) -> Result<Found, UrlError> {
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let path = decode(path).ok_or(UrlError::BadSource)?;
    let below = Path::new(path.trim_start_matches('/'));
    let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_));
    if path.contains('\0') || !below.components().all(is_plain) {
        return Err(UrlError::BadSource);
    }
    // Whatever the reason is: a link that leads nowhere, or round; a name that is too long; somebody else's folder.
    let whole = |path: PathBuf| path.canonicalize().map_err(|_| UrlError::NotFound);
    let (root, file) = (whole(folder.to_owned())?, whole(folder.join(below))?);
    if !file.starts_with(&root) {
        return Err(UrlError::BadSource);
    }
    // Whatever is no file, such as a pipe, might never end.
    let facts = file.metadata().map_err(not_found)?;
    if !facts.is_file() {
        return Err(UrlError::NotFound);
    }
    let mut bytes = Vec::new();
    let file = File::open(file).map_err(not_found)?;
    file.take(max_bytes + 1).read_to_end(&mut bytes).map_err(UrlError::Unreadable)?;
    if bytes.len() as u64 > max_bytes {
        return Err(UrlError::TooLarge { max_bytes });
    }
    let changed = facts.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let etag = changed.map(|time| format!("{:x}-{:x}", time.as_nanos(), bytes.len()));
    Ok(Found { bytes: bytes.into(), etag, ..Found::default() })
}

/// Makes a failure of a file that is not there, or not for us.
fn not_found(error: std::io::Error) -> UrlError {
    use std::io::ErrorKind::{NotFound, PermissionDenied};
    match error.kind() {
        NotFound | PermissionDenied => UrlError::NotFound,
        _ => UrlError::Unreadable(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_stay_in_their_folder() {
        let outside = tempfile::tempdir().unwrap();
        let root = outside.path().join("pictures");
        std::fs::create_dir_all(root.join("a b")).unwrap();
        std::fs::write(root.join("a b/c.jpg"), "here").unwrap();
        std::fs::write(outside.path().join("secret"), "secret").unwrap();
        let read = |path: &str| read_file(&root, path, 10).map(|found| found.bytes);
        assert_eq!(read("/a%20b/c.jpg").unwrap(), "here");
        assert_eq!(read("/a b/c.jpg?d=../e").unwrap(), "here");
        assert_eq!(read("//a b//c.jpg").unwrap(), "here");
        for path in ["/../secret", "/a b/../../secret", "/%2e%2e/secret", "/..%2fsecret", "/a\0b", "/a%00b", "/%ff"] {
            assert!(matches!(read(path), Err(UrlError::BadSource)), "{path}");
        }
        for path in ["/none.jpg", "/a b", "/a b/c.jpg/d", "/", &format!("/{}", "x".repeat(999))] {
            assert!(matches!(read(path), Err(UrlError::NotFound)), "{path}");
        }
        std::fs::write(root.join("large"), [0; 11]).unwrap();
        assert!(matches!(read("/large"), Err(UrlError::TooLarge { max_bytes: 10 })));
    }

    #[test]
    #[cfg(unix)]
    fn sources_do_not_leave_by_links() {
        let outside = tempfile::tempdir().unwrap();
        let root = outside.path().join("pictures");
        std::fs::create_dir(&root).unwrap();
        std::fs::write(outside.path().join("secret"), "secret").unwrap();
        std::fs::write(root.join("a"), "here").unwrap();
        for (link, target) in [("out", "../secret"), ("up", ".."), ("in", "a"), ("lost", "nowhere")] {
            std::os::unix::fs::symlink(target, root.join(link)).unwrap();
        }
        let read = |path: &str| read_file(&root, path, 10).map(|found| found.bytes);
        assert!(matches!(read("/out"), Err(UrlError::BadSource)));
        assert!(matches!(read("/up/secret"), Err(UrlError::BadSource)));
        assert!(matches!(read("/lost"), Err(UrlError::NotFound)));
        assert_eq!(read("/in").unwrap(), "here");
        // The folder itself may be a link.
        std::os::unix::fs::symlink(&root, outside.path().join("linked")).unwrap();
        assert_eq!(read_file(&outside.path().join("linked"), "/a", 10).unwrap().bytes, "here");
    }

    #[test]
    fn sources_are_no_image_urls() {
        for path in ["/cdn-cgi/image/w=5/a.jpg", "/cdn%2Dcgi/image/w=5/a.jpg"] {
            assert!(matches!(check_loop(path), Err(UrlError::Loop)), "{path}");
        }
        assert!(check_loop("/pictures/cdn-cgi/image/a.jpg").is_ok());
    }
}
