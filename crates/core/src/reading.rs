//! How a source is read: in which layout, and which part of it; and what makes it upright afterwards.
//!
//! The planner decides, and decoders do as it says. Everything here is told in pixels of the picture as it is stored: decoders
//! turn nothing, so that a turn can be planned where it costs least, behind the first resize.

use palmette_ops::{Flip, Rotate};

use crate::{Layout, Rectangle, Size};

/// How a source is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// How samples are to come: as pixels of RGBA, which every source gives, or in the planes that a source has, each of them
    /// at its own spacing or at a multiple of it that the decoder offers.
    pub layout: Layout,
    /// The part that is needed, in pixels of the stored picture; absent: all of it. What reaches over an edge is cut off.
    pub window: Option<Rectangle>,
}

impl Reading {
    /// Reads all of a picture.
    #[must_use]
    pub const fn whole(layout: Layout) -> Self {
        Self { layout, window: None }
    }

    /// Returns the part that is read of a picture of this size: what is needed, and left of it and above it as much as it
    /// takes for every plane to start with a whole sample.
    ///
    /// It is empty if what is needed lies outside.
    #[must_use]
    pub fn window_of(&self, stored: Size) -> Rectangle {
        let window = self.window.unwrap_or(Rectangle::whole(stored));
        let (step_x, step_y) = (0..self.layout.planes()).map(|plane| self.layout.spacing(plane)).fold(
            (1, 1),
            // Spacings are powers of 2.
            |(x, y), spacing| (x.max(spacing.x), y.max(spacing.y)),
        );
        let (left, width) = axis(window.left, window.size.width, stored.width, step_x);
        let (top, height) = axis(window.top, window.size.height, stored.height, step_y);
        Rectangle { left, top, size: Size::new(width, height) }
    }
}

/// Returns start and length of a part of an axis, from a multiple of `step` on, inside the axis.
fn axis(start: u32, length: u32, whole: u32, step: u32) -> (u32, u32) {
    let end = start.saturating_add(length).min(whole);
    if start >= end {
        return (start.min(whole), 0);
    }
    let aligned = start - start % step;
    (aligned, end - aligned)
}

/// What makes a stored picture upright: it is flipped, then turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Orientation {
    /// How it is mirrored, first.
    pub flip: Option<Flip>,
    /// By how much it is then turned, clockwise.
    pub rotate: Rotate,
}

impl Orientation {
    /// Leaves a picture as it is stored.
    pub const AS_STORED: Self = Self { flip: None, rotate: Rotate::None };

    /// Tells whether columns become rows.
    #[must_use]
    pub const fn swaps_axes(self) -> bool {
        matches!(self.rotate, Rotate::Quarter | Rotate::ThreeQuarters)
    }

    /// Returns the size of the upright picture from that of the stored one, or the other way round.
    #[must_use]
    pub const fn turned(self, size: Size) -> Size {
        if self.swaps_axes() { size.transposed() } else { size }
    }
}

impl Default for Orientation {
    fn default() -> Self {
        Self::AS_STORED
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Spacing;

    fn rectangle(left: u32, top: u32, width: u32, height: u32) -> Rectangle {
        Rectangle { left, top, size: Size::new(width, height) }
    }

    #[test]
    fn reading_starts_at_whole_samples_of_every_plane() {
        let stored = Size::new(101, 67);
        let layout = Layout::Planes { luma: Spacing::new(4, 4), chroma: Some(Spacing::new(8, 4)) };
        let window = |layout, window| Reading { layout, window: Some(window) }.window_of(stored);
        assert_eq!(window(Layout::Rgba, rectangle(13, 7, 20, 9)), rectangle(13, 7, 20, 9));
        assert_eq!(window(layout, rectangle(13, 7, 20, 9)), rectangle(8, 4, 25, 12));
        assert_eq!(window(layout, rectangle(97, 64, 90, u32::MAX)), rectangle(96, 64, 5, 3));
        assert_eq!(Reading::whole(layout).window_of(stored), rectangle(0, 0, 101, 67));
    }

    #[test]
    fn reading_of_nothing_is_empty() {
        let stored = Size::new(10, 10);
        for window in [rectangle(10, 0, 5, 5), rectangle(0, 99, 5, 5), rectangle(3, 3, 0, 5)] {
            let reading = Reading { layout: Layout::ycc(Spacing::new(2, 2)), window: Some(window) };
            assert_eq!(reading.window_of(stored).size.area(), 0, "{window:?}");
        }
    }
}
