//! Where pictures are: a folder and what is below it, or what has a prefix in a bucket.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::{DirEntry, WalkDir};

use crate::bucket::{Bucket, Buckets};
use crate::{Error, Key, Object};

/// A folder, or a prefix in a bucket.
#[derive(Clone, Debug)]
pub struct Place(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Folder(PathBuf),
    /// The prefix ends with a slash, or is empty.
    Bucket {
        bucket: Arc<Bucket>,
        prefix: String,
    },
}

/// An object that was found, and its name below the place.
#[derive(Clone, Debug)]
pub struct Found {
    /// The object.
    pub object: Object,
    /// Its name.
    pub key: Key,
}

impl Place {
    /// Tells whether a text is a URL, such as that of something in a bucket, and no path: whether it begins with a scheme and `://`. Other
    /// schemes than `s3`, `gs` and `az` are refused where the place is opened. A folder that is called so can be named as `./http://…`.
    #[must_use]
    pub fn is_url(text: &str) -> bool {
        let is_of_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
        text.split_once("://").is_some_and(|(scheme, _)| {
            scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.bytes().all(is_of_scheme)
        })
    }

    /// Takes a text as a place: the URL of a prefix in a bucket, or the path of a folder. Neither needs to exist.
    ///
    /// # Errors
    ///
    /// [`Error::Url`], [`Error::NotBuilt`], [`Error::Start`], and [`Error::Bucket`] if the environment does not say how to reach it.
    pub fn parse(text: &str, buckets: &Buckets) -> Result<Self, Error> {
        if !Self::is_url(text) {
            return Ok(Self::folder(text));
        }
        let (bucket, key) = buckets.open(text)?;
        let key = key.trim_end_matches('/');
        let prefix = if key.is_empty() { String::new() } else { format!("{key}/") };
        Ok(Self(Kind::Bucket { bucket, prefix }))
    }

    /// Makes a bucket in memory, with a prefix that ends with a slash.
    #[cfg(all(test, feature = "buckets"))]
    pub(crate) fn in_memory(prefix: &str) -> Self {
        Self(Kind::Bucket { bucket: Bucket::in_memory(), prefix: prefix.to_owned() })
    }

    /// Names a folder.
    #[must_use]
    pub fn folder(path: impl Into<PathBuf>) -> Self {
        Self(Kind::Folder(path.into()))
    }

    /// Returns the path, if it is a folder.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Kind::Folder(path) => Some(path),
            Kind::Bucket { .. } => None,
        }
    }

    /// Returns the bucket and the prefix, if it is one.
    pub(crate) fn bucket(&self) -> Option<(&Arc<Bucket>, &str)> {
        match &self.0 {
            Kind::Folder(_) => None,
            Kind::Bucket { bucket, prefix } => Some((bucket, prefix)),
        }
    }

    /// Tells whether both are the same folder, or the same prefix in a bucket.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Kind::Folder(one), Kind::Folder(other)) => {
                let real = |path: &Path| path.canonicalize().ok();
                one == other || real(one).is_some_and(|one| Some(one) == real(other))
            }
            (Kind::Bucket { bucket, prefix }, Kind::Bucket { bucket: other, prefix: other_prefix }) => {
                bucket.is_same_as(other) && prefix == other_prefix
            }
            (Kind::Folder(_), Kind::Bucket { .. }) | (Kind::Bucket { .. }, Kind::Folder(_)) => false,
        }
    }

    /// Finds one object in a bucket by its URL; nothing if there is none of that name.
    ///
    /// # Errors
    ///
    /// Those of [`Place::parse`] and of asking for it.
    pub fn find_in_bucket(url: &str, buckets: &Buckets) -> Result<Option<Object>, Error> {
        let (bucket, key) = buckets.open(url)?;
        if key.is_empty() || key.ends_with('/') {
            return Ok(None);
        }
        let found = bucket.find(&key)?;
        Ok(found.map(|found| Object::listed(bucket, found)))
    }

    /// Names an object in a bucket by its URL, without asking for it.
    ///
    /// # Errors
    ///
    /// Those of [`Place::parse`]; [`Error::Url`] also for a URL without a key.
    pub fn name_in_bucket(url: &str, buckets: &Buckets) -> Result<Object, Error> {
        let (bucket, key) = buckets.open(url)?;
        if key.is_empty() { Err(Error::Url { url: url.to_owned() }) } else { Ok(Object::named(bucket, key)) }
    }

    /// Lists what is in it: up to `depth` folders deep, of folders without hidden files, and links to folders are not followed. What
    /// is in `except`, if anything, is left out. In a folder the order is that of the names.
    ///
    /// # Errors
    ///
    /// [`Error::List`] if a folder, or one in it, cannot be listed; [`Error::NotUtf8`]; [`Error::Bucket`].
    pub fn list(&self, depth: usize, except: Option<&Self>) -> Result<Vec<Found>, Error> {
        match &self.0 {
            Kind::Folder(path) => list_folder(path, depth, except.and_then(Self::path)),
            Kind::Bucket { bucket, prefix } => {
                // What is around the place is no part of it.
                let is_inside = |except: &str| except != prefix && except.starts_with(prefix);
                let except = except
                    .and_then(Self::bucket)
                    .filter(|(other, except)| other.is_same_as(bucket) && is_inside(except));
                let is_wanted = |key: &str| {
                    key.matches('/').count() < depth
                        && except.is_none_or(|(_, except)| !format!("{prefix}{key}").starts_with(except))
                };
                let mut found = Vec::new();
                bucket.list(prefix, &mut |listed| {
                    let key = listed.key.strip_prefix(prefix).filter(|key| is_wanted(key)).and_then(Key::parse);
                    found.extend(key.map(|key| Found { object: Object::listed(Arc::clone(bucket), listed), key }));
                })?;
                Ok(found)
            }
        }
    }
}

/// Lists a folder and the folders in it.
fn list_folder(folder: &Path, depth: usize, except: Option<&Path>) -> Result<Vec<Found>, Error> {
    let except = except.and_then(|path| path.canonicalize().ok());
    let is_left_out = |entry: &DirEntry| {
        let is_hidden = entry.depth() > 0 && entry.file_name().as_encoded_bytes().starts_with(b".");
        let is_excepted =
            || entry.file_type().is_dir() && except.is_some() && entry.path().canonicalize().ok() == except;
        is_hidden || is_excepted()
    };
    let mut found = Vec::new();
    let walk = WalkDir::new(folder).max_depth(depth).sort_by_file_name().into_iter();
    for entry in walk.filter_entry(|entry| !is_left_out(entry)) {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(folder).to_owned();
            let source = error.into_io_error().unwrap_or_else(|| std::io::ErrorKind::Other.into());
            Error::List { path, source }
        })?;
        if entry.depth() > 0 && is_readable(&entry) {
            let key = key_of(folder, entry.path())?;
            found.push(Found { object: Object::file(entry.into_path()), key });
        }
    }
    Ok(found)
}

/// Tells whether an entry may be opened: not a folder, and no pipe or device, which would be waited for. A link that leads nowhere may,
/// so that it is reported.
fn is_readable(entry: &DirEntry) -> bool {
    let kind = entry.file_type();
    kind.is_file() || kind.is_symlink() && fs::metadata(entry.path()).map_or(true, |metadata| metadata.is_file())
}

/// Returns the name of a file below a folder.
fn key_of(folder: &Path, path: &Path) -> Result<Key, Error> {
    let not_utf8 = || Error::NotUtf8 { path: path.to_owned() };
    let parts = path.strip_prefix(folder).unwrap_or(path).iter().map(|part| part.to_str().ok_or_else(not_utf8));
    let parts: Vec<&str> = parts.collect::<Result<_, _>>()?;
    Key::parse(&parts.join("/")).ok_or_else(not_utf8)
}
