//! Hosted pictures: the data and the rules of the other half of Cloudflare Images, without HTTP.
//!
//! [`Hosted`] is a store in a folder: the bytes of pictures in files (`pictures`), everything else in a database with transactions
//! (`database`). Several processes may have it open at once. What a store can do is in the module of the thing: [`Image`]s and their
//! [metadata](Metadata), [lists](Query) with [conditions](Condition), upload links (`draft`), [`Variant`]s, [`Key`]s, and
//! [settings](HostedSettings).
//!
//! A picture is there whole or not at all. Its bytes are written first, to a file of a new name; then a row names the file, in a
//! transaction, which is on the disk before the caller is told. What is left over if a process ends in between is a file that no row
//! names, and [`Hosted::sweep`] removes it.
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
mod settings;
#[cfg(test)]
mod tests;
mod variant;

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use self::database::Database;
use self::pictures::{Pictures, failed};

pub use draft::DEFAULT_LINK_LIFE;
pub use error::{HostedClass, HostedError};
pub use filter::{Condition, FilterError, Operator};
pub use id::{IdError, IdRule, is_uuid};
pub use image::{About, Image, ImageChange, MAX_PICTURE_BYTES, NewFile, NewImage};
pub use key::{DEFAULT_KEY, Key, MAX_KEYS};
pub use list::{Order, Page, Query};
pub use metadata::{MAX_METADATA_BYTES, Metadata, MetadataError};
pub use settings::HostedSettings;
pub use variant::{MAX_VARIANTS, Variant, VariantChange, VariantError, VariantOptions};

/// The file of the database, in the folder of a store.
const DATABASE: &str = "hosted.sqlite";
/// The folder of the files of pictures, there too.
const PICTURES: &str = "pictures";

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
    /// [`HostedError::File`], [`HostedError::Newer`], [`HostedError::Random`], [`HostedError::Database`].
    pub fn open(folder: &Path) -> Result<Self, HostedError> {
        if !folder.is_dir() {
            fs::create_dir_all(folder).map_err(|source| failed(folder, source))?;
            // It may be made inside of a project, of whose sources it is no part.
            let ignored = folder.join(".gitignore");
            fs::write(&ignored, "*\n").map_err(|source| failed(&ignored, source))?;
        }
        let pictures = Pictures::open(folder.join(PICTURES))?;
        let database = Database::open(&folder.join(DATABASE))?;
        Ok(Self { database, pictures })
    }

    /// Removes what uploads left over that were cut off more than an hour ago; returns how many files.
    ///
    /// # Errors
    ///
    /// [`HostedError::File`], [`HostedError::Database`].
    pub fn sweep(&self) -> Result<usize, HostedError> {
        self.pictures.sweep(|| {
            self.database.read(|connection| {
                let mut statement = connection.prepare("SELECT file FROM image WHERE file IS NOT NULL")?;
                let files = statement.query_map([], |row| row.get(0))?;
                Ok(files.collect::<Result<HashSet<String>, _>>()?)
            })
        })
    }
}

/// Tells whether a text may stand in a URL as it is, and is no list of options.
fn is_plain_name(name: &str, max_chars: usize) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    !name.is_empty() && name.len() <= max_chars && name.chars().all(is_plain)
}
