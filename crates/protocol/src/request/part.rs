//! Parts while they arrive, one after the other.

use bytes::Bytes;
use palmette_ops::Text;

use super::RequestLimits;
use super::pieces::Pieces;
use crate::form::{FormEvent, Part};
use crate::json::excerpt_text;
use crate::{Error, Hint, OptionObject, json};

/// How far a form has arrived: what is the same for every kind of form.
#[derive(Debug)]
pub(super) struct Arrival {
    /// The part that is arriving.
    current: Option<PartBuffer>,
    /// Bytes of all parts that are whole.
    whole_bytes: usize,
    has_ended: bool,
}

impl Arrival {
    /// Begins with no part yet.
    pub(super) const fn new() -> Self {
        Self { current: None, whole_bytes: 0, has_ended: false }
    }

    /// Begins a part.
    pub(super) fn begin(&mut self, part: PartBuffer) {
        self.current = Some(part);
    }

    /// Takes an event that begins no part. Returns the part that it ends.
    pub(super) fn accept(&mut self, event: FormEvent<'_>, limits: &RequestLimits) -> Result<Option<PartBuffer>, Error> {
        match (event, &mut self.current) {
            (FormEvent::Data(data), Some(current)) => current.push(data, limits)?,
            (FormEvent::PartEnd, Some(current)) => {
                self.whole_bytes += current.len();
                return Ok(self.current.take());
            }
            (FormEvent::End, _) => self.has_ended = true,
            (FormEvent::PartStart { .. } | FormEvent::Data(_) | FormEvent::PartEnd, _) => {}
        }
        Ok(None)
    }

    /// Checks that all of the form has come.
    pub(super) fn assert_ended(&self) -> Result<(), Error> {
        if self.has_ended { Ok(()) } else { Err(Error::UnfinishedForm) }
    }

    /// Returns the bytes of memory that is held, spare ones included.
    pub(super) fn held_bytes(&self) -> usize {
        self.whole_bytes + self.current.as_ref().map_or(0, PartBuffer::held_bytes)
    }
}

/// The bytes of a part up to now.
#[derive(Debug)]
pub(super) struct PartBuffer {
    part: Part,
    /// The index of the source that the part is, if it is one.
    index: u32,
    bytes: Pieces,
}

impl PartBuffer {
    /// Begins one of the `known` parts; `index` is where it goes if it is a source.
    pub(super) fn new(part: Part, index: u32) -> Self {
        Self { part, index, bytes: Pieces::default() }
    }

    /// Returns the part of that name.
    pub(super) fn find(name: &str, known: &'static [Part]) -> Result<Part, Error> {
        let part = known.iter().find(|part| part.as_str() == name);
        part.copied().ok_or_else(|| Error::UnknownPart { name: excerpt_text(name), known })
    }

    pub(super) const fn part(&self) -> Part {
        self.part
    }

    /// Adds bytes, as far as the limits allow.
    pub(super) fn push(&mut self, data: &[u8], limits: &RequestLimits) -> Result<(), Error> {
        let &mut Self { part, index, .. } = self;
        let bytes = self.bytes.len().saturating_add(data.len());
        match part {
            Part::Image | Part::DrawImage if bytes > limits.max_source_bytes => {
                return Err(Error::SourceTooLarge { index, part, max_source_bytes: limits.max_source_bytes });
            }
            Part::Image | Part::DrawImage => {}
            _ if bytes > limits.max_field_bytes => {
                return Err(Error::FieldTooLarge { part, max_field_bytes: limits.max_field_bytes });
            }
            _ => {}
        }
        self.bytes.push(data)
    }

    /// Returns the number of bytes up to now.
    const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the bytes of memory that the part takes.
    fn held_bytes(&self) -> usize {
        self.bytes.held_bytes()
    }

    /// Ends a picture.
    pub(super) fn into_image(self) -> Result<Bytes, Error> {
        Ok(self.bytes.join()?.into())
    }

    /// Ends a field.
    pub(super) fn into_field(self) -> Result<String, Error> {
        String::from_utf8(self.bytes.join()?).map_err(|_| Error::NotUtf8 { part: self.part })
    }

    /// Ends a text source.
    pub(super) fn into_text(self) -> Result<Text, Error> {
        let Self { part, index, .. } = self;
        let text = self.into_field()?;
        let fields = json::parse(&text).map_err(|source| Error::NotJson { part, source })?;
        let Some(options) = fields.as_object() else {
            return Err(Error::BadValue {
                option: part.to_string(),
                allowed: "an object of text, font, size, color",
                actual: json::excerpt(&fields),
                hint: Hint::None,
            });
        };
        Text::from_options(options).map_err(|source| Error::AtSource { index, part, source: Box::new(source) })
    }
}
