//! The `palmette` command: serves pictures over HTTP, also for development tools; makes single pictures, explains how, describes
//! picture files, and writes configurations for workerd.
//!
//! Flags and request files become the parts of a form, which goes through the parser of the protocol. So the command decides nothing
//! about a request that the server would decide elsewhere.

#[cfg(target_os = "linux")]
mod allocator;
mod args;
mod commands;
mod draw_flag;
mod error;
mod files;
mod form;
mod header_flag;
mod option_flags;
mod pictures;
mod remote;
mod request_file;
mod request_flags;
mod setting_flags;
mod srcset;
mod table;
mod text_flag;
mod workerd;

use std::process::ExitCode;

use clap::Parser;
use palmette_server::config::{Environment, UnknownVariable};

use crate::args::{Args, Command};
use crate::error::{EXIT_USAGE, Error};

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and the version come this way too. Nobody is left to tell if the terminal is gone.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(EXIT_USAGE) } else { ExitCode::SUCCESS };
        }
    };
    if args.command.reads_settings() {
        for unknown in UnknownVariable::find(&Environment) {
            error::report(&format!("warning: {unknown}"));
        }
    }
    match run(args.command) {
        Ok(code) => code,
        Err(error) => {
            error.report();
            ExitCode::from(error.exit_status())
        }
    }
}

/// Runs one command, and returns what the shell sees.
fn run(command: Command) -> Result<ExitCode, Error> {
    match command {
        Command::Run(args) => return commands::run(&args),
        Command::Dev(args) => return commands::dev(args),
        Command::Serve(args) => commands::serve(&args),
        Command::Batch(args) => return commands::batch(&args),
        Command::Transform(args) => return commands::transform(&args),
        Command::Explain(args) => commands::explain(&args),
        Command::Info(args) => commands::info(&args),
        Command::Purge(args) => commands::purge(&args),
        Command::Compare(args) => return commands::compare(&args),
        Command::Conformance(args) => return commands::conformance(&args),
        Command::WorkerdConfig(args) => commands::workerd_config(&args),
        Command::Models(args) => commands::models(args),
        Command::Doctor(args) => return commands::doctor(&args),
        Command::Completions(args) => commands::completions(&args),
        Command::Man(args) => commands::man(&args),
    }?;
    Ok(ExitCode::SUCCESS)
}
