//! Buckets, if this build has them.
//!
//! `enabled` and `streamed`, and `disabled` in their place, have the same signatures, so that no other code depends on the features of
//! the build.

#[cfg(feature = "buckets")]
mod connect;
#[cfg(not(feature = "buckets"))]
mod disabled;
#[cfg(feature = "buckets")]
mod enabled;
mod reply;
#[cfg(feature = "buckets")]
mod streamed;

use std::sync::Arc;
use std::time::SystemTime;

#[cfg(not(feature = "buckets"))]
pub(crate) use disabled::Bucket;
#[cfg(feature = "buckets")]
pub(crate) use enabled::Bucket;

#[cfg(not(feature = "buckets"))]
pub use disabled::{BucketError, BucketReader, Buckets};
#[cfg(feature = "buckets")]
pub use enabled::{BucketError, Buckets};
#[cfg(feature = "buckets")]
pub use streamed::BucketReader;

pub use reply::{Reply, Streamed};

#[cfg(not(feature = "buckets"))]
use disabled::Chunks;
#[cfg(feature = "buckets")]
use streamed::Chunks;

/// Tells whether a text is the URL of something in a bucket, or of a whole one: whether it begins with `s3://`, `gs://` or `az://` and a name.
/// Whether this build has buckets, whoever opens it says.
#[must_use]
pub fn is_bucket_url(text: &str) -> bool {
    Scheme::split(text).is_some()
}

/// Who keeps a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scheme {
    /// Amazon's, and the many who speak as it does.
    S3,
    /// Google's.
    Gs,
    /// Microsoft's.
    Az,
}

impl Scheme {
    const ALL: [(Self, &str); 3] = [(Self::S3, "s3://"), (Self::Gs, "gs://"), (Self::Az, "az://")];

    /// Returns the scheme that a text begins with.
    fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, start)| text.starts_with(start)).map(|(scheme, _)| scheme)
    }

    /// Returns the scheme as a URL begins with it.
    const fn start(self) -> &'static str {
        match self {
            Self::S3 => "s3://",
            Self::Gs => "gs://",
            Self::Az => "az://",
        }
    }

    /// Takes a URL apart: the scheme, the bucket, and the key, which may be empty. A key is as it is written, nothing in it is escaped.
    fn split(url: &str) -> Option<(Self, &str, &str)> {
        let scheme = Self::of(url)?;
        let rest = &url[scheme.start().len()..];
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        (!bucket.is_empty()).then_some((scheme, bucket, key))
    }
}

/// An object as a bucket describes it.
#[derive(Debug)]
pub(crate) struct Listed {
    /// Its whole name.
    pub(crate) key: String,
    /// What changes when it does.
    pub(crate) version: Option<Arc<str>>,
    pub(crate) size_bytes: u64,
    /// When it was written, by the clock of the bucket.
    pub(crate) written: SystemTime,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        assert_eq!(Scheme::split("s3://b/a b/ü%20.jpg"), Some((Scheme::S3, "b", "a b/ü%20.jpg")));
        assert_eq!(Scheme::split("gs://b"), Some((Scheme::Gs, "b", "")));
        assert_eq!(Scheme::split("az://b/"), Some((Scheme::Az, "b", "")));
        assert_eq!(Scheme::split("s3:///a"), None);
        assert_eq!((Scheme::of("S3:b"), Scheme::of("https://b/a"), Scheme::of("s3/a.jpg")), (None, None, None));
    }
}
