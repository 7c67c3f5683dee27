//! `palmette transform`: the server's work on files, or a server's. [`several`] makes several results of one picture.

mod several;

use std::path::Path;
use std::process::ExitCode;

use palmette::core::Deadline;
use palmette::protocol::form::Part;
use palmette::{Damage, Place};
use palmette_server::Config;

use crate::args::TransformArgs;
use crate::error::{Error, report};
use crate::files;
use crate::form::Form;
use crate::remote::Remote;

/// Makes one picture or several, here or on a server.
pub(crate) fn transform(args: &TransformArgs) -> Result<ExitCode, Error> {
    let targets = args.targets()?;
    let remote = args.remote.open()?;
    let mut form = args.request.to_form_of(&targets)?;
    if remote.is_some()
        && let Some(engine) = args.request.work.setup.engine()
    {
        form.push_text(Part::Engine, engine.to_owned());
    }
    if form.has(Part::Outputs) {
        return several::transform(args, remote, form, targets);
    }
    let path = &targets[0].path;
    match remote {
        Some(remote) => on_server(remote, form, path)?,
        None => here(form, &args.to_config()?, path)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Has a server make one picture.
fn on_server(remote: Remote, form: Form, path: &Path) -> Result<(), Error> {
    let sources = form.source_names();
    files::write(path, &remote.transform(form.into_outline()?, sources)?)
}

/// Makes one picture.
fn here(form: Form, config: &Config, path: &Path) -> Result<(), Error> {
    let pipeline = super::build_for_one(config)?;
    let sources = form.source_names();
    let request = form.into_request(config.limits.request)?;
    let failed = |source| Error::Pipeline { source, sources: sources.clone() };
    if request.explain {
        // Only a request file can say so; it gets what the server would answer.
        let explanation = pipeline.explain(request, Deadline::NONE).map_err(failed)?;
        return files::write(path, explanation.to_json().as_bytes());
    }
    let answer = pipeline.transform(request, Deadline::NONE).map_err(failed)?;
    files::write(path, &answer.bytes)?;
    if let Some(damage) = &answer.damage {
        tell_damage(damage, &sources);
    }
    Ok(())
}

/// Says that what could be read of a damaged source is shown.
fn tell_damage(Damage { index, cause }: &Damage, sources: &[String]) {
    let name = sources.get(*index).map_or("", String::as_str);
    let place = Place::of_source(*index);
    report(&format!("{place} ({name}) is damaged; the pixels that could be read are shown: {cause}"));
}
