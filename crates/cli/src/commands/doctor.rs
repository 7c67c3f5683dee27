//! `palmette doctor`: what this machine has, and whether it computes right pictures.

use std::path::Path;

use palmette::Engines;

use crate::error::Error;
use crate::files;

/// Prints what could be used and how it is.
pub(crate) fn doctor() -> Result<(), Error> {
    let lines: String = Engines::diagnose().into_iter().map(|line| line + "\n").collect();
    files::write(Path::new(files::STANDARD), lines.as_bytes())
}
