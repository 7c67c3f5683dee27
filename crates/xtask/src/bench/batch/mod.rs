//! `cargo xtask bench batch`: many pictures at once, ours beside vipsthumbnail and sharp.
//!
//! Each program is started anew for each turn, reads the same files from a folder, and writes results into an empty one. What counts is the
//! time that all its threads had a processor, start and end included, divided by the number of pictures. Each works on as many pictures at
//! once as costs it least: Palmette on one for each core, the others on one.

mod record;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use self::record::{Record, Turn};
use super::contest::Contest;
use super::peers::{install_sharp, process};
use super::{codecs, machine};
use crate::command::Invocation;
use crate::error::Error;
use crate::workspace;

/// Pictures of a turn: as many as take so long that starting a program is little beside it.
const PICTURES: usize = 60;

/// The width of results.
const WIDTH: u32 = 800;
/// Their quality, by each program's own scale.
const QUALITY: u32 = 80;

/// The programs, ours first.
const NAMES: [&str; 3] = ["Palmette", "vipsthumbnail", "sharp"];

/// A format of results: what it is called, and its extension.
#[derive(Clone, Copy, Debug)]
struct Format {
    name: &'static str,
    extension: &'static str,
}

const FORMATS: [Format; 2] = [Format { name: "jpeg", extension: "jpg" }, Format { name: "webp", extension: "webp" }];

/// Installs, measures, and writes a record.
///
/// # Errors
///
/// [`Error::Argument`], [`Error::Unexpected`], those of building and running the programs, and those of reading and writing files.
pub(crate) fn run(arguments: &[&str]) -> Result<(), Error> {
    let asked = Contest::parse(arguments)?;
    install_sharp()?;
    let program = asked.program()?;
    let photos = asked.photos()?;
    let sources = copies(&photos)?;
    // Building is a load of its own, which is over by now.
    let facts = machine::facts()?;
    let mut record = Record::new(Invocation::new("vipsthumbnail", &["--version"]).output()?);
    for format in FORMATS {
        for round in 0..asked.rounds {
            for (index, name) in NAMES.into_iter().enumerate() {
                eprintln!("{}, round {}: {name}", format.name, round + 1);
                record.add(format.name, index, turn(name, &program, &sources, format)?);
            }
        }
    }
    let folder = asked.record_folder("batch")?;
    folder.write("README.md", &record.readme(&facts, asked.rounds, asked.folder.is_some())?)?;
    folder.write("raw.csv", &record.raw())?;
    eprintln!("{}\nrecorded in {}", record.table()?, folder.path().display());
    Ok(())
}

/// Makes a folder of pictures: copies of two.
fn copies(photos: &[PathBuf; 2]) -> Result<PathBuf, Error> {
    let folder = codecs::empty("batch-sources")?;
    for number in 0..PICTURES {
        let to = folder.join(format!("{number:03}.jpg"));
        fs::copy(&photos[number % 2], &to).map_err(|source| Error::File { path: to, source })?;
    }
    Ok(folder)
}

/// Has a program make all results once.
fn turn(name: &str, program: &Path, sources: &Path, format: Format) -> Result<Turn, Error> {
    let results = codecs::empty("batch-results")?;
    let command = command(name, program, sources, &results, format)?;
    let before = process::ticks_of_children()?;
    command.output()?;
    let seconds = (process::ticks_of_children()? - before) / process::ticks_per_second()?;
    let bytes = check(program, &results)?;
    Ok(Turn { milliseconds: seconds * 1e3 / PICTURES as f64, bytes: bytes / PICTURES as u64 })
}

/// Returns what a program is called with.
fn command(name: &str, program: &Path, sources: &Path, results: &Path, format: Format) -> Result<Invocation, Error> {
    let (width, quality) = (WIDTH.to_string(), QUALITY.to_string());
    let (from, to) = (sources.to_string_lossy(), results.to_string_lossy());
    Ok(match name {
        "vipsthumbnail" => {
            let size = format!("{WIDTH}x");
            let output = format!("{to}/%s.{}[Q={QUALITY}]", format.extension);
            let mut arguments = vec!["--size".to_owned(), size, "-o".to_owned(), output];
            for entry in fs::read_dir(sources).map_err(|source| Error::File { path: sources.to_owned(), source })? {
                let entry = entry.map_err(|source| Error::File { path: sources.to_owned(), source })?;
                arguments.push(entry.path().to_string_lossy().into_owned());
            }
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            Invocation::new(name, &arguments).with("VIPS_CONCURRENCY", "1")
        }
        "sharp" => {
            let script = workspace::root().join("benches/peers/batch.mjs");
            let (script, installed) = (script.to_string_lossy(), codecs::scratch().join("sharp"));
            let installed = installed.to_string_lossy();
            let arguments = [&*script, &*installed, &*from, &*to, &*width, format.name, format.extension, &*quality];
            Invocation::new("node", &arguments).with("UV_THREADPOOL_SIZE", "1")
        }
        _ => {
            let flags = ["--width", &*width, "--format", format.name, "--quality", &*quality];
            Invocation::new(program, &[&["batch", &*from, "--out", &*to], &flags[..]].concat())
        }
    })
}

/// Checks that all results are there and have the size that was asked for; returns their bytes.
fn check(program: &Path, results: &Path) -> Result<u64, Error> {
    const UNEXPECTED: Error = Error::Unexpected { what: "a result of that width for each picture" };
    let failed = |source| Error::File { path: results.to_owned(), source };
    let (mut count, mut bytes) = (0, 0);
    for entry in fs::read_dir(results).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if count < 2 {
            let info = Invocation::new(program, &["info", &entry.path().to_string_lossy()]).output()?;
            let info: Value = serde_json::from_slice(&info).map_err(|_| UNEXPECTED)?;
            if info["width"] != WIDTH {
                return Err(UNEXPECTED);
            }
        }
        count += 1;
        bytes += entry.metadata().map_err(failed)?.len();
    }
    if count == PICTURES { Ok(bytes) } else { Err(UNEXPECTED) }
}
