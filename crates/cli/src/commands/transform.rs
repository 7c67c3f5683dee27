//! `palmette transform`: the server's work on files, or a server's.

use palmette::core::Deadline;
use palmette::protocol::form::Part;
use palmette::{Damage, Place};

use crate::args::TransformArgs;
use crate::error::{Error, report};
use crate::files;

/// Makes one picture, here or on a server.
pub(crate) fn transform(args: &TransformArgs) -> Result<(), Error> {
    if let Some(remote) = args.remote.open()? {
        let mut form = args.request.to_form(&args.output)?;
        if let Some(engine) = args.request.work.setup.engine() {
            form.push_text(Part::Engine, engine.to_owned());
        }
        let sources = form.source_names();
        return files::write(&args.output, &remote.transform(form.into_outline()?, sources)?);
    }
    let config = args.to_config()?;
    let pipeline = super::build_for_one(&config)?;
    let form = args.request.to_form(&args.output)?;

    let sources = form.source_names();
    let request = form.into_request(config.limits.request)?;
    let failed = |source| Error::Pipeline { source, sources: sources.clone() };
    if request.explain {
        // Only a request file can say so; it gets what the server would answer.
        let explanation = pipeline.explain(request, Deadline::NONE).map_err(failed)?;
        return files::write(&args.output, explanation.to_json().as_bytes());
    }
    let answer = pipeline.transform(request, Deadline::NONE).map_err(failed)?;
    files::write(&args.output, &answer.bytes)?;
    if let Some(Damage { index, cause }) = answer.damage {
        let name = sources.get(index).map_or("", String::as_str);
        let place = Place::of_source(index);
        report(&format!("{place} ({name}) is damaged; the pixels that could be read are shown: {cause}"));
    }
    Ok(())
}
