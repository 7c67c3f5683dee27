//! The name of an object below a place.

use std::fmt;

/// The name of an object below a [`Place`](crate::Place) or among [`Results`](crate::Results), with `/` between its parts.
///
/// No part is empty, `.` or `..`, so a key that comes from a bucket of strangers never leads out of the folder it is joined to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    /// Takes a text that is a key.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.split('/').all(is_part).then(|| Self(text.to_owned()))
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the end of the name behind its last dot; nothing if there is no dot but the first character.
    #[must_use]
    pub fn extension(&self) -> Option<&str> {
        let name = self.0.rsplit('/').next()?;
        name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, extension)| extension)
    }

    /// Returns the key with another extension, or with one where there was none.
    #[must_use]
    pub fn with_extension(&self, extension: &str) -> Self {
        let stem = match self.extension() {
            Some(old) => &self.0[..self.0.len() - old.len() - 1],
            None => &self.0,
        };
        Self(format!("{stem}.{extension}"))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Tells whether a text may stand between slashes: on Windows, where a backslash is one and a colon begins another drive, neither may.
fn is_part(part: &str) -> bool {
    !part.is_empty()
        && part != "."
        && part != ".."
        && !part.contains('\0')
        && !(cfg!(windows) && part.contains(['\\', ':']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stay_below_their_place() {
        for text in ["a", "a b/ü.jpg", "...", ".hidden", "a/..b"] {
            assert_eq!(Key::parse(text).map(|key| key.to_string()).as_deref(), Some(text));
        }
        for text in ["", "/a", "a/", "a//b", "..", "a/../b", "./a", "a\0"] {
            assert_eq!(Key::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn extensions_are_those_of_the_name() {
        let changed = |text: &str| Key::parse(text).unwrap().with_extension("webp").to_string();
        assert_eq!(changed("v1.2/a.b.jpg"), "v1.2/a.b.webp");
        assert_eq!(changed("v1.2/a"), "v1.2/a.webp");
        assert_eq!(changed(".jpg"), ".jpg.webp");
        assert_eq!(Key::parse("a/b.JPG").unwrap().extension(), Some("JPG"));
    }
}
