//! Where the sources of image URLs are: folders, the operator's own servers, and others that are allowed.

use std::fs::{File, Metadata};
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use palmette_origin::{Arriving, Error as FetchError, Fetcher, Origin, Request, Settings, Source, Url, Via};
use palmette_protocol::url::{PREFIX, UrlSource, decode};

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

/// The time after the last change of a file from which its tag tells the next one: clocks of disks are coarse.
const SETTLED: Duration = Duration::from_secs(2);

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

/// Tells whether a source is still what it was when this was said about it.
pub(super) async fn still_holds(shared: &Shared, source: &UrlSource, holds: &Holds) -> bool {
    let tag = match holds {
        // Who looked it up has looked at the clock.
        Holds::Until(_) => return true,
        Holds::WithTag(tag) => tag,
    };
    let UrlSource::Path(path) = source else { return false };
    let folders: Option<Vec<PathBuf>> = shared.config.url.origins.iter().map(UrlOrigin::folder).collect();
    // The first folder that has the file counts; a server among them would have to be asked.
    let Some(folders) = folders else { return false };
    let path = path.clone();
    let look = move || folders.iter().find_map(|folder| find_file(folder, &path).ok()).and_then(|found| found.1.tag());
    tokio::task::spawn_blocking(look).await.ok().flatten().as_ref() == Some(tag)
}

/// Has a source fetched again by whoever asks for it next.
pub(crate) fn forget(shared: &Shared, source: &UrlSource) {
    match source {
        UrlSource::Remote(url) => shared.sources.forget(url),
        UrlSource::Path(path) => {
            let urls = shared.config.url.origins.iter().filter_map(|origin| origin.join(path));
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

/// Fetches a source.
async fn fetch(shared: &Shared, url: Url) -> Result<(Found, HeldBody), Error> {
    let begun = Instant::now();
    let outcome = shared.sources.get(&Request::new(url, max_bytes(shared))).await;
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

/// Reads a file of a folder, off the async threads.
async fn read(shared: &Shared, folder: &Path, path: &str) -> Result<(Found, HeldBody), Error> {
    let (folder, path, max_bytes) = (folder.to_owned(), path.to_owned(), max_bytes(shared));
    let mut held = shared.admission.body();
    let read = move || read_file(&folder, &path, max_bytes, |bytes| held.set(bytes)).map(|found| (found, held));
    // It neither panics nor is cancelled, but at the end of the runtime.
    let read = tokio::task::spawn_blocking(read).await;
    read.map_err(|error| UrlError::Unreadable(std::io::Error::other(error)))?
}

/// Finds a file whose path, percent-encoded, stays below a folder, by its names and by what links in the folder make of them.
fn find_file(folder: &Path, path: &str) -> Result<(PathBuf, State), UrlError> {
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
    if facts.is_file() { Ok((file, State::of(&facts))) } else { Err(UrlError::NotFound) }
}

/// What is known of a file without reading it.
#[derive(Debug)]
struct State {
    changed: Option<SystemTime>,
    bytes: u64,
}

impl State {
    fn of(facts: &Metadata) -> Self {
        Self { changed: facts.modified().ok(), bytes: facts.len() }
    }

    /// Returns a text that changes when the file does.
    fn tag(&self) -> Option<String> {
        let changed = self.changed?.duration_since(UNIX_EPOCH).ok()?;
        Some(format!("{:x}-{:x}", changed.as_nanos(), self.bytes))
    }

    /// Tells whether the tag would tell a change that comes now.
    fn is_settled(&self) -> bool {
        self.changed.and_then(|changed| changed.elapsed().ok()).is_some_and(|age| age > SETTLED)
    }
}

/// Reads a file whose path stays below a folder; `hold` is told how many bytes it has before they take memory.
fn read_file(
    folder: &Path,
    path: &str,
    max_bytes: u64,
    mut hold: impl FnMut(u64) -> Result<(), Error>,
) -> Result<Found, Error> {
    let (file, state) = find_file(folder, path)?;
    let file = File::open(file).map_err(not_found)?;
    let mut hold = |bytes| if bytes > max_bytes { Err(UrlError::TooLarge { max_bytes }.into()) } else { hold(bytes) };
    hold(state.bytes)?;
    let mut bytes = Vec::new();
    let out_of_memory = |_| UrlError::Unreadable(std::io::ErrorKind::OutOfMemory.into());
    bytes.try_reserve_exact(usize::try_from(state.bytes).unwrap_or(usize::MAX)).map_err(out_of_memory)?;
    file.take(max_bytes + 1).read_to_end(&mut bytes).map_err(UrlError::Unreadable)?;
    // It may have grown meanwhile.
    hold(bytes.len() as u64)?;
    let etag = state.tag();
    // It may have changed since it was found.
    let is_known = state.is_settled() && state.bytes == bytes.len() as u64;
    let holds = etag.clone().filter(|_| is_known).map(Holds::WithTag);
    Ok(Found { bytes: bytes.into(), etag, holds, ..Found::default() })
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

    /// Reads a file of 10 bytes at most.
    fn read_file(folder: &Path, path: &str) -> Result<Found, UrlError> {
        super::read_file(folder, path, 10, |_| Ok(())).map_err(|error| match error {
            Error::Url(error) => error,
            error => panic!("{error}"),
        })
    }

    #[test]
    fn sources_are_counted_before_they_are_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), "12345").unwrap();
        let full = || Error::BodiesFull { max_bytes: 4, retry_after: Duration::ZERO };
        let mut told = Vec::new();
        let found = super::read_file(folder.path(), "/a", 10, |bytes| {
            told.push(bytes);
            Ok(())
        });
        assert_eq!((found.unwrap().bytes.len(), told), (5, vec![5, 5]));
        let refused = super::read_file(folder.path(), "/a", 10, |bytes| if bytes > 4 { Err(full()) } else { Ok(()) });
        assert!(matches!(refused, Err(Error::BodiesFull { .. })));
    }

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
    fn sources_are_told_by_their_tags() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let write = |text: &str, age_s| {
            std::fs::write(&path, text).unwrap();
            File::options()
                .write(true)
                .open(&path)
                .unwrap()
                .set_modified(SystemTime::now() - Duration::from_secs(age_s))
                .unwrap();
            read_file(folder.path(), "/a").unwrap()
        };
        let old = write("one", 60);
        assert_eq!(old.holds, old.etag.clone().map(Holds::WithTag));
        assert_ne!(old.etag, write("three", 60).etag);
        assert_ne!(old.etag, write("one", 50).etag);
        assert_eq!(write("one", 0).holds, None, "it may change within the same moment");
    }

    #[test]
    fn sources_stay_in_their_folder() {
        let outside = tempfile::tempdir().unwrap();
        let root = outside.path().join("pictures");
        std::fs::create_dir_all(root.join("a b")).unwrap();
        std::fs::write(root.join("a b/c.jpg"), "here").unwrap();
        std::fs::write(outside.path().join("secret"), "secret").unwrap();
        let read = |path: &str| read_file(&root, path).map(|found| found.bytes);
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
        let read = |path: &str| read_file(&root, path).map(|found| found.bytes);
        assert!(matches!(read("/out"), Err(UrlError::BadSource)));
        assert!(matches!(read("/up/secret"), Err(UrlError::BadSource)));
        assert!(matches!(read("/lost"), Err(UrlError::NotFound)));
        assert_eq!(read("/in").unwrap(), "here");
        // The folder itself may be a link.
        std::os::unix::fs::symlink(&root, outside.path().join("linked")).unwrap();
        assert_eq!(read_file(&outside.path().join("linked"), "/a").unwrap().bytes, "here");
    }

    #[test]
    fn sources_are_no_image_urls() {
        for path in ["/cdn-cgi/image/w=5/a.jpg", "/cdn%2Dcgi/image/w=5/a.jpg"] {
            assert!(matches!(check_loop(path), Err(UrlError::Loop)), "{path}");
        }
        assert!(check_loop("/pictures/cdn-cgi/image/a.jpg").is_ok());
    }
}
