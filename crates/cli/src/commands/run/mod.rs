//! `palmette run -- COMMAND`: a development tool whose Images bindings reach Palmette, with no configuration changed.
//!
//! A server is found or started ([`server`]). A module for Node is written to a cache ([`modules`]), and the environment of the command
//! loads it into every Node process ([`environment`]). There it watches for miniflare, the simulator in all of Cloudflare's
//! development tools, and gives it the real binding in place of its stand-in. The command runs in the foreground, as if nobody
//! stood before it ([`child`]), and what the module found is read from a file and said ([`report`]), so that nothing falls back to
//! the stand-in in silence.
//!
//! # Why modules are embedded that are built elsewhere
//!
//! The module needs the plugin of the npm package `palmette` and its client, which are TypeScript, and it has to run in Node 20, which
//! takes none. A project need not have that package: `cargo install`, or one downloaded file, is enough. So `modules/` holds
//! what `npm run generate -w palmette` makes of `clients/js/src/run`, bundled, not minified, and committed; a test of the npm package
//! fails if it is not what the sources give. Written by hand in JavaScript, the plugin and the client would exist twice.

mod child;
mod environment;
mod modules;
mod report;
mod server;
#[cfg_attr(unix, path = "signals_unix.rs")]
#[cfg_attr(not(unix), path = "signals_other.rs")]
mod signals;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::args::RunArgs;
use crate::error::{self, Error};

pub(crate) use modules::ADAPTER;

use environment::Environment;
use modules::Modules;
use report::Report;
use server::Wanted;

/// Runs a command, and returns its exit status.
pub(crate) fn run(args: &RunArgs) -> Result<ExitCode, Error> {
    let program = environment::find_program(&args.command)?;
    let wanted = Wanted::of(args)?;
    let modules = Modules::write()?;
    let mut report = Report::create()?;
    let (runtime, server) = server::find_or_start(wanted, args)?;
    error::report(&server.to_string());

    let environment = Environment { server: &server, modules: &modules, report: report.path() };
    let mut command = tokio::process::Command::new(program);
    command.args(&args.command[1..]).envs(environment.variables()?);
    let outcome = runtime.block_on(child::run(command, &mut report));
    // The server, if it is ours, has served its purpose; a request that is still running has no reader any more.
    runtime.shutdown_background();
    let status = outcome.map_err(|source| Error::Command { command: name(&args.command), source })?;
    report.finish(&name(&args.command));
    Ok(child::exit_code(status))
}

/// Returns what a command is called in messages.
fn name(command: &[OsString]) -> String {
    let words: Vec<_> = command.iter().map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}
