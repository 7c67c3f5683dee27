//! What the probe Worker has collected: the list of probes, with the pictures that they start from, and an answer to each.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use palmette::protocol::Options;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ConformanceError;
use crate::error::Error;
use crate::files;

/// The most bytes of a list.
const MAX_LIST_BYTES: u64 = 64 << 20;

/// The most bytes of what is told about an answer.
const MAX_ANSWER_BYTES: u64 = 1 << 20;

/// A folder of answers.
#[derive(Debug)]
pub(super) struct Kit {
    folder: PathBuf,
    pub(super) about: About,
    pub(super) list: List,
}

/// When and where the answers were collected.
#[derive(Debug, Deserialize)]
pub(super) struct About {
    /// Date and time, as ISO 8601 has them.
    pub(super) date: String,
    /// What the Worker ran in.
    pub(super) runtime: String,
}

/// The probes, and what they need.
#[derive(Debug, Deserialize)]
pub(super) struct List {
    /// The font of all texts, as base64.
    font: String,
    /// The pictures, by their names, as base64.
    sources: BTreeMap<String, String>,
    pub(super) probes: Vec<Probe>,
}

/// What a probe is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// An option, by its path.
    Option,
    /// A rule that is Palmette's own choice.
    Rule,
    /// A question that public sources answer differently.
    Conflict,
}

/// One request. Its options are as the binding takes them.
#[derive(Debug, Deserialize)]
pub(super) struct Probe {
    /// Its name, and that of its answer.
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) about: String,
    pub(super) case: String,
    pub(super) source: String,
    /// What is called in place of `input()` and `output()`.
    pub(super) call: Option<Call>,
    /// What stands in place of the source.
    pub(super) text: Option<Text>,
    #[serde(default)]
    pub(super) transforms: Vec<Options>,
    pub(super) draw: Option<Draw>,
    #[serde(default)]
    pub(super) output: Options,
    /// Levels by which pixels may differ.
    #[serde(default)]
    pub(super) within: u8,
}

/// Another call of the binding.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Call {
    /// `info()`
    Info,
}

/// A text, with the options of `text()` apart from its font.
#[derive(Debug, Deserialize)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) options: Options,
}

/// What is drawn, and how.
#[derive(Debug, Deserialize)]
pub(super) struct Draw {
    pub(super) source: String,
    pub(super) options: Options,
}

/// What came of a probe.
#[derive(Debug)]
pub(super) enum Answer {
    /// A file, with its media type.
    Picture { content_type: String, bytes: Bytes },
    /// A file that is larger than any source may be.
    TooLarge { max_bytes: u64 },
    /// What `info()` says.
    Info(Value),
    /// A refusal; a failure of another kind has no code.
    Refused { code: Option<u16>, message: String },
    /// It was not asked, for this reason.
    Skipped(String),
}

/// What is told about an answer, beside its picture.
#[derive(Debug, Deserialize)]
struct Told {
    #[serde(rename = "type")]
    content_type: Option<String>,
    file: Option<String>,
    info: Option<Value>,
    code: Option<u16>,
    message: Option<String>,
    skipped: Option<String>,
}

impl Kit {
    /// Reads everything but the answers.
    pub(super) fn open(folder: &Path) -> Result<Self, Error> {
        let (list, about) = (folder.join("probes.json"), folder.join("about.json"));
        if !list.exists() {
            return Err(ConformanceError::NotAKit { folder: folder.to_owned() }.into());
        }
        let (list, about) = (parse(&list, MAX_LIST_BYTES)?, parse(&about, MAX_ANSWER_BYTES)?);
        Ok(Self { folder: folder.to_owned(), about, list })
    }

    /// Reads the answer to a probe; `None` if there is none.
    pub(super) fn answer(&self, probe: &Probe, max_picture_bytes: u64) -> Result<Option<Answer>, Error> {
        let results = self.folder.join("results");
        let path = results.join(plain(&probe.id)?).with_added_extension("json");
        let told: Told = match parse(&path, MAX_ANSWER_BYTES) {
            Err(Error::Read { source, .. }) if source.kind() == ErrorKind::NotFound => return Ok(None),
            told => told?,
        };
        Ok(Some(match told {
            Told { skipped: Some(reason), .. } => Answer::Skipped(reason),
            Told { info: Some(info), .. } => Answer::Info(info),
            Told { file: Some(file), content_type, .. } => {
                match files::read(&results.join(plain(&file)?), max_picture_bytes) {
                    Ok(bytes) => {
                        Answer::Picture { content_type: content_type.unwrap_or_default(), bytes: bytes.into() }
                    }
                    Err(Error::FileTooLarge { max_bytes, .. }) => Answer::TooLarge { max_bytes },
                    Err(error) => return Err(error),
                }
            }
            Told { code, message, .. } => Answer::Refused { code, message: message.unwrap_or_default() },
        }))
    }
}

impl List {
    /// Returns the bytes of a picture.
    pub(super) fn source(&self, name: &str) -> Result<Bytes, Error> {
        let base64 = self.sources.get(name).ok_or_else(|| ConformanceError::NoSource { name: name.to_owned() })?;
        decode(name, base64)
    }

    /// Returns the bytes of the font.
    pub(super) fn font(&self) -> Result<Bytes, Error> {
        decode("font", &self.font)
    }
}

fn decode(name: &str, base64: &str) -> Result<Bytes, Error> {
    let bytes = BASE64_STANDARD.decode(base64);
    Ok(bytes.map_err(|source| ConformanceError::Base64 { name: name.to_owned(), source })?.into())
}

/// Reads a file of JSON.
fn parse<T: DeserializeOwned>(path: &Path, max_bytes: u64) -> Result<T, Error> {
    let bytes = files::read(path, max_bytes)?;
    serde_json::from_slice(&bytes).map_err(|source| ConformanceError::Json { path: path.to_owned(), source }.into())
}

/// Refuses the name of a file that would lead out of its folder: the folder comes from elsewhere.
fn plain(name: &str) -> Result<&str, Error> {
    let mut components = Path::new(name).components();
    match (components.next(), components.next()) {
        (Some(Component::Normal(only)), None) if only == name => Ok(name),
        _ => Err(ConformanceError::FileName { name: name.to_owned() }.into()),
    }
}
