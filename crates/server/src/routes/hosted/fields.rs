//! The fields of a request to the API, which come as JSON, as a form, or not at all.

use std::error::Error as _;
use std::num::NonZeroU8;
use std::time::SystemTime;

use axum::extract::Request;
use axum::http::header;
use bytes::Bytes;
use http_body_util::LengthLimitError;
use palmette_protocol::form::FormEvent;
use palmette_protocol::request::Collector;
use palmette_store::hosted::{About, HostedError, MAX_PICTURE_BYTES, Metadata};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::iso8601::{Config, EncodedConfig, TimePrecision};
use time::format_description::well_known::{Iso8601, Rfc3339};

use super::failure::HostedFailure;
use crate::admission::HeldBody;
use crate::shared::Shared;
use crate::{Error, multipart};

/// The most bytes of a body without a picture, and of the fields of a form beside its picture.
const MAX_FIELD_BYTES: usize = 64 * 1024;

/// The most objects that are one in the other in the name of a part: such objects are written and dropped by functions that call
/// themselves. The parser of JSON has a limit of its own.
const MAX_NESTED: usize = 32;

/// The most of a wrong value that a message repeats.
const MAX_SHOWN_CHARS: usize = 60;

/// The fields of a request.
#[derive(Debug, Default)]
pub(super) struct Fields {
    values: Map<String, Value>,
    /// The part `file` of a form.
    pub(super) file: Option<FilePart>,
}

/// A file of a form.
#[derive(Debug, Default)]
pub(super) struct FilePart {
    pub(super) name: Option<String>,
    pub(super) bytes: Bytes,
}

impl Fields {
    /// Reads the body of a request: a form if it says so, else an object of JSON, or nothing. What it holds is counted as long as the
    /// second value lives.
    pub(super) async fn read(
        request: Request,
        shared: &Shared,
        known: &'static [&'static str],
    ) -> Result<(Self, HeldBody), Error> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_form = content_type.is_some_and(|text| text.trim_start().to_ascii_lowercase().starts_with("multipart/"));
        if is_form {
            let mut form = Form::default();
            let collected = multipart::collect(request, shared, &mut form).await;
            // Its own refusal says more than the one by which the reading was ended.
            if let Some(refusal) = form.refusal {
                return Err(refusal.into());
            }
            let held = collected?;
            let fields = Self { values: form.values, file: form.file };
            fields.check(known)?;
            return Ok((fields, held));
        }
        let mut held = shared.admission.body();
        held.set(MAX_FIELD_BYTES as u64)?;
        let body = axum::body::to_bytes(request.into_body(), MAX_FIELD_BYTES).await;
        let body = body.map_err(|error| match error.source() {
            Some(source) if source.is::<LengthLimitError>() => {
                HostedFailure::LargeBody { max_bytes: MAX_FIELD_BYTES }.into()
            }
            _ => Error::Body(error),
        })?;
        let fields = Self::from_json(&body)?;
        fields.check(known)?;
        Ok((fields, held))
    }

    fn from_json(body: &[u8]) -> Result<Self, HostedFailure> {
        if body.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(values)) => Ok(Self { values, file: None }),
            _ => Err(HostedFailure::NotJson),
        }
    }

    /// Takes the fields of an object in another one.
    pub(super) fn inner(&mut self, name: &'static str, known: &'static [&'static str]) -> Result<Self, HostedFailure> {
        let values = match self.take(name) {
            None => Map::new(),
            Some(Value::Object(values)) => values,
            Some(other) => return Err(wrong(name, "an object", &other)),
        };
        let fields = Self { values, file: None };
        fields.check(known)?;
        Ok(fields)
    }

    /// Refuses fields that do not exist. Absent and `null` are the same.
    fn check(&self, known: &'static [&'static str]) -> Result<(), HostedFailure> {
        match self.values.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(HostedFailure::UnknownField { name: shown(name), known }),
            None => Ok(()),
        }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.values.shift_remove(name).filter(|value| !value.is_null())
    }

    /// Takes a text.
    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<String>, HostedFailure> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(wrong(name, "text", &other)),
        }
    }

    /// Takes a text that must be there.
    pub(super) fn needed_text(&mut self, name: &'static str) -> Result<String, HostedFailure> {
        self.text(name)?.ok_or(HostedFailure::MissingField { name })
    }

    /// Takes true or false, which forms write as words.
    pub(super) fn switch(&mut self, name: &'static str) -> Result<Option<bool>, HostedFailure> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(switch)) => Ok(Some(switch)),
            Some(Value::String(text)) if matches!(text.as_str(), "true" | "false") => Ok(Some(text == "true")),
            Some(other) => Err(wrong(name, "true or false", &other)),
        }
    }

    /// Takes a whole number of at least 0.
    pub(super) fn whole(&mut self, name: &'static str) -> Result<Option<u64>, HostedFailure> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => {
                text.parse().map(Some).map_err(|_| wrong(name, "a whole number", &Value::String(text)))
            }
            Some(other) => other.as_u64().map(Some).ok_or_else(|| wrong(name, "a whole number", &other)),
        }
    }

    /// Takes a moment, in the form of ISO 8601.
    pub(super) fn moment(&mut self, name: &'static str) -> Result<Option<SystemTime>, HostedFailure> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        match OffsetDateTime::parse(&text, &Rfc3339) {
            Ok(moment) => Ok(Some(moment.into())),
            Err(_) => Err(wrong(name, "a moment such as 2026-12-31T23:59:59Z", &text.into())),
        }
    }

    /// Takes metadata: an object, or the text of one.
    pub(super) fn metadata(&mut self) -> Result<Option<Metadata>, HostedFailure> {
        let metadata = match self.take("metadata") {
            None => return Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => return Ok(None),
            Some(Value::String(text)) => Metadata::parse(&text),
            Some(value) => Metadata::from_value(value),
        };
        Ok(Some(metadata.map_err(HostedError::from)?))
    }

    /// Takes what the owner of a picture that comes says about it.
    pub(super) fn about(&mut self) -> Result<About, HostedFailure> {
        Ok(About {
            requires_signed_urls: self.switch("requireSignedURLs")?.unwrap_or(false),
            metadata: self.metadata()?.unwrap_or_default(),
            creator: self.text("creator")?.filter(|creator| !creator.is_empty()),
        })
    }
}

/// A form that arrives.
#[derive(Debug, Default)]
struct Form {
    values: Map<String, Value>,
    file: Option<FilePart>,
    /// The part that is arriving: its name, that of its file, and its bytes.
    part: Option<(String, Option<String>, Vec<u8>)>,
    field_bytes: usize,
    /// Why it is not read to its end.
    refusal: Option<HostedFailure>,
}

/// The name of the part that is the picture.
const FILE: &str = "file";

impl Form {
    /// Keeps why the form is refused, and ends its reading.
    fn refuse(&mut self, refusal: HostedFailure) -> palmette_protocol::Error {
        self.refusal = Some(refusal);
        palmette_protocol::Error::UnfinishedForm
    }

    /// Keeps a part that is whole.
    fn keep(&mut self, name: String, filename: Option<String>, bytes: Vec<u8>) -> Result<(), HostedFailure> {
        if name == FILE {
            let filename = filename.filter(|name| !name.is_empty());
            self.file = Some(FilePart { name: filename, bytes: bytes.into() });
            return Ok(());
        }
        let not_text = || HostedFailure::Field { name: shown(&name), expected: "UTF-8", actual: "bytes".to_owned() };
        let text = String::from_utf8(bytes).map_err(|_| not_text())?;
        // Clients write an object as a part for each of its fields, `metadata[key]`, and a list as one for each of its values,
        // `metadata[key][]`.
        let path: Vec<&str> = name.split('[').map(|part| part.trim_end_matches(']')).collect();
        if path.len() > MAX_NESTED {
            let (expected, actual) = ("at most 32 fields deep", path.len().to_string());
            return Err(HostedFailure::Field { name: shown(&name), expected, actual });
        }
        let (path, is_in_list) = match &path[..] {
            [list @ .., ""] if !list.is_empty() => (list, true),
            path => (path, false),
        };
        let [outer @ .., last] = path else { return Ok(()) };
        let mut place = &mut self.values;
        for part in outer {
            if part.is_empty() {
                let (expected, actual) = ("a text in a list", "an object in one".to_owned());
                return Err(HostedFailure::Field { name: shown(&name), expected, actual });
            }
            let inner = place.entry(*part).or_insert_with(|| Map::new().into());
            place = inner.as_object_mut().ok_or_else(|| doubled(&name))?;
        }
        if is_in_list {
            let list = place.entry(*last).or_insert_with(|| Value::Array(Vec::new()));
            list.as_array_mut().ok_or_else(|| doubled(&name))?.push(text.into());
            return Ok(());
        }
        match place.insert((*last).to_owned(), text.into()) {
            None => Ok(()),
            Some(_) => Err(doubled(&name)),
        }
    }
}

impl Collector for Form {
    fn accept(&mut self, event: FormEvent<'_>) -> Result<(), palmette_protocol::Error> {
        match event {
            FormEvent::PartStart { name, filename } => {
                if name == FILE && self.file.is_some() {
                    let refusal = doubled(FILE);
                    return Err(self.refuse(refusal));
                }
                self.field_bytes += name.len();
                self.part = Some((name.to_owned(), filename.map(str::to_owned), Vec::new()));
            }
            FormEvent::Data(data) => {
                let Some((name, _, bytes)) = &mut self.part else { return Ok(()) };
                let refusal = if name == FILE {
                    let is_too_large = bytes.len() + data.len() > MAX_PICTURE_BYTES;
                    is_too_large.then(|| HostedError::TooLarge { max_bytes: MAX_PICTURE_BYTES }.into())
                } else {
                    self.field_bytes += data.len();
                    let is_too_large = self.field_bytes > MAX_FIELD_BYTES;
                    is_too_large.then_some(HostedFailure::LargeBody { max_bytes: MAX_FIELD_BYTES })
                };
                bytes.extend_from_slice(data);
                if let Some(refusal) = refusal {
                    return Err(self.refuse(refusal));
                }
            }
            FormEvent::PartEnd => {
                if let Some((name, filename, bytes)) = self.part.take()
                    && let Err(refusal) = self.keep(name, filename, bytes)
                {
                    return Err(self.refuse(refusal));
                }
            }
            FormEvent::End => {}
        }
        Ok(())
    }

    fn held_bytes(&self) -> usize {
        let arriving = self.part.as_ref().map_or(0, |(_, _, bytes)| bytes.capacity());
        arriving + self.file.as_ref().map_or(0, |file| file.bytes.len()) + self.field_bytes
    }
}

/// Makes the failure of a field that came twice.
pub(super) fn doubled(name: &str) -> HostedFailure {
    HostedFailure::Doubled { name: shown(name) }
}

/// Makes the failure of a field with a wrong value.
pub(super) fn wrong(name: &str, expected: &'static str, actual: &Value) -> HostedFailure {
    let actual = actual.as_str().map_or_else(|| actual.to_string(), str::to_owned);
    HostedFailure::Field { name: shown(name), expected, actual: shown(&actual) }
}

/// Shortens a text for a message.
fn shown(text: &str) -> String {
    text.chars().take(MAX_SHOWN_CHARS).collect()
}

/// ISO 8601 with milliseconds, always: such texts have the order of their times.
const TO_THE_MILLISECOND: EncodedConfig =
    Config::DEFAULT.set_time_precision(TimePrecision::Second { decimal_digits: NonZeroU8::new(3) }).encode();

/// Writes a moment in the form of ISO 8601.
pub(super) fn iso(time: SystemTime) -> String {
    // Years beyond 9999 have no such form, and no picture came then.
    OffsetDateTime::from(time).format(&Iso8601::<TO_THE_MILLISECOND>).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn moments_have_milliseconds() {
        for (ms, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_795_821_000_320, "2026-11-27T23:10:00.320Z"),
            (1_795_821_000_007, "2026-11-27T23:10:00.007Z"),
        ] {
            assert_eq!(iso(UNIX_EPOCH + Duration::from_millis(ms)), expected);
        }
    }
}
