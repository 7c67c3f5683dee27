//! Buckets by the crate `object_store`, which knows the three dialects, signs requests, finds credentials and repeats what failed.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::path::Path;
use object_store::{
    Attribute, AttributeValue, Attributes, GetOptions, ObjectMeta, ObjectStore, ObjectStoreExt, PutOptions, RetryConfig,
};
use tokio::runtime::{Builder, Runtime};

use super::connect::Connector;
use super::{Listed, Scheme};
use crate::Error;

/// Threads that speak with buckets: they wait, and decipher what comes.
const THREADS: usize = 2;

/// How often a request is repeated that a bucket did not answer, or was too busy for, at growing distances.
const MAX_RETRIES: usize = 6;

/// The time after which none is repeated any more.
const RETRY_TIMEOUT: Duration = Duration::from_secs(60);

/// The name of the metadata that a result carries its mark in.
const MARK: &str = "palmette-mark";

/// Opens buckets, each once, as the environment says: credentials and endpoints are in `AWS_…`, `GOOGLE_…` and `AZURE_…`.
#[derive(Debug, Default)]
pub struct Buckets(Mutex<Opened>);

#[derive(Debug, Default)]
struct Opened {
    threads: Option<Arc<Threads>>,
    buckets: HashMap<(Scheme, String), Arc<Bucket>>,
}

/// A bucket that was opened. Its calls wait for their answers.
#[derive(Debug)]
pub(crate) struct Bucket {
    scheme: Scheme,
    name: String,
    store: Box<dyn ObjectStore>,
    threads: Arc<Threads>,
}

/// The threads of buckets. They end by themselves after the last bucket, and are not waited for: where servers end, nobody may wait.
#[derive(Debug)]
struct Threads(Option<Runtime>);

/// A failure of a bucket, in the words of `object_store`.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct BucketError(#[from] object_store::Error);

impl Buckets {
    /// Opens the bucket of a URL; returns the key, too.
    pub(crate) fn open(&self, url: &str) -> Result<(Arc<Bucket>, String), Error> {
        let (scheme, name, key) = Scheme::split(url).ok_or_else(|| Error::Url { url: url.to_owned() })?;
        // What is kept is complete before the lock is let go.
        let mut opened = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = (scheme, name.to_owned());
        if let Some(bucket) = opened.buckets.get(&known) {
            return Ok((Arc::clone(bucket), key.to_owned()));
        }
        let threads = match &opened.threads {
            Some(threads) => Arc::clone(threads),
            None => Arc::new(Threads::start().map_err(Error::Start)?),
        };
        opened.threads = Some(Arc::clone(&threads));
        let retry = RetryConfig { max_retries: MAX_RETRIES, retry_timeout: RETRY_TIMEOUT, ..RetryConfig::default() };
        let store = connect(scheme, name, retry)
            .map_err(|error| Error::Bucket { url: url.to_owned(), source: error.into() })?;
        let bucket = Arc::new(Bucket { scheme, name: name.to_owned(), store, threads });
        opened.buckets.insert(known, Arc::clone(&bucket));
        Ok((bucket, key.to_owned()))
    }
}

impl Threads {
    fn start() -> io::Result<Self> {
        Ok(Self(Some(Builder::new_multi_thread().worker_threads(THREADS).enable_all().build()?)))
    }

    /// Waits for an answer.
    fn wait<T>(&self, answer: impl Future<Output = T>) -> T {
        self.0.as_ref().expect("they are there until they are dropped").block_on(answer)
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Makes the client of a bucket.
pub(super) fn connect(scheme: Scheme, name: &str, retry: RetryConfig) -> object_store::Result<Box<dyn ObjectStore>> {
    Ok(match scheme {
        Scheme::S3 => {
            let builder = AmazonS3Builder::from_env().with_bucket_name(name);
            Box::new(builder.with_retry(retry).with_http_connector(Connector).build()?)
        }
        Scheme::Gs => {
            let builder = GoogleCloudStorageBuilder::from_env().with_bucket_name(name);
            Box::new(builder.with_retry(retry).with_http_connector(Connector).build()?)
        }
        Scheme::Az => {
            let builder = MicrosoftAzureBuilder::from_env().with_container_name(name);
            Box::new(builder.with_retry(retry).with_http_connector(Connector).build()?)
        }
    })
}

impl Bucket {
    /// Makes a bucket in memory.
    #[cfg(test)]
    pub(crate) fn in_memory() -> Arc<Self> {
        let threads = Arc::new(Threads::start().unwrap());
        let store = Box::new(object_store::memory::InMemory::new());
        Arc::new(Self { scheme: Scheme::S3, name: "memory".to_owned(), store, threads })
    }

    /// Returns the URL of a key.
    pub(crate) fn url(&self, key: &str) -> String {
        format!("{}{}/{key}", self.scheme.start(), self.name)
    }

    /// Tells whether both are the same bucket.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        (self.scheme, &self.name) == (other.scheme, &other.name)
    }

    /// Lists the objects whose names begin with a prefix, which ends with a slash or is empty.
    pub(crate) fn list(&self, prefix: &str, on_listed: &mut dyn FnMut(Listed)) -> Result<(), Error> {
        self.wait(prefix, async {
            let mut objects = self.store.list(Some(&Path::parse(prefix)?));
            while let Some(object) = objects.try_next().await? {
                on_listed(object.into());
            }
            Ok(())
        })
    }

    /// Finds an object.
    pub(crate) fn find(&self, key: &str) -> Result<Option<Listed>, Error> {
        self.wait(key, async { Ok(found(self.store.head(&Path::parse(key)?).await)?.map(Listed::from)) })
    }

    /// Reads an object of at most `max_bytes`.
    pub(crate) fn read(&self, key: &str, max_bytes: u64) -> Result<Bytes, Error> {
        let bytes = self.wait(key, async {
            let answer = self.store.get(&Path::parse(key)?).await?;
            if answer.meta.size > max_bytes { Ok(None) } else { answer.bytes().await.map(Some) }
        })?;
        bytes.ok_or_else(|| Error::TooLarge { name: self.url(key), max_bytes })
    }

    /// Reads an object of at most `max_bytes`; nothing if it is not there.
    pub(crate) fn read_if_there(&self, key: &str, max_bytes: u64) -> Result<Option<Bytes>, Error> {
        let read = self.wait(key, async {
            let Some(answer) = found(self.store.get(&Path::parse(key)?).await)? else { return Ok(None) };
            if answer.meta.size > max_bytes {
                Ok(Some(None))
            } else {
                answer.bytes().await.map(|bytes| Some(Some(bytes)))
            }
        })?;
        match read {
            Some(None) => Err(Error::TooLarge { name: self.url(key), max_bytes }),
            read => Ok(read.flatten()),
        }
    }

    /// Removes an object, if it is there.
    pub(crate) fn delete(&self, key: &str) -> Result<(), Error> {
        self.wait(key, async { found(self.store.delete(&Path::parse(key)?).await).map(drop) })
    }

    /// Returns the mark of a result; nothing if it is not there, or has none.
    pub(crate) fn mark(&self, key: &str) -> Result<Option<String>, Error> {
        let options = GetOptions { head: true, ..GetOptions::default() };
        let answer = self.wait(key, async { found(self.store.get_opts(&Path::parse(key)?, options).await) })?;
        let mark =
            answer.and_then(|answer| Some(answer.attributes.get(&Attribute::Metadata(MARK.into()))?.to_string()));
        Ok(mark)
    }

    /// Writes an object in one request: it is there whole, or as it was before.
    pub(crate) fn write(&self, key: &str, bytes: Bytes, content_type: &'static str, mark: &str) -> Result<(), Error> {
        let attributes = Attributes::from_iter([
            (Attribute::ContentType, AttributeValue::from(content_type)),
            (Attribute::Metadata(MARK.into()), mark.to_owned().into()),
        ]);
        let options = PutOptions { attributes, ..PutOptions::default() };
        self.wait(key, async { self.store.put_opts(&Path::parse(key)?, bytes.into(), options).await.map(drop) })
    }

    /// Waits for an answer about a key.
    fn wait<T>(&self, key: &str, answer: impl Future<Output = object_store::Result<T>>) -> Result<T, Error> {
        let failed = |error: object_store::Error| Error::Bucket { url: self.url(key), source: error.into() };
        self.threads.wait(answer).map_err(failed)
    }
}

impl From<ObjectMeta> for Listed {
    fn from(object: ObjectMeta) -> Self {
        // Azure puts entity tags into quotes, except in lists.
        let version = object.e_tag.or(object.version).map(|tag| tag.trim_matches('"').into());
        Self { key: object.location.into(), version, size_bytes: object.size, written: object.last_modified.into() }
    }
}

/// Makes nothing of an object that is not there.
fn found<T>(answer: object_store::Result<T>) -> object_store::Result<Option<T>> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
