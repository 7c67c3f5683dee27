//! `palmette man [DIR]`: the manual, made of what `--help` prints.

use std::fs;
use std::path::Path;

use clap::CommandFactory;
use clap_mangen::Man;

use crate::args::{Args, ManArgs};
use crate::error::Error;
use crate::files;

/// Prints the page of the program, or writes the pages of all commands.
pub(crate) fn man(args: &ManArgs) -> Result<(), Error> {
    let command = Args::command();
    let Some(folder) = &args.folder else {
        let mut page = Vec::new();
        let unwritable = |source| Error::Write { path: files::STANDARD.into(), source };
        Man::new(command).render(&mut page).map_err(unwritable)?;
        return files::write(Path::new(files::STANDARD), &page);
    };
    let unwritable = |source| Error::Write { path: folder.clone(), source };
    fs::create_dir_all(folder).map_err(unwritable)?;
    clap_mangen::generate_to(command, folder).map_err(unwritable)
}
