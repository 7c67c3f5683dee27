//! `cargo xtask bench srcset`: eight widths of one large JPEG, by one request, by eight, and by others.
//!
//! The programs take turns. What counts is the time that all threads of a program had a processor: of a server and of sharp's process while
//! they answer, of vipsthumbnail with its start and end, since it has no other way.

mod record;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use self::record::Record;
use super::contest::Contest;
use super::dialogue::Dialogue;
use super::peers::{PalmetteServer, install_sharp, process, sharp};
use super::{codecs, machine};
use crate::command::Invocation;
use crate::error::Error;

/// The widths of the results.
const WIDTHS: [u32; 8] = [320, 480, 640, 800, 960, 1280, 1600, 1920];
/// Their quality, by each program's own scale.
const QUALITY: u32 = 80;

/// The programs, ours first.
const NAMES: [&str; 4] =
    ["Palmette, one request", "Palmette, eight requests", "sharp, clone()", "vipsthumbnail, eight times"];

/// How long a program has the processor in a turn, at least: the system counts in hundredths of a second.
const TURN_S: f64 = 1.0;

/// Installs, measures, and writes a record.
///
/// # Errors
///
/// [`Error::Argument`], those of building and running the programs, and those of reading and writing files.
pub(crate) fn run(arguments: &[&str]) -> Result<(), Error> {
    let asked = Contest::parse(arguments)?;
    install_sharp()?;
    let program = asked.program()?;
    let [_, photo] = asked.photos()?;
    // Building is a load of its own, which is over by now.
    let facts = machine::facts()?;
    let mut record = Record::new(Invocation::new("vipsthumbnail", &["--version"]).output()?);
    let mut programs = Programs::start(&program, &photo)?;
    for round in 0..asked.rounds {
        for (index, name) in NAMES.into_iter().enumerate() {
            eprintln!("round {}: {name}", round + 1);
            record.add(index, programs.turn(index)?);
        }
    }
    let folder = asked.record_folder("srcset")?;
    folder.write("README.md", &record.readme(&facts, asked.rounds, asked.folder.is_some())?)?;
    folder.write("raw.csv", &record.raw())?;
    eprintln!("{}\nrecorded in {}", record.table()?, folder.path().display());
    Ok(())
}

/// The programs while they run.
struct Programs {
    palmette: PalmetteServer,
    sharp: Dialogue,
    photo: PathBuf,
    results: PathBuf,
    /// One request for all widths.
    together: Vec<u8>,
    /// One for each.
    singles: Vec<Vec<u8>>,
}

impl Programs {
    fn start(program: &Path, photo: &Path) -> Result<Self, Error> {
        let bytes = fs::read(photo).map_err(|source| Error::File { path: photo.to_owned(), source })?;
        let fields = |width: u32| json!({ "transforms": [{ "width": width }], "output_format": "image/jpeg", "output_quality": QUALITY });
        let outputs = json!(WIDTHS.map(fields)).to_string();
        let quality = QUALITY.to_string();
        let single = |width: u32| {
            let list = json!([{ "imageIndex": 0, "width": width }]).to_string();
            PalmetteServer::form(&[
                ("image", true, &bytes),
                ("transforms", false, list.as_bytes()),
                ("output_format", false, b"image/jpeg"),
                ("output_quality", false, quality.as_bytes()),
            ])
        };
        Ok(Self {
            together: PalmetteServer::form(&[
                ("image", true, &bytes),
                ("transforms", false, b"[]"),
                ("outputs", false, outputs.as_bytes()),
            ]),
            singles: WIDTHS.map(single).into(),
            palmette: PalmetteServer::start(program)?,
            sharp: sharp()?,
            photo: photo.to_owned(),
            results: codecs::empty("srcset-results")?,
        })
    }

    /// Has a program make all widths for a turn; returns the milliseconds of the processor that they took once.
    fn turn(&mut self, index: usize) -> Result<f64, Error> {
        let second = process::ticks_per_second()?;
        let before = self.ticks(index)?;
        let mut count = 0.0;
        loop {
            self.make(index)?;
            count += 1.0;
            let spent = (self.ticks(index)? - before) / second;
            if spent >= TURN_S {
                return Ok(spent * 1e3 / count);
            }
        }
    }

    /// Returns what a program has had of the processor.
    fn ticks(&self, index: usize) -> Result<f64, Error> {
        match index {
            0 | 1 => process::ticks(self.palmette.process()),
            2 => process::ticks(self.sharp.process()),
            _ => process::ticks_of_children(),
        }
    }

    /// Has a program make all widths once.
    fn make(&mut self, index: usize) -> Result<(), Error> {
        const UNEXPECTED: Error = Error::Unexpected { what: "a result for each width" };
        match index {
            0 => {
                let answer = self.palmette.post(&self.together)?;
                let has = |width: u32| {
                    let header = format!("\r\nimage-width: {width}\r\n").into_bytes();
                    answer.windows(header.len()).any(|bytes| bytes == header)
                };
                if WIDTHS.into_iter().all(has) { Ok(()) } else { Err(UNEXPECTED) }
            }
            1 => self.singles.iter().try_for_each(|form| self.palmette.post(form).map(drop)),
            2 => {
                let ask = json!({ "do": "srcset", "source": self.photo, "widths": WIDTHS, "quality": QUALITY });
                let answer: Value = serde_json::from_str(&self.sharp.ask(&ask.to_string())?).map_err(|_| UNEXPECTED)?;
                if answer["widths"] == json!(WIDTHS) { Ok(()) } else { Err(UNEXPECTED) }
            }
            _ => WIDTHS.into_iter().try_for_each(|width| self.thumbnail(width)),
        }
    }

    /// Has vipsthumbnail make a width.
    fn thumbnail(&self, width: u32) -> Result<(), Error> {
        let (photo, size) = (self.photo.to_string_lossy(), format!("{width}x"));
        let output = format!("{}/{width}.jpg[Q={QUALITY}]", self.results.display());
        let command = Invocation::new("vipsthumbnail", &["--size", &size, "-o", &output, &photo]);
        command.with("VIPS_CONCURRENCY", "1").output().map(drop)
    }
}
