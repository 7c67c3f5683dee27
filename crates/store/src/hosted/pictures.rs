//! The bytes of pictures, each in a file of a name that nobody else has.
//!
//! A file is whole before a row of the database names it, and goes after its row went. If a process ends in between, the file is left over;
//! [`Pictures::sweep`] removes such files.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;

use super::HostedError;
use super::id::{is_uuid, new_id};

/// The age of a file that nobody will name any more: between a file and its row there is no more than a moment.
const ABANDONED: Duration = Duration::from_secs(3600);

/// The files of a store.
#[derive(Debug)]
pub(super) struct Pictures {
    folder: PathBuf,
}

impl Pictures {
    pub(super) fn open(folder: PathBuf) -> Result<Self, HostedError> {
        fs::create_dir_all(&folder).map_err(|source| failed(&folder, source))?;
        Ok(Self { folder })
    }

    /// Writes a picture, and returns the name of its file. It is on the disk then.
    pub(super) fn write(&self, bytes: &[u8]) -> Result<String, HostedError> {
        let name = new_id();
        let path = self.path(&name);
        let written = || {
            let shelf = path.parent().unwrap_or(&self.folder);
            if !shelf.is_dir() {
                fs::create_dir_all(shelf)?;
                sync_folder(&self.folder)?;
            }
            let mut file = File::create_new(&path)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            sync_folder(shelf)
        };
        match written() {
            Ok(()) => Ok(name),
            Err(source) => {
                self.remove(&name);
                Err(failed(&path, source))
            }
        }
    }

    /// Reads a picture; nothing if its file has gone.
    pub(super) fn read(&self, name: &str) -> Result<Option<Bytes>, HostedError> {
        let path = self.path(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(failed(&path, source)),
        }
    }

    /// Removes a picture that no row names. If that fails, a later sweep does it.
    pub(super) fn remove(&self, name: &str) {
        let _ = fs::remove_file(self.path(name));
    }

    /// Removes files that are old and not among the known; returns how many. `known` is asked for after the files were listed.
    pub(super) fn sweep(
        &self,
        known: impl FnOnce() -> Result<HashSet<String>, HostedError>,
    ) -> Result<usize, HostedError> {
        let mut old = Vec::new();
        for shelf in self.list(&self.folder)? {
            if shelf.file_type().is_ok_and(|kind| kind.is_dir()) {
                let is_old = |entry: &fs::DirEntry| {
                    let age =
                        entry.metadata().and_then(|facts| facts.modified()).ok().and_then(|time| time.elapsed().ok());
                    age.is_some_and(|age| age > ABANDONED)
                };
                old.extend(self.list(&shelf.path())?.into_iter().filter(is_old));
            }
        }
        let known = if old.is_empty() { HashSet::new() } else { known()? };
        let is_known = |entry: &fs::DirEntry| entry.file_name().to_str().is_some_and(|name| known.contains(name));
        // What somebody else put here is theirs.
        let is_ours = |entry: &fs::DirEntry| entry.file_name().to_str().is_some_and(is_uuid);
        let left_over = old.iter().filter(|entry| is_ours(entry) && !is_known(entry));
        Ok(left_over.filter(|entry| fs::remove_file(entry.path()).is_ok()).count())
    }

    fn list(&self, folder: &Path) -> Result<Vec<fs::DirEntry>, HostedError> {
        let entries = fs::read_dir(folder).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
        entries.map_err(|source| failed(folder, source))
    }

    /// Returns the path of a file. Folders of very many files are slow on some systems.
    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name.get(..2).unwrap_or_default()).join(name)
    }
}

/// Has the names of a folder written to the disk.
fn sync_folder(folder: &Path) -> io::Result<()> {
    // Other systems do not open folders, and write names down by themselves.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Names a file in a failure.
pub(super) fn failed(path: &Path, source: io::Error) -> HostedError {
    HostedError::File { path: path.to_owned(), source }
}
