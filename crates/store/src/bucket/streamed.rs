//! Objects that come while they are read, for a server.
//!
//! Whatever else is done with buckets waits on the runtime that [`Buckets`](super::Buckets) has. A server has its own, on which thousands
//! wait at once, so these calls are `async` and start no threads.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use object_store::path::Path;
use object_store::{Attribute, Error as StoreError, GetOptions, GetResult, ObjectStore, RetryConfig};

use super::enabled::{BucketError, connect};
use super::{Reply, Scheme, Streamed};
use crate::{Error, Key};

/// How often a request is repeated that the bucket did not answer: somebody waits.
const MAX_RETRIES: usize = 2;

/// The time after which none is repeated any more.
const RETRY_TIMEOUT: Duration = Duration::from_secs(10);

/// A time as HTTP writes it.
const HTTP_DATE: &str = "%a, %d %b %Y %H:%M:%S GMT";

/// Reads the objects whose names have a prefix, on the runtime of its caller.
pub struct BucketReader {
    scheme: Scheme,
    name: String,
    /// Ends with a slash, or is empty.
    prefix: String,
    store: Box<dyn ObjectStore>,
}

/// The bytes of an object as they come.
pub(super) struct Chunks(BoxStream<'static, object_store::Result<Bytes>>);

impl BucketReader {
    /// Opens a bucket, or a prefix in one, by its URL, as the environment says: credentials and endpoints are in `AWS_…`, `GOOGLE_…` and
    /// `AZURE_…`. Nothing is asked yet.
    ///
    /// # Errors
    ///
    /// [`Error::Url`] also if the prefix is one that no object can have, with an empty part or `..`; [`Error::Bucket`] if the environment
    /// does not say how to reach it; without the feature `buckets` [`Error::NotBuilt`].
    pub fn open(url: &str) -> Result<Self, Error> {
        let not_a_url = || Error::Url { url: url.to_owned() };
        let (scheme, name, prefix) = Scheme::split(url).ok_or_else(not_a_url)?;
        let prefix = prefix.trim_end_matches('/');
        Path::parse(prefix).map_err(|_| not_a_url())?;
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        let retry = RetryConfig { max_retries: MAX_RETRIES, retry_timeout: RETRY_TIMEOUT, ..RetryConfig::default() };
        let store = connect(scheme, name, retry)
            .map_err(|error| Error::Bucket { url: url.to_owned(), source: error.into() })?;
        Ok(Self { scheme, name: name.to_owned(), prefix, store })
    }

    /// Returns the URL of the bucket, without a key.
    #[must_use]
    pub fn root(&self) -> String {
        format!("{}{}", self.scheme.start(), self.name)
    }

    /// Returns the whole name of an object, given what follows the prefix.
    #[must_use]
    pub fn full_name(&self, key: &Key) -> String {
        format!("{}{key}", self.prefix)
    }

    /// Asks for an object by its [whole name](Self::full_name), unless it is the one with an entity tag that the caller knows.
    ///
    /// # Errors
    ///
    /// [`Error::Bucket`] if there is no answer, or one that says something else.
    pub async fn get(&self, full_name: &str, known: Option<&str>) -> Result<Reply, Error> {
        // No object has a name that cannot be asked for.
        let Ok(path) = Path::parse(full_name) else { return Ok(Reply::Missing) };
        let options = GetOptions { if_none_match: known.map(str::to_owned), ..GetOptions::default() };
        match self.store.get_opts(&path, options).await {
            Ok(found) => Ok(Reply::Object(found.into())),
            Err(StoreError::NotModified { .. }) => Ok(Reply::Unchanged),
            Err(StoreError::NotFound { .. }) => Ok(Reply::Missing),
            Err(StoreError::PermissionDenied { .. } | StoreError::Unauthenticated { .. }) => Ok(Reply::Denied),
            Err(error) => Err(Error::Bucket { url: format!("{}/{full_name}", self.root()), source: error.into() }),
        }
    }
}

impl fmt::Debug for BucketReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The client shows what it signs with.
        f.debug_tuple("BucketReader").field(&self.root()).field(&self.prefix).finish()
    }
}

impl Chunks {
    /// Waits for more bytes; `None` when all are there.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, BucketError> {
        Ok(self.0.try_next().await?)
    }
}

impl From<GetResult> for Streamed {
    fn from(found: GetResult) -> Self {
        let attribute = |attribute| found.attributes.get(&attribute).map(|value| value.as_ref().to_owned());
        Self {
            size_bytes: found.meta.size,
            etag: found.meta.e_tag.clone(),
            last_modified: Some(found.meta.last_modified.format(HTTP_DATE).to_string()),
            cache_control: attribute(Attribute::CacheControl),
            content_encoding: attribute(Attribute::ContentEncoding),
            chunks: Chunks(found.into_stream()),
        }
    }
}
