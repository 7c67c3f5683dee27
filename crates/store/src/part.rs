//! Files that are being written: each beside its name, under a hidden one, until it is whole and renamed.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

/// How the name of such a file begins and ends. It begins with a dot, so that no listing shows it.
const NAME: [&str; 2] = [".palmette-", ".part"];

/// Age of such a file that nobody is writing any more: its bytes are all there before it is begun, so that takes no time.
const ABANDONED: Duration = Duration::from_secs(3600);

/// Makes a file to write to, which others may read as they may any other.
pub(crate) fn part_in(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(NAME[0]).suffix(NAME[1]);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Removes what earlier processes left half written in a folder when they were killed.
pub(crate) fn sweep(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)?.flatten() {
        let name = entry.file_name();
        let is_part = name.to_str().is_some_and(|name| name.starts_with(NAME[0]) && name.ends_with(NAME[1]));
        let age = || entry.metadata().and_then(|metadata| metadata.modified()).ok()?.elapsed().ok();
        if is_part && age().is_some_and(|age| age > ABANDONED) {
            // If it stays, it is hidden, and does no harm.
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}
