//! Turns: what flips, quarter turns and the orientation of a file come to, as one of eight.
//!
//! A turn before a resize is planned behind it, where it has fewer pixels to move and needs no whole picture before. The
//! tables are those of the upright picture, with axes exchanged and mirrored, so that the bytes are the same.

use palmette_ops::{Flip, Rotate};

use super::graph::Value;
use super::kind::StepKind;
use super::resample::{Axis, AxisOrder, Passes, Placed, ResizeStep};
use crate::{Error, Layout, Orientation, Rectangle, Size, Spacing};

/// One of the eight ways to lay a picture.
///
/// Columns and rows are exchanged along the diagonal from the top left, if they are; then left and right, then top and bottom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Turn {
    /// Whether columns become rows.
    pub(super) swaps: bool,
    /// Whether left and right are exchanged in the result.
    pub(super) mirrors_x: bool,
    /// Whether top and bottom are exchanged in the result.
    pub(super) mirrors_y: bool,
}

impl Turn {
    /// Returns what makes a stored picture upright.
    pub(super) fn of(orientation: Orientation) -> Self {
        let flipped = orientation.flip.map_or_else(Self::default, |flip| Self::default().flipped(flip));
        flipped.rotated(orientation.rotate)
    }

    /// Adds a mirror.
    pub(super) fn flipped(self, flip: Flip) -> Self {
        let (x, y) = match flip {
            Flip::Horizontal => (true, false),
            Flip::Vertical => (false, true),
            Flip::Both => (true, true),
        };
        Self { mirrors_x: self.mirrors_x ^ x, mirrors_y: self.mirrors_y ^ y, ..self }
    }

    /// Adds a clockwise turn.
    pub(super) fn rotated(self, rotate: Rotate) -> Self {
        let Self { swaps, mirrors_x, mirrors_y } = self;
        match rotate {
            Rotate::None => self,
            Rotate::Half => self.flipped(Flip::Both),
            Rotate::Quarter => Self { swaps: !swaps, mirrors_x: !mirrors_y, mirrors_y: mirrors_x },
            Rotate::ThreeQuarters => Self { swaps: !swaps, mirrors_x: mirrors_y, mirrors_y: !mirrors_x },
        }
    }

    /// Returns the size after the turn from that before it, or the other way round.
    pub(super) const fn size(self, size: Size) -> Size {
        if self.swaps { size.transposed() } else { size }
    }

    /// Returns the layout after the turn from that before it, or the other way round.
    pub(super) fn layout(self, layout: Layout) -> Layout {
        let swap = |spacing: Spacing| if self.swaps { Spacing::new(spacing.y, spacing.x) } else { spacing };
        match layout {
            Layout::Rgba => Layout::Rgba,
            Layout::Planes { luma, chroma } => Layout::Planes { luma: swap(luma), chroma: chroma.map(swap) },
        }
    }

    /// Returns where a part of the turned picture, which is of size `turned`, lies before the turn.
    pub(super) const fn undo(self, part: Rectangle, turned: Size) -> Rectangle {
        let Rectangle { left, top, size } = part;
        let left = if self.mirrors_x { turned.width - left - size.width } else { left };
        let top = if self.mirrors_y { turned.height - top - size.height } else { top };
        if self.swaps {
            Rectangle { left: top, top: left, size: size.transposed() }
        } else {
            Rectangle { left, top, size }
        }
    }

    /// Returns the steps that turn a picture: at most a mirror, and then a rotation.
    pub(super) fn steps(self) -> impl Iterator<Item = StepKind> {
        let (flip, rotate) = match (self.swaps, self.mirrors_x, self.mirrors_y) {
            (false, false, false) => (None, None),
            (false, true, false) => (Some(Flip::Horizontal), None),
            (false, false, true) => (Some(Flip::Vertical), None),
            (false, true, true) => (None, Some(Rotate::Half)),
            (true, true, false) => (None, Some(Rotate::Quarter)),
            (true, false, true) => (None, Some(Rotate::ThreeQuarters)),
            (true, false, false) => (Some(Flip::Vertical), Some(Rotate::Quarter)),
            (true, true, true) => (Some(Flip::Horizontal), Some(Rotate::Quarter)),
        };
        flip.map(StepKind::Flip).into_iter().chain(rotate.map(StepKind::Rotate))
    }

    /// Makes the resize that comes before the turn, and to the same bytes as `step` after it; absent if there is none.
    ///
    /// A strong reduction adds up in chunks from one end, so mirrored it would round otherwise.
    pub(super) fn before(self, step: &ResizeStep, input: &Placed, output: Value) -> Result<Option<ResizeStep>, Error> {
        let passes = |plane: usize, passes: &Passes| {
            let Passes { horizontal, vertical, order } = passes;
            let read = input.samples(plane);
            let made = if output.layout.is_rgba() { output.size } else { output.layout.samples(plane, output.size) };
            let x =
                if self.mirrors_x { mirrored(horizontal, read.width, made.width)? } else { Some(horizontal.clone()) };
            let y = if self.mirrors_y { mirrored(vertical, read.height, made.height)? } else { Some(vertical.clone()) };
            let (Some(horizontal), Some(vertical)) = (x, y) else { return Ok(None) };
            Ok::<_, Error>(Some(match (self.swaps, *order) {
                (false, order) => Passes { horizontal, vertical, order },
                (true, AxisOrder::HorizontalFirst) => {
                    Passes { horizontal: vertical, vertical: horizontal, order: AxisOrder::VerticalFirst }
                }
                (true, AxisOrder::VerticalFirst) => {
                    Passes { horizontal: vertical, vertical: horizontal, order: AxisOrder::HorizontalFirst }
                }
            }))
        };
        let Some(first) = passes(0, &step.first)? else { return Ok(None) };
        let chroma = match &step.chroma {
            None => None,
            Some(chroma) => match passes(1, chroma)? {
                None => return Ok(None),
                some => some,
            },
        };
        let turned = step.scaled;
        Ok(Some(ResizeStep { first, chroma, scaled: self.size(turned), window: self.undo(step.window, turned) }))
    }
}

/// Mirrors an axis from `read` samples to `made`, if that can be done.
fn mirrored(axis: &Axis, read: u32, made: u32) -> Result<Option<Axis>, Error> {
    match axis {
        Axis::Copy { offset } => Ok(Some(Axis::Copy { offset: read - offset - made })),
        Axis::Filter(table) if table.chunk_shift() == 0 => Ok(Some(Axis::Filter(table.mirrored()?))),
        Axis::Filter(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Turn; 8] = {
        let mut all = [Turn { swaps: false, mirrors_x: false, mirrors_y: false }; 8];
        let mut i = 0;
        while i < 8 {
            all[i] = Turn { swaps: i & 4 != 0, mirrors_x: i & 2 != 0, mirrors_y: i & 1 != 0 };
            i += 1;
        }
        all
    };

    #[test]
    fn turn_is_what_its_steps_come_to() {
        for turn in ALL {
            let again = turn.steps().fold(Turn::default(), |turn, step| match step {
                StepKind::Flip(flip) => turn.flipped(flip),
                StepKind::Rotate(rotate) => turn.rotated(rotate),
                _ => unreachable!("turns are mirrors and rotations"),
            });
            assert_eq!(again, turn);
        }
    }

    #[test]
    fn turn_of_four_quarters_is_none() {
        for turn in ALL {
            assert_eq!((0..4).fold(turn, |turn, _| turn.rotated(Rotate::Quarter)), turn);
            assert_eq!(turn.rotated(Rotate::Quarter).rotated(Rotate::ThreeQuarters), turn);
            assert_eq!(turn.rotated(Rotate::Quarter).rotated(Rotate::Quarter), turn.rotated(Rotate::Half));
        }
    }

    #[test]
    fn turn_is_undone_for_parts() {
        // The upper left corner of a 5×3 picture, turned clockwise, was its lower left one.
        let corner = Rectangle { left: 0, top: 0, size: Size::new(1, 2) };
        let before = Turn::default().rotated(Rotate::Quarter).undo(corner, Size::new(3, 5));
        assert_eq!(before, Rectangle { left: 0, top: 2, size: Size::new(2, 1) });
    }
}
