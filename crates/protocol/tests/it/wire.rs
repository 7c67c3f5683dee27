//! What the tests of this crate share: forms made of text, and readers of whole bodies.

use palmette_protocol::{
    Collector, Error, FormEvent, FormLimits, FormReader, RequestLimits, TransformCollector, TransformRequest,
};

/// The media type of the forms that [`form`] makes.
pub(crate) const CONTENT_TYPE: &str = "multipart/form-data; boundary=XX";

/// A part of a form, read as a whole.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WholePart {
    pub(crate) name: String,
    pub(crate) is_file: bool,
    pub(crate) data: Vec<u8>,
}

/// Makes a form of names and contents.
pub(crate) fn form(parts: &[(&str, &str)]) -> Vec<u8> {
    let part = |(name, content): &(&str, &str)| {
        format!("--XX\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n")
    };
    (parts.iter().map(part).collect::<String>() + "--XX--\r\n").into_bytes()
}

/// Reads a body whose chunks have the given lengths, over and over; calls `on_event` for every event.
pub(crate) fn read(
    content_type: &str,
    body: &[u8],
    chunk_bytes: &[usize],
    limits: FormLimits,
    mut on_event: impl FnMut(FormEvent<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut reader = FormReader::new(content_type, limits)?;
    let mut rest = body;
    let mut lengths = chunk_bytes.iter().cycle();
    while !rest.is_empty() {
        let length = lengths.next().map_or(rest.len(), |&length| length.min(rest.len()));
        let (chunk, after) = rest.split_at(length);
        reader.feed(chunk, &mut on_event)?;
        rest = after;
    }
    reader.finish()
}

/// Reads a body into whole parts; what came before an error is there too.
pub(crate) fn read_parts(
    content_type: &str,
    body: &[u8],
    chunk_bytes: &[usize],
) -> (Vec<WholePart>, Result<(), Error>) {
    let mut parts: Vec<WholePart> = Vec::new();
    let mut whole = true;
    let result = read(content_type, body, chunk_bytes, FormLimits::default(), |event| {
        match event {
            FormEvent::PartStart { name, filename } => {
                assert!(whole, "a part begins inside a part");
                whole = false;
                parts.push(WholePart { name: name.to_owned(), is_file: filename.is_some(), data: Vec::new() });
            }
            FormEvent::Data(data) => {
                assert!(!whole && !data.is_empty());
                parts.last_mut().expect("data belongs to a part").data.extend_from_slice(data);
            }
            FormEvent::PartEnd => {
                assert!(!whole, "a part ends twice");
                whole = true;
            }
            FormEvent::End => assert!(whole, "the form ends inside a part"),
        }
        Ok(())
    });
    (parts, result)
}

/// Reads and collects a request to `/transform`.
pub(crate) fn collect(content_type: &str, body: &[u8], limits: RequestLimits) -> Result<TransformRequest, Error> {
    let mut collector = TransformCollector::new(limits);
    read(content_type, body, &[], FormLimits::default(), |event| collector.accept(event))?;
    collector.finish()
}
