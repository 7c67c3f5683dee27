//! A frame around a picture.

use crate::Color;

/// A frame around a picture, which is enlarged by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Border {
    /// Its colour; default opaque black.
    pub color: Color,
    /// Pixels added at the top.
    pub top: u32,
    /// Pixels added at the right.
    pub right: u32,
    /// Pixels added at the bottom.
    pub bottom: u32,
    /// Pixels added at the left.
    pub left: u32,
}

impl Default for Border {
    fn default() -> Self {
        Self { color: Color::BLACK, top: 0, right: 0, bottom: 0, left: 0 }
    }
}
