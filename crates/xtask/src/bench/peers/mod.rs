//! `cargo xtask bench peers`: whole requests, ours beside sharp and oximg.
//!
//! Each case starts each program anew, so that its peak of memory is the case's. Then they take turns, several requests a turn,
//! and the system says how long all their threads had a processor. What they made is scored once, before anything is timed.

mod case;
mod http;
mod peer;
pub(super) mod process;
mod record;
mod scores;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use self::case::{CASES, Case};
use self::peer::{NAMES, Peer};
pub(super) use self::peer::{PalmetteServer, SHARP, install_sharp, sharp};
use self::record::{Record, Row};
use self::scores::Judge;
use super::folder::Folder;
use super::{codecs, machine, times};
use crate::command::Invocation;
use crate::error::Error;

/// How long a program has the processor in a turn: the system counts in hundredths of a second, and that has to be little beside it.
const TURN_S: f64 = 0.4;

/// What is asked for.
#[derive(Debug)]
struct Arguments<'a> {
    rounds: usize,
    only: &'a str,
    name: Option<&'a str>,
    folder: Option<PathBuf>,
}

impl<'a> Arguments<'a> {
    /// Understands arguments.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`].
    fn parse(arguments: &[&'a str]) -> Result<Self, Error> {
        let mut asked = Self { rounds: 5, only: "", name: None, folder: None };
        let mut rest = arguments.iter();
        while let Some(&argument) = rest.next() {
            let wrong = || Error::Argument { argument: argument.to_owned() };
            match argument {
                "--rounds" => asked.rounds = times(rest.next()).ok_or_else(wrong)?,
                "--only" => asked.only = rest.next().ok_or_else(wrong)?,
                "--name" => asked.name = Some(rest.next().ok_or_else(wrong)?),
                folder if !folder.starts_with('-') && asked.folder.is_none() => asked.folder = Some(folder.into()),
                _ => return Err(wrong()),
            }
        }
        Ok(asked)
    }
}

/// Installs, measures, and writes a record.
///
/// # Errors
///
/// [`Error::Argument`], those of building and running the programs, and those of reading and writing files.
pub(crate) fn run(arguments: &[&str]) -> Result<(), Error> {
    let asked = Arguments::parse(arguments)?;
    peer::install()?;
    let programs = codecs::build()?;
    // Building is a load of its own, which is over by now.
    let facts = machine::facts()?;
    let (sources, results) = (codecs::empty("sources")?, codecs::empty("results")?);
    let mut record = Record::new(&prepare(&programs, &sources, asked.folder.as_deref())?)?;
    let mut judge = Judge::start(&programs, &results)?;
    for case in CASES.iter().filter(|case| case.name.contains(asked.only)) {
        eprintln!("{}", case.name);
        record.add(case.name, measure(case, asked.rounds, &sources, &results, &mut judge)?);
    }
    let name = format!("{}-peers", asked.name.map_or_else(machine::name, str::to_owned));
    let folder = Folder::create(&name)?;
    folder.write("README.md", &record.readme(&facts, asked.rounds, asked.folder.is_some()))?;
    folder.write("raw.csv", &record.raw())?;
    eprintln!("{}\nrecorded in {}", record.times(), folder.path().display());
    Ok(())
}

/// Makes the sources of all cases: of the two largest JPEGs of a folder, or of two that are drawn. Returns their description.
fn prepare(programs: &Path, sources: &Path, folder: Option<&Path>) -> Result<String, Error> {
    let [photo, large] = match folder {
        Some(folder) => largest(folder)?,
        None => drawn(programs)?,
    };
    let [folder, photo, large] = [sources, &photo, &large].map(Path::to_string_lossy);
    let ask = json!({ "do": "prepare", "folder": folder, "photo": photo, "large": large });
    peer::sharp()?.ask(&ask.to_string())
}

/// Draws two pictures, which `sharp.mjs` enlarges.
///
/// # Errors
///
/// Those of the programs.
pub(super) fn drawn(programs: &Path) -> Result<[PathBuf; 2], Error> {
    let folder = codecs::empty("pictures")?;
    let turbo = programs.join("turbo");
    Invocation::new(&turbo, &["draw", &folder.to_string_lossy()]).run()?;
    let mut sharp = peer::sharp()?;
    let mut enlarge = |name: &str, width: u32, height: u32| {
        let (source, save) = (folder.join(name), folder.join(format!("{width}.jpg")));
        let ask = json!({
            "do": "enlarge", "source": source.to_string_lossy(), "save": save.to_string_lossy(), "width": width, "height": height,
        });
        sharp.ask(&ask.to_string()).map(|_| save)
    };
    Ok([enlarge("03 leaves.jpg", 2700, 2025)?, enlarge("04 gravel.jpg", 4000, 3000)?])
}

/// Finds the two largest JPEGs of a folder, the larger one last; if there is but one, it is both.
///
/// # Errors
///
/// Those of reading the folder, and [`Error::Unexpected`] if there is none.
pub(super) fn largest(folder: &Path) -> Result<[PathBuf; 2], Error> {
    let failed = |source| Error::File { path: folder.to_owned(), source };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|it| it.eq_ignore_ascii_case("jpg") || it.eq_ignore_ascii_case("jpeg")) {
            files.push((fs::metadata(&path).map_err(failed)?.len(), path));
        }
    }
    files.sort();
    let (_, large) = files.pop().ok_or(Error::Unexpected { what: "a JPEG in the folder of photos" })?;
    let photo = files.pop().map_or_else(|| large.clone(), |(_, photo)| photo);
    // A path is to hold in another folder, too.
    Ok([fs::canonicalize(photo).map_err(failed)?, fs::canonicalize(large).map_err(failed)?])
}

/// Has every program do a case in turn.
fn measure(
    case: &Case,
    rounds: usize,
    sources: &Path,
    results: &Path,
    judge: &mut Judge,
) -> Result<[Option<Row>; 3], Error> {
    let second = process::ticks_per_second()?;
    let mut peers: Vec<(usize, Box<dyn Peer>, Row)> = Vec::new();
    for (index, name) in NAMES.into_iter().enumerate() {
        let Some(mut peer) = peer::start(name, case, sources)? else { continue };
        let save = results.join(case.result(name));
        peer.request(Some(&save))?;
        let source = sources.join(case.source.file());
        let scores = if case.is_scored() { Some(judge.score(case, &source, &save)?) } else { None };
        let bytes = fs::metadata(&save).map_err(|source| Error::File { path: save.clone(), source })?.len();
        peers.push((index, peer, Row::new(bytes, scores)));
    }
    for _ in 0..rounds {
        for (_, peer, row) in &mut peers {
            row.milliseconds.push(turn(peer.as_mut(), second)?);
        }
    }
    let mut rows = [const { None }; 3];
    for (index, peer, mut row) in peers {
        row.peak_bytes = process::peak_bytes(peer.process())?;
        rows[index] = Some(row);
    }
    Ok(rows)
}

/// Has a program answer requests for a turn; returns the milliseconds of the processor that one took.
fn turn(peer: &mut dyn Peer, second: f64) -> Result<f64, Error> {
    let before = process::ticks(peer.process())?;
    let mut requests = 0.0;
    loop {
        peer.request(None)?;
        requests += 1.0;
        let spent = (process::ticks(peer.process())? - before) / second;
        if spent >= TURN_S {
            return Ok(spent * 1e3 / requests);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_understood() {
        let asked = Arguments::parse(&["--rounds", "3", "photos", "--only", "AVIF"]).unwrap();
        assert_eq!((asked.rounds, asked.only, asked.name), (3, "AVIF", None));
        assert_eq!(asked.folder.as_deref(), Some(Path::new("photos")));
        for arguments in [&["--rounds"][..], &["--rounds", "0"], &["a", "b"], &["--what"]] {
            assert!(matches!(Arguments::parse(arguments), Err(Error::Argument { .. })), "{arguments:?}");
        }
    }
}
