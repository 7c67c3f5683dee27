//! Blurring of a picture: rows are blurred as they come, and kept in a ring until the columns no longer need them.

use super::chain::Neighborhood;
use super::kernels::Kernels;
use super::kernels::blur::{ColumnSums, blur_h};
use crate::plan::blur::BlurStep;
use crate::{Error, Pixmap, Size, alloc};

/// A picture that is blurred.
#[derive(Debug)]
pub(super) struct Blur<'a> {
    kernels: &'a Kernels,
    step: &'a BlurStep,
    ring: Ring,
    /// Rows that were loaded so far.
    loaded: i64,
    /// The sums of columns, once the first row is there.
    sums: Option<ColumnSums>,
    /// The last row that the sums have taken in. They start above the first one.
    newest: i64,
    /// A row as it is loaded, and then one of the result.
    wide: Vec<i16>,
    extended: Vec<i16>,
}

impl<'a> Blur<'a> {
    /// Prepares to blur a picture of RGBA.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] if the allocator refuses.
    pub(super) fn new(kernels: &'a Kernels, step: &'a BlurStep, size: Size) -> Result<Self, Error> {
        let row_len = size.width as usize * Pixmap::PIXEL_BYTES;
        let repeated = (step.narrow_width + step.wide_width + step.radius) as usize * Pixmap::PIXEL_BYTES;
        Ok(Self {
            kernels,
            step,
            ring: Ring::new(step, size, row_len)?,
            loaded: 0,
            sums: None,
            newest: -1,
            wide: alloc::try_filled(row_len, 0)?,
            extended: alloc::try_with_capacity(row_len + repeated)?,
        })
    }
}

impl Neighborhood for Blur<'_> {
    fn reach(&self) -> usize {
        self.step.radius as usize
    }

    fn load(&mut self, row: &[u8]) -> Result<(), Error> {
        (self.kernels.premultiply)(row, &mut self.wide);
        blur_h::<4>(self.step, &self.wide, &mut self.extended, self.ring.slot_mut(self.loaded));
        if self.sums.is_none() {
            self.sums = Some(ColumnSums::new(self.step, self.ring.row(0))?);
        }
        self.loaded += 1;
        Ok(())
    }

    fn make(&mut self, row: &mut [u8]) {
        let [radius, narrow, wide] = [self.step.radius, self.step.narrow_width, self.step.wide_width].map(i64::from);
        let sums = self.sums.as_mut().expect("a row is made of rows that were loaded");
        // The sums start `radius` + 1 rows above the first one of the result; after that, each row is a step down.
        let below = (self.newest + 1).max(radius);
        for newest in self.newest + 1..=below {
            sums.advance([newest, newest - narrow, newest - wide, newest - narrow - wide].map(|y| self.ring.row(y)));
        }
        self.newest = below;
        sums.means(self.step, &mut self.wide);
        (self.kernels.unpremultiply)(&self.wide, row);
    }
}

/// The rows around the one that is made, blurred along themselves; rows outside the picture are those at its edge.
#[derive(Debug)]
struct Ring {
    /// Row `y` lives in slot `y mod slots`.
    slots: Vec<Vec<i16>>,
    /// The last row of the picture.
    last: i64,
}

impl Ring {
    fn new(step: &BlurStep, size: Size, row_len: usize) -> Result<Self, Error> {
        let reach = (step.narrow_width + step.wide_width + 1).min(size.height);
        let mut slots = alloc::try_with_capacity(reach as usize)?;
        for _ in 0..reach {
            slots.push(alloc::try_filled(row_len, 0)?);
        }
        Ok(Self { slots, last: i64::from(size.height) - 1 })
    }

    fn row(&self, y: i64) -> &[i16] {
        &self.slots[self.place(y.clamp(0, self.last))]
    }

    fn slot_mut(&mut self, y: i64) -> &mut [i16] {
        let place = self.place(y);
        &mut self.slots[place]
    }

    fn place(&self, y: i64) -> usize {
        usize::try_from(y).expect("inside the picture") % self.slots.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blurs a picture.
    fn blurred(kernels: &Kernels, step: &BlurStep, picture: &Pixmap) -> Pixmap {
        let mut blur = Blur::new(kernels, step, picture.size()).unwrap();
        let mut blurred = picture.clone();
        let mut made = 0;
        for (y, row) in (0..).zip(picture.rows()) {
            blur.load(row).unwrap();
            if y >= step.radius {
                blur.make(blurred.row_mut(made));
                made += 1;
            }
        }
        (made..picture.height()).for_each(|y| blur.make(blurred.row_mut(y)));
        blurred
    }

    #[test]
    fn blur_of_a_red_square_on_nothing() {
        // 4×4 red in the middle of 10×10 clear, radius 3: the kernel is 1 2 3 3 3 2 1 each way, so alpha is
        // 255·(11/15)² = 137 in the middle. Seen on the real service.
        let mut picture = Pixmap::filled(Size::new(10, 10), [0; 4]).unwrap();
        (3..7).for_each(|y| picture.row_mut(y)[3 * 4..7 * 4].copy_from_slice(&[255, 0, 0, 255].repeat(4)));
        let picture = blurred(&Kernels::SCALAR, &BlurStep::new(3), &picture);
        for (x, y) in [(4, 4), (5, 4), (4, 5), (5, 5)] {
            assert_eq!(picture.pixel(x, y), [255, 0, 0, 137]);
        }
        assert_eq!(picture.pixel(0, 0), [255, 0, 0, 1]);
    }

    #[test]
    fn blur_keeps_constant_pictures() {
        for radius in [1, 2, 9, 250] {
            let picture = Pixmap::filled(Size::new(7, 5), [200, 100, 50, 255]).unwrap();
            assert_eq!(blurred(&Kernels::fastest(), &BlurStep::new(radius), &picture), picture);
        }
    }
}
