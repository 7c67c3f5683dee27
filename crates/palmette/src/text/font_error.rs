//! Why there is no font.

use super::TextError;

/// A failure to get the font of a text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FontError {
    /// Occurs when a font is at a URL that nobody has fetched: a pipeline has no network.
    #[error("it was not fetched: this program does not fetch fonts by URL")]
    NotFetched,
    /// Occurs when a font cannot be fetched.
    #[error("{reason}")]
    Failed {
        /// Why, in the words of who tried.
        reason: String,
    },
    /// Occurs when a `data:` URL breaks the rules for them.
    #[error("the data URL is malformed")]
    DataUrl,
    /// Occurs when no font of the operator has the name.
    #[error("there is no font of that name, {}", listed(.known))]
    Unknown {
        /// The names that there are.
        known: Vec<String>,
    },
    /// Occurs when the bytes are not those of a font that can be used.
    #[error(transparent)]
    Unusable(TextError),
}

/// Names the first few of the fonts that there are.
fn listed(names: &[String]) -> String {
    /// Names in a message.
    const MAX_NAMES: usize = 8;
    match names {
        [] => "nor any other".to_owned(),
        _ if names.len() <= MAX_NAMES => format!("only {}", names.join(", ")),
        _ => format!("only {} and {} more", names[..MAX_NAMES].join(", "), names.len() - MAX_NAMES),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fonts_that_there_are_are_named() {
        let message = |count: usize| {
            FontError::Unknown { known: (0..count).map(|number| format!("Font {number}")).collect() }.to_string()
        };
        assert_eq!(message(0), "there is no font of that name, nor any other");
        assert_eq!(message(2), "there is no font of that name, only Font 0, Font 1");
        assert!(message(20).ends_with("Font 7 and 12 more"));
    }
}
