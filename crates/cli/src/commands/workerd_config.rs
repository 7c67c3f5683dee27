//! `palmette workerd-config`: the configuration of wrangler, written for workerd.

use std::path::Path;

use crate::args::WorkerdConfigArgs;
use crate::error::Error;
use crate::files;
use crate::workerd::{Palmette, Request};

/// Writes a configuration.
pub(crate) fn workerd_config(args: &WorkerdConfigArgs) -> Result<(), Error> {
    // Standard output has no folder; it is most likely redirected into the current one.
    let folder = args.output.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
    let text = Request {
        wrangler: &args.wrangler,
        environment: args.env.as_deref(),
        main: args.main.as_deref(),
        workers: &args.worker,
        palmette: Palmette {
            address: &args.palmette,
            ca: args.palmette_ca.as_deref(),
            token_env: args.token_env.as_deref(),
        },
        listen: &args.listen,
        folder,
    }
    .to_text()?;
    files::write(&args.output, text.as_bytes())
}
