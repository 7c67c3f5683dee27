//! `palmette dev`: `palmette run -- wrangler dev`, with all its flags.

use std::process::ExitCode;

use crate::args::{DevArgs, RunArgs};
use crate::error::Error;

/// Runs `wrangler dev` until it ends, and returns its exit status.
pub(crate) fn dev(args: DevArgs) -> Result<ExitCode, Error> {
    let command = ["wrangler".into(), "dev".into()].into_iter().chain(args.args).collect();
    super::run(&RunArgs::of(command))
}
