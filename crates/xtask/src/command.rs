//! Programs that a chore runs.

use std::ffi::{OsStr, OsString};
use std::process::Command;

use crate::error::Error;
use crate::workspace;

/// A program, its arguments and what is added to its environment; it runs in the folder of the workspace.
#[derive(Debug)]
pub(crate) struct Invocation {
    program: OsString,
    arguments: Vec<String>,
    variables: Vec<(&'static str, OsString)>,
}

impl Invocation {
    /// Runs a program.
    pub(crate) fn new(program: impl AsRef<OsStr>, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Self { program: program.as_ref().to_owned(), arguments, variables: Vec::new() }
    }

    /// Runs the cargo that runs this.
    pub(crate) fn cargo(arguments: &[&str]) -> Self {
        let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Self { program, ..Self::new("", arguments) }
    }

    /// Adds a variable.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// Has it ended after so many seconds, with everything that it started; by `timeout`, which every Linux has.
    pub(crate) fn within(self, seconds: &str) -> Self {
        let program = self.program.to_string_lossy().into_owned();
        let arguments = [vec!["--kill-after=10".to_owned(), seconds.to_owned(), program], self.arguments].concat();
        Self { program: "timeout".into(), arguments, ..self }
    }

    /// Runs it with its output on the terminal.
    ///
    /// # Errors
    ///
    /// [`Error::Start`], or [`Error::Failed`] if it does not end well.
    pub(crate) fn run(self) -> Result<(), Error> {
        let status = self.command().status().map_err(|source| self.cannot_start(source))?;
        if status.success() { Ok(()) } else { Err(Error::Failed { command: self.line() }) }
    }

    /// Runs it and returns what it writes.
    ///
    /// # Errors
    ///
    /// Those of [`Invocation::run`].
    pub(crate) fn output(self) -> Result<Vec<u8>, Error> {
        let output = self.command().output().map_err(|source| self.cannot_start(source))?;
        if output.status.success() { Ok(output.stdout) } else { Err(Error::Failed { command: self.line() }) }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(workspace::root()).envs(self.variables.iter().cloned());
        command
    }

    fn cannot_start(&self, source: std::io::Error) -> Error {
        Error::Start { program: self.program.to_string_lossy().into_owned(), source }
    }

    fn line(&self) -> String {
        let program = std::path::Path::new(&self.program).file_name().unwrap_or(&self.program);
        format!("{} {}", program.to_string_lossy(), self.arguments.join(" "))
    }
}
