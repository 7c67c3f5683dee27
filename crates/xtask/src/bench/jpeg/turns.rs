//! Codecs in their turns.

use std::path::Path;

use super::arguments::Direction;
use super::record::{Record, Row};
use crate::bench::dialogue::Dialogue;
use crate::bench::photos::Picture;
use crate::error::Error;

/// The programs of codecs, each a family that cannot share a program with another.
pub(super) const PROGRAMS: [&str; 2] = ["turbo", "mozilla"];

/// Nanoseconds of a turn from which on a codec has no more than three of them.
const SLOW_NS: f64 = 3e8;

/// One codec at one kind of work.
#[derive(Clone, Debug)]
pub(super) struct Task {
    /// Whose it is.
    pub(super) codec: String,
    /// What it does.
    pub(super) work: String,
    /// By what its program knows it.
    pub(super) number: usize,
}

/// Running programs, and what they are asked for.
#[derive(Debug)]
pub(super) struct Codecs {
    programs: Vec<Dialogue>,
    /// A program and a task of it: all that do the same work stand together.
    tasks: Vec<(usize, Task)>,
}

impl Codecs {
    /// Starts the programs.
    ///
    /// # Errors
    ///
    /// Those of starting and asking them.
    pub(super) fn start(folder: &Path, direction: Direction) -> Result<Self, Error> {
        let programs = PROGRAMS.map(|name| Dialogue::start(folder.join(name), &[]));
        let mut programs = programs.into_iter().collect::<Result<Vec<_>, _>>()?;
        let mut tasks = Vec::new();
        for (program, dialogue) in programs.iter_mut().enumerate() {
            tasks.extend(self::tasks(dialogue, direction)?.into_iter().map(|task| (program, task)));
        }
        let works: Vec<String> = tasks.iter().map(|(_, task)| task.work.clone()).collect();
        tasks.sort_by_key(|(_, task)| works.iter().position(|work| *work == task.work));
        Ok(Self { programs, tasks })
    }

    /// Has every codec work on a picture, so many times, in turn.
    ///
    /// # Errors
    ///
    /// What the programs say.
    pub(super) fn measure(&mut self, picture: &Picture, turns: usize, record: &mut Record) -> Result<(), Error> {
        eprintln!("{}", picture.name);
        for program in &mut self.programs {
            record.open(&picture.name, &open(program, &picture.path)?)?;
        }
        // The first turn is none: memory is asked for, tables are made. It tells who is slow, and who cannot.
        let mut rows = Vec::new();
        for (program, task) in &self.tasks {
            if let Some((nanoseconds, bytes)) = turn(&mut self.programs[*program], task)? {
                let turns = if nanoseconds > SLOW_NS { turns.min(3) } else { turns };
                rows.push((*program, task, turns, Row::new(task, bytes)));
            }
        }
        for round in 0..turns {
            for (program, task, turns, row) in &mut rows {
                if round < *turns
                    && let Some((nanoseconds, _)) = turn(&mut self.programs[*program], task)?
                {
                    row.values.push(nanoseconds);
                }
            }
        }
        rows.into_iter().for_each(|(.., row)| record.add(row));
        Ok(())
    }
}

/// Asks a program for its tasks.
///
/// # Errors
///
/// What it says.
pub(super) fn tasks(program: &mut Dialogue, direction: Direction) -> Result<Vec<Task>, Error> {
    let mut tasks = Vec::new();
    let mut line = program.ask("tasks")?;
    for number in 0.. {
        let Some((codec, work)) = line.split_once('\t') else { break };
        if direction.has(work) {
            tasks.push(Task { codec: codec.to_owned(), work: work.to_owned(), number });
        }
        line = program.line()?;
    }
    Ok(tasks)
}

/// Has a program open a file; returns what it says of it.
///
/// # Errors
///
/// What it says.
pub(super) fn open(program: &mut Dialogue, path: &Path) -> Result<String, Error> {
    program.ask(&format!("open {}", path.display()))
}

/// Has a codec work once; returns nanoseconds and bytes, or nothing if it cannot.
///
/// # Errors
///
/// What its program says.
pub(super) fn turn(program: &mut Dialogue, task: &Task) -> Result<Option<(f64, u64)>, Error> {
    let answer = program.ask(&format!("run {}", task.number))?;
    if answer == "-" {
        return Ok(None);
    }
    let numbers = answer.split_once(' ').and_then(|(time, bytes)| Some((time.parse().ok()?, bytes.parse().ok()?)));
    numbers.map(Some).ok_or_else(|| program.failed(&answer))
}
