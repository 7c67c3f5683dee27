//! Files that are read again while the server runs.
//!
//! What is read counts only if it is right; until then the old goes on, so that a file caught half-written, or a certificate whose
//! key has not come yet, harms nobody. A mistake is logged once, not at every look.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use sha2::{Digest, Sha256};

use crate::config::ConfigError;

/// A file with its contents.
pub(super) type File = (PathBuf, Vec<u8>);

/// What is in some files.
pub(super) struct Reread<T> {
    /// What it is called in the log.
    name: &'static str,
    paths: Vec<PathBuf>,
    parse: fn(&[File]) -> Result<T, ConfigError>,
    current: RwLock<Arc<T>>,
    /// A digest of what the last look found, be it right or wrong.
    found: Mutex<[u8; 32]>,
}

impl<T> Reread<T> {
    /// Reads files for the first time.
    pub(super) fn read(
        name: &'static str,
        paths: Vec<PathBuf>,
        parse: fn(&[File]) -> Result<T, ConfigError>,
    ) -> Result<Self, ConfigError> {
        let files = read_all(&paths);
        let found = Mutex::new(digest(&files));
        let current = RwLock::new(Arc::new(parse(&files?)?));
        Ok(Self { name, paths, parse, current, found })
    }

    /// Returns what is in the files, as far as is known.
    pub(super) fn current(&self) -> Arc<T> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells whether there are files at all.
    pub(super) const fn has_files(&self) -> bool {
        !self.paths.is_empty()
    }

    /// Reads the files, and logs what has changed; also that nothing has, if somebody asked.
    pub(super) fn look(&self, is_asked: bool) {
        let name = self.name;
        match self.try_look() {
            Ok(true) => tracing::info!("reloaded the {name}"),
            Ok(false) if is_asked && self.has_files() => tracing::info!("nothing to reload: the {name} did not change"),
            Ok(false) => {}
            Err(error) => tracing::error!("kept the old {name}: {error}"),
        }
    }

    /// Reads the files; tells whether something new is in them.
    fn try_look(&self) -> Result<bool, ConfigError> {
        let files = read_all(&self.paths);
        let digest = digest(&files);
        // Two looks at once do the same, one after the other.
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if *found == digest {
            return Ok(false);
        }
        *found = digest;
        let new = Arc::new((self.parse)(&files?)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(true)
    }
}

/// Without what is in the files.
impl<T> fmt::Debug for Reread<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reread").field("paths", &self.paths).finish_non_exhaustive()
    }
}

fn read_all(paths: &[PathBuf]) -> Result<Vec<File>, ConfigError> {
    let read = |path: &PathBuf| match std::fs::read(path) {
        Ok(bytes) => Ok((path.clone(), bytes)),
        Err(source) => Err(ConfigError::Unreadable { path: path.clone(), source }),
    };
    paths.iter().map(read).collect()
}

/// Tells what was found from everything else that may be found.
fn digest(files: &Result<Vec<File>, ConfigError>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    match files {
        Ok(files) => {
            for (_, bytes) in files {
                hasher.update((bytes.len() as u64).to_le_bytes());
                hasher.update(bytes);
            }
        }
        Err(error) => hasher.update(error.to_string()),
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Takes files whose text is a number.
    fn sum(files: &[File]) -> Result<u32, ConfigError> {
        let number = |(path, bytes): &File| {
            let text = String::from_utf8_lossy(bytes);
            text.trim().parse::<u32>().map_err(|_| ConfigError::TokenLine { path: path.clone(), line: 1 })
        };
        files.iter().map(number).sum()
    }

    #[test]
    fn reread_takes_what_is_right_and_keeps_the_old_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["a", "b"].map(|name| folder.path().join(name));
        let write = |index: usize, text: &str| fs::write(&paths[index], text).unwrap();
        assert!(Reread::read("numbers", paths.to_vec(), sum).is_err(), "there is no file yet");
        write(0, "1");
        write(1, "10");
        let numbers = Reread::read("numbers", paths.to_vec(), sum).unwrap();
        let look = || numbers.try_look().map_err(|error| error.to_string());
        assert_eq!((*numbers.current(), look()), (11, Ok(false)));
        write(1, "20");
        assert_eq!((look(), *numbers.current(), look()), (Ok(true), 21, Ok(false)));
        write(0, "x");
        assert!(look().unwrap_err().contains("line 1"));
        assert_eq!((look(), *numbers.current()), (Ok(false), 21), "a mistake is told once");
        fs::remove_file(&paths[0]).unwrap();
        assert!(look().unwrap_err().contains("cannot read"));
        assert_eq!((look(), *numbers.current()), (Ok(false), 21));
        write(0, "3");
        assert_eq!((look(), *numbers.current()), (Ok(true), 23));
    }

    #[test]
    fn reread_tells_files_apart() {
        let file = |text: &str| (PathBuf::from("x"), text.as_bytes().to_vec());
        assert_ne!(digest(&Ok(vec![file("ab"), file("")])), digest(&Ok(vec![file("a"), file("b")])));
    }
}
