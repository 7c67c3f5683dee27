//! What an owner says about a picture: an object of JSON, small.

use serde_json::{Map, Value};

/// The most bytes of metadata, as JSON without spaces.
pub const MAX_METADATA_BYTES: usize = 1024;

/// The metadata of a picture: an object, of at most [`MAX_METADATA_BYTES`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metadata(Map<String, Value>);

/// Why metadata cannot be kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// Occurs when it is not JSON.
    #[error("the metadata is not JSON: {0}")]
    Json(#[source] serde_json::Error),
    /// Occurs when it is not an object.
    #[error("the metadata must be an object of JSON")]
    NotAnObject,
    /// Occurs when it is too large.
    #[error("the metadata has {bytes} bytes as JSON, and may have {MAX_METADATA_BYTES}")]
    TooLarge {
        /// The bytes that it has.
        bytes: usize,
    },
}

impl Metadata {
    /// Reads JSON text.
    ///
    /// # Errors
    ///
    /// All of [`MetadataError`].
    pub fn parse(text: &str) -> Result<Self, MetadataError> {
        Self::from_value(serde_json::from_str(text).map_err(MetadataError::Json)?)
    }

    /// Takes a value of JSON.
    ///
    /// # Errors
    ///
    /// [`MetadataError::NotAnObject`] and [`MetadataError::TooLarge`].
    pub fn from_value(value: Value) -> Result<Self, MetadataError> {
        let Value::Object(object) = value else { return Err(MetadataError::NotAnObject) };
        let metadata = Self(object);
        let bytes = metadata.to_json().len();
        if bytes > MAX_METADATA_BYTES { Err(MetadataError::TooLarge { bytes }) } else { Ok(metadata) }
    }

    /// Returns the object.
    #[must_use]
    pub const fn object(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Returns the value of a field, whose names stand one in the other.
    #[must_use]
    pub fn get(&self, path: &[String]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.0.get(first)?, |value, name| value.as_object()?.get(name))
    }

    /// Writes it as JSON without spaces.
    pub(super) fn to_json(&self) -> String {
        // A map of texts to values can always be written.
        serde_json::to_string(&self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_a_small_object() {
        let metadata = Metadata::parse(r#" {"b": 1, "a": {"c": ["x", null]}} "#).unwrap();
        assert_eq!(metadata.to_json(), r#"{"b":1,"a":{"c":["x",null]}}"#, "in the order of its owner");
        assert_eq!(Metadata::default().to_json(), "{}");
        for text in ["[]", "null", "1", "\"a\""] {
            assert!(matches!(Metadata::parse(text), Err(MetadataError::NotAnObject)), "{text}");
        }
        assert!(matches!(Metadata::parse("{a}"), Err(MetadataError::Json(_))));

        let of = |count: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(count));
        assert_eq!(of(1016).len(), MAX_METADATA_BYTES);
        assert!(Metadata::parse(&of(1016)).is_ok());
        assert!(matches!(Metadata::parse(&of(1017)), Err(MetadataError::TooLarge { bytes: 1025 })));
        assert!(Metadata::parse(&format!("{}{}", of(1016), " ".repeat(500))).is_ok(), "spaces do not count");
    }
}
