//! `segment`: a part of a picture by what it shows.

use super::Transform;
use crate::options::{OptionSpec, name};
use crate::values::{Values, words};

/// Keeps a part of the picture by what it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// The subject; the rest becomes clear.
    Foreground,
}

impl Segment {
    /// Every segment and its name on the wire.
    pub const NAMES: [(&str, Self); 1] = [("foreground", Self::Foreground)];
}

/// `segment`
pub(super) const SEGMENT: OptionSpec<Transform> = OptionSpec {
    name: "segment",
    allowed: "foreground",
    summary: "keeps the subject and makes the rest clear",
    values: Values::Words { words: &words(&Segment::NAMES) },
    read: |value, transform| name(value, &Segment::NAMES).map(|segment| transform.segment = Some(segment)),
};

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_refuses, transform};
    use super::*;

    #[test]
    fn segment_knows_its_name() {
        assert_eq!(transform(r#"{"segment":"foreground"}"#).unwrap().segment, Some(Segment::Foreground));
        assert_refuses(&SEGMENT, &["\"background\"", "true"]);
    }
}
