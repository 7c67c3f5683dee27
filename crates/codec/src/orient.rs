//! Turning pictures upright: the eight orientations that EXIF and AVIF can ask for, as one small type.

use palmette_core::cpu::kernels::{flip, rotate};
use palmette_core::{Pixmap, Size};
use palmette_ops::{Flip, Rotate};

use crate::area::Area;
use crate::{Error, WorkingMemory};

/// How stored pixels become the picture as displayed: transpose first, then mirror.
///
/// All eight symmetries of a rectangle have this form, and a later mirroring only toggles a flag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Orientation {
    /// Exchange of rows and columns, along the diagonal from the top left.
    transpose: bool,
    /// Exchange of left and right, after the transposition.
    mirror_x: bool,
    /// Exchange of top and bottom, after the transposition.
    mirror_y: bool,
}

impl Orientation {
    /// Reads the value of the EXIF tag; anything but 2 to 8 leaves the picture as it is.
    pub(crate) const fn from_exif(value: u32) -> Self {
        let (transpose, mirror_x, mirror_y) = match value {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, true, false),
            7 => (true, true, true),
            8 => (true, false, true),
            _ => (false, false, false),
        };
        Self { transpose, mirror_x, mirror_y }
    }

    /// Makes the orientation of an AVIF: quarter turns anti-clockwise, then an exchange of sides.
    pub(crate) const fn from_turns(quarter_turns_ccw: u8, mirror_x: bool, mirror_y: bool) -> Self {
        let turned = Self::from_exif(match quarter_turns_ccw {
            1 => 8,
            2 => 3,
            3 => 6,
            _ => 1,
        });
        Self { mirror_x: turned.mirror_x != mirror_x, mirror_y: turned.mirror_y != mirror_y, ..turned }
    }

    /// Says the same as a flip and a turn after it.
    pub(crate) const fn steps(self) -> palmette_core::Orientation {
        let (flip, rotate) = match (self.transpose, self.mirror_x, self.mirror_y) {
            (false, false, false) => (None, Rotate::None),
            (false, true, false) => (Some(Flip::Horizontal), Rotate::None),
            (false, false, true) => (Some(Flip::Vertical), Rotate::None),
            (false, true, true) => (None, Rotate::Half),
            (true, false, false) => (Some(Flip::Vertical), Rotate::Quarter),
            (true, true, false) => (None, Rotate::Quarter),
            (true, false, true) => (None, Rotate::ThreeQuarters),
            (true, true, true) => (Some(Flip::Horizontal), Rotate::Quarter),
        };
        palmette_core::Orientation { flip, rotate }
    }

    /// Adds an orientation after this one.
    pub(crate) const fn then(self, next: Self) -> Self {
        let (mirror_x, mirror_y) =
            if next.transpose { (self.mirror_y, self.mirror_x) } else { (self.mirror_x, self.mirror_y) };
        Self {
            transpose: self.transpose != next.transpose,
            mirror_x: mirror_x != next.mirror_x,
            mirror_y: mirror_y != next.mirror_y,
        }
    }

    /// Returns where a part of the displayed picture lies in the stored picture of the given size.
    pub(crate) const fn stored(self, shown: Area, stored: Size) -> Area {
        let displayed = self.displayed(stored);
        let left = if self.mirror_x { displayed.width - shown.left - shown.size.width } else { shown.left };
        let top = if self.mirror_y { displayed.height - shown.top - shown.size.height } else { shown.top };
        if self.transpose {
            Area { left: top, top: left, size: shown.size.transposed() }
        } else {
            Area { left, top, size: shown.size }
        }
    }

    /// Returns the size as displayed of a picture that is stored as `stored`.
    pub(crate) const fn displayed(self, stored: Size) -> Size {
        if self.transpose { stored.transposed() } else { stored }
    }

    /// Counts the second picture that turning pixels of the given size takes, if it takes one.
    pub(crate) const fn with_memory(self, memory: WorkingMemory, stored: Size) -> WorkingMemory {
        if self.transpose { memory.and_pixmap(stored) } else { memory }
    }

    /// Turns the pixels.
    ///
    /// Mirroring works in place; a transposition needs a second picture.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if memory for the second picture runs out.
    pub(crate) fn apply(self, mut pixmap: Pixmap) -> Result<Pixmap, Error> {
        match (self.transpose, self.mirror_x, self.mirror_y) {
            (true, mirror_x, mirror_y) => return Ok(rotate::transpose(&pixmap, mirror_x, mirror_y)?),
            (false, false, false) => {}
            (false, true, true) => rotate::rotate_half(&mut pixmap),
            (false, true, false) => {
                let row_bytes = pixmap.row_bytes();
                flip::flip_h(pixmap.data_mut(), row_bytes);
            }
            (false, false, true) => flip::flip_v(&mut pixmap),
        }
        Ok(pixmap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws a picture whose every pixel tells where it was.
    fn numbered(width: u8, height: u8) -> Pixmap {
        let data = (0..height).flat_map(|y| (0..width).flat_map(move |x| [x, y, 7, 255])).collect();
        Pixmap::from_vec(Size::new(width.into(), height.into()), data).unwrap()
    }

    /// Where the EXIF specification puts the stored pixel (x, y) of a w×h picture: its rows and columns named in words.
    fn expected(value: u32, x: u32, y: u32, w: u32, h: u32) -> (u32, u32) {
        match value {
            1 => (x, y),                 // row 0 is the top, column 0 the left
            2 => (w - 1 - x, y),         // top, right
            3 => (w - 1 - x, h - 1 - y), // bottom, right
            4 => (x, h - 1 - y),         // bottom, left
            5 => (y, x),                 // left, top
            6 => (h - 1 - y, x),         // right, top
            7 => (h - 1 - y, w - 1 - x), // right, bottom
            _ => (y, w - 1 - x),         // left, bottom
        }
    }

    #[test]
    fn orientation_moves_every_pixel_as_exif_says() {
        for (width, height) in [(1, 1), (1, 5), (4, 1), (3, 2), (33, 70), (64, 64), (65, 31)] {
            for value in 1..=8 {
                let stored = numbered(width, height);
                let size = stored.size();
                let upright = Orientation::from_exif(value).apply(stored.clone()).unwrap();
                assert_eq!(upright.size(), Orientation::from_exif(value).displayed(size));
                for y in 0..size.height {
                    for x in 0..size.width {
                        let (to_x, to_y) = expected(value, x, y, size.width, size.height);
                        assert_eq!(upright.pixel(to_x, to_y), stored.pixel(x, y), "orientation {value}, ({x}, {y})");
                    }
                }
            }
        }
    }

    #[test]
    fn orientation_is_a_flip_and_a_turn() {
        for orientation in (1..=8).map(Orientation::from_exif) {
            let mut pixmap = numbered(5, 3);
            let expected = orientation.apply(pixmap.clone()).unwrap();
            let steps = orientation.steps();
            assert_eq!(steps.turned(pixmap.size()), expected.size());
            match steps.flip {
                Some(Flip::Horizontal) => {
                    let row_bytes = pixmap.row_bytes();
                    flip::flip_h(pixmap.data_mut(), row_bytes);
                }
                Some(Flip::Vertical) => flip::flip_v(&mut pixmap),
                Some(Flip::Both) => rotate::rotate_half(&mut pixmap),
                None => {}
            }
            let turned = match steps.rotate {
                Rotate::None => pixmap,
                Rotate::Quarter => Orientation::from_turns(3, false, false).apply(pixmap).unwrap(),
                Rotate::Half => Orientation::from_turns(2, false, false).apply(pixmap).unwrap(),
                Rotate::ThreeQuarters => Orientation::from_turns(1, false, false).apply(pixmap).unwrap(),
            };
            assert_eq!(turned, expected, "{orientation:?}");
        }
    }

    #[test]
    fn orientation_ignores_values_outside_1_to_8() {
        for value in [0, 9, 65_535] {
            assert_eq!(Orientation::from_exif(value), Orientation::default());
        }
    }

    #[test]
    fn orientation_after_another_is_both() {
        let stored = numbered(3, 2);
        for first in (1..=8).map(Orientation::from_exif) {
            for second in (1..=8).map(Orientation::from_exif) {
                let expected = second.apply(first.apply(stored.clone()).unwrap()).unwrap();
                assert_eq!(first.then(second).apply(stored.clone()).unwrap(), expected, "{first:?}, {second:?}");
            }
        }
    }

    #[test]
    fn orientation_finds_what_is_shown_in_what_is_stored() {
        let stored = numbered(5, 4);
        for orientation in (1..=8).map(Orientation::from_exif) {
            let shown = Area { left: 1, top: 0, size: Size::new(2, 3) };
            let expected = shown.cut_out(&orientation.apply(stored.clone()).unwrap()).unwrap();
            let part = orientation.stored(shown, stored.size()).cut_out(&stored).unwrap();
            assert_eq!(orientation.apply(part).unwrap(), expected, "{orientation:?}");
        }
    }

    #[test]
    fn orientation_of_avif_turns_before_it_mirrors() {
        // A quarter turn anti-clockwise brings the right column to the top; the mirror then exchanges left and right.
        let stored = numbered(3, 2);
        let upright = Orientation::from_turns(1, true, false).apply(stored.clone()).unwrap();
        assert_eq!(upright.pixel(0, 0), stored.pixel(2, 1));
        assert_eq!(upright.pixel(1, 0), stored.pixel(2, 0));
        assert_eq!(Orientation::from_turns(2, true, true), Orientation::default());
    }
}
