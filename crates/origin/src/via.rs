//! The header `via`, by which requests that come back to their sender are found.

use std::str::FromStr;

use hyper::HeaderMap;
use hyper::header::{HeaderValue, VIA};

/// The name of this server in `via`: letters, digits, `-` and `.`. Default `palmette`.
///
/// Requests carry it, so a server that is asked for a picture, and finds its own name, knows that it would wait for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Via {
    name: String,
    value: HeaderValue,
}

impl Default for Via {
    fn default() -> Self {
        Self { name: "palmette".to_owned(), value: HeaderValue::from_static("1.1 palmette") }
    }
}

impl FromStr for Via {
    type Err = ViaError;

    fn from_str(name: &str) -> Result<Self, ViaError> {
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
        let invalid = || ViaError { name: name.to_owned() };
        if name.is_empty() || !name.bytes().all(is_token) {
            return Err(invalid());
        }
        let value = HeaderValue::try_from(format!("1.1 {name}")).map_err(|_| invalid())?;
        Ok(Self { name: name.to_owned(), value })
    }
}

/// Occurs when a text is no name for `via`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` cannot be a name in the header `via`: use letters, digits, `-` and `.`")]
pub struct ViaError {
    name: String,
}

impl Via {
    /// Adds a name that requests carry besides, for those who look for it. A loop is not found by it.
    ///
    /// ```
    /// use palmette_origin::Via;
    ///
    /// let via = Via::default().and(&"image-resizing".parse()?);
    /// assert_eq!(via.value(), "1.1 palmette, 1.1 image-resizing");
    /// # Ok::<(), palmette_origin::ViaError>(())
    /// ```
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        let [own, other] = [&self.value, &other.value].map(|value| value.to_str().unwrap_or_default());
        let value = HeaderValue::try_from(format!("{own}, {other}")).unwrap_or_else(|_| self.value.clone());
        Self { value, ..self }
    }

    /// Returns the value for a request.
    #[must_use]
    pub const fn value(&self) -> &HeaderValue {
        &self.value
    }

    /// Tells whether a request or an answer has passed through a server of this name.
    #[must_use]
    pub fn is_in(&self, headers: &HeaderMap) -> bool {
        let values = headers.get_all(VIA).into_iter().filter_map(|value| value.to_str().ok());
        // A protocol, a name, and perhaps a comment.
        let names = values.flat_map(|value| value.split(',')).filter_map(|entry| entry.split_whitespace().nth(1));
        names.into_iter().any(|name| name.eq_ignore_ascii_case(&self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn via_is_found_among_others() {
        let via = Via::default();
        assert_eq!(Ok(&via), "palmette".parse().as_ref());
        let is_in = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(VIA, HeaderValue::from_static(value));
            }
            via.is_in(&headers)
        };
        assert!(is_in(&["1.1 palmette"]));
        assert!(is_in(&["1.0 a, HTTP/1.1  Palmette (a server), 1.1 b"]));
        assert!(is_in(&["1.1 a", "2 palmette"]));
        assert!(!is_in(&[]) && !is_in(&["1.1 palmette-2, 1.1 a (palmette)", "palmette"]));
        for name in ["", "a b", "a,b", "a\r\nb", "ä"] {
            assert!(name.parse::<Via>().is_err(), "{name}");
        }
    }
}
