//! Where results go, and what was made of what.
//!
//! Every result has a *mark*: the digest of all that it was made of, which the caller computes. A run that is told to skip what is
//! there compares marks, so a source or an option that changed makes the result anew. Where marks are kept decides whether they can be
//! wrong.
//!
//! A bucket keeps them as metadata of the results themselves. Both are written in one request, so neither is ever without the other.
//!
//! A folder has no such place, so a file beside the results has a line for each ([`ledger`]). It is written after the result, and a
//! process may be killed in between, or a result deleted, or replaced by somebody else; so the line also has the digest of the
//! result, and counts only while the result is the one that it was written for.

mod folder;
mod ledger;

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use crate::bucket::Bucket;
use crate::{Error, Key, Object, Place};
use folder::Folder;

/// A place for results.
#[derive(Debug)]
pub struct Results(Kind);

#[derive(Debug)]
enum Kind {
    Folder(Folder),
    Bucket { bucket: Arc<Bucket>, prefix: String },
}

/// A result to write.
#[derive(Debug)]
pub struct Written<'a> {
    /// Its bytes.
    pub bytes: Bytes,
    /// Their media type, which a bucket keeps.
    pub content_type: &'static str,
    /// The digest of all that it was made of.
    pub mark: &'a str,
}

impl Results {
    /// Begins to write to a place, which need not exist. Processes that write to one place at the same time have different `writer`s: a
    /// word for the name of a file, or nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] if the marks of earlier results cannot be read; [`Error::Write`] if they cannot be put in order.
    pub fn open(place: &Place, writer: &str) -> Result<Self, Error> {
        Ok(Self(match (place.path(), place.bucket()) {
            (_, Some((bucket, prefix))) => Kind::Bucket { bucket: Arc::clone(bucket), prefix: prefix.to_owned() },
            (path, None) => Kind::Folder(Folder::open(path.unwrap_or_else(|| ".".as_ref()), writer)?),
        }))
    }

    /// Tells whether the result is there, and was made of what the mark stands for.
    ///
    /// # Errors
    ///
    /// [`Error::Read`], [`Error::Bucket`].
    pub fn has(&self, key: &Key, mark: &str) -> Result<bool, Error> {
        match &self.0 {
            Kind::Folder(folder) => folder.has(key, mark),
            Kind::Bucket { bucket, prefix } => Ok(bucket.mark(&format!("{prefix}{key}"))?.as_deref() == Some(mark)),
        }
    }

    /// Writes a result, and its mark. Whatever happens, what is there under its name is whole: this result, or what was there before.
    ///
    /// # Errors
    ///
    /// [`Error::Write`], [`Error::Bucket`].
    pub fn write(&self, key: &Key, result: Written<'_>) -> Result<(), Error> {
        let Written { bytes, content_type, mark } = result;
        match &self.0 {
            Kind::Folder(folder) => folder.write(key, &bytes, mark),
            Kind::Bucket { bucket, prefix } => bucket.write(&format!("{prefix}{key}"), bytes, content_type, mark),
        }
    }

    /// Tells whether they are in a bucket.
    #[must_use]
    pub const fn is_bucket(&self) -> bool {
        matches!(self.0, Kind::Bucket { .. })
    }

    /// Tells whether a result would be written over an object, which is there.
    #[must_use]
    pub fn is_at(&self, key: &Key, object: &Object) -> bool {
        match &self.0 {
            Kind::Folder(folder) => object.path().is_some_and(|path| is_one_file(&folder.path(key), path)),
            Kind::Bucket { .. } => self.name(key) == object.to_string(),
        }
    }

    /// Returns the path or URL of a result.
    #[must_use]
    pub fn name(&self, key: &Key) -> String {
        match &self.0 {
            Kind::Folder(folder) => folder.path(key).display().to_string(),
            Kind::Bucket { bucket, prefix } => bucket.url(&format!("{prefix}{key}")),
        }
    }
}

/// Tells whether two paths lead to one file. Most have different names, which tells it at once.
fn is_one_file(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    one.file_name() == other.file_name() && real(one).is_some_and(|one| Some(one) == real(other))
}
