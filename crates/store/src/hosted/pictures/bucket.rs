//! Pictures in a bucket: an object each, which is put in one request, and so is whole or not there.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::{OWNER, is_old};
use crate::bucket::Bucket;
use crate::hosted::{HostedError, MAX_PICTURE_BYTES};

/// What tells these objects from results of batches.
const MARK: &str = "hosted";

/// The type of objects. That of a picture is in the database.
const CONTENT_TYPE: &str = "application/octet-stream";

/// The most bytes of the name of a store.
const MAX_OWNER_BYTES: u64 = 1000;

/// The objects of a store.
#[derive(Debug)]
pub(in super::super) struct PictureBucket {
    bucket: Arc<Bucket>,
    /// Ends with a slash, or is empty.
    prefix: String,
}

impl PictureBucket {
    pub(super) const fn new(bucket: Arc<Bucket>, prefix: String) -> Self {
        Self { bucket, prefix }
    }

    /// Returns the place and the store that has its pictures here, or writes down that it is this one.
    pub(super) fn claim(&self, owner: &str) -> Result<Option<(String, String)>, HostedError> {
        let key = self.key(OWNER);
        match self.bucket.read_if_there(&key, MAX_OWNER_BYTES)? {
            Some(found) => Ok(Some((self.bucket.url(&self.prefix), String::from_utf8_lossy(&found).into_owned()))),
            None => {
                self.bucket.write(&key, owner.to_owned().into(), CONTENT_TYPE, MARK)?;
                Ok(None)
            }
        }
    }

    pub(super) fn write(&self, name: &str, bytes: Bytes) -> Result<(), HostedError> {
        Ok(self.bucket.write(&self.key(name), bytes, CONTENT_TYPE, MARK)?)
    }

    pub(super) fn read(&self, name: &str) -> Result<Option<Bytes>, HostedError> {
        Ok(self.bucket.read_if_there(&self.key(name), MAX_PICTURE_BYTES as u64)?)
    }

    pub(super) fn remove(&self, name: &str) -> Result<(), HostedError> {
        Ok(self.bucket.delete(&self.key(name))?)
    }

    /// Lists pictures that were written so long ago.
    pub(super) fn list_old(&self, age: Duration) -> Result<Vec<String>, HostedError> {
        let mut old = Vec::new();
        self.bucket.list(&self.prefix, &mut |listed| {
            let name = listed.key.strip_prefix(&self.prefix).filter(|name| is_old(name, listed.written, age));
            old.extend(name.map(str::to_owned));
        })?;
        Ok(old)
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}
