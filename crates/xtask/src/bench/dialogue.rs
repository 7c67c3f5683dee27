//! A program that is asked by lines and answers by lines.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::error::Error;
use crate::workspace;

/// A running program; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Dialogue {
    name: String,
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Dialogue {
    /// Starts a program in the folder of the workspace.
    ///
    /// # Errors
    ///
    /// [`Error::Start`].
    pub(super) fn start(program: impl AsRef<OsStr>, arguments: &[&str]) -> Result<Self, Error> {
        let program = program.as_ref();
        let name = Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned();
        let mut command = Command::new(program);
        command.args(arguments).current_dir(workspace::root()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|source| Error::Start { program: name.clone(), source })?;
        let input = child.stdin.take().expect("its input is piped");
        let output = BufReader::new(child.stdout.take().expect("its output is piped"));
        Ok(Self { name, child, input: Some(input), output })
    }

    /// Says a line and returns the first line of the answer.
    ///
    /// # Errors
    ///
    /// [`Error::Peer`] if it has ended, or if the answer begins with `!` and so says what is wrong.
    pub(super) fn ask(&mut self, line: &str) -> Result<String, Error> {
        let input = self.input.as_mut().expect("its input is open until it is dropped");
        if writeln!(input, "{line}").and_then(|()| input.flush()).is_err() {
            return Err(self.failed("it has ended"));
        }
        self.line()
    }

    /// Returns the next line of an answer.
    ///
    /// # Errors
    ///
    /// Those of [`ask`](Self::ask).
    pub(super) fn line(&mut self) -> Result<String, Error> {
        let mut line = String::new();
        match self.output.read_line(&mut line) {
            Ok(1..) => {}
            _ => return Err(self.failed("it has ended")),
        }
        match line.strip_prefix("! ") {
            Some(message) => Err(self.failed(message.trim_end())),
            None => Ok(line.trim_end_matches('\n').to_owned()),
        }
    }

    /// Returns the number of the process.
    pub(super) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Makes an error of what it said.
    pub(super) fn failed(&self, message: &str) -> Error {
        Error::Peer { program: self.name.clone(), message: message.to_owned() }
    }
}

impl Drop for Dialogue {
    fn drop(&mut self) {
        // The end of its input is the end of the program.
        self.input = None;
        if let Err(error) = self.child.wait() {
            eprintln!("{} did not end well: {error}", self.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_back() {
        let mut cat = Dialogue::start("cat", &[]).unwrap();
        assert_eq!(cat.ask("a line").unwrap(), "a line");
        assert_eq!(cat.ask("! bad").unwrap_err().to_string(), "cat: bad");
        assert_eq!(cat.ask("").unwrap(), "");
    }

    #[test]
    fn end_is_an_error() {
        let mut program = Dialogue::start("true", &[]).unwrap();
        assert_eq!(program.line().unwrap_err().to_string(), "true: it has ended");
        assert!(matches!(Dialogue::start("no-such-program", &[]), Err(Error::Start { .. })));
    }
}
