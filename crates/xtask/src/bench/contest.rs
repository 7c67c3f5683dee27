//! What the benches have in common in which `palmette` and other programs take turns.

use std::path::PathBuf;

use super::folder::Folder;
use super::peers::{drawn, largest};
use super::{codecs, machine, times};
use crate::command::Invocation;
use crate::error::Error;
use crate::workspace;

/// What is asked for.
#[derive(Debug)]
pub(super) struct Contest<'a> {
    pub(super) rounds: usize,
    /// What the machine is called.
    name: Option<&'a str>,
    /// Ours, if it is built already.
    program: Option<PathBuf>,
    /// Where the pictures are.
    pub(super) folder: Option<PathBuf>,
}

impl<'a> Contest<'a> {
    /// Understands arguments.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`].
    pub(super) fn parse(arguments: &[&'a str]) -> Result<Self, Error> {
        let mut asked = Self { rounds: 5, name: None, program: None, folder: None };
        let mut rest = arguments.iter();
        while let Some(&argument) = rest.next() {
            let wrong = || Error::Argument { argument: argument.to_owned() };
            match argument {
                "--rounds" => asked.rounds = times(rest.next()).ok_or_else(wrong)?,
                "--name" => asked.name = Some(rest.next().ok_or_else(wrong)?),
                "--program" => asked.program = Some(rest.next().ok_or_else(wrong)?.into()),
                folder if !folder.starts_with('-') && asked.folder.is_none() => asked.folder = Some(folder.into()),
                _ => return Err(wrong()),
            }
        }
        Ok(asked)
    }

    /// Returns our program, which is built unless one was named.
    ///
    /// # Errors
    ///
    /// Those of the build.
    pub(super) fn program(&self) -> Result<PathBuf, Error> {
        if let Some(program) = &self.program {
            return Ok(program.clone());
        }
        Invocation::cargo(&["build", "--release", "--locked", "--package", "palmette-cli"]).run()?;
        Ok(workspace::target().join("release/palmette"))
    }

    /// Returns two JPEGs, the larger one last: those of the folder, or two that are drawn.
    ///
    /// # Errors
    ///
    /// Those of reading the folder, or of drawing.
    pub(super) fn photos(&self) -> Result<[PathBuf; 2], Error> {
        match &self.folder {
            Some(folder) => largest(folder),
            None => drawn(&codecs::build()?),
        }
    }

    /// Makes the folder of the record of this bench.
    ///
    /// # Errors
    ///
    /// Those of making it.
    pub(super) fn record_folder(&self, bench: &str) -> Result<Folder, Error> {
        Folder::create(&format!("{}-{bench}", self.name.map_or_else(machine::name, str::to_owned)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_understood() {
        let asked = Contest::parse(&["--rounds", "3", "photos", "--program", "p"]).unwrap();
        assert_eq!((asked.rounds, asked.name), (3, None));
        assert_eq!((asked.folder, asked.program), (Some("photos".into()), Some("p".into())));
        for arguments in [&["--rounds"][..], &["--rounds", "0"], &["a", "b"], &["--what"]] {
            assert!(matches!(Contest::parse(arguments), Err(Error::Argument { .. })), "{arguments:?}");
        }
    }
}
