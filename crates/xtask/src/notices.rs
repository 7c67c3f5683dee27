//! `cargo xtask notices TARGET [PACKAGE]`: the licences of everything that is linked into the program, or another package, for a target, as their authors want them
//! beside it. The texts are those in the very sources that are compiled, so they are true for what `Cargo.lock` names today; C
//! libraries lie in the packages of the crates that build them, with their own texts. Where a package has no text, that of its
//! licence's name in SPDX stands in. Where it lets us choose MIT, we do: the text is short.
//!
//! `cargo about` does the same by a list of licences to prefer, and takes minutes to install; all that is needed here is
//! `cargo metadata`, so that a test can afford it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::Value;

use crate::command::Invocation;
use crate::error::Error;

/// The package that makes the program.
pub(crate) const PROGRAM: &str = "palmette-cli";

/// What is linked and is no crate of crates.io, with its licences: of every program, and of those for Linux alone, which zig links.
const TOOLCHAIN: [(&str, &str); 1] = [("The standard library of Rust", "MIT OR Apache-2.0")];
const TOOLCHAIN_LINUX: [(&str, &str); 1] =
    [("libunwind and compiler-rt of LLVM, as zig builds them", "Apache-2.0 WITH LLVM-exception")];

/// How files with licences are called, in lower case.
const STEMS: [&str; 7] = ["license", "licence", "copying", "notice", "patents", "unlicense", "readme.ijg"];

/// Folders of packages that nothing is compiled of.
const NOT_COMPILED: [&str; 4] = ["tests", "benches", "examples", "testdata"];

/// A crate of somebody else's that is linked.
struct Linked {
    /// Name and version.
    name: String,
    /// Its licence as the manifest says it.
    licence: String,
    /// Where it comes from.
    repository: String,
    /// The folder of its sources.
    folder: PathBuf,
}

/// Texts by their words, for many differ in blanks alone, with the names of what they are for.
#[derive(Default)]
struct Texts(BTreeMap<String, (String, BTreeSet<String>)>);

impl Texts {
    fn add(&mut self, text: String, name: &str) {
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.0.entry(words).or_insert((text, BTreeSet::new())).1.insert(name.to_owned());
    }
}

/// Prints the notices.
///
/// # Errors
///
/// Those of running cargo and of reading files, and [`Error::NoLicence`].
pub(crate) fn run(target: &str, package: &str) -> Result<(), Error> {
    let text = notices(target, package)?;
    io::stdout().write_all(text.as_bytes()).map_err(|source| Error::File { path: "stdout".into(), source })
}

/// Collects the notices: a list of what is linked, then each text once, with the names of what it is for.
fn notices(target: &str, package: &str) -> Result<String, Error> {
    let crates = linked(target, package)?;
    let mut texts = Texts::default();
    for linked in &crates {
        for text in licence_texts(linked)? {
            texts.add(text, &linked.name);
        }
    }
    let beside = if target.contains("linux") { &TOOLCHAIN_LINUX[..] } else { &[] };
    let toolchain: Vec<_> = TOOLCHAIN.iter().chain(beside).collect();
    for &&(name, licence) in &toolchain {
        for text in standard_texts(name, licence)? {
            texts.add(text, name);
        }
    }

    let mut page = format!("What is linked into {package} for {target}, and its licences.\n\n");
    for Linked { name, licence, repository, .. } in &crates {
        let _ = writeln!(page, "{name}  {licence}  {repository}");
    }
    for (name, licence) in toolchain {
        let _ = writeln!(page, "{name}  {licence}");
    }
    for (text, names) in texts.0.values() {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let _ = write!(page, "\n{}\n{}\n\n{}\n", "=".repeat(80), names.join(", "), text);
    }
    Ok(page)
}

/// The crates that are linked into the program and are not of this workspace, by name.
fn linked(target: &str, package: &str) -> Result<Vec<Linked>, Error> {
    const UNEXPECTED: Error = Error::Unexpected { what: "the packages in cargo's metadata" };
    // The tree knows which features the package is built with; the metadata, where the sources are.
    let tree = ["tree", "--locked", "--package", package, "--target", target, "--edges", "normal,no-proc-macro"];
    let tree = Invocation::cargo(&[&tree[..], &["--prefix", "none", "--format", "{p}"]].concat()).output()?;
    let tree = String::from_utf8_lossy(&tree);
    let in_tree: BTreeSet<(&str, &str)> = tree
        .lines()
        .filter_map(|line| line.split_once(" v"))
        .map(|(name, rest)| (name, rest.split_once(' ').map_or(rest, |(version, _)| version)))
        .collect();

    let answer = Invocation::cargo(&["metadata", "--locked", "--format-version", "1"]).output()?;
    let metadata: Value = serde_json::from_slice(&answer).map_err(|_| UNEXPECTED)?;
    let packages = metadata["packages"].as_array().ok_or(UNEXPECTED)?;
    let is_linked = |package: &&Value| {
        let key = package["name"].as_str().zip(package["version"].as_str());
        !package["source"].is_null() && key.is_some_and(|key| in_tree.contains(&key))
    };
    let mut linked: Vec<Linked> = packages
        .iter()
        .filter(is_linked)
        .map(|package| {
            let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
            let folder = Path::new(package["manifest_path"].as_str()?).parent()?.to_owned();
            let name = format!("{} {}", text("name"), text("version"));
            Some(Linked { name, licence: text("license"), repository: text("repository"), folder })
        })
        .collect::<Option<_>>()
        .ok_or(UNEXPECTED)?;
    linked.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(linked)
}

/// The texts in the package of a crate, in any folder of what is compiled; the standard ones if it has none.
fn licence_texts(linked: &Linked) -> Result<BTreeSet<String>, Error> {
    let mut files = Vec::new();
    collect(&linked.folder, &mut files)?;
    let is_called = |file: &Path, name: &str| file.to_string_lossy().to_lowercase().contains(name);
    let mit = spdx::Licensee::parse("MIT").expect("SPDX has it");
    let may_be_mit = expression(&linked.name, &linked.licence)?.evaluate(|requirement| mit.satisfies(requirement));
    if may_be_mit && files.iter().any(|file| is_called(file, "license-mit")) {
        files.retain(|file| !is_called(file, "license-apache"));
    }
    if files.is_empty() {
        return standard_texts(&linked.name, &linked.licence);
    }
    let read = |path: &PathBuf| fs::read(path).map_err(|source| Error::File { path: path.clone(), source });
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).replace("\r\n", "\n").trim_end().to_owned();
    files.iter().map(|path| read(path).map(text)).collect()
}

/// Adds the files with licences in a folder and those below.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    let failed = |source| Error::File { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().to_lowercase();
        if entry.file_type().map_err(failed)?.is_dir() {
            if !NOT_COMPILED.contains(&name.as_str()) {
                collect(&entry.path(), files)?;
            }
        } else if STEMS.iter().any(|stem| name.starts_with(stem)) && !name.ends_with(".rs") && !name.ends_with(".rtf") {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// The licence of a crate. Old manifests write a slash for `OR`.
fn expression(name: &str, licence: &str) -> Result<spdx::Expression, Error> {
    spdx::Expression::parse_mode(licence, spdx::ParseMode::LAX)
        .map_err(|_| Error::NoLicence { name: name.to_owned(), licence: licence.to_owned() })
}

/// The texts that SPDX has for the licences that an expression names.
fn standard_texts(name: &str, licence: &str) -> Result<BTreeSet<String>, Error> {
    let texts: BTreeSet<String> = expression(name, licence)?
        .requirements()
        .filter_map(|requirement| requirement.req.license.id())
        .map(|id| id.text().trim_end().to_owned())
        .collect();
    if texts.is_empty() {
        return Err(Error::NoLicence { name: name.to_owned(), licence: licence.to_owned() });
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails when a crate joins whose licence cannot be told. The C libraries come with the crates that build them.
    #[test]
    fn notices_hold_crates_and_c_libraries() {
        let text = notices("x86_64-unknown-linux-gnu", PROGRAM).unwrap();
        let holders = [
            ("libaom", "Copyright (c) 2016, Alliance for Open Media"),
            ("dav1d", "Copyright © 2018-2019, VideoLAN and dav1d authors"),
            ("libwebp", "Copyright (c) 2010, Google Inc."),
            ("jemalloc", "Copyright (C) 2002-present Jason Evans"),
            ("libjpeg-turbo", "The Independent JPEG Group's JPEG software"),
            ("ring", "Copyright 2015-2025 Brian Smith."),
            ("of Rust itself", "The standard library of Rust"),
        ];
        for (what, holder) in holders {
            assert!(text.contains(holder), "{what}: {holder}");
        }
        assert!(!text.contains("criterion"), "what only tests and benches link is not shipped");
    }

    #[test]
    fn licence_without_text_is_named() {
        let error = standard_texts("some 1.0.0", "LicenseRef-Secret").unwrap_err();
        let expected = "some 1.0.0: no licence text in the package, and none known for `LicenseRef-Secret`";
        assert_eq!(error.to_string(), expected);
    }
}
