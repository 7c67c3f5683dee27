//! The modules for Node, which the program carries, as files that Node can load.
//!
//! They lie in the user's cache, in a folder named for the version and for what is in them: written once, never changed, and of two
//! commands that write them at once both write the same. Where the cache cannot be written they go to a temporary folder, which
//! ends with the command.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use etcetera::base_strategy::{BaseStrategy, choose_native_strategy};
use sha2::{Digest, Sha256};
use tempfile::{NamedTempFile, TempDir};

use crate::error::Error;

/// What is loaded into every Node process.
const PRELOAD: &str = "preload.mjs";

/// The Worker between the Images binding and a server, which `palmette workerd-config` writes, too.
pub(crate) const ADAPTER: &str = include_str!("modules/adapter.js");

/// The files: their names and what is in them.
const FILES: [(&str, &str); 4] = [
    (PRELOAD, include_str!("modules/preload.mjs")),
    ("plugin.mjs", include_str!("modules/plugin.mjs")),
    ("adapter.js", ADAPTER),
    ("edge.js", include_str!("modules/edge.js")),
];

/// The modules on disk.
pub(super) struct Modules {
    folder: PathBuf,
    /// Removes the folder if it is a temporary one.
    _temporary: Option<TempDir>,
}

impl Modules {
    /// Writes them, unless they are there.
    pub(super) fn write() -> Result<Self, Error> {
        if let Some(folder) = cache_folder()
            && write_to(&folder).is_ok()
        {
            return Ok(Self { folder, _temporary: None });
        }
        let failed = |path: &Path, source| Error::Modules { path: path.to_owned(), source };
        let temporary = tempfile::Builder::new().prefix("palmette-run-").tempdir();
        let temporary = temporary.map_err(|source| failed(&std::env::temp_dir(), source))?;
        write_to(temporary.path()).map_err(|source| failed(temporary.path(), source))?;
        Ok(Self { folder: temporary.path().to_owned(), _temporary: Some(temporary) })
    }

    /// Returns the module that every Node process loads.
    pub(super) fn preload(&self) -> PathBuf {
        self.folder.join(PRELOAD)
    }
}

/// Returns the folder in the user's cache.
fn cache_folder() -> Option<PathBuf> {
    let cache = choose_native_strategy().ok()?.cache_dir();
    // A relative XDG_CACHE_HOME has no meaning, and Node needs an absolute path.
    cache.is_absolute().then(|| cache.join("palmette").join(folder_name()))
}

fn folder_name() -> String {
    let mut digest = Sha256::new();
    for (name, text) in FILES {
        digest.update(name);
        digest.update([0]);
        digest.update(text);
        digest.update([0]);
    }
    let mut folder = format!("run-{}-", env!("CARGO_PKG_VERSION"));
    for byte in &digest.finalize()[..8] {
        let _ = write!(folder, "{byte:02x}");
    }
    folder
}

/// Writes those files that are missing or not what they should be, each in one step.
fn write_to(folder: &Path) -> io::Result<()> {
    create_private(folder)?;
    for (name, text) in FILES {
        let path = folder.join(name);
        if fs::read(&path).is_ok_and(|found| found == text.as_bytes()) {
            continue;
        }
        // Readable by the user alone, as such files are.
        let mut file = NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(&path)?;
    }
    Ok(())
}

/// Makes a folder, and those above it, that only the user may enter.
fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn modules_are_written_whole_by_many_at_once() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a b").join("ü");
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| write_to(&folder).unwrap());
            }
        });
        for (name, text) in FILES {
            assert_eq!(fs::read_to_string(folder.join(name)).unwrap(), text);
        }
        assert_eq!(fs::read_dir(&folder).unwrap().count(), FILES.len());
    }

    #[test]
    fn modules_that_were_changed_are_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(PRELOAD);
        fs::write(&path, "process.exit(1)").unwrap();
        write_to(folder.path()).unwrap();
        assert_eq!(fs::read_to_string(path).unwrap(), FILES[0].1);
    }

    #[cfg(unix)]
    #[test]
    fn modules_are_the_users_alone() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("palmette/run");
        write_to(&folder).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join(PRELOAD))), (0o700, 0o600));
    }
}
