//! This crate beside libjpeg-turbo on every file of a folder, at every scale and as pixels: a table of what came of it.
//!
//! `cargo run --release -p palmette-jpeg --example judge FOLDER` goes through the folder and those in it. Each file where both
//! do not agree is named, with what each says; what may not be is marked by an exclamation mark, and the exit code is 1 then.
//! What may be is written down in `tests/it/differences.rs`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[path = "../tests/it/differences.rs"]
mod differences;
#[path = "../tests/it/judge.rs"]
#[allow(dead_code, reason = "shared with tests that use all of it")]
mod judge;
#[path = "../tests/it/turbo.rs"]
#[allow(dead_code, reason = "shared with tests that use all of it")]
mod turbo;

use judge::{Outcome, Verdict, Way};

/// Larger pictures are left out.
const MAX_PIXELS: u32 = 100_000_000;

/// What may come of a file, as the table names it.
const KINDS: [&str; 9] = [
    "equal",
    "equal, with complaints",
    "both refuse",
    "only ours shows",
    "only theirs shows",
    "differ, both complain",
    "differ, meant",
    "wrong",
    "too large",
];

/// Says in which column an outcome counts.
fn kind(outcome: &Outcome, verdict: Verdict) -> usize {
    match (&outcome.ours, &outcome.theirs, verdict) {
        (_, _, Verdict::Wrong) => 7,
        (Ok(None), Ok(None), Verdict::Agreed) => 0,
        (Ok(_), Ok(_), Verdict::Agreed) => 1,
        (Err(_), Err(_), _) => 2,
        (Ok(_), Err(_), _) => 3,
        (Err(_), Ok(_), _) => 4,
        (Ok(_), Ok(_), Verdict::Broken) => 5,
        (Ok(_), Ok(_), Verdict::Meant(_)) => 6,
    }
}

/// Lists the files of a folder and of those in it.
fn files(folder: &Path, into: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { files(&path, into)? } else { into.push(path) }
    }
    Ok(())
}

fn main() -> io::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let [folder] = &std::env::args().skip(1).collect::<Vec<_>>()[..] else {
        writeln!(out, "usage: judge FOLDER")?;
        return Ok(ExitCode::from(64));
    };
    let mut paths = Vec::new();
    files(Path::new(folder), &mut paths)?;
    paths.sort();
    let mut counts = [[0_u32; KINDS.len()]; Way::ALL.len()];
    for path in &paths {
        let file = std::fs::read(path)?;
        for (way, counts) in Way::ALL.into_iter().zip(&mut counts) {
            let Some(outcome) = judge::compare(&file, way, MAX_PIXELS) else {
                counts[8] += 1;
                continue;
            };
            let verdict = outcome.verdict(&file, way);
            let kind = kind(&outcome, verdict);
            counts[kind] += 1;
            if verdict != Verdict::Agreed {
                let mark = if verdict == Verdict::Wrong { "!" } else { " " };
                writeln!(out, "{mark} {}, {way:?}: {verdict:?}: {outcome}", path.display())?;
            }
        }
    }
    writeln!(out, "| {} files | {} |", paths.len(), KINDS.join(" | "))?;
    writeln!(out, "| --- | {} |", ["---"; KINDS.len()].join(" | "))?;
    for (way, counts) in Way::ALL.into_iter().zip(&counts) {
        writeln!(out, "| {way:?} | {} |", counts.map(|count| count.to_string()).join(" | "))?;
    }
    Ok(if counts.iter().any(|counts| counts[7] > 0) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
