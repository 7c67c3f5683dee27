//! What `cargo xtask bench jpeg` is asked for.

use std::path::PathBuf;

use crate::bench::times;
use crate::error::Error;

/// Which way codecs go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// From a file to samples or pixels.
    Decode,
    /// From samples or pixels to a file.
    Encode,
}

impl Direction {
    /// Returns its word in arguments and names.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::Encode => "encode",
        }
    }

    /// Returns the title of a record.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Decode => "JPEG decoders side by side",
            Self::Encode => "JPEG encoders side by side",
        }
    }

    /// Tells whether some work is of this direction.
    pub(super) fn has(self, work: &str) -> bool {
        work.starts_with("decode") == (self == Self::Decode)
    }
}

/// The arguments, understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Arguments<'a> {
    /// What is measured.
    pub(super) direction: Direction,
    /// How often each codec has its turn on each picture.
    pub(super) turns: usize,
    /// Whether instructions are counted instead of time.
    pub(super) instructions: bool,
    /// Whether photos that packages ship are worked on, too.
    pub(super) package_photos: bool,
    /// What the machine is called.
    pub(super) name: Option<&'a str>,
    /// Folders of photos.
    pub(super) folders: Vec<PathBuf>,
}

impl<'a> Arguments<'a> {
    /// Understands arguments.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`].
    pub(super) fn parse(arguments: &[&'a str]) -> Result<Self, Error> {
        let wrong = |argument: &str| Error::Argument { argument: argument.to_owned() };
        let mut rest = arguments.iter();
        let direction = match rest.next() {
            Some(&"decode") => Direction::Decode,
            Some(&"encode") => Direction::Encode,
            other => return Err(wrong(other.unwrap_or(&"decode or encode"))),
        };
        let (turns, instructions, package_photos, name, folders) = (7, false, false, None, Vec::new());
        let mut asked = Self { direction, turns, instructions, package_photos, name, folders };
        while let Some(&argument) = rest.next() {
            match argument {
                "--instructions" => asked.instructions = true,
                "--package-photos" => asked.package_photos = true,
                "--turns" => asked.turns = times(rest.next()).ok_or_else(|| wrong(argument))?,
                "--name" => asked.name = Some(rest.next().ok_or_else(|| wrong(argument))?),
                flag if flag.starts_with('-') => return Err(wrong(flag)),
                folder => asked.folders.push(folder.into()),
            }
        }
        Ok(asked)
    }

    /// Returns the command that asks for this; folders of another machine are of no interest.
    pub(super) fn command(&self) -> String {
        let mut command = format!("cargo xtask bench jpeg {} --turns {}", self.direction.word(), self.turns);
        if self.instructions {
            command = format!("cargo xtask bench jpeg {} --instructions", self.direction.word());
        }
        if self.package_photos {
            command += " --package-photos";
        }
        command + &" FOLDER".repeat(self.folders.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_understood() {
        let asked = Arguments::parse(&["encode", "--turns", "3", "photos", "--package-photos", "--name", "m"]).unwrap();
        assert_eq!((asked.direction, asked.turns, asked.name), (Direction::Encode, 3, Some("m")));
        assert_eq!(asked.command(), "cargo xtask bench jpeg encode --turns 3 --package-photos FOLDER");
        let asked = Arguments::parse(&["decode", "--instructions"]).unwrap();
        assert_eq!(asked.command(), "cargo xtask bench jpeg decode --instructions");
    }

    #[test]
    fn wrong_arguments_are_refused() {
        for arguments in
            [&[][..], &["both"], &["decode", "--turns"], &["decode", "--turns", "0"], &["decode", "--what"]]
        {
            assert!(matches!(Arguments::parse(arguments), Err(Error::Argument { .. })), "{arguments:?}");
        }
    }

    #[test]
    fn work_has_a_direction() {
        assert!(Direction::Decode.has("decode planes, 1/2") && !Direction::Decode.has("planes to baseline"));
        assert!(Direction::Encode.has("RGBA to progressive"));
    }
}
