//! Hosted pictures: the data and the rules of the other half of Cloudflare Images, without HTTP.
//!
//! [`Hosted`] is a store: the bytes of pictures in a folder or a bucket (`pictures`), everything else in a database with transactions, SQLite
//! or Postgres (`database`). Several servers may have it open at once. What a store can do is in the module of the thing: [`Image`]s and
//! their [metadata](Metadata), [lists](Query) with [conditions](Condition), upload links (`draft`), [`Variant`]s, [`Key`]s, and
//! [settings](HostedSettings). Where it is, is in `place`.
//!
//! A picture is there whole or not at all. Its bytes are written first, under a new name; then a row gets the name, in a
//! transaction, which is on the disk before the caller is told. What is left over if a process ends in between are bytes that no row
//! names, and [`Hosted::sweep`] removes them.
//!
//! Whether bytes are a picture, and which, is for the caller to know: nothing here reads pixels. Calls wait where they are made.

mod database;
mod draft;
mod error;
mod filter;
mod id;
mod image;
mod key;
mod list;
mod metadata;
mod pictures;
mod place;
mod settings;
#[cfg(test)]
mod tests;
mod variant;

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use self::database::{Database, Transaction, Value};
use self::pictures::Pictures;

pub use database::{DatabaseError, PostgresError, PostgresUrl};
pub use draft::DEFAULT_LINK_LIFE;
pub use error::{HostedClass, HostedError};
pub use filter::{Condition, FilterError, Operator};
pub use id::{IdError, IdRule, is_uuid};
pub use image::{About, Image, ImageChange, MAX_PICTURE_BYTES, NewFile, NewImage};
pub use key::{DEFAULT_KEY, Key, MAX_KEYS};
pub use list::{Order, Page, Query};
pub use metadata::{MAX_METADATA_BYTES, Metadata, MetadataError};
pub use place::HostedPlace;
pub use settings::HostedSettings;
pub use variant::{MAX_VARIANTS, Variant, VariantChange, VariantError, VariantOptions};

/// The age of bytes that nobody will name any more: between them and their row there is no more than a moment.
const ABANDONED: Duration = Duration::from_secs(3600);

/// A store of hosted pictures, open.
#[derive(Debug)]
pub struct Hosted {
    database: Database,
    pictures: Pictures,
}

impl Hosted {
    /// Opens the store in a folder, and makes one if there is none.
    ///
    /// ```
    /// use palmette_store::hosted::{Hosted, NewFile, NewImage};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let hosted = Hosted::open(folder.path())?;
    /// let file = NewFile { content_type: "image/png".to_owned(), bytes: "bytes of a PNG".into(), ..NewFile::default() };
    /// let image = hosted.upload(NewImage { id: Some("cats/tom".to_owned()), file, ..NewImage::default() })?;
    /// assert_eq!(hosted.bytes(&image)?.unwrap(), "bytes of a PNG");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`open_at`](Self::open_at).
    pub fn open(folder: &Path) -> Result<Self, HostedError> {
        Self::open_at(&HostedPlace::folder(folder))
    }

    /// Opens the store at a place, and makes one if there is none.
    ///
    /// # Errors
    ///
    /// [`HostedError::File`] and [`HostedError::Bucket`], [`HostedError::OtherStore`], [`HostedError::Newer`], [`HostedError::Random`],
    /// [`HostedError::Database`] and [`HostedError::Unavailable`].
    pub fn open_at(place: &HostedPlace) -> Result<Self, HostedError> {
        let database = place.open_database()?;
        let pictures = Pictures::open(place.pictures())?;
        let hosted = Self { database, pictures };
        hosted.pictures.claim(&hosted.settings()?.account_hash)?;
        Ok(hosted)
    }

    /// Removes what uploads left over that were cut off more than an hour ago; returns how many files or objects.
    ///
    /// # Errors
    ///
    /// [`HostedError::File`], [`HostedError::Bucket`], [`HostedError::Database`], [`HostedError::Unavailable`].
    pub fn sweep(&self) -> Result<usize, HostedError> {
        self.sweep_older(ABANDONED)
    }

    /// Removes what has no row and is older than that.
    fn sweep_older(&self, age: Duration) -> Result<usize, HostedError> {
        self.pictures.sweep(age, |names| {
            let places: Vec<String> = (1..=names.len()).map(|number| format!("${number}")).collect();
            let sql = format!("SELECT file FROM image WHERE file IN ({})", places.join(", "));
            let names: Vec<Value> = names.iter().map(|name| name.as_str().into()).collect();
            let known = |transaction: &mut dyn Transaction| {
                transaction.query(&sql, &names)?.iter().map(|row| row.text(0)).collect::<Result<HashSet<_>, _>>()
            };
            self.database.read(known)
        })
    }
}

/// Tells whether a text may stand in a URL as it is, and is no list of options.
fn is_plain_name(name: &str, max_chars: usize) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    !name.is_empty() && name.len() <= max_chars && name.chars().all(is_plain)
}
