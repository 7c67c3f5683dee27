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
