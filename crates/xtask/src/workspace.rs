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
        // What names no registry goes to all; what goes to none names an empty list.
        Some(Package { name, features, is_published: value["publish"].is_null() })
    };
    let packages = metadata["packages"].as_array().ok_or(UNEXPECTED)?;
    packages.iter().map(|value| package(value).ok_or(UNEXPECTED)).collect()
}
