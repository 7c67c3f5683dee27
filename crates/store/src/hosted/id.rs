//! The ids of pictures: those that the store makes, and those that owners choose.

use uuid::Uuid;

/// The most characters of an id.
pub(super) const MAX_ID_CHARS: usize = 1024;

/// Names that routes have where an id could stand, so that a picture of that id could not be asked for.
const RESERVED: [&str; 5] = ["batch_token", "config", "keys", "stats", "variants"];

/// Why a text cannot be the id of a picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{id}` cannot be the id of a picture: {rule}")]
pub struct IdError {
    /// The text, shortened.
    pub id: String,
    /// What is wrong with it.
    pub rule: IdRule,
}

/// A rule for ids that owners choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdRule {
    /// Occurs when there is nothing.
    #[error("it is empty")]
    Empty,
    /// Occurs when it is too long.
    #[error("it has more than {MAX_ID_CHARS} characters")]
    TooLong,
    /// Occurs when it begins or ends with a slash.
    #[error("it must not begin or end with `/`")]
    OuterSlash,
    /// Occurs when a part between slashes is one that browsers take away.
    #[error("between slashes there must be something, and neither `.` nor `..`")]
    Segment,
    /// Occurs when it has a character that cannot be seen.
    #[error("it must have no control characters")]
    Control,
    /// Occurs when it looks like one that the store makes.
    #[error("it must not be a UUID")]
    Uuid,
    /// Occurs when a route of the API has the name.
    #[error("the API has a route of that name")]
    Reserved,
}

/// Checks an id that its owner chose.
///
/// # Errors
///
/// [`IdError`] with the first rule that it breaks.
pub(super) fn check_custom_id(id: &str) -> Result<(), IdError> {
    let broken = if id.is_empty() {
        Some(IdRule::Empty)
    } else if id.chars().count() > MAX_ID_CHARS {
        Some(IdRule::TooLong)
    } else if id.starts_with('/') || id.ends_with('/') {
        Some(IdRule::OuterSlash)
    } else if id.split('/').any(|part| matches!(part, "" | "." | "..")) {
        Some(IdRule::Segment)
    } else if id.chars().any(char::is_control) {
        Some(IdRule::Control)
    } else if is_uuid(id) {
        Some(IdRule::Uuid)
    } else if RESERVED.contains(&id) {
        Some(IdRule::Reserved)
    } else {
        None
    };
    match broken {
        Some(rule) => Err(IdError { id: excerpt(id), rule }),
        None => Ok(()),
    }
}

/// Tells whether an id is one that the store made: a UUID.
#[must_use]
pub fn is_uuid(id: &str) -> bool {
    Uuid::try_parse(id).is_ok()
}

/// Makes an id that nobody has.
pub(super) fn new_id() -> String {
    Uuid::new_v4().to_string()
}

/// Shortens a text for a message.
pub(super) fn excerpt(text: &str) -> String {
    const MAX_CHARS: usize = 60;
    let mut shown: String = text.chars().take(MAX_CHARS).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keep_the_rules() {
        let longest = "ü".repeat(MAX_ID_CHARS);
        for id in ["a", "cats/tom.jpg", "100%", "a b", "ünï/🐈", "0123", longest.as_str(), "keys/a", "a?b#c"] {
            assert_eq!(check_custom_id(id), Ok(()), "{id}");
        }
        let too_long = "x".repeat(MAX_ID_CHARS + 1);
        for (id, rule) in [
            ("", IdRule::Empty),
            (too_long.as_str(), IdRule::TooLong),
            ("/a", IdRule::OuterSlash),
            ("a/", IdRule::OuterSlash),
            ("/", IdRule::OuterSlash),
            ("a//b", IdRule::Segment),
            ("a/../b", IdRule::Segment),
            (".", IdRule::Segment),
            ("a\nb", IdRule::Control),
            ("2cdc28f0-017a-49c4-9ed7-87056c83901f", IdRule::Uuid),
            ("2CDC28F0017A49C49ED787056C83901F", IdRule::Uuid),
            ("stats", IdRule::Reserved),
        ] {
            assert_eq!(check_custom_id(id).unwrap_err().rule, rule, "{id}");
        }
    }

    #[test]
    fn ids_that_are_made_are_uuids() {
        let id = new_id();
        assert!(is_uuid(&id) && check_custom_id(&id).is_err() && id != new_id(), "{id}");
    }
}
