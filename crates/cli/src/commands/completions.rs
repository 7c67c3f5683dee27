//! `palmette completions SHELL`: a script that completes commands, flags and their values.

use std::path::Path;

use clap::CommandFactory;

use crate::args::{Args, CompletionsArgs};
use crate::error::Error;
use crate::files;

/// Prints the script.
pub(crate) fn completions(args: &CompletionsArgs) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "palmette", &mut script);
    files::write(Path::new(files::STANDARD), &script)
}
