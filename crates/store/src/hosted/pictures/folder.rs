//! Pictures in a folder: a file each, which is on the disk, its name included, when it counts as written.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;

use super::{OWNER, is_old};
use crate::hosted::HostedError;
use crate::part::part_in;

/// The files of a store.
#[derive(Debug)]
pub(in super::super) struct PictureFolder(PathBuf);

impl PictureFolder {
    pub(super) fn open(folder: PathBuf) -> Result<Self, HostedError> {
        fs::create_dir_all(&folder).map_err(|source| failed(&folder, source))?;
        Ok(Self(folder))
    }

    /// Returns the place and the store that has its pictures here, or writes down that it is this one.
    pub(super) fn claim(&self, owner: &str) -> Result<Option<(String, String)>, HostedError> {
        let path = self.0.join(OWNER);
        match fs::read_to_string(&path) {
            Ok(found) => return Ok(Some((self.0.display().to_string(), found))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(failed(&path, source)),
        }
        let written = || {
            let mut part = part_in(&self.0)?;
            part.write_all(owner.as_bytes())?;
            part.as_file().sync_all()?;
            part.persist(&path)?;
            sync_folder(&self.0)
        };
        written().map(|()| None).map_err(|source| failed(&path, source))
    }

    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), HostedError> {
        let path = self.path(name);
        let written = || {
            let shelf = path.parent().unwrap_or(&self.0);
            if !shelf.is_dir() {
                fs::create_dir_all(shelf)?;
                sync_folder(&self.0)?;
            }
            let mut file = File::create_new(&path)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            sync_folder(shelf)
        };
        written().map_err(|source| {
            // What is left of it is swept if it cannot be removed now.
            let _ = self.remove(name);
            failed(&path, source)
        })
    }

    pub(super) fn read(&self, name: &str) -> Result<Option<Bytes>, HostedError> {
        let path = self.path(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(failed(&path, source)),
        }
    }

    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path(name))
    }

    /// Lists pictures that were written so long ago.
    pub(super) fn list_old(&self, age: Duration) -> Result<Vec<String>, HostedError> {
        let mut old = Vec::new();
        for shelf in list(&self.0)? {
            if shelf.file_type().is_ok_and(|kind| kind.is_dir()) {
                let name_if_old = |file: fs::DirEntry| {
                    let written = file.metadata().and_then(|facts| facts.modified()).ok()?;
                    file.file_name().into_string().ok().filter(|name| is_old(name, written, age))
                };
                old.extend(list(&shelf.path())?.into_iter().filter_map(name_if_old));
            }
        }
        Ok(old)
    }

    /// Returns the path of a file. Folders of very many files are slow on some systems.
    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name.get(..2).unwrap_or_default()).join(name)
    }
}

/// Lists a folder.
fn list(folder: &Path) -> Result<Vec<fs::DirEntry>, HostedError> {
    let entries = fs::read_dir(folder).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
    entries.map_err(|source| failed(folder, source))
}

/// Has the names of a folder written to the disk.
fn sync_folder(folder: &Path) -> io::Result<()> {
    // Other systems do not open folders, and write names down by themselves.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Names a file in a failure.
pub(in super::super) fn failed(path: &Path, source: io::Error) -> HostedError {
    HostedError::File { path: path.to_owned(), source }
}
