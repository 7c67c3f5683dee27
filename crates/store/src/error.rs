//! Why a place cannot be listed, read or written.

use std::io;
use std::path::PathBuf;

pub use crate::bucket::BucketError;

/// A failure of a place. Messages name the file or URL.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Occurs when a bucket is named in a build without the feature `buckets`.
    #[error(
        "{url}: this program was built without buckets, like that of the npm package; `cargo install palmette-cli` and the container have them"
    )]
    NotBuilt {
        /// The URL.
        url: String,
    },
    /// Occurs when the URL of a bucket has no bucket, or a name that no bucket takes.
    #[error("{url}: not a URL of a bucket; it must be s3://BUCKET/KEY, gs://BUCKET/KEY or az://CONTAINER/KEY")]
    Url {
        /// The URL.
        url: String,
    },
    /// Occurs when a bucket cannot be opened, listed, read or written.
    #[error("{url}: {source}")]
    Bucket {
        /// The URL.
        url: String,
        /// Why.
        source: BucketError,
    },
    /// Occurs when an object is not in its bucket.
    #[error("{url}: not found")]
    NotFound {
        /// The URL.
        url: String,
    },
    /// Occurs when the system refuses threads for buckets.
    #[error("cannot start threads for buckets: {0}")]
    Start(#[source] io::Error),
    /// Occurs when a folder cannot be listed.
    #[error("cannot list {}: {source}", path.display())]
    List {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Occurs when a name cannot be one in a bucket or a report.
    #[error("{}: the name of the file must be UTF-8", path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
    },
    /// Occurs when a file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Occurs when an object has more bytes than may be read.
    #[error("{name} is larger than {max_bytes} bytes")]
    TooLarge {
        /// The object.
        name: String,
        /// The limit.
        max_bytes: u64,
    },
    /// Occurs when a file cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}
