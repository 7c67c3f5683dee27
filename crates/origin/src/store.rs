//! What is asked by another way than HTTP, such as a bucket, and yet answers as a server does.
//!
//! A store says in HTTP's words what it has: a status, headers such as `etag`, and a body that comes while it is read. So what holds for
//! servers holds for stores: limits are kept at the first byte too many, what was fetched is kept by its own headers and renewed by its tag,
//! and equal fetches at the same time are one. No URL of a stranger leads into a store, nor does a redirect: who asks names it.

use std::fmt::Debug;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::{HeaderMap, Response};
use url::Url;

/// A failure in the words of a store, or of an HTTP library.
pub type StoreError = Box<dyn std::error::Error + Send + Sync>;

/// The body of an answer, whoever gave it.
pub type Body = UnsyncBoxBody<Bytes, StoreError>;

/// Something that has files by their names.
pub trait Store: Debug + Send + Sync {
    /// Asks for a file. An `if-none-match` names the state of it that the caller knows; nothing else in the headers counts.
    ///
    /// The answer is 200 with the file, its `content-length`, and its `etag`, `last-modified` and `cache-control` if it has them; 304 with
    /// the `etag` if that is the state that the caller knows; 404 if there is no such file; 403 if it may not be read. Time is the caller's
    /// to limit: who is tired of waiting drops the future.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from answering; [`Error::Store`](crate::Error::Store) says so to the caller, without the reason.
    fn ask<'a>(&'a self, name: &'a str, headers: &'a HeaderMap) -> BoxFuture<'a, Result<Response<Body>, StoreError>>;
}

/// A file of a store.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The name of the file there.
    pub name: String,
    /// A URL that no other file has: what is fetched is found again by it. Its scheme and host name the store in messages.
    pub url: Url,
}
