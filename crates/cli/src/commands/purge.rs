//! `palmette purge`: a server forgets results of image URLs, and their sources.

use std::path::Path;

use crate::args::PurgeArgs;
use crate::error::Error;
use crate::{files, remote};

/// Tells a server what to forget, and prints how many results that were.
pub(crate) fn purge(args: &PurgeArgs) -> Result<(), Error> {
    let purged = remote::at(&args.server)?.purge(&args.urls, &args.sources)?;
    files::write(Path::new(files::STANDARD), format!("{purged} results purged\n").as_bytes())
}
