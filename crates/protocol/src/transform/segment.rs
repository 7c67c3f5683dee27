//! `segment`: a part of a picture by its content.

use palmette_ops::Transform;
use palmette_ops::transform::Segment;

use crate::object::Named;
use crate::options::{OptionSpec, name, name_value};
use crate::values::{Values, words};

impl Named for Segment {
    const NAMES: &'static [(&'static str, Self)] = &[("foreground", Self::Foreground)];
}

/// `segment`
pub(super) const SEGMENT: OptionSpec<Transform> = OptionSpec {
    name: "segment",
    allowed: "foreground",
    summary: "keeps the subject and makes the rest transparent; needs a model",
    values: Values::Words { words: &words::<_, { Segment::NAMES.len() }>(Segment::NAMES) },
    examples: &[],
    read: |value, transform| name(value, Segment::NAMES).map(|segment| transform.segment = Some(segment)),
    write: |transform| name_value(transform.segment?, Segment::NAMES),
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
