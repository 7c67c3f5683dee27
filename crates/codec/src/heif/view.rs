//! What of a coded picture is shown, and how it is turned: the transformations of a file, in its order, as one crop and one
//! orientation.

use palmette_core::Size;

use crate::area::Area;
use crate::orient::Orientation;

/// A fraction as stored: above, below.
type Fraction = (u32, u32);

/// A transformation that a file asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transform {
    /// Quarter turns anti-clockwise.
    Turn { quarters_ccw: u8 },
    /// Exchange of left and right, else of top and bottom.
    Mirror { left_right: bool },
    /// A part of the given size, whose middle is away from the middle of the picture by `x` and `y`, which may be negative.
    Crop { width: Fraction, height: Fraction, x: Fraction, y: Fraction },
}

/// What is shown of a coded picture, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct View {
    /// The part of the coded picture.
    pub(crate) area: Area,
    /// How that part is turned.
    pub(crate) orientation: Orientation,
}

impl View {
    /// Applies transformations to a coded picture in their order. A crop that makes no sense is ignored, as browsers do.
    pub(super) fn new(coded: Size, transforms: &[Transform]) -> Self {
        let mut view = Self { area: Area::whole(coded), orientation: Orientation::default() };
        for &transform in transforms {
            match transform {
                Transform::Turn { quarters_ccw } => {
                    view.orientation = view.orientation.then(Orientation::from_turns(quarters_ccw, false, false));
                }
                Transform::Mirror { left_right } => {
                    view.orientation = view.orientation.then(Orientation::from_turns(0, left_right, !left_right));
                }
                Transform::Crop { width, height, x, y } => view.crop((width, x), (height, y)),
            }
        }
        view
    }

    /// Returns the size as displayed.
    pub(crate) const fn size(&self) -> Size {
        self.orientation.displayed(self.area.size)
    }

    /// Cuts what is displayed, given size and offset along both axes.
    fn crop(&mut self, horizontal: (Fraction, Fraction), vertical: (Fraction, Fraction)) {
        let displayed = self.size();
        let columns = part(displayed.width, horizontal.0, horizontal.1);
        let rows = part(displayed.height, vertical.0, vertical.1);
        let (Some((left, width)), Some((top, height))) = (columns, rows) else { return };
        let inside = self.orientation.stored(Area { left, top, size: Size::new(width, height) }, self.area.size);
        self.area = Area { left: self.area.left + inside.left, top: self.area.top + inside.top, size: inside.size };
    }
}

/// Returns start and length of a part of an axis; `None` unless both are whole and inside.
fn part(whole: u32, len: Fraction, offset: Fraction) -> Option<(u32, u32)> {
    if len.1 == 0 || offset.1 == 0 || !len.0.is_multiple_of(len.1) {
        return None;
    }
    let len = len.0 / len.1;
    // Offsets are signed, above and below.
    let [above, below] = [offset.0, offset.1].map(|value| i64::from(value.cast_signed()));
    // start = (whole - len) / 2 + above / below
    let (above, below) = ((i64::from(whole) - i64::from(len)) * below + 2 * above, 2 * below);
    let start = u32::try_from(above.checked_div(below)?).ok()?;
    let is_inside = above % below == 0 && len > 0 && start.checked_add(len)? <= whole;
    is_inside.then_some((start, len))
}

#[cfg(test)]
mod tests {
    use palmette_core::Pixmap;

    use super::*;

    const CODED: Size = Size::new(48, 32);

    fn crop(width: u32, height: u32, x: i32, y: i32) -> Transform {
        Transform::Crop { width: (width, 1), height: (height, 1), x: (x.cast_unsigned(), 1), y: (y.cast_unsigned(), 1) }
    }

    fn area(left: u32, top: u32, width: u32, height: u32) -> Area {
        Area { left, top, size: Size::new(width, height) }
    }

    fn apply(view: View, pixmap: &Pixmap) -> Pixmap {
        view.orientation.apply(view.area.cut_out(pixmap).unwrap()).unwrap()
    }

    #[test]
    fn view_crops_around_the_middle() {
        assert_eq!(View::new(CODED, &[crop(24, 32, 0, 0)]).area, area(12, 0, 24, 32));
        assert_eq!(View::new(CODED, &[crop(10, 10, -19, 11)]).area, area(0, 22, 10, 10));
        let half = Transform::Crop { width: (47, 1), height: (32, 1), x: (1, 2), y: (0, 9) };
        assert_eq!(View::new(CODED, &[half]).area, area(1, 0, 47, 32));
    }

    #[test]
    fn view_ignores_crops_that_make_no_sense() {
        let half = Transform::Crop { width: (47, 1), height: (32, 1), x: (0, 1), y: (0, 1) };
        let by_zero = Transform::Crop { width: (47, 0), height: (32, 1), x: (0, 0), y: (0, 1) };
        for transform in
            [half, by_zero, crop(49, 32, 0, 0), crop(24, 32, 13, 0), crop(0, 32, 0, 0), crop(10, 10, i32::MIN, 0)]
        {
            assert_eq!(View::new(CODED, &[transform]).area, Area::whole(CODED), "{transform:?}");
        }
    }

    #[test]
    fn view_applies_transformations_in_order() {
        let turn = Transform::Turn { quarters_ccw: 1 };
        // The left half of what a turn shows is the top half of what is stored; after a mirror it is the bottom half.
        let left = crop(16, 48, -8, 0);
        assert_eq!(View::new(CODED, &[turn, left]).area, area(0, 0, 48, 16));
        assert_eq!(View::new(CODED, &[turn, Transform::Mirror { left_right: true }, left]).area, area(0, 16, 48, 16));
        assert_eq!(View::new(CODED, &[turn, left]).size(), Size::new(16, 48));
        assert_eq!(View::new(CODED, &[turn, turn, turn, turn]).orientation, Orientation::default());
    }

    #[test]
    fn view_moves_every_pixel_as_single_steps_do() {
        let data = (0..12).flat_map(|index| [index, 0, 0, 255]).collect();
        let stored = Pixmap::from_vec(Size::new(4, 3), data).unwrap();
        let mirror = Transform::Mirror { left_right: true };
        let turn = Transform::Turn { quarters_ccw: 1 };
        let steps = [turn, crop(3, 2, 0, -1), mirror, turn, crop(2, 1, 0, 1)];
        let mut expected = stored.clone();
        for step in steps {
            expected = apply(View::new(expected.size(), &[step]), &expected);
        }
        assert_eq!(apply(View::new(stored.size(), &steps), &stored), expected);
    }
}
