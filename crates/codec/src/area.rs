//! A box of a canvas: the place of a frame, or the difference between two.

use palmette_core::{Pixmap, Size, alloc};

use crate::Error;

/// A box in pixels; may reach over the edges of the canvas it is a part of, and may be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Area {
    /// Pixels from the left edge of the canvas.
    pub(crate) left: u32,
    /// Pixels from the top edge of the canvas.
    pub(crate) top: u32,
    /// Width and height.
    pub(crate) size: Size,
}

impl Area {
    /// Makes the box of a whole canvas.
    pub(crate) const fn whole(size: Size) -> Self {
        Self { left: 0, top: 0, size }
    }

    /// Cuts off the part outside a canvas; nothing may be left.
    pub(crate) fn clip(self, canvas: Size) -> Self {
        let width = self.size.width.min(canvas.width.saturating_sub(self.left));
        let height = self.size.height.min(canvas.height.saturating_sub(self.top));
        Self { size: Size::new(width, height), ..self }
    }

    /// Returns the smallest box that holds both; an empty one adds nothing.
    pub(crate) fn union(self, other: Self) -> Self {
        match (self.size.area(), other.size.area()) {
            (_, 0) => self,
            (0, _) => other,
            _ => {
                let (left, top) = (self.left.min(other.left), self.top.min(other.top));
                let right = (self.left + self.size.width).max(other.left + other.size.width);
                let bottom = (self.top + self.size.height).max(other.top + other.size.height);
                Self { left, top, size: Size::new(right - left, bottom - top) }
            }
        }
    }

    /// Returns the smallest box of the pixels of two pictures of one size that `differ`; empty if there are none.
    pub(crate) fn of_difference(before: &Pixmap, after: &Pixmap, differ: impl Fn(&[u8; 4], &[u8; 4]) -> bool) -> Self {
        let mut found = Self { left: 0, top: 0, size: Size::new(0, 0) };
        for ((before, after), y) in before.rows().zip(after.rows()).zip(0..) {
            if before == after {
                continue;
            }
            let (before, after) = (before.as_chunks().0, after.as_chunks().0);
            let mut columns = before.iter().zip(after).map(|(before, after)| differ(before, after));
            if let Some(left) = columns.position(|differs| differs) {
                // Counted from behind what was found.
                let width = columns.rposition(|differs| differs).map_or(1, |more| more + 2);
                let [left, width] = [left, width].map(|px| u32::try_from(px).unwrap_or(u32::MAX));
                found = found.union(Self { left, top: y, size: Size::new(width, 1) });
            }
        }
        found
    }

    /// Returns the rows of this box, which lies inside `pixmap`.
    pub(crate) fn rows(self, pixmap: &Pixmap) -> impl Iterator<Item = &[[u8; 4]]> {
        let (start, width) = (self.left as usize, self.size.width as usize);
        (self.top..self.top + self.size.height).map(move |y| &pixmap.row(y).as_chunks().0[start..start + width])
    }

    /// Calls `change` on each row of this box, which lies inside `pixmap`.
    pub(crate) fn for_each_row(self, pixmap: &mut Pixmap, mut change: impl FnMut(&mut [[u8; 4]])) {
        let (start, width) = (self.left as usize, self.size.width as usize);
        for y in self.top..self.top + self.size.height {
            change(&mut pixmap.row_mut(y).as_chunks_mut().0[start..start + width]);
        }
    }

    /// Copies this box, which lies inside `pixmap` and is not empty.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if memory runs out.
    pub(crate) fn cut_out(self, pixmap: &Pixmap) -> Result<Pixmap, Error> {
        let mut data = alloc::try_with_capacity(self.size.width as usize * self.size.height as usize * 4)?;
        self.rows(pixmap).for_each(|row| data.extend_from_slice(row.as_flattened()));
        Ok(Pixmap::from_vec(self.size, data)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn area(left: u32, top: u32, width: u32, height: u32) -> Area {
        Area { left, top, size: Size::new(width, height) }
    }

    #[test]
    fn area_is_clipped_to_the_canvas() {
        let canvas = Size::new(8, 6);
        assert_eq!(area(2, 1, 3, 4).clip(canvas), area(2, 1, 3, 4));
        assert_eq!(area(6, 4, 9, 9).clip(canvas), area(6, 4, 2, 2));
        assert_eq!(area(8, 0, 1, 1).clip(canvas).size.area(), 0);
        assert_eq!(area(0, u32::MAX, 1, 1).clip(canvas).size.area(), 0);
    }

    #[test]
    fn area_of_difference_is_tight() {
        let before = Pixmap::filled(Size::new(9, 7), [1, 2, 3, 4]).unwrap();
        assert_eq!(Area::of_difference(&before, &before, |a, b| a != b).size.area(), 0);
        let mut after = before.clone();
        for (x, y) in [(3, 2), (6, 2), (5, 4)] {
            after.row_mut(y)[x * 4] = 99;
        }
        assert_eq!(Area::of_difference(&before, &after, |a, b| a != b), area(3, 2, 4, 3));
    }
}
