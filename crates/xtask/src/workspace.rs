//! Where the workspace is, and what cargo knows about it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::command::Invocation;
use crate::error::Error;

/// A crate of the workspace and its features.
#[derive(Debug)]
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// Its features, `default` not among them.
    pub(crate) features: Vec<String>,
    /// Whether it goes to the registry.
    pub(crate) is_published: bool,
    /// Its folder.
    pub(crate) folder: PathBuf,
}

/// Returns the folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("this crate lies in crates/xtask").to_owned()
}

/// Returns the folder that cargo builds into, which a relative `CARGO_TARGET_DIR` names from the root: every cargo here runs there.
pub(crate) fn target() -> PathBuf {
    root().join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// Returns where cargo puts a program that it builds for development, by its name below that folder.
pub(crate) fn built(program: &str) -> PathBuf {
    target().join("debug").join(program)
}

/// Reads a file of the workspace.
///
/// # Errors
///
/// Those of reading it.
pub(crate) fn read(path: &str) -> Result<String, Error> {
    let path = root().join(path);
    fs::read_to_string(&path).map_err(|source| Error::File { path, source })
}

/// Asks cargo for the crates of the workspace.
///
/// # Errors
///
/// Those of running cargo, or [`Error::Unexpected`] if its answer is not understood.
pub(crate) fn packages() -> Result<Vec<Package>, Error> {
    const UNEXPECTED: Error = Error::Unexpected { what: "the list of packages in cargo's metadata" };
    let answer = Invocation::cargo(&["metadata", "--no-deps", "--locked", "--format-version", "1"]).output()?;
    let metadata: Value = serde_json::from_slice(&answer).map_err(|_| UNEXPECTED)?;
    let package = |value: &Value| {
        let name = value["name"].as_str()?.to_owned();
        let features = value["features"].as_object()?.keys().filter(|name| *name != "default").cloned().collect();
        let folder = Path::new(value["manifest_path"].as_str()?).parent()?.to_owned();
        // What names no registry goes to all; what goes to none names an empty list.
        Some(Package { name, features, is_published: value["publish"].is_null(), folder })
    };
    let packages = metadata["packages"].as_array().ok_or(UNEXPECTED)?;
    packages.iter().map(|value| package(value).ok_or(UNEXPECTED)).collect()
}

/// Reads all of a crate's own code, one file behind the other.
///
/// # Errors
///
/// Those of reading it.
pub(crate) fn sources(package: &Package) -> Result<String, Error> {
    let (mut folders, mut text) = (vec![package.folder.join("src")], String::new());
    while let Some(folder) = folders.pop() {
        let failed = |source| Error::File { path: folder.clone(), source };
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                text += &fs::read_to_string(&path).map_err(|source| Error::File { path, source })?;
            }
        }
    }
    Ok(text)
}
