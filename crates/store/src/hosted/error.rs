//! Why the store of hosted pictures refuses something, or cannot do it.

use std::io;
use std::path::PathBuf;

use super::database::DatabaseError;
use super::filter::FilterError;
use super::id::IdError;
use super::metadata::MetadataError;
use super::variant::VariantError;

/// A failure of the store of hosted pictures.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostedError {
    /// Occurs when a text cannot be the id of a picture.
    #[error(transparent)]
    Id(#[from] IdError),
    /// Occurs when the metadata of a picture cannot be kept.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// Occurs when a filter of a list is wrong.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// Occurs when a variant is wrong.
    #[error(transparent)]
    Variant(#[from] VariantError),
    /// Occurs when a picture with an id of its owner's is to require signed URLs.
    #[error("a picture with an id of your own cannot require signed URLs")]
    PrivateCustomId,
    /// Occurs when there is something of that name already.
    #[error("there is a {kind} `{name}` already")]
    Exists {
        /// What it is: `picture`, `variant`.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// Occurs when there is nothing of that name.
    #[error("there is no {kind} `{name}`")]
    Missing {
        /// What it is: `picture`, `variant`, `key`.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// Occurs when there are as many of something as there may be.
    #[error("there are {max} {kind} already, and may be no more")]
    TooMany {
        /// What they are: `variants`, `keys`.
        kind: &'static str,
        /// The limit.
        max: usize,
    },
    /// Occurs when a key has a name that no URL can hold.
    #[error("`{name}` cannot be the name of a key: it must be 1 to {max_chars} letters, digits, `-` or `_`")]
    KeyName {
        /// The name.
        name: String,
        /// The limit.
        max_chars: usize,
    },
    /// Occurs when an upload link is used again.
    #[error("the upload link of `{id}` was used already")]
    LinkUsed {
        /// The id of the picture.
        id: String,
    },
    /// Occurs when the time of an upload link is over.
    #[error("the upload link of `{id}` has expired")]
    LinkExpired {
        /// The id of the picture.
        id: String,
    },
    /// Occurs when an upload link is to hold for too short or too long a time.
    #[error("an upload link holds for {} to {} s, not {asked_s} s", super::draft::LIFE_S.start(), super::draft::LIFE_S.end())]
    LinkLife {
        /// The time that was asked for.
        asked_s: i64,
    },
    /// Occurs when a list is to go on where no list of this store ended.
    #[error("`{token}` is no token of a list of this store")]
    Continuation {
        /// The token.
        token: String,
    },
    /// Occurs when a page is to have no picture, or too many.
    #[error("a page has 1 to {max} pictures, not {asked}")]
    PageSize {
        /// The size that was asked for.
        asked: u64,
        /// The limit.
        max: u32,
    },
    /// Occurs when browsers are to keep pictures for too short or too long a time.
    #[error("browser_ttl is {} to {} s, not {asked_s} s", super::settings::BROWSER_TTL_S.start(), super::settings::BROWSER_TTL_S.end())]
    BrowserTtl {
        /// The time that was asked for.
        asked_s: u64,
    },
    /// Occurs when a picture has more bytes than may be stored.
    #[error("the picture is larger than {max_bytes} bytes")]
    TooLarge {
        /// The limit.
        max_bytes: usize,
    },
    /// Occurs when the store was made by a version that knows more than this one.
    #[error("{name} was made by a newer version: it has layout {found}, and this version knows {known}")]
    Newer {
        /// The database.
        name: String,
        /// The layout that it has.
        found: u32,
        /// The newest layout that this version knows.
        known: u32,
    },
    /// Occurs when the database cannot be read or written.
    #[error("the database of hosted pictures failed: {0}")]
    Database(#[source] DatabaseError),
    /// Occurs, wherever the database is asked, when it cannot be used for now: it is not reached, or busy. The same may be asked again.
    #[error("the database of hosted pictures cannot be used now, try again: {0}")]
    Unavailable(#[from] DatabaseError),
    /// Occurs when a text is not the URL of a database. The URL is not in the message, since it may have a password.
    #[error("not a URL of a database, which is postgres://USER@HOST:PORT/DATABASE: {why}")]
    Url {
        /// What is wrong with it.
        why: String,
    },
    /// Occurs when Postgres is asked for in a build without the feature `postgres`.
    #[error(
        "this program was built without Postgres, like that of the npm package; `cargo install palmette-cli` and the container have it"
    )]
    NotBuilt,
    /// Occurs when the certificates of `SSL_CERT_FILE` cannot be read.
    #[error("cannot read the certificates of SSL_CERT_FILE: {source}")]
    Authorities {
        /// Why.
        source: io::Error,
    },
    /// Occurs when a row of the database is not what this store writes.
    #[error("the database of hosted pictures holds something that is not from here: {what}")]
    Corrupt {
        /// Which value, and why.
        what: String,
    },
    /// Occurs when a file of the store cannot be read or written.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Occurs when the bytes of a picture are not where the database says.
    #[error("the bytes of the picture `{id}`, {file}, are gone, although nobody removed it")]
    Lost {
        /// The id of the picture.
        id: String,
        /// The name of its bytes.
        file: String,
    },
    /// Occurs when the bucket of pictures cannot be used.
    #[error(transparent)]
    Bucket(#[from] crate::Error),
    /// Occurs when the pictures of another store are where those of this one should be.
    #[error("{place} has the pictures of another store: of {found}, not of {expected}")]
    OtherStore {
        /// The folder or bucket.
        place: String,
        /// [`HostedSettings::account_hash`](super::HostedSettings::account_hash) of the store that has its pictures there.
        found: String,
        /// That of this store.
        expected: String,
    },
    /// Occurs when the system has no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
}

/// What kind of failure it is, for whoever answers a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostedClass {
    /// Something in the request is wrong.
    Wrong,
    /// There is no such thing.
    Missing,
    /// There is such a thing already.
    Exists,
    /// An upload link was used already.
    Used,
    /// An upload link has expired.
    Expired,
    /// Something is too large, or there is too much of it.
    Limit,
    /// The store cannot be used now, and may be asked again.
    Unavailable,
    /// The store failed.
    Ours,
}

impl HostedError {
    /// Says what kind of failure it is.
    #[must_use]
    pub const fn class(&self) -> HostedClass {
        match self {
            Self::Id(_)
            | Self::Metadata(_)
            | Self::Filter(_)
            | Self::Variant(_)
            | Self::PrivateCustomId
            | Self::KeyName { .. }
            | Self::LinkLife { .. }
            | Self::Continuation { .. }
            | Self::PageSize { .. }
            | Self::BrowserTtl { .. } => HostedClass::Wrong,
            Self::Missing { .. } => HostedClass::Missing,
            Self::Exists { .. } => HostedClass::Exists,
            Self::LinkUsed { .. } => HostedClass::Used,
            Self::LinkExpired { .. } => HostedClass::Expired,
            Self::TooMany { .. } | Self::TooLarge { .. } => HostedClass::Limit,
            Self::Unavailable(_) => HostedClass::Unavailable,
            Self::Newer { .. }
            | Self::Database(_)
            | Self::Url { .. }
            | Self::NotBuilt
            | Self::Authorities { .. }
            | Self::Corrupt { .. }
            | Self::File { .. }
            | Self::Lost { .. }
            | Self::Bucket(_)
            | Self::OtherStore { .. }
            | Self::Random(_) => HostedClass::Ours,
        }
    }

    /// Makes the failure that there is no picture of an id.
    pub(super) fn no_picture(id: &str) -> Self {
        Self::Missing { kind: "picture", name: id.to_owned() }
    }
}
