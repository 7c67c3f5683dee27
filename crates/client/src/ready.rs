//! What a server says of itself.

use serde::Deserialize;

/// The answer of a server that takes requests.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Ready {
    /// The profile: the rules that decide the pixels of results, named for their month.
    pub profile: String,
    /// The version of the program; absent for one that is too old to say it.
    pub version: Option<String>,
}

impl Ready {
    /// Says it of a server that runs in this process.
    #[must_use]
    pub fn new(profile: &str, version: &str) -> Self {
        Self { profile: profile.to_owned(), version: Some(version.to_owned()) }
    }

    /// Reads the body of the answer.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_needs_a_profile() {
        let ready = Ready::parse(r#"{"ready": true, "version": "0.1.0", "profile": "2026-12", "engine": {}}"#).unwrap();
        assert_eq!((ready.profile.as_str(), ready.version.as_deref()), ("2026-12", Some("0.1.0")));
        assert_eq!(Ready::parse(r#"{"ready": true, "profile": "2026-11"}"#).unwrap().version, None);
        assert_eq!(Ready::parse(r#"{"ready": true}"#), None);
        assert_eq!(Ready::parse("live"), None);
    }
}
