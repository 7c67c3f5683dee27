//! The parts of a form in memory, and their way through the parser of the protocol, or to a server.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use palmette::ops::text::MAX_FONT_BYTES;
use palmette::ops::tree::{TreeLimits, rebuild};
use palmette::protocol::form::{FormEvent, FormSource, Part};
use palmette::protocol::list::parse_list;
use palmette::protocol::output::parse_switch;
use palmette::protocol::request::{Collector, FontUrl, RequestLimits, TransformCollector, parse_outputs};
use palmette::protocol::{
    EngineChoice, Error as ProtocolError, Options, RawNode, RawOutput, RawRendition, TransformRequest,
};
use serde_json::Value;

use crate::error::Error;
use crate::files;

/// The parts of the form, in order.
#[derive(Debug, Default)]
pub(crate) struct Form {
    parts: Vec<(Part, Body)>,
    /// Fonts that are files here, by the names that texts use for them.
    fonts: BTreeMap<String, Input>,
}

#[derive(Debug)]
enum Body {
    Input(Input),
    Text(String),
}

/// The bytes of a picture or a font, or where they are.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    File(PathBuf),
    Bytes(Bytes),
}

impl Input {
    /// Reads all of it, unless it is more than `max_bytes`.
    fn read(&self, max_bytes: u64) -> Result<Bytes, Error> {
        match self {
            Self::File(path) => Ok(files::read(path, max_bytes)?.into()),
            Self::Bytes(bytes) => Ok(bytes.clone()),
        }
    }

    /// Hands its bytes on, until its end or the first error.
    fn read_chunks(&self, mut on_chunk: impl FnMut(&[u8]) -> Result<(), Error>) -> Result<(), Error> {
        match self {
            Self::File(path) => files::read_chunks(path, on_chunk),
            Self::Bytes(bytes) if bytes.is_empty() => Ok(()),
            Self::Bytes(bytes) => on_chunk(bytes),
        }
    }
}

impl Form {
    pub(crate) fn push_file(&mut self, part: Part, path: PathBuf) {
        self.push_input(part, Input::File(path));
    }

    pub(crate) fn push_input(&mut self, part: Part, input: Input) {
        self.parts.push((part, Body::Input(input)));
    }

    pub(crate) fn push_text(&mut self, part: Part, text: String) {
        self.parts.push((part, Body::Text(text)));
    }

    /// Adds a text; if its font is a file, that is one relative to `directory`.
    pub(crate) fn push_text_source(&mut self, part: Part, text: Options, directory: &Path) {
        let url = text.get("font").and_then(|font| font.get("url")).and_then(Value::as_str);
        if let Some(name) = url.filter(|url| is_font_file(url)) {
            self.fonts.insert(name.to_owned(), Input::File(directory.join(name)));
        }
        self.push_text(part, Value::Object(text).to_string());
    }

    pub(crate) fn has(&self, part: Part) -> bool {
        self.parts.iter().any(|(present, _)| *present == part)
    }

    /// Returns a field.
    pub(crate) fn text(&self, part: Part) -> Option<&str> {
        self.parts.iter().find_map(|(present, body)| match body {
            Body::Text(text) if *present == part => Some(text.as_str()),
            _ => None,
        })
    }

    /// Returns a name for each source, by index, for messages.
    pub(crate) fn source_names(&self) -> Vec<String> {
        let is_source = |part| matches!(part, Part::Image | Part::TextInput | Part::DrawImage | Part::DrawText);
        let name = |body: &Body| match body {
            Body::Input(Input::File(path)) => path.display().to_string(),
            Body::Input(Input::Bytes(_)) => String::new(),
            Body::Text(_) => "a text".to_owned(),
        };
        self.parts.iter().filter(|(part, _)| is_source(*part)).map(|(_, body)| name(body)).collect()
    }

    /// Puts another picture in the place of the canvas; tells whether the canvas was a picture.
    pub(crate) fn replace_canvas(&mut self, input: Input) -> bool {
        let canvas = self.parts.iter_mut().find(|(part, _)| *part == Part::Image);
        canvas.map(|(_, body)| *body = Body::Input(input)).is_some()
    }

    /// Reads all files of the form, those of its fonts, too, so that it can be used many times.
    pub(crate) fn load(&mut self, max_source_bytes: u64) -> Result<(), Error> {
        for (_, body) in &mut self.parts {
            if let Body::Input(input) = body {
                *input = Input::Bytes(input.read(max_source_bytes)?);
            }
        }
        for font in self.fonts.values_mut() {
            *font = Input::Bytes(font.read(MAX_FONT_BYTES)?);
        }
        Ok(())
    }

    /// Tells whether it has texts.
    pub(crate) fn has_text(&self) -> bool {
        self.has(Part::TextInput) || self.has(Part::DrawText)
    }

    /// Hands on everything that decides the result, in pieces that begin with their lengths: the parts with their bytes, and the fonts.
    pub(crate) fn digest_into(&self, on_piece: &mut dyn FnMut(&[u8])) -> Result<(), Error> {
        let mut piece = |name: &str, bytes: &[u8]| {
            for bytes in [name.as_bytes(), bytes] {
                on_piece(&(bytes.len() as u64).to_be_bytes());
                on_piece(bytes);
            }
        };
        for (part, body) in &self.parts {
            match body {
                Body::Input(input) => piece(part.as_str(), &input.read(u64::MAX)?),
                Body::Text(text) => piece(part.as_str(), text.as_bytes()),
            }
        }
        for (name, font) in &self.fonts {
            piece(name, &font.read(u64::MAX)?);
        }
        Ok(())
    }

    /// Checks the form exactly as the server checks one that was sent. Files are read only as far as the limits allow.
    pub(crate) fn into_request(self, limits: RequestLimits) -> Result<TransformRequest, Error> {
        let mut collector = TransformCollector::new(limits);
        for (part, body) in self.parts {
            let filename = matches!(body, Body::Input(_)).then_some(part.as_str());
            collector.accept(FormEvent::PartStart { name: part.as_str(), filename })?;
            match body {
                Body::Text(text) if text.is_empty() => {}
                Body::Text(text) => collector.accept(FormEvent::Data(text.as_bytes()))?,
                Body::Input(input) => input.read_chunks(|chunk| Ok(collector.accept(FormEvent::Data(chunk))?))?,
            }
            collector.accept(FormEvent::PartEnd)?;
        }
        collector.accept(FormEvent::End)?;
        let mut request = collector.finish()?;
        for (name, font) in self.fonts {
            request.fonts.insert(name, font.read(MAX_FONT_BYTES)?);
        }
        Ok(request)
    }

    /// Takes the form apart for a client that writes it again. Only its shape is checked here: what options may be is for the
    /// server to say, which may be a later one.
    pub(crate) fn into_outline(self) -> Result<Outline, Error> {
        // A server has no such files.
        let fonts = self.fonts.into_iter().map(|(name, font)| Ok((name, data_url(&font)?)));
        let fonts = fonts.collect::<Result<BTreeMap<_, _>, Error>>()?;
        let mut sources = Vec::new();
        let mut fields: Vec<(Part, String)> = Vec::new();
        for (part, body) in self.parts {
            match body {
                Body::Input(input) => sources.push(FormSource::Image(input)),
                Body::Text(text) if matches!(part, Part::TextInput | Part::DrawText) => {
                    let mut text = text_options(part, &text)?;
                    if let Some(url) = text.get_mut("font").and_then(|font| font.get_mut("url"))
                        && let Some(data_url) = url.as_str().and_then(|name| fonts.get(name))
                    {
                        *url = data_url.as_str().into();
                    }
                    sources.push(FormSource::Text(text));
                }
                Body::Text(_) if fields.iter().any(|(present, _)| *present == part) => {
                    return Err(ProtocolError::DoubledPart { part }.into());
                }
                Body::Text(text) => fields.push((part, text)),
            }
        }
        if sources.is_empty() {
            return Err(ProtocolError::NoCanvas.into());
        }
        let field = |part| fields.iter().find(|(present, _)| *present == part).map(|(_, text)| text.clone());
        let required = |part| field(part).ok_or(ProtocolError::MissingPart { part });
        let outputs = match field(Part::Outputs) {
            Some(outputs) => {
                let is_given = |part: &&Part| fields.iter().any(|(present, _)| present == *part);
                if let Some(other) = Part::OF_OUTPUT.iter().find(is_given) {
                    let (first, second) = (Part::Outputs.as_str(), other.as_str());
                    return Err(ProtocolError::Conflict { first, second }.into());
                }
                OutlineOutputs::Each(parse_outputs(&outputs)?)
            }
            None => OutlineOutputs::One(RawOutput {
                format: required(Part::OutputFormat)?,
                quality: field(Part::OutputQuality),
                background: field(Part::Background),
                anim: field(Part::Anim),
            }),
        };
        Ok(Outline {
            tree: rebuild(sources, parse_list(&required(Part::Transforms)?)?, &ANY_TREE)
                .map_err(ProtocolError::from)?,
            outputs,
            explain: field(Part::Explain).map_or(Ok(false), |text| parse_switch(Part::Explain.as_str(), &text))?,
            engine: field(Part::Engine).map(|text| EngineChoice::parse(&text)).transpose()?,
        })
    }
}

/// Trees of any size: the server has the limits.
const ANY_TREE: TreeLimits =
    TreeLimits { max_sources: u32::MAX, max_steps: usize::MAX, max_depth: TreeLimits::DEEPEST };

/// A request as a tree, whose options are as they were written.
#[derive(Clone, Debug)]
pub(crate) struct Outline {
    /// The sources and the steps on them.
    pub(crate) tree: RawNode<FormSource<Input>>,
    /// What is asked for.
    pub(crate) outputs: OutlineOutputs,
    /// Whether the plan is asked for instead of the picture.
    pub(crate) explain: bool,
    /// The engine that was asked for.
    pub(crate) engine: Option<EngineChoice>,
}

/// One result, or several.
#[derive(Clone, Debug)]
pub(crate) enum OutlineOutputs {
    One(RawOutput),
    Each(Vec<RawRendition>),
}

impl Outline {
    /// Returns the same with another canvas.
    pub(crate) fn on(&self, canvas: Bytes) -> Self {
        let mut outline = self.clone();
        outline.tree.source = FormSource::Image(Input::Bytes(canvas));
        outline
    }
}

/// Tells whether the URL of a font is the name of a file.
fn is_font_file(url: &str) -> bool {
    matches!(FontUrl::parse(url), FontUrl::Remote(_)) && !url.is_empty() && !url.contains("://")
}

/// Writes a font that is a file here as a URL.
fn data_url(font: &Input) -> Result<String, Error> {
    Ok(format!("data:font/sfnt;base64,{}", BASE64_STANDARD.encode(font.read(MAX_FONT_BYTES)?)))
}

/// Reads the fields of a text source, whatever they are.
fn text_options(part: Part, text: &str) -> Result<Options, Error> {
    Ok(serde_json::from_str(text).map_err(|source| ProtocolError::NotJson { part, source })?)
}
