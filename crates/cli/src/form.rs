//! The parts of a form in memory, and their way through the parser of the protocol, or to a server.

use std::path::PathBuf;

use palmette::ops::tree::{TreeLimits, rebuild};
use palmette::protocol::form::{FormEvent, FormSource, Part};
use palmette::protocol::list::parse_list;
use palmette::protocol::output::parse_switch;
use palmette::protocol::request::{Collector, RequestLimits, TransformCollector};
use palmette::protocol::{EngineChoice, Error as ProtocolError, Options, RawNode, RawOutput, TransformRequest};

use crate::error::Error;
use crate::files;

/// What would be sent over the wire, in its order.
#[derive(Debug, Default)]
pub(crate) struct Form {
    parts: Vec<(Part, Body)>,
}

#[derive(Debug)]
enum Body {
    File(PathBuf),
    Text(String),
}

impl Form {
    pub(crate) fn push_file(&mut self, part: Part, path: PathBuf) {
        self.parts.push((part, Body::File(path)));
    }

    pub(crate) fn push_text(&mut self, part: Part, text: String) {
        self.parts.push((part, Body::Text(text)));
    }

    pub(crate) fn has(&self, part: Part) -> bool {
        self.parts.iter().any(|(present, _)| *present == part)
    }

    /// Returns a name for each source, by index, for messages.
    pub(crate) fn source_names(&self) -> Vec<String> {
        let is_source = |part| matches!(part, Part::Image | Part::TextInput | Part::DrawImage | Part::DrawText);
        let name = |body: &Body| match body {
            Body::File(path) => path.display().to_string(),
            Body::Text(_) => "a text".to_owned(),
        };
        self.parts.iter().filter(|(part, _)| is_source(*part)).map(|(_, body)| name(body)).collect()
    }

    /// Checks the form exactly as the server checks one that was sent. Files are read only as far as the limits allow.
    pub(crate) fn into_request(self, limits: RequestLimits) -> Result<TransformRequest, Error> {
        let mut collector = TransformCollector::new(limits);
        for (part, body) in self.parts {
            let is_file = matches!(body, Body::File(_));
            collector.accept(FormEvent::PartStart { name: part.as_str(), is_file })?;
            match body {
                Body::Text(text) if text.is_empty() => {}
                Body::Text(text) => collector.accept(FormEvent::Data(text.as_bytes()))?,
                Body::File(path) => files::read_chunks(&path, |chunk| Ok(collector.accept(FormEvent::Data(chunk))?))?,
            }
            collector.accept(FormEvent::PartEnd)?;
        }
        collector.accept(FormEvent::End)?;
        Ok(collector.finish()?)
    }

    /// Takes the form apart for a client that writes it again. Only its shape is checked here: what options may be is for the
    /// server to say, which may be a later one.
    pub(crate) fn into_outline(self) -> Result<Outline, Error> {
        let mut sources = Vec::new();
        let mut fields: Vec<(Part, String)> = Vec::new();
        for (part, body) in self.parts {
            match body {
                Body::File(path) => sources.push(FormSource::Image(path)),
                Body::Text(text) if matches!(part, Part::TextInput | Part::DrawText) => {
                    sources.push(FormSource::Text(text_options(part, &text)?));
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
        Ok(Outline {
            tree: rebuild(sources, parse_list(&required(Part::Transforms)?)?, &ANY_TREE)
                .map_err(ProtocolError::from)?,
            output: RawOutput {
                format: required(Part::OutputFormat)?,
                quality: field(Part::OutputQuality),
                background: field(Part::Background),
                anim: field(Part::Anim),
            },
            explain: field(Part::Explain).map_or(Ok(false), |text| parse_switch(Part::Explain.as_str(), &text))?,
            engine: field(Part::Engine).map(|text| EngineChoice::parse(&text)).transpose()?,
        })
    }
}

/// Trees of any size: the server has the limits.
const ANY_TREE: TreeLimits =
    TreeLimits { max_sources: u32::MAX, max_steps: usize::MAX, max_depth: TreeLimits::DEEPEST };

/// A request as a tree, whose options are as they were written and whose pictures are files.
#[derive(Debug)]
pub(crate) struct Outline {
    /// The sources and the steps on them.
    pub(crate) tree: RawNode<FormSource<PathBuf>>,
    /// What the result is encoded as.
    pub(crate) output: RawOutput,
    /// Whether the plan is asked for instead of the picture.
    pub(crate) explain: bool,
    /// Which engine shall compute, if somebody said it.
    pub(crate) engine: Option<EngineChoice>,
}

/// Reads the fields of a text source, whatever they are.
fn text_options(part: Part, text: &str) -> Result<Options, Error> {
    Ok(serde_json::from_str(text).map_err(|source| ProtocolError::NotJson { part, source })?)
}
