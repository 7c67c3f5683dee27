//! `flip` and `rotate`: mirrored and turned pictures.

use super::Transform;
use crate::options::{OptionSpec, Refusal, name};
use crate::values::{Values, words};

/// Mirrors a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flip {
    /// Left becomes right (`"h"`).
    Horizontal,
    /// Top becomes bottom (`"v"`).
    Vertical,
    /// Both (`"hv"`).
    Both,
}

impl Flip {
    /// Every flip and its name on the wire.
    pub const NAMES: [(&str, Self); 3] = [("h", Self::Horizontal), ("v", Self::Vertical), ("hv", Self::Both)];
}

/// Turns a picture clockwise by quarter turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotate {
    /// 0°, which does nothing.
    None,
    /// 90°: the left edge becomes the top edge.
    Quarter,
    /// 180°.
    Half,
    /// 270°: the right edge becomes the top edge.
    ThreeQuarters,
}

impl Rotate {
    /// Makes a turn by degrees; `None` unless they are 0, 90, 180 or 270.
    #[must_use]
    pub fn from_degrees(angle_deg: f64) -> Option<Self> {
        [(0.0, Self::None), (90.0, Self::Quarter), (180.0, Self::Half), (270.0, Self::ThreeQuarters)]
            .into_iter()
            .find_map(|(known_deg, rotate)| (known_deg == angle_deg).then_some(rotate))
    }

    /// Returns the turn in degrees: 0, 90, 180 or 270.
    #[must_use]
    pub const fn degrees(self) -> u16 {
        match self {
            Self::None => 0,
            Self::Quarter => 90,
            Self::Half => 180,
            Self::ThreeQuarters => 270,
        }
    }
}

/// `flip`
pub(super) const FLIP: OptionSpec<Transform> = OptionSpec {
    name: "flip",
    allowed: "h, v or hv",
    summary: "mirrors from left to right (h), from top to bottom (v) or both",
    values: Values::Words { words: &words(&Flip::NAMES) },
    read: |value, transform| name(value, &Flip::NAMES).map(|flip| transform.flip = Some(flip)),
};

/// `rotate`
pub(super) const ROTATE: OptionSpec<Transform> = OptionSpec {
    name: "rotate",
    allowed: "0, 90, 180 or 270",
    summary: "turns clockwise by this many degrees",
    values: Values::Numbers { numbers: &[0.0, 90.0, 180.0, 270.0] },
    read: |value, transform| {
        transform.rotate = Some(value.as_f64().and_then(Rotate::from_degrees).ok_or(Refusal::Value)?);
        Ok(())
    },
};

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_refuses, transform};
    use super::*;

    #[test]
    fn flip_knows_its_names() {
        for (name, flip) in Flip::NAMES {
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
