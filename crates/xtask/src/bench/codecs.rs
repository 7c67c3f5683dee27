//! The programs of `benches/peers/codecs`, which is a workspace of its own.

use std::fs;
use std::path::PathBuf;

use crate::command::Invocation;
use crate::error::Error;
use crate::workspace;

/// Returns the folder that peers are installed and built in, and that holds what they work on.
pub(super) fn scratch() -> PathBuf {
    workspace::target().join("peers")
}

/// Makes an empty folder below [`scratch`].
///
/// # Errors
///
/// Those of making it.
pub(super) fn empty(name: &str) -> Result<PathBuf, Error> {
    let path = scratch().join(name);
    let failed = |source| Error::File { path: path.clone(), source };
    if path.exists() {
        fs::remove_dir_all(&path).map_err(failed)?;
    }
    fs::create_dir_all(&path).map_err(failed)?;
    Ok(path)
}

/// Builds the programs and returns the folder that they are in.
///
/// # Errors
///
/// Those of running cargo.
pub(super) fn build() -> Result<PathBuf, Error> {
    let target = scratch().join("codecs");
    let (manifest, target_text) = ("benches/peers/codecs/Cargo.toml", target.to_string_lossy());
    let command = ["build", "--release", "--locked", "--manifest-path", manifest, "--target-dir", &target_text];
    Invocation::cargo(&command).run()?;
    Ok(target.join("release"))
}
