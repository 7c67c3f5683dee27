//! Sources in a bucket: objects whose names stay below its prefix, asked for as the files of a server are.

use std::sync::Arc;

use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, ETAG, IF_NONE_MATCH, LAST_MODIFIED};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream;
use http_body::Frame;
use http_body_util::{BodyExt, Empty, StreamBody};
use palmette_origin::{Body, Store, StoreError as Failure, Stored, Url};
use palmette_store::{BucketReader, Error as StoreError, Key, Reply, Streamed};

use super::name_of;
use crate::routes::image_url::UrlError;

/// A bucket, or a prefix in one.
#[derive(Debug)]
pub(crate) struct Bucket {
    reader: Arc<Reader>,
    /// Its URL without a prefix.
    root: Url,
}

/// The bucket as something that answers in HTTP's words.
#[derive(Debug)]
struct Reader(BucketReader);

impl Bucket {
    /// Opens a bucket by its URL; nothing is asked yet.
    pub(super) fn open(url: &str) -> Result<Self, StoreError> {
        let reader = BucketReader::open(url)?;
        let root = Url::parse(&reader.root()).map_err(|_| StoreError::Url { url: url.to_owned() })?;
        Ok(Self { reader: Arc::new(Reader(reader)), root })
    }

    /// Names the object that a path, percent-encoded, leads to. Slashes that follow each other are one.
    pub(super) fn object(&self, path: &str) -> Result<Stored, UrlError> {
        let name = name_of(path)?;
        let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
        let key = Key::parse(&parts.join("/")).ok_or(UrlError::BadSource)?;
        // Buckets refuse such names, and URLs leave such characters out: they would be those of another object.
        if name.contains(|letter: char| letter.is_ascii_control()) {
            return Err(UrlError::BadSource);
        }
        let name = self.reader.0.full_name(&key);
        let mut url = self.root.clone();
        // Encodes whatever is special in a name, `%` too, so no two names have one URL.
        url.path_segments_mut().map_err(|()| UrlError::BadSource)?.clear().extend(name.split('/'));
        let store = Arc::clone(&self.reader) as Arc<dyn Store>;
        Ok(Stored { store, name, url })
    }
}

impl Store for Reader {
    fn ask<'a>(&'a self, name: &'a str, headers: &'a HeaderMap) -> BoxFuture<'a, Result<Response<Body>, Failure>> {
        let known = headers.get(IF_NONE_MATCH).and_then(|tag| tag.to_str().ok());
        let answer = async move {
            Ok(match self.0.get(name, known).await? {
                Reply::Object(object) => file(object),
                Reply::Unchanged => empty(StatusCode::NOT_MODIFIED, &[(ETAG, known)]),
                Reply::Missing => empty(StatusCode::NOT_FOUND, &[]),
                Reply::Denied => empty(StatusCode::FORBIDDEN, &[]),
            })
        };
        answer.boxed()
    }
}

/// Answers with an object.
fn file(object: Streamed) -> Response<Body> {
    let size = object.size_bytes.to_string();
    let mut answer = empty(
        StatusCode::OK,
        &[
            (CONTENT_LENGTH, Some(size.as_str())),
            (ETAG, object.etag.as_deref()),
            (LAST_MODIFIED, object.last_modified.as_deref()),
            (CACHE_CONTROL, object.cache_control.as_deref()),
            (CONTENT_ENCODING, object.content_encoding.as_deref()),
        ],
    );
    let frames = stream::try_unfold(object, |mut object| async {
        let chunk = object.chunk().await.map_err(Failure::from)?;
        Ok(chunk.map(|bytes| (Frame::data(bytes), object)))
    });
    *answer.body_mut() = StreamBody::new(frames).boxed_unsync();
    answer
}

/// Answers without a body, with those headers that there are.
fn empty(status: StatusCode, headers: &[(HeaderName, Option<&str>)]) -> Response<Body> {
    let mut answer = Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
    *answer.status_mut() = status;
    for (name, value) in headers {
        if let Some(Ok(value)) = value.map(HeaderValue::from_str) {
            answer.headers_mut().insert(name.clone(), value);
        }
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the names and the URLs of objects, or which failure keeps a path from having one.
    fn object(bucket: &str, path: &str) -> Result<(String, String), String> {
        // The program of the npm package has no buckets, and says so where one is opened.
        let bucket = match Bucket::open(bucket) {
            Err(StoreError::NotBuilt { .. }) => return Err("not built".to_owned()),
            opened => opened.unwrap(),
        };
        bucket.object(path).map(|object| (object.name, object.url.to_string())).map_err(|error| format!("{error:?}"))
    }

    #[test]
    fn sources_stay_below_their_prefix() {
        if object("s3://b", "/a") == Err("not built".to_owned()) {
            return;
        }
        for (bucket, path, name, url) in [
            ("s3://b", "/a.jpg", "a.jpg", "s3://b/a.jpg"),
            ("s3://b/", "//a//b.jpg?c=../d", "a/b.jpg", "s3://b/a/b.jpg"),
            ("gs://b/in/x/", "/a%20b/%C3%BC.jpg", "in/x/a b/ü.jpg", "gs://b/in/x/a%20b/%C3%BC.jpg"),
            ("s3://b/in", "/a%2520b%3Fc%23", "in/a%20b?c#", "s3://b/in/a%2520b%3Fc%23"),
            ("s3://b/50%25", "/...", "50%25/...", "s3://b/50%2525/..."),
        ] {
            assert_eq!(object(bucket, path), Ok((name.to_owned(), url.to_owned())), "{path}");
        }
        for path in [
            "/../secret",
            "/a/../../secret",
            "/%2e%2e/secret",
            "/..%2fsecret",
            "/a/./b",
            "/a%00b",
            "/a%09b",
            "/%ff",
            "/",
            "/?a",
        ] {
            assert_eq!(object("s3://b/in", path), Err("BadSource".to_owned()), "{path}");
        }
        for bucket in ["s3://b/a//c", "s3://b/../c", "s3:///a", "s3://"] {
            assert!(matches!(Bucket::open(bucket), Err(StoreError::Url { .. })), "{bucket}");
        }
    }
}
