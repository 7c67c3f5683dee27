//! Mirrored and turned pictures.

/// Mirrors a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flip {
    /// Left becomes right.
    Horizontal,
    /// Top becomes bottom.
    Vertical,
    /// Both.
    Both,
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
