//! Sources in a folder: files whose paths stay below it.

use std::fs::{File, Metadata};
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Found, max_bytes, name_of};
use crate::Error;
use crate::admission::HeldBody;
use crate::cache::Holds;
use crate::routes::image_url::UrlError;
use crate::shared::Shared;

/// The time after the last change of a file from which its tag tells the next one: clocks of disks are coarse.
const SETTLED: Duration = Duration::from_secs(2);

/// Reads a file of a folder, off the async threads.
pub(super) async fn read(shared: &Shared, folder: &Path, path: &str) -> Result<(Found, HeldBody), Error> {
    let (folder, path, max_bytes) = (folder.to_owned(), path.to_owned(), max_bytes(shared));
    let mut held = shared.admission.body();
    let read = move || read_file(&folder, &path, max_bytes, |bytes| held.set(bytes)).map(|found| (found, held));
    // It neither panics nor is cancelled, but at the end of the runtime.
    let read = tokio::task::spawn_blocking(read).await;
    read.map_err(|error| UrlError::Unreadable(std::io::Error::other(error)))?
}

/// Returns the tag that the file of a path has now, in the first of some folders that has one.
pub(super) async fn tag_now(folders: Vec<PathBuf>, path: &str) -> Option<String> {
    let path = path.to_owned();
    let look = move || folders.iter().find_map(|folder| find_file(folder, &path).ok()).and_then(|found| found.1.tag());
    tokio::task::spawn_blocking(look).await.ok().flatten()
}

/// Finds a file whose path, percent-encoded, stays below a folder, by its names and by what links in the folder make of them.
fn find_file(folder: &Path, path: &str) -> Result<(PathBuf, State), UrlError> {
    let path = name_of(path)?;
    let below = Path::new(&path);
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
}
