//! Pictures and results in a folder or a bucket.
//!
//! [`Place`] is where pictures are: a folder, or what has a prefix in a bucket. It lists [`Object`]s, which are read whole.
//! [`Results`] is where pictures go. Each is written beside its name and renamed, or put in one request, so that none is ever half
//! there; and each is remembered with a *mark*, the digest of all that it was made of, so that it need not be made again.
//!
//! [`Shelf`] is a folder of bounded size for what may be lost, such as results that can be made again, and [`BucketShelf`] the same in a bucket.
//! [`hosted`] is something else: a store of pictures with a database, for a server that hosts them.
//!
//! Everything here waits where it is called; buckets have a small runtime of their own ([`Buckets`]). Only [`BucketReader`] is for a server,
//! which has a runtime: what it reads comes while it is read.

mod bucket;
mod bucket_shelf;
mod error;
mod hex;
pub mod hosted;
mod key;
mod object;
mod part;
mod place;
mod results;
mod shelf;
#[cfg(any(feature = "buckets", feature = "postgres"))]
mod tls;

pub use bucket::{BucketReader, Buckets, Reply, Streamed, is_bucket_url};
pub use bucket_shelf::BucketShelf;
pub use error::{BucketError, Error};
pub use key::Key;
pub use object::Object;
pub use place::{Found, Place};
pub use results::{Results, Written};
pub use shelf::{Shelf, ShelfKey};

/// The examples of the README run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
