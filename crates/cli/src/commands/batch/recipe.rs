//! What is done with every picture, checked once; and who does it: this process, or a server.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use palmette::codec::{EncodeFormat, EncodeOptions, encode};
use palmette::core::{Deadline, IdleCores, Pixmap, Size};
use palmette::protocol::form::Part;
use palmette::protocol::request::parse_outputs;
use palmette::protocol::{Code, OutputFormat, Source, TransformRequest};
use palmette::{Answer, OnDamage, PROFILE, Pipeline};
use palmette_server::Config;
use palmette_server::config::{Budgets, Memory};
use palmette_store::{Key, Object, Place};
use sha2::{Digest, Sha256};

use super::BatchError;
use super::args::BatchArgs;
use super::gate::Gate;
use crate::error::Error;
use crate::form::{Form, Input, Outline, OutlineOutputs};
use crate::remote::Remote;
use crate::request_flags::format_called;

/// Words of options that need a model: a result with one of them depends on the models that are installed.
const MODEL_WORDS: [&str; 3] = ["segment", "face", "generate"];

/// How often a server that is busy is asked again.
const BUSY_RETRIES: usize = 60;
/// The time between.
const BUSY_WAIT: Duration = Duration::from_secs(1);

/// Who makes the pictures.
#[derive(Debug)]
pub(super) enum Maker {
    /// This process.
    Here(Arc<Here>),
    /// A server, which has limits of its own.
    Server(Arc<Remote>),
}

/// The pipeline of this process, and what its pictures may hold together.
#[derive(Debug)]
pub(super) struct Here {
    pipeline: Pipeline,
    /// Memory for pixels.
    pixels: Gate,
    /// Pictures that are computed at once; more may be read and written meanwhile.
    cores: Gate,
}

/// The recipes of a run, one for each format.
#[derive(Debug)]
pub(super) struct Recipes<'a> {
    args: &'a BatchArgs,
    config: &'a Config,
    maker: Maker,
    /// The format of all results, unless each source keeps its own.
    fixed: Option<OutputFormat>,
    all: Vec<(OutputFormat, Recipe)>,
}

/// What is done with every picture of a format.
#[derive(Debug)]
pub(super) struct Recipe {
    /// The digest of all that decides a result, but for the source.
    digest: Sha256,
    format: OutputFormat,
    /// The names of all sources, for messages; that of the canvas is empty.
    names: Vec<String>,
    request: Request,
}

/// The request, with nothing for a canvas, and who makes it.
#[derive(Debug)]
enum Request {
    Here(Arc<Here>, Box<TransformRequest>),
    Server(Arc<Remote>, Box<Outline>),
}

/// A picture that was made.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) bytes: Bytes,
    pub(super) content_type: &'static str,
}

impl Maker {
    /// Opens the engines, or finds the server.
    pub(super) fn open(args: &BatchArgs, config: &Config) -> Result<Self, Error> {
        if let Some(remote) = args.remote.open()? {
            return Ok(Self::Server(Arc::new(remote)));
        }
        let jobs = args.jobs();
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        // A picture that several cores share costs more of their time, so it gets those alone that no other picture wants.
        let idle = IdleCores::new(cores.saturating_sub(jobs));
        let is_engine_given = args.work.setup.engine().is_some();
        let pipeline = super::super::build_for_many(config, is_engine_given)?.with_idle_cores(idle);
        let pixels = Gate::new(Budgets::of(config, Memory::find()).pixel_bytes);
        Ok(Self::Here(Arc::new(Here { pipeline, pixels, cores: Gate::new(jobs as u64) })))
    }
}

impl Here {
    /// Makes all results of a picture, once there is memory for them and a core.
    fn make(
        &self,
        request: &TransformRequest,
        source: Bytes,
        names: &[String],
    ) -> Result<Vec<Result<Made, Error>>, Error> {
        let failed = |source| Error::Pipeline { source, sources: names.to_vec() };
        let prepared = self.pipeline.prepare(with_canvas(request, source), Deadline::NONE).map_err(failed)?;
        let needed_bytes = prepared.memory_bytes();
        let mut memory = self.pixels.wait(needed_bytes);
        let _core = self.cores.wait(1);
        let mut growing = |file_bytes| memory.set(needed_bytes.saturating_add(file_bytes));
        let mut all = Vec::new();
        let mut each = |_, answer: Result<Answer, palmette::Error>| {
            let made = |Answer { bytes, content_type, .. }| Made { bytes, content_type };
            all.push(answer.map(made).map_err(failed));
            ControlFlow::Continue(())
        };
        self.pipeline.run_each(prepared, Deadline::NONE, &mut growing, &mut each).map_err(failed)?;
        Ok(all)
    }

    /// Looks at everything but the canvas, which is a picture of one pixel: what is wrong with something drawn is wrong for all.
    fn check(&self, request: &TransformRequest, names: &[String]) -> Result<(), Error> {
        let pixel = Pixmap::filled(Size::new(1, 1), [0; 4]).map_err(palmette::Error::Core);
        let encoded = pixel
            .and_then(|pixel| encode(pixel, &EncodeOptions::new(EncodeFormat::Png)).map_err(palmette::Error::Encode));
        let failed = |source| Error::Pipeline { source, sources: names.to_vec() };
        let canvas = encoded.map_err(failed)?.bytes.into();
        match self.pipeline.prepare(with_canvas(request, canvas), Deadline::NONE) {
            Err(error @ palmette::Error::NoGpu { .. }) => Err(failed(error)),
            Err(error) if error.source_index().is_some_and(|index| index > 0) => Err(failed(error)),
            // Anything else may be different with a larger one.
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

/// Puts a picture in the place of the canvas.
fn with_canvas(request: &TransformRequest, canvas: Bytes) -> TransformRequest {
    let mut request = request.clone();
    if let Some(source) = request.sources.first_mut() {
        *source = Source::Image(canvas);
    }
    request
}

impl<'a> Recipes<'a> {
    /// Begins with the recipe of all formats that the flags or the request file name. Everything that is wrong with a request is found here.
    pub(super) fn open(args: &'a BatchArgs, config: &'a Config, maker: Maker) -> Result<Self, Error> {
        let mut recipes = Self { args, config, maker, fixed: None, all: Vec::new() };
        match recipes.add(Path::new("")) {
            Ok(format) => recipes.fixed = Some(format),
            // Nobody names a format, so each picture keeps its own. One of them stands for all in what is checked now.
            Err(Error::NoFormat { .. }) => drop(recipes.add(Path::new("any.png"))?),
            Err(error) => return Err(error),
        }
        Ok(recipes)
    }

    /// Returns the format of the result of a source.
    pub(super) fn format_of(&mut self, key: &Key, source: &Object) -> Result<OutputFormat, Error> {
        if let Some(format) = self.fixed {
            return Ok(format);
        }
        match key.extension().and_then(format_called) {
            Some(format) if self.get(format).is_some() => Ok(format),
            _ => self.add(Path::new(&source.to_string())),
        }
    }

    /// Returns the recipe of a format, if it was added.
    pub(super) fn get(&self, format: OutputFormat) -> Option<&Recipe> {
        self.all.iter().find(|(known, _)| *known == format).map(|(_, recipe)| recipe)
    }

    /// Writes the recipe of the format that the flags, the request file or else a name stand for; returns the format.
    fn add(&mut self, name: &Path) -> Result<OutputFormat, Error> {
        let limits = self.config.limits.request;
        let mut form = self.args.work.to_form_on(Input::Bytes(Bytes::new()), name, self.args.srcset.as_ref())?;
        let names = form.source_names();
        form.load(limits.max_source_bytes as u64)?;
        let format = OutputFormat::parse(&format_of(&form)?)?;
        let mut digest = Sha256::new();
        digest.update(PROFILE);
        form.digest_into(&mut |piece| digest.update(piece))?;
        let request = match &self.maker {
            Maker::Here(here) => {
                self.digest_into(&form, &mut digest)?;
                let request = form.into_request(limits)?;
                refuse_explain(request.explain)?;
                here.check(&request, &names)?;
                Request::Here(Arc::clone(here), Box::new(request))
            }
            Maker::Server(remote) => {
                if let Some(engine) = self.args.work.setup.engine() {
                    form.push_text(Part::Engine, engine.to_owned());
                }
                let outline = form.into_outline()?;
                refuse_explain(outline.explain)?;
                Request::Server(Arc::clone(remote), Box::new(outline))
            }
        };
        self.all.push((format, Recipe { digest, format, names, request }));
        Ok(format)
    }

    /// Adds what decides results beside the request.
    fn digest_into(&self, form: &Form, digest: &mut Sha256) -> Result<(), Error> {
        digest.update([u8::from(self.config.limits.on_damage == OnDamage::Show)]);
        if let Some(fonts) = self.config.fonts.as_deref().filter(|_| form.has_text()) {
            digest_folder(fonts, digest)?;
        }
        let transforms = form.text(Part::Transforms).unwrap_or_default();
        if MODEL_WORDS.iter().any(|word| transforms.contains(word))
            && let Some(models) = self.config.models.path()
        {
            digest_folder(&models, digest)?;
        }
        Ok(())
    }
}

/// Returns the format that a form asks for, which all its results have.
fn format_of(form: &Form) -> Result<String, Error> {
    if let Some(format) = form.text(Part::OutputFormat) {
        return Ok(format.to_owned());
    }
    let outputs = form.text(Part::Outputs).map(parse_outputs).transpose()?;
    let first = outputs.and_then(|outputs| outputs.into_iter().next());
    Ok(first.map(|first| first.output.format).unwrap_or_default())
}

/// Refuses to write explanations where pictures are expected.
fn refuse_explain(explain: bool) -> Result<(), Error> {
    if explain { Err(BatchError::Explain.into()) } else { Ok(()) }
}

/// Adds the names and bytes of all files below a folder; one that is not there has none.
fn digest_folder(folder: &Path, digest: &mut Sha256) -> Result<(), Error> {
    if !folder.is_dir() {
        return Ok(());
    }
    for found in Place::folder(folder).list(usize::MAX, None)? {
        digest.update(found.key.as_str());
        digest.update([0]);
        digest.update(Sha256::digest(found.object.read(u64::MAX)?));
    }
    Ok(())
}

/// Asks a server again that is busy: what a person would be told, a batch can wait for.
fn while_busy<T>(mut ask: impl FnMut() -> Result<T, Error>) -> Result<T, Error> {
    for _ in 0..BUSY_RETRIES {
        match ask() {
            Err(error) if error.code() == Some(Code::Busy.number()) => thread::sleep(BUSY_WAIT),
            answer => return answer,
        }
    }
    ask()
}

impl Recipe {
    /// Makes all results of a picture, in the order of its targets; each by itself may have failed.
    pub(super) fn make(&self, source: Bytes) -> Result<Vec<Result<Made, Error>>, Error> {
        match &self.request {
            Request::Here(here, request) => here.make(request, source, &self.names),
            Request::Server(remote, outline) => while_busy(|| self.make_there(remote, outline.on(source.clone()))),
        }
    }

    /// Has a server make all results of a picture.
    fn make_there(&self, remote: &Remote, outline: Outline) -> Result<Vec<Result<Made, Error>>, Error> {
        let made = |bytes| Made { bytes, content_type: self.format.content_type() };
        if matches!(outline.outputs, OutlineOutputs::One(_)) {
            return Ok(vec![Ok(made(remote.transform_next(outline, self.names.clone())?.into()))]);
        }
        let mut all = Vec::new();
        remote.transform_each_next(outline, &self.names, |_, picture| {
            all.push(picture.map(|(bytes, _)| made(bytes)));
            Ok(())
        })?;
        Ok(all)
    }

    /// Returns the mark of a result: the digest of all that decides its bytes. The source counts by the version that its bucket gives it, or
    /// else by its bytes.
    pub(super) fn mark(&self, source: &Object, bytes: &[u8]) -> String {
        let mut digest = self.digest.clone();
        match source.version() {
            Some(version) => {
                digest.update(b"version");
                digest.update(source.size_bytes().to_be_bytes());
                digest.update(version);
            }
            None => {
                digest.update(b"bytes");
                digest.update(Sha256::digest(bytes));
            }
        }
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
