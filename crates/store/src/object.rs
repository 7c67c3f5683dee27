//! A picture to read: a file, or an object of a bucket.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use crate::Error;
use crate::bucket::{Bucket, Listed};

/// A file, or an object of a bucket. It shows as its path or URL.
#[derive(Clone, Debug)]
pub struct Object {
    home: Home,
    /// What its bucket says that changes when it does.
    version: Option<Arc<str>>,
    /// Its bytes, where its bucket has said how many.
    size_bytes: Option<u64>,
}

#[derive(Clone, Debug)]
enum Home {
    File(PathBuf),
    Bucket { bucket: Arc<Bucket>, key: String },
}

impl Object {
    /// Names a file.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { home: Home::File(path.into()), version: None, size_bytes: None }
    }

    /// Names an object of a bucket that nothing is known of yet.
    pub(crate) const fn named(bucket: Arc<Bucket>, key: String) -> Self {
        Self { home: Home::Bucket { bucket, key }, version: None, size_bytes: None }
    }

    /// Takes an object as its bucket describes it.
    pub(crate) fn listed(bucket: Arc<Bucket>, listed: Listed) -> Self {
        let Listed { key, version, size_bytes, written: _ } = listed;
        Self { home: Home::Bucket { bucket, key }, version, size_bytes: Some(size_bytes) }
    }

    /// Asks for what its bucket knows of it, unless that is known; of a file there is nothing to ask.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is no such object; [`Error::Bucket`].
    pub fn looked_up(&self) -> Result<Self, Error> {
        match &self.home {
            Home::Bucket { bucket, key } if self.size_bytes.is_none() => match bucket.find(key)? {
                Some(listed) => Ok(Self::listed(Arc::clone(bucket), listed)),
                None => Err(Error::NotFound { url: bucket.url(key) }),
            },
            Home::File(_) | Home::Bucket { .. } => Ok(self.clone()),
        }
    }

    /// Returns the path, if it is a file.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.home {
            Home::File(path) => Some(path),
            Home::Bucket { .. } => None,
        }
    }

    /// Tells whether both have the same name.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        match (&self.home, &other.home) {
            (Home::File(one), Home::File(other)) => one == other,
            (Home::Bucket { bucket, key }, Home::Bucket { bucket: other, key: other_key }) => {
                bucket.is_same_as(other) && key == other_key
            }
            (Home::File(_), Home::Bucket { .. }) | (Home::Bucket { .. }, Home::File(_)) => false,
        }
    }

    /// Returns a text that changes when the object does, if there is one to be had without reading it: the entity tag in a bucket.
    /// A file has none, because times of files lie.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// Returns the number of bytes without reading them; 0 if that cannot be told, as of a file that is not there.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        match &self.home {
            Home::File(path) => path.metadata().map_or(0, |metadata| metadata.len()),
            Home::Bucket { .. } => self.size_bytes.unwrap_or(0),
        }
    }

    /// Reads it, if it has at most `max_bytes`.
    ///
    /// # Errors
    ///
    /// [`Error::Read`], [`Error::Bucket`], and [`Error::TooLarge`] before more than the limit is held.
    pub fn read(&self, max_bytes: u64) -> Result<Bytes, Error> {
        match &self.home {
            Home::File(path) => read_file(path, max_bytes),
            Home::Bucket { bucket, key } => bucket.read(key, max_bytes),
        }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.home {
            Home::File(path) => path.display().fmt(f),
            Home::Bucket { bucket, key } => f.write_str(&bucket.url(key)),
        }
    }
}

/// Reads a file of at most `max_bytes`.
fn read_file(path: &Path, max_bytes: u64) -> Result<Bytes, Error> {
    let unreadable = |source: io::Error| Error::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(unreadable(io::ErrorKind::IsADirectory.into()));
    }
    let too_large = || Error::TooLarge { name: path.display().to_string(), max_bytes };
    if metadata.len() > max_bytes {
        return Err(too_large());
    }
    // One more than that tells whether the file has grown since.
    let mut bytes = Vec::new();
    file.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > max_bytes { Err(too_large()) } else { Ok(bytes.into()) }
}
