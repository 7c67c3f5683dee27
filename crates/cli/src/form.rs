//! The parts of a form in memory, and their way through the parser of the protocol.

use std::path::PathBuf;

use palmette::protocol::TransformRequest;
use palmette::protocol::form::{FormEvent, Part};
use palmette::protocol::request::{RequestLimits, TransformCollector};

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
}
