//! Codecs by their instructions, which are the same in every run, however busy the machine.

use std::fs;
use std::path::Path;

use super::arguments::Direction;
use super::record::{Record, Row};
use super::turns::{PROGRAMS, open, tasks, turn};
use crate::bench::codecs;
use crate::bench::dialogue::Dialogue;
use crate::bench::photos::Picture;
use crate::error::Error;

/// Runs every codec once on a picture, under callgrind.
///
/// # Errors
///
/// Those of running the programs, and of reading what callgrind wrote.
pub(super) fn count(folder: &Path, direction: Direction, picture: &Picture, record: &mut Record) -> Result<(), Error> {
    eprintln!("{}", picture.name);
    for name in PROGRAMS {
        let out = codecs::empty("callgrind")?.join("turn");
        let file = format!("--callgrind-out-file={}", out.display());
        let program = folder.join(name);
        // Only what the function of that name calls counts, and each time it returns what was counted is written down.
        // Two patterns, because of two that are equal callgrind heeds the first.
        let counted = ["--toggle-collect=*measured*", "--dump-after=palmette_peers::measured*"];
        let tool = ["-q", "--tool=callgrind", &file, counted[0], counted[1], &program.to_string_lossy()];
        let mut dialogue = Dialogue::start("valgrind", &tool)?;
        record.open(&picture.name, &open(&mut dialogue, &picture.path)?)?;
        let mut rows = Vec::new();
        for task in tasks(&mut dialogue, direction)? {
            rows.push(turn(&mut dialogue, &task)?.map(|(_, bytes)| Row::new(&task, bytes)));
        }
        drop(dialogue);
        for (index, row) in rows.into_iter().enumerate() {
            if let Some(mut row) = row {
                row.values.push(total(&out.with_extension((index + 1).to_string()))?);
                record.add(row);
            }
        }
    }
    Ok(())
}

/// Reads the sum of a part of callgrind's output.
fn total(path: &Path) -> Result<f64, Error> {
    let text = fs::read_to_string(path).map_err(|source| Error::File { path: path.to_owned(), source })?;
    let total = text.lines().find_map(|line| line.strip_prefix("totals: ")?.trim().parse().ok());
    total.ok_or(Error::Unexpected { what: "the totals of callgrind" })
}
