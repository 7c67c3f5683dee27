//! Edges cut off, by measure or by the content of the picture.

use crate::Color;

/// Cuts edges off a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trim {
    /// By measure.
    Edges(TrimEdges),
    /// By the content of the picture.
    Border(TrimBorder),
}

impl Trim {
    /// Keeps a window, in pixels; its parts outside of the picture do not count.
    ///
    /// ```
    /// use palmette_ops::Transform;
    /// use palmette_ops::transform::{Length, Trim, TrimEdges};
    ///
    /// let window = Transform { trim: Some(Trim::window(10, 20, 300, 200)), ..Transform::default() };
    /// let Some(Trim::Edges(TrimEdges { left, height, right: None, .. })) = window.trim else { unreachable!() };
    /// assert_eq!((left, height), (Some(Length::Pixels(10)), Some(Length::Pixels(200))));
    /// ```
    #[must_use]
    pub const fn window(left: u32, top: u32, width: u32, height: u32) -> Self {
        Self::Edges(TrimEdges {
            top: Some(Length::Pixels(top)),
            right: None,
            bottom: None,
            left: Some(Length::Pixels(left)),
            width: Some(Length::Pixels(width)),
            height: Some(Length::Pixels(height)),
        })
    }
}

/// The cuts of `trim` by measure; all given fields apply, so the smaller part remains where `right` and `width` differ.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct TrimEdges {
    /// Cut from the top.
    pub top: Option<Length>,
    /// Cut from the right.
    pub right: Option<Length>,
    /// Cut from the bottom.
    pub bottom: Option<Length>,
    /// Cut from the left.
    pub left: Option<Length>,
    /// Kept from the left cut on.
    pub width: Option<Length>,
    /// Kept from the top cut on.
    pub height: Option<Length>,
}

/// A distance along an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Length {
    /// Whole pixels.
    Pixels(u32),
    /// A fraction of the axis, between 0 and 1 exclusive.
    Fraction(f64),
}

/// The fields of `trim: "border"`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrimBorder {
    /// The colour of the border; absent means the top-left pixel's.
    pub color: Option<Color>,
    /// Largest difference of a channel that still counts as border, 0 to 255; default 10.
    pub tolerance: f64,
    /// Pixels of border that stay; default 0.
    pub keep: u32,
}

impl Default for TrimBorder {
    fn default() -> Self {
        Self { color: None, tolerance: 10.0, keep: 0 }
    }
}
