//! Buckets in a build without them.

use std::sync::Arc;

use bytes::Bytes;

use super::{Listed, Reply, Scheme};
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

/// The bytes of an object as they come; there are none.
#[derive(Debug)]
pub(super) enum Chunks {}

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

impl Chunks {
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, BucketError> {
        match *self {}
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
