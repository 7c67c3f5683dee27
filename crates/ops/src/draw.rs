//! How one picture is drawn on another: opacity, repeat, composite and position.

/// Says how an overlay is drawn on its target.
#[derive(Clone, Debug, PartialEq)]
pub struct Draw {
    /// Multiplies the overlay's alpha, 0 to 1; default 1.
    pub opacity: f64,
    /// The axes along which the overlay is tiled; default none.
    pub repeat: Repeat,
    /// The compositing operator; default `over`.
    pub composite: Composite,
    /// Where the overlay lies from left to right.
    pub horizontal: AxisPosition,
    /// Where the overlay lies from top to bottom.
    pub vertical: AxisPosition,
}

impl Default for Draw {
    fn default() -> Self {
        Self {
            opacity: 1.0,
            repeat: Repeat::None,
            composite: Composite::Over,
            horizontal: AxisPosition::Unset,
            vertical: AxisPosition::Unset,
        }
    }
}

impl Draw {
    /// Draws at so many pixels from the left and the upper edge; either may be negative.
    ///
    /// Whatever else there is to say is added by name:
    ///
    /// ```
    /// use palmette_ops::{AxisPosition, Draw};
    ///
    /// let mark = Draw { opacity: 0.5, ..Draw::bottom_right(10, 20) };
    /// assert_eq!((mark.horizontal, mark.vertical), (AxisPosition::FromEnd(10), AxisPosition::FromEnd(20)));
    /// ```
    #[must_use]
    pub fn top_left(left: i32, top: i32) -> Self {
        Self::at(AxisPosition::FromStart(left), AxisPosition::FromStart(top))
    }

    /// Draws at so many pixels from the right and the upper edge; either may be negative.
    #[must_use]
    pub fn top_right(right: i32, top: i32) -> Self {
        Self::at(AxisPosition::FromEnd(right), AxisPosition::FromStart(top))
    }

    /// Draws at so many pixels from the left and the lower edge; either may be negative.
    #[must_use]
    pub fn bottom_left(left: i32, bottom: i32) -> Self {
        Self::at(AxisPosition::FromStart(left), AxisPosition::FromEnd(bottom))
    }

    /// Draws at so many pixels from the right and the lower edge; either may be negative.
    #[must_use]
    pub fn bottom_right(right: i32, bottom: i32) -> Self {
        Self::at(AxisPosition::FromEnd(right), AxisPosition::FromEnd(bottom))
    }

    /// Draws where both axes say.
    fn at(horizontal: AxisPosition, vertical: AxisPosition) -> Self {
        Self { horizontal, vertical, ..Self::default() }
    }
}

/// Where an overlay lies along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AxisPosition {
    /// Nothing was said: in the middle, or at 0 if the axis repeats.
    Unset,
    /// Pixels between the target's left (or top) edge and the overlay's; may be negative.
    FromStart(i32),
    /// Pixels between the overlay's right (or bottom) edge and the target's; may be negative.
    FromEnd(i32),
}

/// The axes along which an overlay is tiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Repeat {
    /// Drawn once.
    #[default]
    None,
    /// Tiled from left to right.
    X,
    /// Tiled from top to bottom.
    Y,
    /// Tiled along both axes.
    Both,
}

/// The compositing operators, foreground S over backdrop D with alphas aS and aD; results are premultiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Composite {
    /// `S + D·(1 - aS)`
    #[default]
    Over,
    /// `S·aD`
    In,
    /// `S·aD + D·(1 - aS)`
    Atop,
    /// `S·(1 - aD)`
    Out,
    /// `S·(1 - aD) + D·(1 - aS)`
    Xor,
    /// `min(1, S + D)`, alpha too
    Lighter,
}
