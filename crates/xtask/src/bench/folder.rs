//! The folder of a record, and what is said about where it was made.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::Invocation;
use crate::error::Error;
use crate::workspace;

/// A folder of `benches/results`.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Makes the folder of today and a machine.
    ///
    /// # Errors
    ///
    /// Those of making it.
    pub(super) fn create(name: &str) -> Result<Self, Error> {
        let path = workspace::root().join(format!("benches/results/{}-{name}", text(&["date", "-u", "+%F"])?));
        fs::create_dir_all(&path).map_err(|source| Error::File { path: path.clone(), source })?;
        Ok(Self(path))
    }

    /// Writes a file.
    ///
    /// # Errors
    ///
    /// Those of writing it.
    pub(super) fn write(&self, file: &str, contents: &str) -> Result<(), Error> {
        let path = self.0.join(file);
        fs::write(&path, contents).map_err(|source| Error::File { path, source })
    }

    /// Returns where it is.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

/// Returns the commit that is checked out.
///
/// # Errors
///
/// Those of running git.
pub(super) fn commit() -> Result<String, Error> {
    text(&["git", "rev-parse", "HEAD"])
}

/// Runs a program and returns its one line.
///
/// # Errors
///
/// Those of running it.
pub(super) fn text(command: &[&str]) -> Result<String, Error> {
    let output = Invocation::new(command[0], &command[1..]).output()?;
    Ok(String::from_utf8_lossy(&output).trim().to_owned())
}
