//! The probes of the conformance kit: requests whose answers tell how close another service is to this one.
//!
//! They are made of the tables of options (`edges`), so that an option cannot be without probes, and of what no table knows
//! (`rules`): rules that are our choice, and questions that public sources answer differently. `sources` draws the few small
//! pictures that they start from. `cargo xtask generate` writes all of it to one file, which the Worker in `examples/probe` sends
//! requests by, and which `palmette conformance` finds beside the answers.

mod edges;
mod font;
mod rules;
mod sources;

use std::collections::HashSet;

use palmette::PROFILE;
use serde_json::{Map, Value, json};

use sources::Source;

/// The file, from the top of the repository.
pub const PATH: &str = "examples/probe/src/probes.json";

/// The most characters of the name of a probe, but for a number at its end: a header of tar has a hundred bytes for it, with its folder and
/// its extension.
const MAX_SLUG_CHARS: usize = 72;

/// What a probe is about.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// An option, by its path: `transform.trim.border.color`.
    Option,
    /// A rule that is our choice, where no public source says one.
    Rule,
    /// A question that public sources answer differently.
    Conflict,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Option => "option",
            Self::Rule => "rule",
            Self::Conflict => "conflict",
        }
    }
}

/// One request.
#[derive(Clone, Debug)]
struct Probe {
    kind: Kind,
    /// The option, or the rule or question in a few words.
    about: String,
    /// Tells it from the others about the same, for people.
    case: String,
    source: Source,
    /// What is called in place of `input()` and `output()`.
    is_info: bool,
    transforms: Vec<Value>,
    draw: Option<Draw>,
    /// A text in place of the source, with the options of `text()` apart from the font.
    text: Option<(&'static str, Value)>,
    /// The fields of `output()`.
    output: Value,
    /// The same request as the options of an image URL, which asks a zone in place of the binding.
    url: Option<&'static str>,
}

/// What a probe draws.
#[derive(Clone, Debug)]
struct Draw {
    source: Source,
    options: Value,
}

impl Probe {
    fn new(kind: Kind, about: impl Into<String>, case: impl Into<String>, source: Source) -> Self {
        Self {
            kind,
            about: about.into(),
            case: case.into(),
            source,
            is_info: false,
            transforms: Vec::new(),
            draw: None,
            text: None,
            output: json!({"format": "image/png"}),
            url: None,
        }
    }

    fn transform(mut self, options: Value) -> Self {
        self.transforms.push(options);
        self
    }

    fn draw(self, source: Source, options: Value) -> Self {
        Self { draw: Some(Draw { source, options }), ..self }
    }

    fn output(self, output: Value) -> Self {
        Self { output, ..self }
    }

    /// Levels by which pixels may differ: what rounding may cost, or what a lossy format may.
    fn within(&self) -> u8 {
        match self.output["format"].as_str() {
            Some("image/jpeg" | "image/webp" | "image/avif" | "image/gif") => 16,
            _ => 1,
        }
    }

    fn to_json(&self, id: &str) -> Value {
        let mut probe = Map::new();
        let mut put = |name: &str, value: Value| drop(probe.insert(name.to_owned(), value));
        put("id", id.into());
        put("kind", self.kind.as_str().into());
        put("about", self.about.as_str().into());
        put("case", self.case.as_str().into());
        put("source", self.source.name().into());
        if self.is_info {
            put("call", "info".into());
            return probe.into();
        }
        if let Some((text, options)) = &self.text {
            put("text", json!({"text": text, "options": options}));
        }
        if let Some(url) = self.url {
            put("url", url.into());
        }
        put("transforms", self.transforms.clone().into());
        if let Some(Draw { source, options }) = &self.draw {
            put("draw", json!({"source": source.name(), "options": options}));
        }
        put("output", self.output.clone());
        put("within", self.within().into());
        probe.into()
    }
}

/// Writes the file: the sources as base64, and a line for each probe.
#[must_use]
pub fn json() -> String {
    let probes: Vec<Probe> = edges::probes().into_iter().chain(rules::probes()).collect();
    let mut ids = HashSet::new();
    let mut line = |probe: &Probe| {
        let mut slug = slug(&format!("{} {} {}", probe.about, probe.case, probe.source.name()));
        slug.truncate(MAX_SLUG_CHARS);
        let ids_of = (1..).map(|number| if number == 1 { slug.clone() } else { format!("{slug}-{number}") });
        let id = ids_of.into_iter().find(|id| ids.insert(id.clone())).expect("there are numbers enough");
        probe.to_json(&id).to_string()
    };
    let probes: Vec<String> = probes.iter().map(&mut line).collect();
    let sources: Vec<String> =
        Source::ALL.iter().map(|source| format!("{:?}: {:?}", source.name(), source.base64())).collect();
    let (font, sources, probes) = (font::base64(), sources.join(",\n"), probes.join(",\n"));
    format!(
        "{{\n\"profile\": {PROFILE:?},\n\"font\": {font:?},\n\"sources\": {{\n{sources}\n}},\n\"probes\": [\n{probes}\n]\n}}\n"
    )
}

/// Spells a text as the name of a file.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for (index, character) in text.char_indices() {
        match character {
            'a'..='z' | '0'..='9' | '.' => slug.push(character),
            'A'..='Z' => slug.extend(character.to_lowercase()),
            '-' if text[index + 1..].starts_with(|next: char| next.is_ascii_digit()) => slug.push_str("minus-"),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use palmette_ops::{Draw, Transform};
    use palmette_protocol::{OptionObject, Options, Output};

    use super::*;

    #[test]
    fn probes_have_names_of_their_own_that_files_can_have() {
        let list: Value = serde_json::from_str(&json()).unwrap();
        let ids: Vec<&str> =
            list["probes"].as_array().unwrap().iter().map(|probe| probe["id"].as_str().unwrap()).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
        for id in ids {
            assert!(
                id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte)),
                "{id}"
            );
            assert!(
                format!("results/{id}.json").len() <= 100
                    && id.starts_with(|first: char| first.is_ascii_alphanumeric()),
                "{id}"
            );
        }
    }

    #[test]
    fn probes_cover_every_option_with_values_that_are_taken_and_refused() {
        let probes = edges::probes();
        let takes = |probe: &Probe| {
            let object = |value: &Value| -> Options { value.as_object().unwrap().clone() };
            probe.transforms.iter().all(|options| Transform::from_options(&object(options)).is_ok())
                && probe.draw.iter().all(|draw| palmette_ops::Draw::from_options(&object(&draw.options)).is_ok())
        };
        for path in edges::paths() {
            let own: Vec<&Probe> = probes.iter().filter(|probe| probe.about == path).collect();
            assert!(own.iter().any(|probe| takes(probe)), "{path} has no probe that is taken");
            if !path.starts_with("output.") {
                assert!(own.iter().any(|probe| !takes(probe)), "{path} has no probe that is refused");
            }
        }
        let tables = Transform::OPTIONS.len() + Draw::OPTIONS.len() + Output::FIELDS.len();
        assert!(edges::paths().len() > tables, "fields of objects are missing");
    }

    #[test]
    fn slugs_keep_what_tells_values_apart() {
        assert_eq!(slug("transform.blur -0.01 Soft"), "transform.blur-minus-0.01-soft");
        assert_eq!(slug("a {\"x\": 1}"), "a-x-1");
    }
}
