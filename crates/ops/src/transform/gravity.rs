//! Which part of a picture a crop keeps.

/// Which part of a picture a crop keeps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gravity {
    /// The left edge, vertically centred.
    Left,
    /// The right edge, vertically centred.
    Right,
    /// The top edge, horizontally centred.
    Top,
    /// The bottom edge, horizontally centred.
    Bottom,
    /// The middle.
    Center,
    /// A point of the picture, as fractions of its size.
    Point {
        /// 0 (left) to 1 (right); default 0.5.
        x: f64,
        /// 0 (top) to 1 (bottom); default 0.5.
        y: f64,
        /// The meaning of the point.
        mode: GravityMode,
    },
    /// The most salient window.
    Auto,
    /// The window with the most detail.
    Entropy,
    /// The faces.
    Face,
}

/// The meaning of the point of a `gravity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum GravityMode {
    /// The fraction of the cut that is taken from the left (or top).
    #[default]
    Remainder,
    /// The middle of the window, as far as the picture reaches.
    BoxCenter,
}
