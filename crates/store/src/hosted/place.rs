//! Where a store is: its database, and its pictures.

use std::fs;
use std::path::{Path, PathBuf};

use super::HostedError;
use super::database::{Database, PostgresUrl};
use super::pictures::failed;
use crate::Place;

/// The file of the database, in the folder of a store.
const DATABASE: &str = "hosted.sqlite";
/// The folder of pictures, there too, unless they are elsewhere.
const PICTURES: &str = "pictures";

/// Where a store is.
#[derive(Clone, Debug)]
pub struct HostedPlace {
    database: DatabasePlace,
    pictures: Place,
}

#[derive(Clone, Debug)]
enum DatabasePlace {
    /// SQLite, in this folder.
    Folder(PathBuf),
    Postgres(PostgresUrl),
}

impl HostedPlace {
    /// Names a folder with all of a store: a file for the database, and a folder of pictures.
    #[must_use]
    pub fn folder(folder: &Path) -> Self {
        Self { database: DatabasePlace::Folder(folder.to_owned()), pictures: Place::folder(folder.join(PICTURES)) }
    }

    /// Names a database of Postgres, and the folder or the bucket of the pictures.
    #[must_use]
    pub const fn postgres(url: PostgresUrl, pictures: Place) -> Self {
        Self { database: DatabasePlace::Postgres(url), pictures }
    }

    /// Has the pictures elsewhere.
    #[must_use]
    pub fn with_pictures(self, pictures: Place) -> Self {
        Self { pictures, ..self }
    }

    /// Returns where the pictures are.
    #[must_use]
    pub const fn pictures(&self) -> &Place {
        &self.pictures
    }

    /// Opens the database, and makes one in a folder if there is none.
    pub(super) fn open_database(&self) -> Result<Database, HostedError> {
        match &self.database {
            DatabasePlace::Folder(folder) => {
                make_folder(folder)?;
                Database::in_file(&folder.join(DATABASE))
            }
            DatabasePlace::Postgres(url) => Database::at(url),
        }
    }
}

/// Makes the folder of a store, if there is none.
fn make_folder(folder: &Path) -> Result<(), HostedError> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder).map_err(|source| failed(folder, source))?;
    // It may be made inside of a project, of whose sources it is no part.
    let ignored = folder.join(".gitignore");
    fs::write(&ignored, "*\n").map_err(|source| failed(&ignored, source))
}
