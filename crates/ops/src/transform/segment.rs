//! A part of a picture by its content.

/// Keeps a part of the picture by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// The subject; the rest becomes clear.
    Foreground,
}
