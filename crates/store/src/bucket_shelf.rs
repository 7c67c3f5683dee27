//! What a [`Shelf`](crate::Shelf) is in a folder, in a bucket: for several servers, and without a bound of its own. The rules of the bucket should
//! let old objects expire.

use std::sync::Arc;

use bytes::Bytes;

use crate::bucket::Bucket;
use crate::shelf::{head, name, unpack};
use crate::{Buckets, Error, Place, ShelfKey};

/// What tells these objects from results of batches.
const MARK: &str = "shelf";

/// A prefix in a bucket, for things that may be lost.
#[derive(Debug)]
pub struct BucketShelf {
    bucket: Arc<Bucket>,
    /// Ends with a slash, or is empty.
    prefix: String,
}

impl BucketShelf {
    /// Opens a prefix by its URL. Nothing is asked yet.
    ///
    /// # Errors
    ///
    /// [`Error::Url`], [`Error::NotBuilt`], [`Error::Start`], and [`Error::Bucket`] if the environment does not say how to reach it.
    pub fn open(url: &str, buckets: &Buckets) -> Result<Self, Error> {
        let not_a_url = || Error::Url { url: url.to_owned() };
        if !Place::is_url(url) {
            return Err(not_a_url());
        }
        let place = Place::parse(url, buckets)?;
        let (bucket, prefix) = place.bucket().ok_or_else(not_a_url)?;
        Ok(Self { bucket: Arc::clone(bucket), prefix: prefix.to_owned() })
    }

    /// Reads a thing; nothing if it is not there, or not whole.
    ///
    /// # Errors
    ///
    /// [`Error::Bucket`], and [`Error::TooLarge`].
    pub fn get(&self, key: &ShelfKey, max_bytes: u64) -> Result<Option<Bytes>, Error> {
        let object = self.bucket.read_if_there(&self.object(key), max_bytes)?;
        Ok(object.and_then(|object| unpack(key, object)))
    }

    /// Writes a thing, in pieces, in one request.
    ///
    /// # Errors
    ///
    /// [`Error::Bucket`].
    pub fn put(&self, key: &ShelfKey, content: &[&[u8]]) -> Result<(), Error> {
        let object = [&[&head(key, content)[..]], content].concat().concat();
        self.bucket.write(&self.object(key), object.into(), "application/octet-stream", MARK)
    }

    /// Removes a thing, if it is there.
    ///
    /// # Errors
    ///
    /// [`Error::Bucket`].
    pub fn remove(&self, key: &ShelfKey) -> Result<(), Error> {
        self.bucket.delete(&self.object(key))
    }

    /// Returns the name of an object.
    fn object(&self, key: &ShelfKey) -> String {
        format!("{}{}", self.prefix, name(key))
    }
}
