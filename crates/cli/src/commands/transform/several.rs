//! Several results of one picture: formats, widths, or whatever a request file asks for. The picture is decoded once.
//!
//! A file is written as soon as it is made. One that cannot be made is told, and the others are made all the same.

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;

use palmette::core::Deadline;

use super::tell_damage;
use crate::args::TransformArgs;
use crate::error::{Error, report};
use crate::files;
use crate::form::{Form, OutlineOutputs};
use crate::remote::Remote;
use crate::request_flags::Target;
use crate::srcset;

/// What becomes of the results.
struct Results {
    targets: Vec<Target>,
    /// The widths of those that were written.
    widths: Vec<Option<u32>>,
    /// The exit status of the first that failed.
    failure: Option<u8>,
}

/// Makes all results, here or on a server.
pub(super) fn transform(
    args: &TransformArgs,
    remote: Option<Remote>,
    form: Form,
    targets: Vec<Target>,
) -> Result<ExitCode, Error> {
    let results = match remote {
        Some(remote) => on_server(remote, form, targets)?,
        None => match here(args, form, targets)? {
            Some(results) => results,
            None => return Ok(ExitCode::SUCCESS),
        },
    };
    if args.srcset.is_some() {
        files::write(Path::new(files::STANDARD), results.srcsets().as_bytes())?;
    }
    Ok(results.failure.map_or(ExitCode::SUCCESS, ExitCode::from))
}

/// Makes the results here; nothing is left to do if plans were asked for instead.
fn here(args: &TransformArgs, form: Form, targets: Vec<Target>) -> Result<Option<Results>, Error> {
    let config = args.to_config()?;
    let pipeline = crate::commands::build_for_one(&config)?;
    let sources = form.source_names();
    let request = form.into_request(config.limits.request)?;
    let failed = |source| Error::Pipeline { source, sources: sources.clone() };
    let is_explained = request.explain;
    let (path, mut results) = (targets[0].path.clone(), Results::of(targets, request.outputs.count())?);
    let prepared = pipeline.prepare(request, Deadline::NONE).map_err(failed)?;
    if is_explained {
        let explanations = pipeline.explain_each(prepared, Deadline::NONE).map_err(failed)?;
        files::write(&path, explanations.to_json().as_bytes())?;
        return Ok(None);
    }
    let mut broken = Ok(());
    let mut told = false;
    let mut each = |index, answer: Result<palmette::Answer, palmette::Error>| {
        if let Some(damage) = answer.as_ref().ok().and_then(|answer| answer.damage.as_ref()).filter(|_| !told) {
            tell_damage(damage, &sources);
            told = true;
        }
        let made = answer.map(|answer| (answer.bytes, answer.size.width)).map_err(failed);
        broken = results.keep(index, made);
        if broken.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    pipeline.run_each(prepared, Deadline::NONE, &mut |_| (), &mut each).map_err(failed)?;
    broken.map(|()| Some(results))
}

/// Has a server make the results.
fn on_server(remote: Remote, form: Form, targets: Vec<Target>) -> Result<Results, Error> {
    let sources = form.source_names();
    let outline = form.into_outline()?;
    let asked = match &outline.outputs {
        OutlineOutputs::One(_) => 1,
        OutlineOutputs::Each(renditions) => renditions.len(),
    };
    let mut results = Results::of(targets, asked)?;
    remote.transform_each(outline, &sources, |index, made| results.keep(index, made))?;
    Ok(results)
}

impl Results {
    /// Begins with the files that are to be written.
    fn of(targets: Vec<Target>, asked: usize) -> Result<Self, Error> {
        let named = targets.len();
        if named != asked {
            return Err(Error::OutputCount { asked, named });
        }
        Ok(Self { widths: vec![None; named], targets, failure: None })
    }

    /// Writes a result, or tells why there is none. Only a file that cannot be written ends the work.
    fn keep(&mut self, index: usize, made: Result<(bytes::Bytes, u32), Error>) -> Result<(), Error> {
        let path = &self.targets[index].path;
        match made {
            Ok((bytes, width)) => {
                files::write(path, &bytes)?;
                self.widths[index] = Some(width);
            }
            Err(error) => {
                report(&format!("{}: {error}", path.display()));
                self.failure.get_or_insert(error.exit_status());
            }
        }
        Ok(())
    }

    /// Writes a line for each file that was named: the attribute of its widths.
    fn srcsets(&self) -> String {
        let mut lines = String::new();
        let files = self.targets.iter().zip(&self.widths);
        let mut files: Vec<_> = files.filter_map(|(target, width)| Some((target, (*width)?))).collect();
        while let Some((first, _)) = files.first() {
            let base = first.base.clone();
            let (of_base, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|(target, _)| target.base == base);
            let attribute = srcset::attribute(of_base.iter().map(|(target, width)| (target.path.as_path(), *width)));
            let _ = writeln!(lines, "{attribute}");
            files = others;
        }
        lines
    }
}
