//! `palmette transform`: the server's work on files.

use palmette::core::Deadline;

use crate::args::TransformArgs;
use crate::error::Error;
use crate::files;

/// Makes one picture.
pub(crate) fn transform(args: &TransformArgs) -> Result<(), Error> {
    let config = args.request.setup.to_config()?;
    let pipeline = super::build_for_one(&config)?;
    let form = args.request.to_form(&args.output)?;

    let sources = form.source_names();
    let request = form.into_request(config.limits.request)?;
    let failed = |source| Error::Pipeline { source, sources };
    if request.explain {
        // Only a request file can say so; it gets what the server would answer.
        let explanation = pipeline.explain(request, Deadline::NONE).map_err(failed)?;
        return files::write(&args.output, explanation.to_json().as_bytes());
    }
    let answer = pipeline.transform(request, Deadline::NONE).map_err(failed)?;
    files::write(&args.output, &answer.bytes)
}
