//! What a bucket says about an object that is asked for.

use std::fmt;

use bytes::Bytes;

use super::{BucketError, Chunks};

/// What a bucket says about an object that is asked for.
#[derive(Debug)]
pub enum Reply {
    /// Here it is.
    Object(Streamed),
    /// It is the one that the caller knows.
    Unchanged,
    /// There is none of that name, or no such bucket.
    Missing,
    /// It may not be read with these credentials. Of S3, an object that is not there is refused so to who may not list the bucket.
    Denied,
}

/// An object that comes while it is read.
pub struct Streamed {
    /// How many bytes it has, as the bucket says.
    pub size_bytes: u64,
    /// What changes when it does: its entity tag.
    pub etag: Option<String>,
    /// When it was written, as HTTP writes it.
    pub last_modified: Option<String>,
    /// Its `cache-control`, if it was written with one.
    pub cache_control: Option<String>,
    /// Its `content-encoding`, if it was written with one: then its bytes are not those of a picture.
    pub content_encoding: Option<String>,
    pub(super) chunks: Chunks,
}

impl Streamed {
    /// Waits for more bytes; `None` when all are there.
    ///
    /// # Errors
    ///
    /// Whatever ends the object before that, after a few tries to go on with it.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, BucketError> {
        self.chunks.next().await
    }
}

impl fmt::Debug for Streamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { size_bytes, etag, last_modified, .. } = self;
        f.debug_struct("Streamed")
            .field("size_bytes", size_bytes)
            .field("etag", etag)
            .field("last_modified", last_modified)
            .finish_non_exhaustive()
    }
}
