//! What the programs of this crate share: a dialogue in lines, by which one that measures asks for a turn of a codec.
//!
//! libjpeg-turbo and mozjpeg have functions of the same names and cannot be in one program. So each family is a program of its
//! own (`src/bin/turbo.rs`, `src/bin/mozilla.rs`), and who measures has them take turns. A turn is timed where it happens, in
//! the time that its thread had the processor, so the dialogue is in nobody's figures.
//!
//! | line | answer |
//! | --- | --- |
//! | `tasks` | a line for each task, codec and work with a tab between them, and an empty line |
//! | `open PATH` | width, height and bytes of the file that the turns after it work on |
//! | `run TASK` | nanoseconds and bytes of what was made, or `-` if the codec cannot do that |
//!
//! An answer that begins with `!` says what went wrong.

use std::fs;
use std::hint::black_box;
use std::io::{self, BufRead, Write};

use rustix::time::{ClockId, clock_gettime};

/// The quality that everything is encoded with.
pub const QUALITY: u8 = 80;

/// How the coefficients of a file are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// One scan, the tables of the standard.
    Baseline,
    /// One scan, tables made for the picture.
    Optimized,
    /// Scans of growing detail.
    Progressive,
}

/// One codec at one kind of work on a `P`, a picture as its program holds it.
#[derive(Debug)]
pub struct Task<P> {
    /// Whose codec it is.
    pub codec: &'static str,
    /// What it does, in words that all programs share.
    pub work: &'static str,
    /// Does it, and returns how many bytes it made; nothing if it cannot.
    pub run: fn(&P) -> Option<usize>,
}

/// Answers the lines of the standard input until it ends. `open` makes a picture of a file, and checks what can be checked.
///
/// # Errors
///
/// Those of reading and writing lines.
pub fn serve<P>(tasks: &[Task<P>], open: impl Fn(Vec<u8>) -> Result<(P, [usize; 2]), String>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let mut picture = None;
    for line in io::stdin().lock().lines() {
        let line = line?;
        match line.split_once(' ').unwrap_or((&line, "")) {
            ("tasks", _) => {
                tasks.iter().try_for_each(|Task { codec, work, .. }| writeln!(out, "{codec}\t{work}"))?;
                writeln!(out)?;
            }
            ("open", path) => match read(path, &open) {
                Ok((opened, answer)) => {
                    picture = Some(opened);
                    writeln!(out, "{answer}")?;
                }
                Err(message) => writeln!(out, "! {message}")?,
            },
            ("run", number) => match (number.parse().ok().and_then(|number: usize| tasks.get(number)), &picture) {
                (Some(task), Some(picture)) => match turn(task, picture) {
                    Some((nanoseconds, bytes)) => writeln!(out, "{nanoseconds} {bytes}")?,
                    None => writeln!(out, "-")?,
                },
                _ => writeln!(out, "! no such task, or no picture")?,
            },
            _ => writeln!(out, "! no such command")?,
        }
        out.flush()?;
    }
    Ok(())
}

/// Reads a file and opens it.
fn read<P>(path: &str, open: impl Fn(Vec<u8>) -> Result<(P, [usize; 2]), String>) -> Result<(P, String), String> {
    let file = fs::read(path).map_err(|error| format!("{path}: {error}"))?;
    let bytes = file.len();
    let (picture, [width, height]) = open(file).map_err(|error| format!("{path}: {error}"))?;
    Ok((picture, format!("{width} {height} {bytes}")))
}

/// Has a codec work once, and returns the nanoseconds that it took.
fn turn<P>(task: &Task<P>, picture: &P) -> Option<(i128, usize)> {
    let start = thread_nanoseconds();
    let bytes = measured(task.run, picture);
    let end = thread_nanoseconds();
    bytes.map(|bytes| (end - start, bytes))
}

/// Calls a task. Who counts instructions finds a turn by the name of this function.
#[inline(never)]
fn measured<P>(run: fn(&P) -> Option<usize>, picture: &P) -> Option<usize> {
    black_box(run(black_box(picture)))
}

/// How long this thread has had a processor.
fn thread_nanoseconds() -> i128 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)
}
