//! `flip` and `rotate`: mirrored and turned pictures.

use palmette_ops::{Flip, Rotate, Transform};

use crate::object::Named;
use crate::options::{OptionSpec, Refusal, name, name_value};
use crate::values::{Values, words};

impl Named for Flip {
    const NAMES: &'static [(&'static str, Self)] =
        &[("h", Self::Horizontal), ("v", Self::Vertical), ("hv", Self::Both)];
}

/// `flip`
pub(super) const FLIP: OptionSpec<Transform> = OptionSpec {
    name: "flip",
    allowed: "h, v or hv",
    summary: "mirrors from left to right (h), from top to bottom (v) or both",
    values: Values::Words { words: &words::<_, { Flip::NAMES.len() }>(Flip::NAMES) },
    examples: &[r#"{"flip": "h"}"#, r#"{"flip": "v"}"#],
    read: |value, transform| name(value, Flip::NAMES).map(|flip| transform.flip = Some(flip)),
    write: |transform| name_value(transform.flip?, Flip::NAMES),
};

/// `rotate`
pub(super) const ROTATE: OptionSpec<Transform> = OptionSpec {
    name: "rotate",
    allowed: "0, 90, 180 or 270",
    summary: "turns clockwise by this many degrees",
    values: Values::Numbers { numbers: &[0.0, 90.0, 180.0, 270.0] },
    examples: &[r#"{"rotate": 90}"#, r#"{"rotate": 180}"#],
    read: |value, transform| {
        transform.rotate = Some(value.as_f64().and_then(Rotate::from_degrees).ok_or(Refusal::Value)?);
        Ok(())
    },
    write: |transform| transform.rotate.map(|rotate| rotate.degrees().into()),
};

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_refuses, transform};
    use super::*;

    #[test]
    fn flip_knows_its_names() {
        for &(name, flip) in Flip::NAMES {
            assert_eq!(transform(&format!(r#"{{"flip":"{name}"}}"#)).unwrap().flip, Some(flip));
        }
        assert_refuses(&FLIP, &["\"vh\"", "\"H\"", "true"]);
    }

    #[test]
    fn rotate_goes_by_quarters() {
        for (text, rotate) in
            [("0", Rotate::None), ("90", Rotate::Quarter), ("180.0", Rotate::Half), ("270", Rotate::ThreeQuarters)]
        {
            assert_eq!(transform(&format!(r#"{{"rotate":{text}}}"#)).unwrap().rotate, Some(rotate));
        }
        assert_refuses(&ROTATE, &["45", "360", "-90", "90.5", "\"90\""]);
    }
}
