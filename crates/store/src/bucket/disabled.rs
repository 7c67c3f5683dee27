//! Buckets in a build without them.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;

use super::{Listed, Scheme};
use crate::{Error, Key};

/// Opens buckets; in this build it says that there are none.
#[derive(Debug, Default)]
pub struct Buckets(());

/// A bucket; there is none.
#[derive(Debug)]
pub(crate) enum Bucket {}

/// A failure of a bucket; there is none.
#[derive(Debug, thiserror::Error)]
pub enum BucketError {}

/// Reads objects of a bucket while they come; there are none.
#[derive(Debug)]
pub enum BucketReader {}

/// What a bucket says about an object; there is none.
#[derive(Debug)]
pub enum Reply {
    /// Here it is.
    Object(Streamed),
    /// It is the one that the caller knows.
    Unchanged,
    /// There is none of that name.
    Missing,
    /// It may not be read.
    Denied,
}

/// An object that comes while it is read; there is none.
#[derive(Debug)]
pub struct Streamed {
    /// How many bytes it has.
    pub size_bytes: u64,
    /// What changes when it does.
    pub etag: Option<String>,
    /// When it was written, as HTTP writes it.
    pub last_modified: Option<String>,
    /// Its `cache-control`.
    pub cache_control: Option<String>,
    /// Its `content-encoding`.
    pub content_encoding: Option<String>,
    never: Infallible,
}

impl Buckets {
    /// Refuses a URL.
    pub(crate) fn open(&self, url: &str) -> Result<(Arc<Bucket>, String), Error> {
        Err(refusal(url))
    }
}

impl BucketReader {
    /// Refuses a URL.
    ///
    /// # Errors
    ///
    /// [`Error::NotBuilt`], and [`Error::Url`].
    pub fn open(url: &str) -> Result<Self, Error> {
        Err(refusal(url))
    }

    /// Returns the URL of the bucket.
    #[must_use]
    pub fn root(&self) -> String {
        match *self {}
    }

    /// Returns the whole name of an object.
    #[must_use]
    pub fn full_name(&self, _key: &Key) -> String {
        match *self {}
    }

    /// Asks for an object.
    ///
    /// # Errors
    ///
    /// None.
    pub async fn get(&self, _full_name: &str, _known: Option<&str>) -> Result<Reply, Error> {
        match *self {}
    }
}

impl Streamed {
    /// Waits for more bytes.
    ///
    /// # Errors
    ///
    /// None.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, BucketError> {
        match self.never {}
    }
}

/// Says what is wrong with the URL of a bucket: at least that there are none.
fn refusal(url: &str) -> Error {
    match Scheme::split(url) {
        Some(_) => Error::NotBuilt { url: url.to_owned() },
        None => Error::Url { url: url.to_owned() },
    }
}

impl Bucket {
    pub(crate) fn url(&self, _key: &str) -> String {
        match *self {}
    }

    pub(crate) fn is_same_as(&self, _other: &Self) -> bool {
        match *self {}
    }

    pub(crate) fn list(&self, _prefix: &str, _on_listed: &mut dyn FnMut(Listed)) -> Result<(), Error> {
        match *self {}
    }

    pub(crate) fn find(&self, _key: &str) -> Result<Option<Listed>, Error> {
        match *self {}
    }

    pub(crate) fn read(&self, _key: &str, _max_bytes: u64) -> Result<Bytes, Error> {
        match *self {}
    }

    pub(crate) fn read_if_there(&self, _key: &str, _max_bytes: u64) -> Result<Option<Bytes>, Error> {
        match *self {}
    }

    pub(crate) fn delete(&self, _key: &str) -> Result<(), Error> {
        match *self {}
    }

    pub(crate) fn mark(&self, _key: &str) -> Result<Option<String>, Error> {
        match *self {}
    }

    pub(crate) fn write(
        &self,
        _key: &str,
        _bytes: Bytes,
        _content_type: &'static str,
        _mark: &str,
    ) -> Result<(), Error> {
        match *self {}
    }
}
