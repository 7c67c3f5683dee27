//! What comes of the canvas: one picture, or several of one request.
//!
//! The output fields of a form ask for one, which is the answer. The part `outputs` asks for several: a list of objects, each with
//! transforms of its own behind those of the list, and with output fields. Their values are as in the fields, and may be numbers and
//! switches as well as text.

use palmette_ops::{Error as TreeError, ImageIndex, Op, Place, Transform};
use serde_json::{Map, Value};

use crate::form::Part;
use crate::json::{excerpt, excerpt_text};
use crate::object::OptionObject;
use crate::{Error, Hint, Options, Output, OutputFormat, RawOp, RawOutput, json};

/// The most results that one request may ask for.
pub const MAX_OUTPUTS: usize = 32;

/// The fields of an entry of `outputs`.
const FIELDS: [&str; 5] = [TRANSFORMS, FORMAT, QUALITY, BACKGROUND, ANIM];

const TRANSFORMS: &str = Part::Transforms.as_str();
const FORMAT: &str = Part::OutputFormat.as_str();
const QUALITY: &str = Part::OutputQuality.as_str();
const BACKGROUND: &str = Part::Background.as_str();
const ANIM: &str = Part::Anim.as_str();

/// The results that a request asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Outputs {
    /// One, which is the answer: the output fields.
    One(Output),
    /// Some, each a part of the answer, in this order: the part `outputs`.
    Each(Vec<Rendition>),
}

impl Outputs {
    /// Returns the number of results.
    #[must_use]
    pub const fn count(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Each(renditions) => renditions.len(),
        }
    }

    /// Returns the renditions; the one picture of output fields is one without transforms of its own.
    #[must_use]
    pub fn into_renditions(self) -> Vec<Rendition> {
        match self {
            Self::One(output) => vec![output.into()],
            Self::Each(renditions) => renditions,
        }
    }
}

impl From<Output> for Outputs {
    fn from(output: Output) -> Self {
        Self::One(output)
    }
}

impl From<OutputFormat> for Outputs {
    fn from(format: OutputFormat) -> Self {
        Self::One(format.into())
    }
}

/// One of several results of a request: the canvas as the list left it, transformed once more, and encoded.
///
/// ```
/// use palmette_ops::Transform;
/// use palmette_protocol::{OutputFormat, Rendition};
///
/// let small = Rendition::new(OutputFormat::Webp.quality(70)).transform(Transform::resize(320, 0));
/// assert_eq!(small.transforms.len(), 1);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Rendition {
    /// Its own transforms, behind those of the list.
    pub transforms: Vec<Transform>,
    /// The same transforms as they were sent.
    pub raw_transforms: Vec<Options>,
    /// The output.
    pub output: Output,
}

impl Rendition {
    /// Makes a rendition without transforms of its own.
    #[must_use]
    pub fn new(output: impl Into<Output>) -> Self {
        Self { transforms: Vec::new(), raw_transforms: Vec::new(), output: output.into() }
    }

    /// Adds a transform.
    #[must_use]
    pub fn transform(mut self, options: Transform) -> Self {
        self.raw_transforms.push(options.to_options());
        self.transforms.push(options);
        self
    }

    /// Continues a list with its transforms.
    #[must_use]
    pub fn continue_list(&self, ops: &[Op], raw_ops: &[RawOp]) -> (Vec<Op>, Vec<RawOp>) {
        let image_index = ImageIndex::CANVAS;
        let own = self.transforms.iter().map(|options| Op::Transform { image_index, options: options.clone() });
        let raw = self.raw_transforms.iter().map(|options| Op::Transform { image_index, options: options.clone() });
        (ops.iter().cloned().chain(own).collect(), raw_ops.iter().cloned().chain(raw).collect())
    }
}

impl From<Output> for Rendition {
    fn from(output: Output) -> Self {
        Self::new(output)
    }
}

impl From<OutputFormat> for Rendition {
    fn from(format: OutputFormat) -> Self {
        Self::new(format)
    }
}

/// An entry of `outputs` as sent.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct RawRendition {
    /// Its own transforms.
    pub transforms: Vec<Options>,
    /// The output fields, as text.
    pub output: RawOutput,
}

impl RawRendition {
    /// Makes an entry without transforms of its own.
    #[must_use]
    pub fn new(output: impl Into<RawOutput>) -> Self {
        Self { transforms: Vec::new(), output: output.into() }
    }

    /// Resolves the options and fields of the entry of that number, behind a list of so many entries.
    fn resolve(self, output: usize, listed: usize, max_steps: usize) -> Result<Rendition, Error> {
        let actual = listed + self.transforms.len();
        if actual > max_steps {
            return Err(Error::from(TreeError::TooManySteps { actual, max_steps }).at(Place::Output { output }));
        }
        let transform = |(index, options): (usize, &Options)| {
            Transform::from_options(options)
                .map_err(|error| error.at(Place::TransformOfOutput { output, number: index + 1 }))
        };
        let transforms = self.transforms.iter().enumerate().map(transform).collect::<Result<_, _>>()?;
        let resolved = self.output.resolve().map_err(|error| error.at(Place::Output { output }))?;
        Ok(Rendition { transforms, raw_transforms: self.transforms, output: resolved })
    }
}

impl From<Rendition> for RawRendition {
    fn from(rendition: Rendition) -> Self {
        Self { transforms: rendition.raw_transforms, output: rendition.output.to_raw() }
    }
}

/// Reads the text of the part `outputs`; options and values are kept as they are.
///
/// # Errors
///
/// 9401 if it is not a JSON array of 1 to 32 objects with the fields of an entry; names the entry.
pub fn parse_outputs(text: &str) -> Result<Vec<RawRendition>, Error> {
    let wrong = |actual: String| Error::BadValue {
        option: Part::Outputs.to_string(),
        allowed: "a list of 1 to 32 objects",
        actual,
        hint: Hint::None,
    };
    match json::parse(text).map_err(|source| Error::NotJson { part: Part::Outputs, source })? {
        Value::Array(entries) if (1..=MAX_OUTPUTS).contains(&entries.len()) => {
            let entry =
                |(index, entry)| parse_entry(entry).map_err(|error| error.at(Place::Output { output: index + 1 }));
            entries.into_iter().enumerate().map(entry).collect()
        }
        Value::Array(entries) => Err(wrong(format!("{} of them", entries.len()))),
        other => Err(wrong(excerpt(&other))),
    }
}

/// Reads an entry.
fn parse_entry(entry: Value) -> Result<RawRendition, Error> {
    let Value::Object(fields) = entry else {
        return Err(Error::BadValue {
            option: "an entry".to_owned(),
            allowed: "an object of transforms, output_format, output_quality, background, anim",
            actual: excerpt(&entry),
            hint: Hint::None,
        });
    };
    let mut raw = RawRendition::default();
    let mut format = None;
    for (key, value) in fields.into_iter().filter(|(_, value)| !value.is_null()) {
        match &*key {
            TRANSFORMS => raw.transforms = parse_transforms(value)?,
            FORMAT => format = Some(to_text(value)),
            QUALITY => raw.output.quality = Some(to_text(value)),
            BACKGROUND => raw.output.background = Some(to_text(value)),
            ANIM => raw.output.anim = Some(to_text(value)),
            _ => {
                let hint = Hint::of_name(&key, FIELDS);
                return Err(Error::UnknownOption { option: excerpt_text(&key), known: FIELDS.to_vec(), hint });
            }
        }
    }
    raw.output.format = format.ok_or(Error::MissingOption { option: FORMAT })?;
    Ok(raw)
}

/// Reads the transforms of an entry.
fn parse_transforms(value: Value) -> Result<Vec<Options>, Error> {
    let wrong = |value: &Value| Error::BadValue {
        option: TRANSFORMS.to_owned(),
        allowed: "a list of objects",
        actual: excerpt(value),
        hint: Hint::None,
    };
    let Value::Array(entries) = value else { return Err(wrong(&value)) };
    let object = |entry| if let Value::Object(options) = entry { Ok(options) } else { Err(wrong(&entry)) };
    entries.into_iter().map(object).collect()
}

/// Returns a value as the field of a form would have it.
fn to_text(value: Value) -> String {
    if let Value::String(text) = value { text } else { json::to_string(&value) }
}

/// Resolves all entries behind a list of so many entries.
///
/// # Errors
///
/// 9432 for an unknown format, 9401 for anything else that is not allowed; names the entry.
pub(super) fn resolve(raw: Vec<RawRendition>, listed: usize, max_steps: usize) -> Result<Vec<Rendition>, Error> {
    raw.into_iter().enumerate().map(|(index, raw)| raw.resolve(index + 1, listed, max_steps)).collect()
}

/// Writes entries as [`parse_outputs`] reads them: numbers and switches as such.
///
/// ```
/// use palmette_protocol::request::{Rendition, outputs_to_json};
/// use palmette_protocol::OutputFormat;
///
/// let outputs = [Rendition::new(OutputFormat::Webp.quality(70)).into()];
/// assert_eq!(outputs_to_json(&outputs), r#"[{"output_format":"image/webp","output_quality":70}]"#);
/// ```
#[must_use]
pub fn outputs_to_json(outputs: &[RawRendition]) -> String {
    json::to_string(&outputs.iter().map(entry_to_value).collect::<Vec<_>>())
}

fn entry_to_value(RawRendition { transforms, output }: &RawRendition) -> Value {
    let typed = |text: &String| match serde_json::from_str(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_))) => value,
        _ => text.as_str().into(),
    };
    let mut entry = Map::new();
    if !transforms.is_empty() {
        entry.insert(TRANSFORMS.to_owned(), transforms.iter().cloned().map(Value::Object).collect());
    }
    entry.insert(FORMAT.to_owned(), output.format.as_str().into());
    let fields = [(QUALITY, &output.quality), (BACKGROUND, &output.background), (ANIM, &output.anim)];
    entry.extend(fields.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text.as_ref().map(typed)?))));
    Value::Object(entry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Code, Quality};

    fn parse(text: &str) -> Result<Vec<Rendition>, Error> {
        resolve(parse_outputs(text)?, 2, 4)
    }

    #[test]
    fn outputs_are_read() {
        let text = r#"[{"output_format":"image/webp"},
            {"transforms":[{"width":320},{"blur":3}],"output_format":"image/jpeg","output_quality":70,"background":"red","anim":false},
            {"transforms":null,"output_format":"rgba","output_quality":"high","anim":"true","background":null}]"#;
        let [plain, full, text] = &parse(text).unwrap()[..] else { panic!("three") };
        assert_eq!(*plain, Rendition::new(OutputFormat::Webp));
        assert_eq!((full.transforms[0].width.map(u32::from), full.transforms[1].blur), (Some(320), Some(3)));
        assert_eq!(full.raw_transforms.len(), 2);
        assert_eq!((full.output.quality, full.output.anim), (Quality::new(70), Some(false)));
        assert!(full.output.background.is_some());
        assert_eq!((text.output.quality, text.output.anim), (Quality::new(90), Some(true)));
    }

    #[test]
    fn outputs_survive_the_wire() {
        let outputs: Vec<RawRendition> = vec![
            Rendition::new(OutputFormat::Avif.quality(33)).transform(Transform::resize(10, 20)).into(),
            RawRendition::new(RawOutput {
                quality: Some("low".to_owned()),
                anim: Some("false".to_owned()),
                ..OutputFormat::Gif.into()
            }),
        ];
        let text = outputs_to_json(&outputs);
        assert_eq!(
            text,
            r#"[{"transforms":[{"width":10,"height":20}],"output_format":"image/avif","output_quality":33},{"output_format":"image/gif","output_quality":"low","anim":false}]"#
        );
        assert_eq!(parse_outputs(&text).unwrap(), outputs);
    }

    #[test]
    fn wrong_outputs_are_named() {
        let too_many = format!("[{}]", [r#"{"output_format":"rgb"}"#; 33].join(","));
        for (text, code, message) in [
            ("{", Code::InvalidOption, "outputs is not JSON: EOF while parsing an object at line 1 column 1"),
            ("5", Code::InvalidOption, "outputs must be a list of 1 to 32 objects, got 5"),
            ("[]", Code::InvalidOption, "outputs must be a list of 1 to 32 objects, got 0 of them"),
            (&too_many, Code::InvalidOption, "outputs must be a list of 1 to 32 objects, got 33 of them"),
            (
                "[7]",
                Code::InvalidOption,
                "output 1: an entry must be an object of transforms, output_format, output_quality, background, anim, got 7",
            ),
            (r#"[{"output_format":"rgb"},{}]"#, Code::InvalidOption, "output 2: output_format is missing"),
            (
                r#"[{"output_format":"rgb"},{"output_format":"image/jpg"}]"#,
                Code::BadForm,
                "output 2: output_format must be one of image/jpeg, image/png, image/gif, image/webp, image/avif, rgb, rgba, got \"image/jpg\"",
            ),
            (
                r#"[{"format":"rgb"}]"#,
                Code::InvalidOption,
                "output 1: unknown option \"format\"; known options are transforms, output_format, output_quality, background, anim",
            ),
            (
                r#"[{"output_format":"rgb","output_qualty":5}]"#,
                Code::InvalidOption,
                "output 1: unknown option \"output_qualty\"; known options are transforms, output_format, output_quality, background, anim; did you mean output_quality?",
            ),
            (
                r#"[{"output_format":"rgb","output_quality":0}]"#,
                Code::InvalidOption,
                "output 1: output_quality must be 1 to 100, high, medium-high, medium-low or low, got \"0\"",
            ),
            (
                r#"[{"output_format":"rgb","anim":1}]"#,
                Code::InvalidOption,
                "output 1: anim must be true or false, got \"1\"",
            ),
            (
                r#"[{"output_format":"rgb","transforms":{"width":1}}]"#,
                Code::InvalidOption,
                r#"output 1: transforms must be a list of objects, got {"width":1}"#,
            ),
            (
                r#"[{"output_format":"rgb","transforms":[{"width":1},5]}]"#,
                Code::InvalidOption,
                "output 1: transforms must be a list of objects, got 5",
            ),
            (
                r#"[{"output_format":"rgb"},{"output_format":"rgb","transforms":[{"width":1},{"blur":251}]}]"#,
                Code::InvalidOption,
                "transform 2 of output 2: blur must be 0 to 250, got 251",
            ),
            (
                r#"[{"output_format":"rgb","transforms":[{"imageIndex":0}]}]"#,
                Code::InvalidOption,
                "transform 1 of output 1: unknown option \"imageIndex\"; known options are ",
            ),
            (
                r#"[{"output_format":"rgb","transforms":[{},{},{}]}]"#,
                Code::InvalidOption,
                "output 1: 5 transforms and draws are over the limit of 4",
            ),
        ] {
            let error = parse(text).unwrap_err();
            let is_cut = message.ends_with(' ');
            let actual = error.to_string();
            assert!(if is_cut { actual.starts_with(message) } else { actual == message }, "{actual}");
            assert_eq!(error.code(), code, "{actual}");
        }
    }
}
