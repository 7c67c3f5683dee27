//! Hints in messages: the name or value that was probably meant.

use std::fmt;

use serde_json::Value;
use strsim::osa_distance;

use crate::Values;

/// The most characters of a word that is looked for: no name is nearly as long.
const MAX_CHARS: usize = 40;

/// A guess at the meaning of a name or a value that is refused. It ends the message; nothing if there is no guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// Nothing is known.
    None,
    /// A name that there is.
    Name(&'static str),
    /// A number or a switch that was written as text.
    Quoted(String),
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Name(name) => write!(f, "; did you mean {name}?"),
            Self::Quoted(value) => write!(f, ", which is text; write {value} without quotes"),
        }
    }
}

impl Hint {
    /// Looks for the name that was meant by a word.
    pub(crate) fn of_name(word: &str, known: impl IntoIterator<Item = &'static str>) -> Self {
        nearest(word, known).map_or(Self::None, Self::Name)
    }

    /// Guesses the meaning of a value that is not one of these.
    pub(crate) fn of_value(value: &Value, values: Values) -> Self {
        let Value::String(text) = value else { return Self::None };
        let kinds = values.kinds();
        let is_number =
            |kind: &Values| matches!(kind, Values::Number { .. } | Values::Positive { .. } | Values::Numbers { .. });
        let takes_numbers = kinds.iter().any(is_number) && text.trim().parse::<f64>().is_ok_and(f64::is_finite);
        let takes_switches =
            kinds.iter().any(|kind| matches!(kind, Values::Switch)) && matches!(&**text, "true" | "false");
        if takes_numbers || takes_switches {
            return Self::Quoted(text.trim().to_owned());
        }
        let words = kinds.iter().filter_map(|kind| match kind {
            Values::Words { words } => Some(words.iter().copied()),
            _ => None,
        });
        Self::of_name(text, words.flatten())
    }
}

/// Returns the name that a word is nearest to, if it is near enough to be a slip: a third of its letters, or one, which are added,
/// left out, exchanged, or swapped with their neighbour.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters = |text: &str| -> String {
        text.chars()
            .filter(|letter| letter.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .take(MAX_CHARS + 1)
            .collect()
    };
    let word = letters(word);
    if word.is_empty() || word.chars().count() > MAX_CHARS {
        return None;
    }
    let near = |name: &'a str| {
        let name_letters = letters(name);
        let (steps, len) = (osa_distance(&word, &name_letters), name_letters.chars().count());
        (steps <= (len / 3).max(1) && steps < len).then_some((steps, name))
    };
    // Of several that are as near, the first.
    known.into_iter().filter_map(near).min_by_key(|(steps, _)| *steps).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn hints_name_what_was_meant() {
        let known = ["width", "height", "fit", "gravity", "border", "maxWidth", "scale-down"];
        for (word, meant) in [
            ("widht", Some("width")),
            ("Width", Some("width")),
            ("with", Some("width")),
            ("heigth", Some("height")),
            ("max-width", Some("maxWidth")),
            ("max_width", Some("maxWidth")),
            ("scaleDown", Some("scale-down")),
            ("fits", Some("fit")),
            ("quality", None),
            ("x", None),
            ("", None),
            ("🎨", None),
        ] {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
        assert_eq!(nearest(&"width".repeat(999), known), None);
    }

    #[test]
    fn hints_see_numbers_and_switches_in_quotes() {
        let hint = |value: Value, values| Hint::of_value(&value, values).to_string();
        assert_eq!(hint(json!("100"), Values::at_least(1.0)), ", which is text; write 100 without quotes");
        assert_eq!(hint(json!(" -1.5 "), Values::POSITIVE), ", which is text; write -1.5 without quotes");
        assert_eq!(hint(json!("true"), Values::Switch), ", which is text; write true without quotes");
        for (value, values) in [
            (json!("100px"), Values::POSITIVE),
            (json!("NaN"), Values::POSITIVE),
            (json!("100"), Values::Words { words: &["cover"] }),
            (json!(100), Values::Switch),
            (json!("yes"), Values::Switch),
        ] {
            assert_eq!(hint(value, values), "");
        }
        let mixed = Values::Any { of: &[Values::Switch, Values::Words { words: &["cover", "contain"] }] };
        assert_eq!(hint(json!("contian"), mixed), "; did you mean contain?");
    }
}
