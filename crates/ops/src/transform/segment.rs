//! A part of a picture by what it shows.

/// Keeps a part of the picture by what it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// The subject; the rest becomes clear.
    Foreground,
}
