//! `palmette info`: a picture in, JSON out.

use std::path::Path;

use crate::args::InfoArgs;
use crate::error::Error;
use crate::files;

/// Prints the format and size of a picture.
pub(crate) fn info(args: &InfoArgs) -> Result<(), Error> {
    if let Some(remote) = args.remote.open()? {
        if args.setup.engine().is_some() {
            return Err(Error::NoEngineNeeded);
        }
        return files::write(Path::new(files::STANDARD), format!("{}\n", remote.info(&args.file)?).as_bytes());
    }
    let config = args.setup.to_config()?;
    let pipeline = super::build_for_one(&config)?;
    let bytes = files::read(&args.file, config.limits.request.max_source_bytes as u64)?;
    let info = pipeline
        .info(&bytes)
        .map_err(|source| Error::Pipeline { source, sources: vec![args.file.display().to_string()] })?;
    files::write(Path::new(files::STANDARD), format!("{}\n", info.to_json()).as_bytes())
}
