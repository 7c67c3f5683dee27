//! Results in a folder.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::ledger::{Entry, Ledger};
use crate::hex::to_hex;
use crate::{Error, Key, part};

/// A folder of results.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    ledger: Mutex<Ledger>,
    /// The folders that were made, or found, and swept.
    ready: Mutex<HashSet<PathBuf>>,
}

impl Folder {
    pub(super) fn open(path: &Path, writer: &str) -> Result<Self, Error> {
        let ledger = Mutex::new(Ledger::open(path, writer)?);
        Ok(Self { path: path.to_owned(), ledger, ready: Mutex::default() })
    }

    /// Returns the path of a result.
    pub(super) fn path(&self, key: &Key) -> PathBuf {
        // `Path::join` would keep the slashes of a key on Windows, too.
        key.as_str().split('/').fold(self.path.clone(), |path, part| path.join(part))
    }

    /// Tells whether the result that was made of what the mark stands for is there, to the byte.
    pub(super) fn has(&self, key: &Key, mark: &str) -> Result<bool, Error> {
        let known = self.ledger.lock().unwrap_or_else(PoisonError::into_inner).digest(key, mark);
        let Some(known) = known else { return Ok(false) };
        let path = self.path(key);
        match fs::read(&path) {
            Ok(bytes) => Ok(known == digest(&bytes)),
            Err(error) if [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory].contains(&error.kind()) => Ok(false),
            Err(source) => Err(Error::Read { path, source }),
        }
    }

    /// Writes a result beside its name, renames it, and keeps its mark.
    pub(super) fn write(&self, key: &Key, bytes: &[u8], mark: &str) -> Result<(), Error> {
        let path = self.path(key);
        let unwritable = |source| Error::Write { path: path.clone(), source };
        let folder = path.parent().unwrap_or(&self.path);
        self.prepare(folder).map_err(unwritable)?;
        let mut part = part::part_in(folder).map_err(unwritable)?;
        part.write_all(bytes).map_err(unwritable)?;
        part.persist(&path).map_err(|error| unwritable(error.error))?;
        let entry = Entry { target: key.to_string(), mark: mark.to_owned(), sha256: digest(bytes) };
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner).add(entry)
    }

    /// Makes a folder, and removes what earlier processes left half written in it when they were killed.
    fn prepare(&self, folder: &Path) -> io::Result<()> {
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if ready.contains(folder) {
            return Ok(());
        }
        fs::create_dir_all(folder)?;
        part::sweep(folder)?;
        ready.insert(folder.to_owned());
        Ok(())
    }
}

/// Returns the SHA-256 of bytes, in hexadecimal digits.
fn digest(bytes: &[u8]) -> String {
    to_hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    fn key(text: &str) -> Key {
        Key::parse(text).unwrap()
    }

    fn files(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn marks_hold_while_the_result_is_the_same() {
        let temporary = tempfile::tempdir().unwrap();
        let (folder, a) = (temporary.path().join("out"), key("in/a.webp"));
        let results = Folder::open(&folder, "").unwrap();
        assert!(!folder.exists() && !results.has(&a, "1").unwrap(), "nothing is made before there is a result");
        results.write(&a, b"one", "1").unwrap();

        // What another process finds.
        let again = Folder::open(&folder, "").unwrap();
        assert!(
            again.has(&a, "1").unwrap() && !again.has(&a, "2").unwrap() && !again.has(&key("a.webp"), "1").unwrap()
        );
        fs::write(again.path(&a), "oNe").unwrap();
        assert!(!again.has(&a, "1").unwrap(), "somebody changed it");
        fs::remove_file(again.path(&a)).unwrap();
        assert!(!again.has(&a, "1").unwrap());
        assert_eq!(files(&folder.join("in")), [""; 0]);
        fs::write(folder.join("in/a.webp"), "one").unwrap();
        assert!(again.has(&a, "1").unwrap(), "it came back");
    }

    #[test]
    fn parts_of_the_dead_are_removed() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path();
        let part = |name: &str, age_s| {
            let file = fs::File::create(folder.join(name)).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(age_s)).unwrap();
        };
        part(".palmette-old.part", 4000);
        part(".palmette-new.part", 10);
        part("old.part", 4000);
        Folder::open(folder, "").unwrap().write(&key("a"), b"a", "1").unwrap();
        assert_eq!(files(folder), [".palmette-batch.jsonl", ".palmette-new.part", "a", "old.part"]);
    }

    #[cfg(unix)]
    #[test]
    fn results_are_for_others_to_read() {
        use std::os::unix::fs::PermissionsExt;
        let temporary = tempfile::tempdir().unwrap();
        let results = Folder::open(temporary.path(), "").unwrap();
        results.write(&key("a"), b"a", "1").unwrap();
        fs::write(temporary.path().join("b"), b"").unwrap();
        let mode = |name: &str| fs::metadata(temporary.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode("a"), mode("b"));
    }
}
