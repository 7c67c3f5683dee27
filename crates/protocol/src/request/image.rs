//! The form that brings a source together with what an image URL, or `cf.image` of a Worker, asks for.
//!
//! Development tools send it: the source is an answer of theirs, which the server could not fetch itself. They send it twice. First without
//! a source, to learn which one is wanted, so that they need not read options themselves; then with it. What cannot be got is
//! told as well, so that its code and its words are those of every other image URL.

use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::part::{Arrival, PartBuffer};
use super::{Collector, RequestLimits};
use crate::form::{FormEvent, Part};
use crate::json::excerpt;
use crate::url::CfImage;
use crate::{Error, Hint, json};

/// A form, read.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageForm {
    /// What is asked for.
    pub wanted: Wanted,
    /// What it is made of.
    pub brought: Brought,
}

/// What comes with a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brought {
    /// Nothing: what is asked for is only read.
    Nothing,
    /// All pictures.
    Original(Original),
    /// Why one of them is not there.
    Failed(Failed),
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// An image URL as it was asked for, with scheme and host.
    Url(String),
    /// What a Worker wrote.
    Options(Box<CfImage>),
}

/// What a picture is made of.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Original {
    /// The source.
    pub image: Bytes,
    /// What it says about keeping it.
    pub headers: SourceHeaders,
    /// The pictures that are drawn by URL, in their order.
    pub pictures: Vec<Bytes>,
}

/// Headers of a source, as far as they decide those of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct SourceHeaders {
    /// Its tag.
    pub etag: Option<String>,
    /// When it was changed.
    pub last_modified: Option<String>,
    /// How long it may be kept, and by whom.
    pub cache_control: Option<String>,
}

/// A picture that could not be got.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failed {
    /// Which of those that are drawn by URL, from 0; absent if it is the source itself.
    #[serde(default)]
    pub picture: Option<usize>,
    /// Why.
    pub cause: Cause,
}

/// Why a picture could not be got.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// Its server answered with this status.
    Status(u16),
    /// Nobody answered, in the words of the one who asked.
    Reason(String),
}

/// Collects the form.
///
/// ```
/// use palmette_protocol::request::{Brought, ImageCollector, Wanted};
/// use palmette_protocol::{Collector, FormLimits, FormReader, RequestLimits};
///
/// let body = "--x\r\ncontent-disposition: form-data; name=options\r\n\r\n{\"width\":320}\r\n\
///             --x\r\ncontent-disposition: form-data; name=image; filename=a\r\n\r\nbytes of a picture\r\n\
///             --x--\r\n";
/// let mut reader = FormReader::new("multipart/form-data; boundary=x", FormLimits::default())?;
/// let mut collector = ImageCollector::new(RequestLimits::default());
/// reader.feed(body.as_bytes(), |event| collector.accept(event))?;
/// let form = collector.finish()?;
/// assert!(matches!(form.wanted, Wanted::Options(_)));
/// assert!(matches!(form.brought, Brought::Original(original) if original.image == "bytes of a picture"));
/// # Ok::<(), palmette_protocol::Error>(())
/// ```
#[derive(Debug)]
pub struct ImageCollector {
    limits: RequestLimits,
    image: Option<Bytes>,
    pictures: Vec<Bytes>,
    fields: Vec<(Part, String)>,
    arrival: Arrival,
}

impl ImageCollector {
    /// Makes a collector of nothing yet.
    #[must_use]
    pub const fn new(limits: RequestLimits) -> Self {
        Self { limits, image: None, pictures: Vec::new(), fields: Vec::new(), arrival: Arrival::new() }
    }

    /// Begins a part.
    fn begin(&self, part: Part) -> Result<PartBuffer, Error> {
        let doubled = match part {
            Part::Image => self.image.is_some(),
            Part::DrawImage => false,
            _ => self.field(part).is_some(),
        };
        if doubled {
            return Err(Error::DoubledPart { part });
        }
        let max_sources = self.limits.tree.max_sources;
        let index = match part {
            Part::DrawImage => u32::try_from(self.pictures.len() + 1).ok().filter(|index| *index < max_sources),
            _ => Some(0),
        };
        Ok(PartBuffer::new(part, index.ok_or(palmette_ops::Error::TooManySources { max_sources })?))
    }

    /// Keeps a whole part.
    fn keep(&mut self, buffer: PartBuffer) -> Result<(), Error> {
        match buffer.part() {
            Part::Image => self.image = Some(buffer.into_image()?),
            Part::DrawImage => self.pictures.push(buffer.into_image()?),
            part => self.fields.push((part, buffer.into_field()?)),
        }
        Ok(())
    }

    fn field(&self, part: Part) -> Option<&str> {
        self.fields.iter().find_map(|(known, text)| (*known == part).then_some(text.as_str()))
    }

    /// Reads a field that is JSON of a known shape.
    fn json<T: DeserializeOwned>(&self, part: Part) -> Result<Option<T>, Error> {
        let read = |text| serde_json::from_str(text).map_err(|source| Error::NotJson { part, source });
        self.field(part).map(read).transpose()
    }

    /// Returns what the form holds, once it has ended.
    ///
    /// # Errors
    ///
    /// 9432 for a form that has not ended, that asks for nothing or for two things, or that holds both a source and why there is
    /// none; 9401 for any other fault in the fields.
    pub fn finish(self) -> Result<ImageForm, Error> {
        self.arrival.assert_ended()?;
        let wanted = match (self.field(Part::Url), self.field(Part::Options)) {
            (Some(url), None) => Wanted::Url(url.to_owned()),
            (None, Some(text)) => Wanted::Options(Box::new(read_options(text)?)),
            _ => return Err(Error::EitherPart { first: Part::Url, second: Part::Options }),
        };
        let headers = self.json(Part::SourceHeaders)?.unwrap_or_default();
        let brought = match (self.json(Part::Failed)?, self.image) {
            (None, None) => Brought::Nothing,
            (Some(failed), None) => Brought::Failed(failed),
            (None, Some(image)) => Brought::Original(Original { image, headers, pictures: self.pictures }),
            (Some(_), Some(_)) => return Err(Error::EitherPart { first: Part::Image, second: Part::Failed }),
        };
        Ok(ImageForm { wanted, brought })
    }
}

/// Reads what a Worker wrote.
fn read_options(text: &str) -> Result<CfImage, Error> {
    let value = json::parse(text).map_err(|source| Error::NotJson { part: Part::Options, source })?;
    let not_an_object = || Error::BadValue {
        option: Part::Options.to_string(),
        allowed: "an object",
        actual: excerpt(&value),
        hint: Hint::None,
    };
    CfImage::from_object(value.as_object().ok_or_else(not_an_object)?)
}

impl Collector for ImageCollector {
    /// Takes the next event of the form.
    ///
    /// # Errors
    ///
    /// 9401 for an unknown part or too many pictures, 9402 for a picture over the limit; 9432 for a doubled part, a field over
    /// the limit or one that is not UTF-8.
    fn accept(&mut self, event: FormEvent<'_>) -> Result<(), Error> {
        match event {
            FormEvent::PartStart { name, .. } => {
                let part = self.begin(PartBuffer::find(name, Part::OF_IMAGE)?)?;
                self.arrival.begin(part);
            }
            event => {
                if let Some(part) = self.arrival.accept(event, &self.limits)? {
                    self.keep(part)?;
                }
            }
        }
        Ok(())
    }

    fn held_bytes(&self) -> usize {
        self.arrival.held_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Collects parts, each a name and what is in it.
    fn collect(parts: &[(&str, &str)]) -> Result<ImageForm, String> {
        let mut collector = ImageCollector::new(RequestLimits::default());
        let mut accept = |event| collector.accept(event).map_err(|error| error.to_string());
        for (name, content) in parts {
            accept(FormEvent::PartStart { name, filename: None })?;
            accept(FormEvent::Data(content.as_bytes()))?;
            accept(FormEvent::PartEnd)?;
        }
        accept(FormEvent::End)?;
        collector.finish().map_err(|error| error.to_string())
    }

    #[test]
    fn image_forms_hold_a_source_or_why_there_is_none() {
        let form = collect(&[
            ("url", "http://localhost:8787/cdn-cgi/image/w=5/a.jpg"),
            ("source_headers", r#"{"etag":"\"a\"","cache-control":"no-cache"}"#),
            ("image", "picture"),
        ])
        .unwrap();
        let Brought::Original(original) = form.brought else { panic!("{:?}", form.brought) };
        assert_eq!((original.image.as_ref(), original.pictures.len()), (&b"picture"[..], 0));
        assert_eq!(original.headers.etag.as_deref(), Some("\"a\""));
        assert_eq!(original.headers.cache_control.as_deref(), Some("no-cache"));
        assert_eq!(original.headers.last_modified, None);
        for (failed, picture, cause) in [
            (r#"{"cause":{"status":404}}"#, None, Cause::Status(404)),
            (r#"{"picture":2,"cause":{"reason":"refused"}}"#, Some(2), Cause::Reason("refused".to_owned())),
        ] {
            let form = collect(&[("options", "{}"), ("failed", failed)]).unwrap();
            assert_eq!(form.brought, Brought::Failed(Failed { picture, cause }));
        }
        assert_eq!(collect(&[("options", "{}")]).unwrap().brought, Brought::Nothing);
    }

    #[test]
    fn image_forms_are_refused() {
        let (options, image) = (("options", "{}"), ("image", "a"));
        for (parts, message) in [
            (&[image][..], "either url or options must be sent"),
            (&[options, ("url", "a"), image], "either url or options must be sent"),
            (&[options, image, ("failed", r#"{"cause":{"status":404}}"#)], "either image or failed must be sent"),
            (&[options, image, image], "image was sent twice"),
            (&[options, options, image], "options was sent twice"),
            (
                &[options, image, ("transforms", "[]")],
                "unknown part \"transforms\"; known parts are url, options, image",
            ),
            (&[("options", "[]"), image], "options must be an object, got []"),
            (&[("options", "{"), image], "options is not JSON"),
            (&[("options", r#"{"width":1,"width":2}"#), image], "options is not JSON"),
            (
                &[options, image, ("source_headers", r#"{"age":"1"}"#)],
                "source_headers is not JSON: unknown field `age`",
            ),
            (&[options, ("failed", r#"{"cause":{"reason":5}}"#)], "failed is not JSON: invalid type"),
            (&[options, ("failed", "{}")], "failed is not JSON: missing field `cause`"),
        ] {
            let error = collect(parts).unwrap_err();
            assert!(error.contains(message), "{parts:?}: {error}");
        }
    }
}
