//! The form of a request to `/transform`.

use palmette_ops::tree::check;
use palmette_ops::{Error as TreeError, ImageIndex, Op};

use super::outputs::{self, parse_outputs};
use super::part::{Arrival, PartBuffer};
use super::{Collector, FontFiles, Outputs, Rendition, RequestLimits, Source};
use crate::form::{FormEvent, Part};
use crate::list::{parse_list, resolve};
use crate::output::parse_switch;
use crate::{EngineChoice, Error, RawOp, RawOutput};

/// A request to `/transform`, checked: the list is a tree, every option is in range.
#[derive(Clone, Debug, PartialEq)]
pub struct TransformRequest {
    /// The sources by index; 0 is the canvas.
    pub sources: Vec<Source>,
    /// The steps, in order.
    pub ops: Vec<Op>,
    /// The same list as it was sent.
    pub raw_ops: Vec<RawOp>,
    /// The results.
    pub outputs: Outputs,
    /// Whether the plan is asked for instead of the picture.
    pub explain: bool,
    /// Which engine computes.
    pub engine: EngineChoice,
    /// The files of the fonts that texts name by URL: none before they are [fetched](Self::font_urls).
    pub fonts: FontFiles,
}

impl TransformRequest {
    /// Returns its result as one of several that may be made of the canvas as it came; nothing if that is not all there is: if something is
    /// drawn, or it asks for several results itself.
    ///
    /// ```
    /// use palmette_protocol::OutputFormat;
    /// use palmette_protocol::url::{Client, ImageOptions, Strictness};
    ///
    /// let (options, _) = ImageOptions::parse("w=100,rotate=90", Strictness::Strict)?;
    /// let mut request = options.request(&b"bytes of a picture"[..], OutputFormat::Webp, &Client::default())?;
    /// let rendition = request.as_rendition().unwrap();
    /// assert_eq!(rendition.continue_list(&[], &[]), (request.ops.clone(), request.raw_ops.clone()));
    /// request.outputs = palmette_protocol::Outputs::Each(vec![rendition]);
    /// assert_eq!(request.as_rendition(), None);
    /// # Ok::<(), palmette_protocol::Error>(())
    /// ```
    #[must_use]
    pub fn as_rendition(&self) -> Option<Rendition> {
        let Outputs::One(output) = &self.outputs else { return None };
        let mut rendition = Rendition::new(output.clone());
        for (op, raw_op) in self.ops.iter().zip(&self.raw_ops) {
            let (
                Op::Transform { image_index: ImageIndex::CANVAS, options },
                Op::Transform { options: raw_options, .. },
            ) = (op, raw_op)
            else {
                return None;
            };
            rendition.transforms.push(options.clone());
            rendition.raw_transforms.push(raw_options.clone());
        }
        Some(rendition)
    }
}

/// Collects the form of a request to `/transform`.
///
/// ```
/// use palmette_protocol::{Collector, FormLimits, FormReader, OutputFormat, RequestLimits, TransformCollector};
///
/// let body = "--x\r\ncontent-disposition: form-data; name=image; filename=a.png\r\n\r\nbytes of a picture\r\n\
///             --x\r\ncontent-disposition: form-data; name=transforms\r\n\r\n[{\"imageIndex\":0,\"width\":320}]\r\n\
///             --x\r\ncontent-disposition: form-data; name=output_format\r\n\r\nimage/webp\r\n\
///             --x--\r\n";
///
/// let mut reader = FormReader::new("multipart/form-data; boundary=x", FormLimits::default())?;
/// let mut collector = TransformCollector::new(RequestLimits::default());
/// for chunk in body.as_bytes().chunks(50) {
///     reader.feed(chunk, |event| collector.accept(event))?;
/// }
/// reader.finish()?;
/// let request = collector.finish()?;
/// assert_eq!(request.sources.len(), 1);
/// assert_eq!(request.outputs, OutputFormat::Webp.into());
/// # Ok::<(), palmette_protocol::Error>(())
/// ```
#[derive(Debug)]
pub struct TransformCollector {
    limits: RequestLimits,
    canvas: Option<Source>,
    drawn: Vec<Source>,
    fields: Vec<(Part, String)>,
    arrival: Arrival,
}

impl TransformCollector {
    /// Makes a collector of nothing yet.
    #[must_use]
    pub const fn new(limits: RequestLimits) -> Self {
        Self { limits, canvas: None, drawn: Vec::new(), fields: Vec::new(), arrival: Arrival::new() }
    }

    /// Checks that a part may still come; returns the index that it has if it is a source.
    fn assert_welcome(&self, part: Part) -> Result<u32, Error> {
        match part {
            Part::Image | Part::TextInput => match (&self.canvas, part) {
                (None, _) => Ok(0),
                (Some(Source::Image(_)), Part::Image) | (Some(Source::Text(_)), Part::TextInput) => {
                    Err(Error::DoubledPart { part })
                }
                (Some(_), _) => Err(Error::TwoCanvases),
            },
            Part::DrawImage | Part::DrawText => {
                let max_sources = self.limits.tree.max_sources;
                // The canvas has its place, whether it has come or not.
                let index = u32::try_from(self.drawn.len() + 1).ok().filter(|index| *index < max_sources);
                Ok(index.ok_or(TreeError::TooManySources { max_sources })?)
            }
            _ if self.field(part).is_some() => Err(Error::DoubledPart { part }),
            _ => Ok(0),
        }
    }

    /// Keeps a whole part.
    fn keep(&mut self, buffer: PartBuffer) -> Result<(), Error> {
        match buffer.part() {
            Part::Image => self.canvas = Some(Source::Image(buffer.into_image()?)),
            Part::TextInput => self.canvas = Some(Source::Text(buffer.into_text()?)),
            Part::DrawImage => self.drawn.push(Source::Image(buffer.into_image()?)),
            Part::DrawText => self.drawn.push(Source::Text(buffer.into_text()?)),
            part => self.fields.push((part, buffer.into_field()?)),
        }
        Ok(())
    }

    fn field(&self, part: Part) -> Option<&str> {
        self.fields.iter().find_map(|(known, text)| (*known == part).then_some(text.as_str()))
    }

    fn required(&self, part: Part) -> Result<&str, Error> {
        self.field(part).ok_or(Error::MissingPart { part })
    }

    /// Reads the results that are asked for, behind a list of so many entries.
    fn outputs(&self, listed: usize) -> Result<Outputs, Error> {
        let Some(list) = self.field(Part::Outputs) else {
            let field = |part| self.field(part).map(str::to_owned);
            let output = RawOutput {
                format: self.required(Part::OutputFormat)?.to_owned(),
                quality: field(Part::OutputQuality),
                background: field(Part::Background),
                anim: field(Part::Anim),
            };
            return Ok(Outputs::One(output.resolve()?));
        };
        if let Some(other) = Part::OF_OUTPUT.iter().find(|part| self.field(**part).is_some()) {
            return Err(Error::Conflict { first: Part::Outputs.as_str(), second: other.as_str() });
        }
        Ok(Outputs::Each(outputs::resolve(parse_outputs(list)?, listed, self.limits.tree.max_steps)?))
    }

    /// Makes the request, once the form has ended.
    ///
    /// # Errors
    ///
    /// 9432 for a form that has not ended, misses a part or asks for an unknown format; 9401 for any other fault in the fields.
    pub fn finish(self) -> Result<TransformRequest, Error> {
        self.arrival.assert_ended()?;
        if self.canvas.is_none() {
            return Err(Error::NoCanvas);
        }
        let list = self.required(Part::Transforms)?;
        if self.field(Part::Outputs).is_none() {
            // Without a format nothing comes of the list, however long it is.
            self.required(Part::OutputFormat)?;
        }
        let raw_ops = parse_list(list)?;
        check(self.drawn.len() + 1, &raw_ops, &self.limits.tree)?;
        let ops = resolve(&raw_ops)?;
        let outputs = self.outputs(raw_ops.len())?;
        let explain =
            self.field(Part::Explain).map(|text| parse_switch("explain", text)).transpose()?.unwrap_or_default();
        let engine = self.field(Part::Engine).map(EngineChoice::parse).transpose()?.unwrap_or_default();
        let sources = self.canvas.into_iter().chain(self.drawn).collect();
        Ok(TransformRequest { sources, ops, raw_ops, outputs, explain, engine, fonts: FontFiles::default() })
    }
}

impl Collector for TransformCollector {
    /// Takes the next event of the form.
    ///
    /// # Errors
    ///
    /// 9401 for an unknown part, too many sources, or a wrong text source; 9402 for a source over the limit; 9432 for a
    /// doubled part, a field over the limit or one that is not UTF-8.
    fn accept(&mut self, event: FormEvent<'_>) -> Result<(), Error> {
        match event {
            FormEvent::PartStart { name, .. } => {
                let part = PartBuffer::find(name, Part::OF_TRANSFORM)?;
                let index = self.assert_welcome(part)?;
                self.arrival.begin(PartBuffer::new(part, index));
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
